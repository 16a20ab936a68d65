"""The library: what the window and the terminal do, as a few functions. `from flowviz import ...` offers them.

Points are arrays (n, 2) in target units: centered, the larger standard deviation 1, y upwards. Densities are in nats.
Paths are text or `Path`. What a person can put right is raised as a `FlowvizError`, whose text says how.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flowviz.errors import FileError
from flowviz.exporting.export import Export
from flowviz.projects import Project, load_project, save_project
from flowviz.records import Event, Trace, Weights, base_particles
from flowviz.records.trace import PARTICLES
from flowviz.specs import ExportSpec, FlowSpec, TargetSpec, TrainingSpec
from flowviz.targets import Target
from flowviz.targets import build_target as target_of
from flowviz.training import trained

if TYPE_CHECKING:
    from flowviz.flows import Flow


def build_target(spec: TargetSpec) -> Target:
    """The distribution that the spec describes: it samples, and knows its entropy, where that can be known.

    Raises `TargetError` where there is nothing to learn from, `FileError` where a picture in the spec is damaged.
    """
    return target_of(spec)


def build_flow(spec: FlowSpec, weights: Weights | None = None) -> "Flow":
    """The flow of that spec: `sample`, `log_prob`, `trace`, `density`. Loads TensorFlow.

    Its numbers are the given weights, such as those of a project, or fresh ones, with which it is the identity.
    Raises `FileError` where the weights do not fit the spec.
    """
    from flowviz.flows import build_flow

    return build_flow(spec, weights)


def train(
    target_spec: TargetSpec,
    flow_spec: FlowSpec,
    training_spec: TrainingSpec,
    *,
    on_event: Callable[[Event], object] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Project:
    """Train a flow on a target, and return it with its losses and earlier moments. Loads TensorFlow.

    The project has the weights with the lowest validation NLL; `project.score` is their score on test points.

    Args:
        target_spec: The target to learn.
        flow_spec: The flow.
        training_spec: The training, with its budget of seconds or steps.
        on_event: Called with each event: `Preparing`, `Progress`, `Recovered`, ..., and at last `Finished`.
        should_stop: Asked after each chunk of steps, about ten times a second. If true, training ends early; the
            project can be resumed.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in the target is damaged.
    """
    untrained = Project.untrained(target_spec, flow_spec, training_spec)
    return trained(untrained, build_target(target_spec), on_event=on_event, should_stop=should_stop)


def resume(
    project: Project,
    *,
    on_event: Callable[[Event], object] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Project:
    """Continue a training that was stopped, step for step as if it had not been. Loads TensorFlow.

    Args:
        project: A project with a checkpoint.
        on_event: As for `train`.
        should_stop: As for `train`.

    Raises:
        FileError: If the project has no checkpoint, or one that does not fit its flow.
        TargetError: If there is nothing to learn.
    """
    if project.checkpoint is None:
        raise FileError("The project holds no checkpoint to continue from: it was saved by an older flowviz.")
    return trained(project, build_target(project.target), on_event=on_event, should_stop=should_stop)


def trace(project: Project, n: int = PARTICLES, seed: int = 0) -> Trace:
    """`n` particles of the base, drawn with that seed, at every stage of the project's flow. Loads TensorFlow.

    positions (stages, n, 2), log_det (stages, n) in nats, names (stages,). Raises `FileError` where the weights do not
    fit the flow.
    """
    weights = project.weights if project.weights.parameters else None  # before any training
    return build_flow(project.flow, weights).trace(base_particles(n, seed))


def render(project: Project, spec: ExportSpec, path: str | Path) -> None:
    """Write what the spec says of a project: to a file, or where it is one file a picture, into a folder.

    The same project and spec are the same bytes, and those that the window and the terminal write. TensorFlow is loaded
    only for what is not in the project, such as a density. Raises `FileError`, and `SpecError` where the project does
    not have what is asked for.
    """
    for _ in Export(project, spec).write(Path(path)):
        pass


def save(project: Project, path: str | Path) -> None:
    """Write a project to a file, whole or not at all. Raises `FileError`."""
    save_project(project, Path(path))


def load(path: str | Path) -> Project:
    """The project in a file that flowviz saved. Raises `FileError`."""
    return load_project(Path(path))

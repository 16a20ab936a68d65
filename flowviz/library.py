"""The library: what the window and the terminal do, as a few functions. `from flowviz import ...` offers them.

Points are arrays (n, 2) with y upward. A flow works in flow units: its target is centered, with 1 as the larger
standard deviation. Functions that take a project work in the units of its data, unless others are asked for.
Log-densities are in nats. Paths are strings or `Path`. An error that a user can correct is a `FlowvizError`, whose
message says how.
"""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz import extensions, projects
from flowviz.errors import FileError
from flowviz.exporting.commands import default_format
from flowviz.exporting.comparison_figure import ComparisonFigure, figure_spec
from flowviz.exporting.diagnostics import latents as latents
from flowviz.exporting.diagnostics import ledger as ledger
from flowviz.exporting.difference import DifferenceExport
from flowviz.exporting.export import Export
from flowviz.extensions import Extension
from flowviz.file_kinds import PROJECT, check_suffix, suffixes_of
from flowviz.notebook import progress_display
from flowviz.projects import Comparison, Project, load_project, save_project
from flowviz.projects.editing import edit as edit
from flowviz.records import Event, Trace, Trial, Units, Weights, checked_points, slices
from flowviz.records.trace import PARTICLES
from flowviz.specs import ComparisonSpec, ExportSpec, FlowSpec, PictureSize, TargetSpec, TrainingSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.edits import Edits
from flowviz.specs.export_kinds import IN_FOLDERS
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import Target, draw_in_parts, spec_units, target_units
from flowviz.targets import build_target as build_target
from flowviz.training import compared, continued, trained
from flowviz.training.rescored import rescored as rescored
from flowviz.training.settings import adjusted

if TYPE_CHECKING:
    from flowviz.flows import Flow

Precision = Literal["float32", "float64"]
PICTURE_SIZE = 640, 480
SAMPLES = 20_000


def build_flow(
    spec: FlowSpec, weights: Weights | None = None, dtype: Precision = "float32", edits: Edits | None = None
) -> "Flow":
    """Build the flow that a spec describes: `sample`, `log_prob`, `forward`, `inverse`, `trace`. Loads TensorFlow.

    Args:
        spec: The flow.
        weights: Its weights, such as those of a project. None for initial ones, with which it is the identity.
        dtype: The precision in which it computes.
        edits: Layers to disable, and curves to bend; see `Flow.edit`.

    Raises:
        FileError: If the weights do not fit the spec.
        SpecError: If the edits do not fit the spec.
    """
    from flowviz.flows import build_flow

    return build_flow(spec, weights, dtype, edits)


def train(
    target_spec: TargetSpec,
    flow_spec: FlowSpec,
    training_spec: TrainingSpec,
    *,
    on_event: Callable[[Event], object] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Project:
    """Train a flow on a target, and return it with its losses and earlier moments. Loads TensorFlow.

    The project has the weights with the lowest validation NLL; `project.score` is their score on test points.

    Args:
        target_spec: The target to learn.
        flow_spec: The flow.
        training_spec: The training, with its budget of seconds or steps.
        on_event: Called with each event, from `Preparing` to `Finished`. Their NLLs are in flow units, from which
            `progress.in_units(units(project))` converts them. By default, notebooks show the progress.
        should_stop: Asked after each chunk of steps, about ten times a second. If true, training ends early; the
            project can be resumed.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in the target is damaged.
    """
    untrained = Project.untrained(target_spec, flow_spec, training_spec)
    return _trained(untrained, build_target(target_spec), on_event, should_stop)


def compare(
    comparison: ComparisonSpec | Comparison,
    *,
    on_event: Callable[[str, Event | Trial], object] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Train several flows in turns, each for the same budget of its own training time or of steps. Loads TensorFlow.

    `comparison["spline"]` is the project of an entrant, `comparison.table()` a data frame with the figures of all runs.
    If the request has `baseline=True`, its last row is the limit by counting: the score of an adaptive histogram.

    Args:
        comparison: The request. A comparison that was stopped continues, step for step as if it had not been.
        on_event: Called with the name of an entrant and each event of its training. The last ones are `Finished` and
            the result of the run, a `Trial`; after an error, there is only the latter.
        should_stop: Asked about 20 times a second. If true, all trainings end early.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
    """
    found = Comparison.untrained(comparison) if isinstance(comparison, ComparisonSpec) else comparison
    return compared(found, on_event=on_event, should_stop=should_stop)


def resume(
    project: Project,
    *,
    learning_rate: float | None = None,
    clip_norm: float | None = None,
    batch: int | None = None,
    on_event: Callable[[Event], object] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Project:
    """Continue a training that was stopped, step for step as if it had not been. Loads TensorFlow.

    A project that was edited since is trained from what it shows, with a new budget: bumps stay on top of what is
    learned, and disabled layers remain the identity.

    Args:
        project: A project with a checkpoint, or with edits.
        learning_rate: The learning rate from now on, before its decay. None keeps it, as for the other settings.
        clip_norm: The clip norm from now on.
        batch: The number of points per step from now on.
        on_event: As for `train`.
        should_stop: As for `train`.

    Raises:
        FileError: If the project has neither checkpoint nor edits, or a checkpoint that does not fit its flow.
        SpecError: If a setting is out of range.
        TargetError: If there is nothing to learn.
    """
    if project.checkpoint is None and not project.edits:
        raise FileError(
            "The project cannot be continued, because it was saved by an older version of flowviz without a checkpoint."
        )
    project = adjusted(continued(project), learning_rate=learning_rate, clip_norm=clip_norm, batch=batch)
    return _trained(project, build_target(project.target), on_event, should_stop)


def units(project: Project, name: UnitName = "data") -> Units:
    """Return the units of a project, which convert points and log-densities from flow units.

    Args:
        project: The project.
        name: `data` for the units of a table of points (flow units for other targets), `pixels` for the pixels of the
            picture that a text, an image or a drawing is made of, or `flow`.

    Raises:
        TargetError: If the target has no pixels.
    """
    return spec_units(project.target, name)


def sample(project: Project, n: int = SAMPLES, seed: int = 0, units: UnitName = "data") -> NDArray[np.floating]:
    """Draw points (n, 2) from the flow of a project. Loads TensorFlow.

    Args:
        project: The project.
        n: Number of points.
        seed: The same seed gives the same points.
        units: The units of the points: `data`, `pixels` or `flow`; see `units`.

    Raises:
        SpecError: If the number or the seed is negative.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels.
    """
    return np.concatenate(list(sample_in_parts(project, n, seed, units)))


def sample_in_parts(
    project: Project, n: int = SAMPLES, seed: int = 0, units: UnitName = "data"
) -> Iterator[NDArray[np.floating]]:
    """Yield the points of `sample` in parts, so that not all of them are in memory."""
    found, flow = spec_units(project.target, units), project.build_flow()
    particles = flow.particles(n, seed)
    for some in slices(n):
        yield found.values(flow.forward(particles[some]))


def score(project: Project, points: ArrayLike, units: UnitName = "data") -> NDArray[np.floating]:
    """Compute the log-density (n,) of points (n, 2) under the flow of a project, in float64. Loads TensorFlow.

    Args:
        project: The project.
        points: Points (n, 2).
        units: The units of the points: `data`, `pixels` or `flow`; see `units`. The density is per area in these units.

    Raises:
        SpecError: If the points have another shape.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels.
    """
    return np.concatenate(list(score_in_parts(project, points, units)))


def score_in_parts(project: Project, points: ArrayLike, units: UnitName = "data") -> Iterator[NDArray[np.floating]]:
    """Yield the log-densities of `score` in parts, so that not all of them are in memory."""
    given, found, flow = checked_points(points), spec_units(project.target, units), project.build_flow("float64")
    for some in slices(len(given)):
        yield found.log_density(flow.log_prob(found.points(given[some])))


def trace(project: Project, n: int = PARTICLES, seed: int = 0, direction: Direction = "generate") -> Trace:
    """Follow particles through every stage of the flow of a project. Loads TensorFlow.

    The trace is in flow units, in which its densities are; `units(project).values(trace.positions)` converts it.

    Args:
        project: The project.
        n: Number of particles.
        seed: The same seed gives the same particles.
        direction: `generate` moves particles of the base forward, `encode` pulls points of the target back.

    Returns:
        Positions (stages, n, 2), log|det J| from the base (stages, n) in nats, and names (stages,).

    Raises:
        SpecError: If there are no particles, or the seed is negative.
        FileError: If the weights do not fit the flow.
    """
    return Trace.joined(list(trace_in_parts(project, n, seed, direction)))


def trace_in_parts(
    project: Project, n: int = PARTICLES, seed: int = 0, direction: Direction = "generate"
) -> Iterator[Trace]:
    """Yield the trace of `trace` in parts of the particles, so that not all of it is in memory."""
    flow = project.build_flow()
    if direction == "generate":
        particles = flow.particles(n, seed)
        yield from (flow.trace(particles[some]) for some in slices(n))
        return
    for points in draw_in_parts(build_target(project.target), n, np.random.default_rng(seed)):
        yield from (flow.encoded(points[some]) for some in slices(len(points)))


def load_extensions(*files: str | Path) -> tuple[Extension, ...]:
    """Run the code of installed extensions, and of files, which adds targets and families of flows.

    An extension that is broken does not stop the others: a warning says what is wrong, and so does its `problem`.

    Args:
        files: Python files that call `flowviz.extensions.register_target` or `register_family`.
    """
    found = extensions.load([Path(file) for file in files])
    for each in found:
        if each.problem:
            warnings.warn(each.sentence(), stacklevel=2)
    return found


def render(project: Project, spec: ExportSpec, path: str | Path) -> None:
    """Write what a spec asks for to a file or, if that is several pictures, to a folder.

    The same project and spec give the same bytes. TensorFlow is loaded only for what the project lacks, like a density.

    Raises:
        FileError: If it cannot be written.
        SpecError: If the project lacks what the spec requires, or the file ends in the suffix of another format.
    """
    _write(lambda: Export(project, spec), spec, Path(path))


def render_comparison(
    comparison: Comparison, path: str | Path, spec: ExportSpec | None = None, columns: FigureColumns | None = None
) -> None:
    """Write the figure of a comparison to a file: a row for each entrant, with its gap; or all of them in motion.

    The same comparison and spec give the same bytes. TensorFlow is loaded only for densities, grids and velocities.

    Args:
        comparison: The comparison.
        path: The file, whose suffix implies the format, unless a spec says it.
        spec: A sheet or an animation with its size and view. None for one whose size fits the number of panels.
        columns: `stages` at equal shares of the layers, `marks` (points, density and grid, unless the view of the spec
            has others), or `targets` of flows that learn several. None for those that fit.

    Raises:
        FileError: If it cannot be written.
        SpecError: If a comparison cannot be exported so, or the file ends in the suffix of another format.
    """
    place = Path(path)
    found = spec or figure_spec(comparison, place, columns)
    _write(lambda: ComparisonFigure(comparison, found, columns), found, place)


def render_difference(
    comparison: Comparison, first: str, second: str, path: str | Path, spec: ExportSpec | None = None
) -> None:
    """Write a picture of log p_A − log p_B for two entrants that learn the same target; the particles are those of A.

    The map is left blank where both flows have hardly any density. Loads TensorFlow.

    Args:
        comparison: The comparison.
        first: Name of the entrant A.
        second: Name of the entrant B.
        path: The file, whose suffix implies the format, unless a spec says it: .png, .svg or .pdf.
        spec: A picture of the last stage, with its size and view.

    Raises:
        FileError: If it cannot be written.
        SpecError: If there is no such entrant, their targets differ, or the spec asks for something else.
    """
    place = Path(path)
    found = spec or ExportSpec(format=default_format("view", place))
    _write(lambda: DifferenceExport(comparison, (first, second), found), found, place)


def picture(project: Project, size: PictureSize | None = None) -> bytes:
    """Return a PNG of the particles of a project at the last stage. Does not load TensorFlow.

    Args:
        project: The project.
        size: The size of the picture; by default 640 × 480 pixels.
    """
    width, height = PICTURE_SIZE
    with TemporaryDirectory(prefix="flowviz-") as folder:
        path = Path(folder) / "picture.png"
        render(project, ExportSpec(size=size or PictureSize(width=width, height=height)), path)
        return path.read_bytes()


def save(project: Project, path: str | Path) -> None:
    """Write a project to a file, whole or not at all.

    Raises:
        FileError: If it cannot be written.
        SpecError: If the file ends in the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    save_project(project, place)


def load(path: str | Path) -> Project:
    """Read a project from a file that flowviz saved.

    Raises:
        FileError: If it cannot be read, or is no project.
    """
    return load_project(Path(path))


def save_comparison(comparison: Comparison, path: str | Path) -> None:
    """Write a comparison to a file, whole or not at all.

    Raises:
        FileError: If it cannot be written.
        SpecError: If the file ends in the suffix of another kind of file.
    """
    place = Path(path)
    check_suffix(place, PROJECT.written)
    projects.save_comparison(comparison, place)


def load_comparison(path: str | Path) -> Comparison:
    """Read a comparison from a file that flowviz saved.

    Raises:
        FileError: If it cannot be read, or is no comparison.
    """
    return projects.load_comparison(Path(path))


def _trained(
    project: Project, target: Target, on_event: Callable[[Event], object] | None, should_stop: Callable[[], bool]
) -> Project:
    show = on_event or progress_display(target_units(target, "data"))
    return trained(project, target, on_event=show, should_stop=should_stop)


def _write(export: Callable[[], Export | ComparisonFigure], spec: ExportSpec, place: Path) -> None:
    """Write an export, which is prepared once the suffix of the file is known to fit."""
    if spec.what not in IN_FOLDERS:
        check_suffix(place, suffixes_of(spec.format))
    for _ in export().write(place):
        pass

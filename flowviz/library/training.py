"""Functions that build, check and train flows."""

import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from numbers import Real
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from flowviz.arguments import checked, level_of_user, renamed
from flowviz.errors import ArgumentError, FileError
from flowviz.library.interruptible import Interruptible
from flowviz.notebook import progress_display
from flowviz.projects import Comparison, Project
from flowviz.records import Event, Trial, Weights
from flowviz.records.deviation import Deviation
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, TargetSpec, TrainingSpec
from flowviz.specs.comparison import with_learning_rates
from flowviz.specs.edits import Edits
from flowviz.specs.target import KINDS
from flowviz.specs.training import DEFAULT_SECONDS
from flowviz.targets import Target, build_target, points_spec, target_units
from flowviz.training import compared, continued, trained
from flowviz.training.from_here import retargeted
from flowviz.training.limits import with_limits
from flowviz.training.recorded import with_recorded
from flowviz.training.runs import compared_in_processes
from flowviz.training.settings import adjusted, end_of, extended

if TYPE_CHECKING:
    from flowviz.flows import Flow

Precision = Literal["float32", "float64"]


@checked
def build_flow(
    spec: FlowSpec, weights: Weights | None = None, dtype: Precision = "float32", edits: Edits | None = None
) -> "Flow":
    """Build the flow that a spec describes. Loads TensorFlow.

    Args:
        spec: The flow.
        weights: The weights, such as those of a project. None for initial weights, with which the flow is the identity.
        dtype: The precision of its computations.
        edits: Layers to disable, and curves to bend; see `Flow.edit`.

    Returns:
        The flow, with the methods `sample`, `log_prob`, `forward`, `inverse` and `trace`.

    Raises:
        FileError: If the weights do not fit the spec.
        SpecError: If the edits do not fit the spec, or if the stages of an extension break a law.
        MachineError: If this process was forked after TensorFlow had computed something.
    """
    from flowviz.flows import build_flow

    return build_flow(spec, weights, dtype, edits)


@checked
def check_flow(spec: FlowSpec) -> tuple[Deviation, ...]:
    """Measure whether a flow with random weights, such as one of an extension, obeys the laws of normalizing flows.

    The laws are: the inverse undoes the forward map, log-dets match automatic differentiation, points do not depend on
    each other, stages start as the identity and do not depend on their names, training follows the gradient of its
    loss, the density integrates to 1, and samples fit it. Loads TensorFlow.

    Args:
        spec: The flow. A few layers are enough and take less time, because all layers of a kind share their code.

    Returns:
        The largest error for each law and precision, and whether the law holds.

    Raises:
        SpecError: If the classes of the stages cannot be imported or are incomplete.
    """
    from flowviz.flows.flow_laws import flow_deviations

    return tuple(flow_deviations(spec))


@renamed(target_spec="target")
@checked
def train(
    target: TargetSpec | ArrayLike,
    flow_spec: FlowSpec | None = None,
    training_spec: TrainingSpec | None = None,
    *,
    on_event: Callable[[Event], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Project:
    """Train a flow on a target, and return it with its losses and earlier moments. Loads TensorFlow.

    The first Ctrl+C (in a notebook: Interrupt) ends the training with a warning. The returned project then has the
    `ending` "interrupted", and `resume` continues it step for step. A second Ctrl+C raises `KeyboardInterrupt`. An
    error in a callback also ends the training; it is raised with the project as its attribute `project`.

    Args:
        target: The target to learn: a spec, points (n, 2) in any units, or a data frame of pandas, polars or another
            library with two numeric columns.
        flow_spec: The flow. By default `FlowSpec()`.
        training_spec: The training, with its budget of seconds or steps. By default a minute.
        on_event: Called with each event, from `Preparing` to `Finished`, including a `Checkpoint` every minute, which
            `project.after(event)` adds to a project. NLLs in events are in flow units;
            `progress.in_units(units(project))` converts them. By default, notebooks show the progress.
        should_stop: Called after each chunk of steps, about ten times per second. If it returns true, the training ends
            early; the project can be resumed.

    Returns:
        The project, with the weights of the lowest validation NLL. `project.score` is their score on test points.

    Raises:
        ArgumentError: If an argument has a wrong type.
        TargetError: If there is nothing to learn.
        FileError: If a picture in the target is damaged.
    """
    spec = _target_spec(target)
    training = training_spec or TrainingSpec(seconds=DEFAULT_SECONDS)
    untrained = Project.untrained(spec, flow_spec or FlowSpec(), training)
    return _trained(untrained, build_target(spec), on_event, should_stop)


@checked
def compare(
    comparison: ComparisonSpec | Comparison,
    *,
    recorded: Mapping[str, Project] | None = None,
    jobs: int | None = None,
    on_event: Callable[[str, Event | Trial], object] = lambda *_: None,
    should_stop: Callable[[], bool] | None = None,
) -> Comparison:
    """Train several flows, each with the same budget of steps or of its own training time. Loads TensorFlow.

    Ctrl+C and errors in callbacks end all trainings as in `train`; the attribute of the error is called `comparison`.
    Of the runs that have not ended, only those with later seeds are lost.

    Args:
        comparison: The request, or a comparison that was stopped, which continues step for step.
        recorded: Recorded flows of other programs as further entrants, by name: see `record` and `adapters`. They are
            not trained.
        jobs: Number of worker processes, each of which trains one run at a time on one core, and whose processor time
            counts as seconds; -1 for one process per core. None to train in this process, in turns.
        on_event: Called with the name of an entrant and each event of its training. The last ones are `Finished` and
            the result of the run, a `Trial`; after an error, or with worker processes, there is only the `Trial`.
        should_stop: Called about 20 times per second. If it returns true, all trainings end early. With worker
            processes, it is called after each run, and runs that have not ended are lost.

    Returns:
        The comparison. `comparison["spline"]` is the project of an entrant, and `comparison.table()` a data frame with
        the figures of all runs. If the request has `baseline=True`, its last row is the limit by counting: the score of
        an adaptive histogram.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
    """
    found = Comparison.untrained(comparison) if isinstance(comparison, ComparisonSpec) else comparison
    for name, project in (recorded or {}).items():
        if not isinstance(project, Project):
            raise ArgumentError(f"recorded must contain projects, not {type(project).__name__}; see flowviz.record.")
        found = with_recorded(found, name, project)
    if jobs is None:
        job = Interruptible(
            lambda tell, stops: compared(found, on_event=tell, should_stop=stops), on_event, should_stop
        )
        return job.result("comparison")
    return _compared_in_processes(with_limits(found), jobs, on_event, should_stop)


def _compared_in_processes(
    comparison: Comparison,
    jobs: int,
    on_event: Callable[[str, Event | Trial], object],
    should_stop: Callable[[], bool] | None,
) -> Comparison:
    """Train in worker processes. After Ctrl+C or an error in a callback, the runs that have ended are kept."""
    try:
        with closing(compared_in_processes(comparison, jobs=jobs)) as runs:
            for comparison in runs:
                on_event(comparison.trials[-1].name, comparison.trials[-1])
                if should_stop is not None and should_stop():
                    break
    except KeyboardInterrupt:
        warnings.warn("Interrupted. The runs that have ended are kept.", stacklevel=level_of_user())
    except Exception as error:
        error.comparison = comparison  # type: ignore[attr-defined]
        error.add_note("The comparison ended early. Its result is the attribute `comparison` of this error.")
        raise
    return comparison


@checked
def train_series(
    target: TargetSpec | ArrayLike,
    flow_spec: FlowSpec | None = None,
    training_spec: TrainingSpec | None = None,
    *,
    seeds: int = 5,
    learning_rates: Iterable[float] = (),
    jobs: int | None = None,
    on_event: Callable[[str, Event | Trial], object] = lambda *_: None,
    should_stop: Callable[[], bool] | None = None,
) -> Comparison:
    """Train a flow with several seeds and learning rates, to see how often training fails and how much it varies.

    The series is a comparison with an entrant for each learning rate. Choose a rate by its validation NLL,
    `validation_nll` in the figures of `comparison.trials`, and report its test NLL, which the choice does not bias.
    Loads TensorFlow.

    Args:
        target: As for `train`.
        flow_spec: As for `train`.
        training_spec: As for `train`.
        seeds: Number of runs for each learning rate. Their seeds count up from those of the flow and the training.
        learning_rates: Up to six learning rates. By default, only that of the training.
        jobs: As for `compare`.
        on_event: As for `compare`.
        should_stop: As for `compare`.

    Returns:
        The comparison, as from `compare`.

    Raises:
        SpecError: If a learning rate is out of range, or if there are too many.
        TargetError: If there is nothing to learn.
        FileError: If a picture in the target is damaged.
    """
    flow = flow_spec or FlowSpec()
    training = training_spec or TrainingSpec(seconds=DEFAULT_SECONDS)
    entrant = Entrant(name=flow.family, target=_target_spec(target), flow=flow, training=training)
    spec = ComparisonSpec(entrants=(entrant,), seeds=seeds)
    rates = [*learning_rates] if np.iterable(learning_rates) else [None]
    if not all(isinstance(rate, Real) and not isinstance(rate, bool) for rate in rates):
        raise ArgumentError(f"train_series() takes numbers as learning_rates, not {learning_rates!r}.")
    found = with_learning_rates(spec, rates) if rates else spec
    return compare(found, jobs=jobs, on_event=on_event, should_stop=should_stop)


@checked
def resume(
    project: Project,
    *,
    steps: int | None = None,
    seconds: float | None = None,
    learning_rate: float | None = None,
    clip_norm: float | None = None,
    batch: int | None = None,
    on_event: Callable[[Event], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Project:
    """Continue a training that was stopped, step for step as if it had not been stopped. Loads TensorFlow.

    With a larger budget, a training that has ended continues. Without one, a warning says that there is nothing left to
    train, and the project is returned unchanged.

    If the project has been edited, the edited flow is trained with a new budget: bumps stay on top of what is learned,
    and disabled layers remain the identity. Ctrl+C and errors in callbacks end the training as in `train`.

    Args:
        project: A project with a checkpoint, or with edits.
        steps: The total budget as a number of steps, including those already taken. None keeps the budget.
        seconds: The total budget as a training time in seconds, instead of a number of steps.
        learning_rate: The new learning rate, before its decay. None keeps the current one.
        clip_norm: The new clip norm. None keeps the current one.
        batch: The new number of points per step. None keeps the current one.
        on_event: As for `train`.
        should_stop: As for `train`.

    Returns:
        The project after the training.

    Raises:
        FileError: If the project has neither checkpoint nor edits, or a checkpoint that does not fit its flow.
        SpecError: If a setting is out of range, or if the budget is smaller than what has already been used.
        TargetError: If there is nothing to learn.
    """
    if project.checkpoint is None and not project.edits:
        raise FileError("The project has not been trained, so there is nothing to continue. Train it first.")
    project = continued(project)
    if steps is not None or seconds is not None:
        project = extended(project, steps=steps, seconds=seconds)
    if project.score is not None and (end := end_of(project)):
        warnings.warn(f"The project {end}. To train longer, pass steps or seconds.", stacklevel=level_of_user())
        return project
    project = adjusted(project, learning_rate=learning_rate, clip_norm=clip_norm, batch=batch)
    return _trained(project, build_target(project.target), on_event, should_stop)


@checked
def retarget(
    project: Project,
    target: TargetSpec | ArrayLike,
    training_spec: TrainingSpec | None = None,
    *,
    on_event: Callable[[Event], object] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Project:
    """Train the flow of a project on another target, starting from its weights and edits. Loads TensorFlow.

    As in the window, the step count continues, the budget and the warm-up start again, and the losses mark the change.

    Args:
        project: A project, trained or not.
        target: The new target, as for `train`.
        training_spec: The training, with the budget for the new target. None for that of the project.
        on_event: As for `train`.
        should_stop: As for `train`.

    Returns:
        The project after the training.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in the target is damaged, or if the weights do not fit the flow.
    """
    spec = _target_spec(target)
    return _trained(retargeted(project, spec, training_spec), build_target(spec), on_event, should_stop)


def _target_spec(target: TargetSpec | ArrayLike) -> TargetSpec:
    return target if isinstance(target, KINDS) else points_spec(target)


def _trained(
    project: Project, target: Target, on_event: Callable[[Event], object] | None, should_stop: Callable[[], bool] | None
) -> Project:
    show = on_event or progress_display(target_units(target, "data"))
    job = Interruptible(
        lambda tell, stops: trained(project, target, on_event=tell, should_stop=stops), show, should_stop
    )
    return job.result("project")

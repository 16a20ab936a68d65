"""Training of a project."""

from collections.abc import Callable
from dataclasses import replace

from flowviz.projects import Project
from flowviz.records import Checkpoint, Environment, Event
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.entrant_training import EntrantTraining
from flowviz.training.from_here import continued
from flowviz.training.overfitting import with_final_report
from flowviz.training.requests import Stop

MOMENTS = 32  # in the timeline of a training with a budget of seconds
MIN_PERIOD = 0.5  # seconds between moments; computing one takes a few hundredths of that
CHECKPOINT_SECONDS = 60.0  # training time between checkpoints


def trained(
    project: Project,
    target: Target,
    *,
    on_event: Callable[[Event], object] = lambda _: None,
    should_stop: Callable[[], Stop] = lambda: False,
    on_checkpoint: Callable[[Project], object] | None = None,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    checkpoints_end: bool = False,
    clock: Callable[[], float] | None = None,
    keeps_moments: bool = True,
) -> Project:
    """Train a project, or continue its training from its checkpoint.

    If its edits are not those of the checkpoint, training starts from what is shown; see `from_here`.

    Args:
        project: The project to train.
        target: The target of the project.
        on_event: Called with each event, the last of which is `Finished`.
        should_stop: Called about ten times per second. If it returns true, training ends early, with the ending
            "interrupted" if it returns "interrupted".
        on_checkpoint: Called periodically with the current project, from which training can be continued exactly.
        checkpoint_seconds: Training time in seconds between two of these calls, and between two `Checkpoint` events.
        checkpoints_end: Whether `on_checkpoint` is also called when training ends, before it is scored, which can take
            seconds.
        clock: Returns the time in seconds. By default `time.perf_counter`.
        keeps_moments: Whether to compute moments of the training for its timeline.

    Returns:
        The trained project as it can be saved.

    Raises:
        FileError: If the checkpoint does not fit the flow.
        MachineError: If there is not enough memory, or if TensorFlow cannot be loaded.
        SpecError: If the flow is too large for a project file.
    """
    project = replace(continued(project), environment=Environment.current())
    entrant, first_step = EntrantTraining("", project, target), project.resumes_at
    options = {
        "moment_seconds": moment_period(project.training) if keeps_moments else None,
        "checkpoint_seconds": checkpoint_seconds,
        "clock": clock,
        "reports_chunks": checkpoints_end,
    }
    for event in with_final_report(entrant.begin(options, should_stop), target.training_points):
        on_event(event)
        entrant.take(event)
        if on_checkpoint and isinstance(event, Checkpoint) and event.step > first_step:
            on_checkpoint(entrant.project.storable())
    return entrant.project.storable()


def moment_period(spec: TrainingSpec) -> float:
    """Return the training time in seconds between two moments."""
    return max(MIN_PERIOD, (spec.seconds or 0) / MOMENTS)

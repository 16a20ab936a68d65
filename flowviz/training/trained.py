"""From a project that asks for a training to one that holds what the training found."""

from collections.abc import Callable
from dataclasses import replace

from flowviz.projects import Project
from flowviz.records import Event, Finished, Moment
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.train import train

MOMENTS = 32  # of a training with a budget of seconds
SHORTEST_PERIOD = 0.5  # seconds between two moments: one takes some hundredths of that


def trained(
    project: Project,
    target: Target,
    *,
    hear: Callable[[Event], object] = lambda _: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Project:
    """The project after what is left of its training on the target that it names, as a file would have it.

    Moments of the training are in its timeline. A project with a checkpoint goes on from there. `hear` is told each
    event, the last of them `Finished`; with `stop_requested` it ends early, as `train` does. Raises `FileError` where
    checkpoint and specs do not fit.
    """
    checkpoint, timeline = project.checkpoint, project.timeline
    history = project.history.resumed(checkpoint) if checkpoint else project.history
    events = train(
        target,
        project.flow,
        project.training,
        moment_seconds=_period(project.training),
        stop_requested=stop_requested,
        resume=checkpoint,
    )
    for event in events:
        hear(event)
        history = history.with_event(event)
        moment = event.snapshot if isinstance(event, Finished) else event
        if isinstance(moment, Moment):
            timeline = timeline.with_moment(moment)
    assert isinstance(event, Finished)
    return replace(project.trained(event, history), timeline=timeline).storable()


def _period(spec: TrainingSpec) -> float:
    return max(SHORTEST_PERIOD, (spec.seconds or 0) / MOMENTS)

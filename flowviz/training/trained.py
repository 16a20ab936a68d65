"""From a project that asks for a training to one that holds what the training found."""

from collections.abc import Callable
from dataclasses import replace

from flowviz.projects import Project
from flowviz.records import Event, Finished, Moment, Snapshot
from flowviz.specs import TrainingSpec
from flowviz.targets import Target
from flowviz.training.train import train

MOMENTS = 32  # of a training with a budget of seconds
SHORTEST_PERIOD = 0.5  # seconds between two moments: a snapshot takes some hundredths of one


def trained(
    project: Project,
    target: Target,
    *,
    hear: Callable[[Event], object] = lambda _: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Project:
    """The project after what is left of its training on the target that it names; moments of it are in its timeline.

    A project with a checkpoint goes on from there. `hear` is told each event, the last of them `Finished`; with
    `stop_requested` it ends early, as `train` does. Raises `FileError` where checkpoint and specs do not fit.
    """
    history, timeline = project.history, project.timeline
    events = train(
        target,
        project.flow,
        project.training,
        snapshot_seconds=_period(project.training),
        stop_requested=stop_requested,
        resume=project.checkpoint,
    )
    for event in events:
        hear(event)
        history = history.with_event(event)
        snapshot = event.snapshot if isinstance(event, Finished) else event
        if isinstance(snapshot, Snapshot):
            timeline = timeline.with_snapshot(snapshot)
            timeline = replace(timeline, moments=(*timeline.moments[:-1], _without_particles(snapshot)))
    assert isinstance(event, Finished)
    return replace(project.trained(event, history), timeline=timeline)


def _period(spec: TrainingSpec) -> float:
    return max(SHORTEST_PERIOD, (spec.seconds or 0) / MOMENTS)


def _without_particles(snapshot: Snapshot) -> Moment:
    """Where its weights move the particles can be computed again."""
    return Moment(snapshot.step, snapshot.weights, snapshot.on_target, snapshot.coverage)

"""Results of trainings that were stopped, so that a stop need not wait until they have been computed."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from flowviz import targets
from flowviz.errors import FlowvizError, clause_of
from flowviz.projects import Comparison, Project
from flowviz.projects.moments import without_particles
from flowviz.records import Finished, Trial
from flowviz.training.in_turns import UNEXPECTED, Turn
from flowviz.training.train import train

log = logging.getLogger(__name__)


def score_stopped(comparison: Comparison, *, stop_requested: Callable[[], bool] = lambda: False) -> Iterator[Turn]:
    """Compute the results of the entrants whose training was stopped, from their checkpoints.

    They are the same whenever they are computed, also after the comparison has been saved and loaded.

    Args:
        comparison: The comparison. Its `unscored` entrants have no result yet.
        stop_requested: Called before each entrant, whose result takes up to a few seconds. If it returns true, the
            remaining results are left to another call.

    Yields:
        A turn with the result of each of these entrants, and the comparison with its kept state, particles and score.
    """
    for name in comparison.unscored:
        if stop_requested():
            return
        project = comparison[name]
        try:
            scored, trial = _scored(name, project)
        except Exception as error:
            if not isinstance(error, FlowvizError):
                log.exception("a stopped training could not be scored")
            reason = clause_of(error) if isinstance(error, FlowvizError) else f"{UNEXPECTED}: {clause_of(error)}"
            scored, trial = project, Trial.failed(name, project.flow, project.training, reason)
        comparison = comparison.with_project(name, scored).with_trial(trial)
        yield Turn(name, trial, comparison)


def _scored(name: str, project: Project) -> tuple[Project, Trial]:
    target, checkpoint = targets.build_target(project.target), project.checkpoint
    assert checkpoint is not None
    events = train(target, project.flow, project.training, resume=checkpoint, stop_requested=lambda: True)
    *_, end = events
    assert isinstance(end, Finished)
    scored = replace(project, history=project.history.resumed(checkpoint)).after(end)
    scored = replace(scored, timeline=project.timeline.with_moment(without_particles(end.snapshot)))
    units = targets.target_units(target, "data")
    return scored, Trial.of(name, scored.flow, scored.training, end, scored.history, units)

"""Results of trainings that were stopped, so that a stop need not wait until they have been computed."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from flowviz import targets
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.records import Finished, Trial
from flowviz.training.entrant_training import EntrantTraining, failure
from flowviz.training.in_turns import Turn
from flowviz.training.requests import Stop


def score_stopped(
    comparison: Comparison, *, stop_requested: Callable[[], bool] = lambda: False, reason: Stop = True
) -> Iterator[Turn]:
    """Compute the results of the entrants whose training was stopped, from their checkpoints.

    They are the same whenever they are computed, also after the comparison has been saved and loaded.

    Args:
        comparison: The comparison. Its `unscored` entrants have no result yet.
        stop_requested: Called before each entrant, whose result takes up to a few seconds. If it returns true, the
            remaining results are left to another call.
        reason: "interrupted" if that is the ending of the trainings; true if they were stopped otherwise.

    Yields:
        A turn with the result of each of these entrants, and the comparison with its kept state, particles and score.
    """
    for name in comparison.unscored:
        if stop_requested():
            return
        project = comparison[name]
        try:
            scored, trial = _scored(name, project, reason)
        except Exception as error:
            scored, trial = project, failure(name, project, error)
        comparison = comparison.with_project(name, scored).with_trial(trial)
        yield Turn(name, trial, comparison)


def _scored(name: str, project: Project, reason: Stop) -> tuple[Project, Trial]:
    trained = Variant(project.flow, project.trained_edits)  # others were only shown during the training
    kept = replace(project, edits=trained.edits) if trained.is_possible else project
    entrant = EntrantTraining(name, kept, targets.build_target(project.target))
    *_, end = entrant.begin({}, lambda: reason)
    assert isinstance(end, Finished)
    entrant.take(end)
    return entrant.project, entrant.result(end)

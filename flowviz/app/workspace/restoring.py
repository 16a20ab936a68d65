"""Entrants as they were requested earlier, and what they had learned then."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from flowviz.app.desktop.existing import existing
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.trained_project import is_worth_keeping, same_weights
from flowviz.app.workspace.entrants import EntrantRun, Requested
from flowviz.projects import Plan, Project
from flowviz.projects.variant import Variant
from flowviz.specs import TargetSpec


def restored(wanted: Requested, present: EntrantRun | None, trained: EntrantRun | None) -> EntrantRun:
    """Return an entrant as it was requested, whose target may have to be built.

    Args:
        wanted: The request.
        present: The entrant as it is now. If it only has another name, budget or target, it keeps what it has learned.
        trained: The entrant as it was, if it had learned something that it has lost since. What the present entrant has
            learned becomes its previous training.
    """
    if trained is None and present is not None and present.requested == wanted:
        return present
    run, plan = at_rest(trained) if trained else present, wanted.plan
    if run is None or not _keeps(run, plan):
        project = Project.untrained(plan.target, plan.flow, plan.training)
        return EntrantRun(wanted.name, project, style=wanted.style, previous=run and run.kept)
    run = replace(run, name=wanted.name, project=replace(run.project, training=plan.training))
    if trained is not None and present is not None and is_worth_keeping(present.project):
        is_same = trained.project.history is present.project.history  # with other edits
        run = replace(run, previous=present.previous if is_same else present.kept)
    run = run.having_variant(Variant(run.project.flow.shown_as(plan.flow), wanted.edits))
    return run if run.target == plan.target else wanting(run, plan.target)


def returned(run: EntrantRun) -> EntrantRun:
    """Return an entrant as it was before it started over, with its name, its budget and the target it learns next."""
    project = existing(run.previous).project.with_budget(run.project.training)
    return wanting(replace(existing(run.previous), name=run.name, project=project), run.target)


def at_rest(run: EntrantRun) -> EntrantRun:
    """Return an entrant after a training that ended before its own did."""
    if run.has_ended:
        return run
    return replace(run, status="stopped" if run.is_begun else "waiting")


def wanting(run: EntrantRun, spec: TargetSpec, built: BuiltTarget | None = None) -> EntrantRun:
    """Return an entrant with another target, which a trained one learns when it continues.

    Args:
        run: The entrant.
        spec: The target.
        built: The same target if it has been built.
    """
    if run.is_recorded:
        return run
    if not run.is_begun:
        return replace(run, project=replace(run.project, target=spec), built=built, asked=None, wanted=None)
    if spec == run.project.target:
        return replace(run, asked=None, wanted=None)
    return replace(run, asked=built, wanted=None if built else spec)


def lost(old: Iterable[EntrantRun], new: Iterable[EntrantRun]) -> Mapping[int, EntrantRun]:
    """Return the trained and recorded ones of some entrants, by style, whose weights other entrants do not have.

    An entrant that has been removed right after it started over is one of them, because of its previous training.
    """
    present = {run.style: run for run in new}
    return {
        run.style: run
        for run in old
        if (run.has_weights and not _continues(present.get(run.style), run))
        or (run.previous is not None and run.style not in present)
    }


def _continues(run: EntrantRun | None, earlier: EntrantRun) -> bool:
    return (
        run is not None
        and run.has_weights
        and run.project.target == earlier.project.target
        and _keeps(run, earlier.requested.plan)
    )


def _keeps(run: EntrantRun, wanted: Plan) -> bool:
    """Return whether an entrant can keep what it has learned for a request with another name, budget or target."""
    project = run.project
    return same_weights(project.flow, wanted.flow) and project.training == wanted.training.with_budget(project.training)

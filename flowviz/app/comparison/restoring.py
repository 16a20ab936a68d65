"""Entrants as they were requested earlier, and what they had learned then."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from flowviz.app.comparison.editing import with_budget
from flowviz.app.comparison.entrants import EntrantRun
from flowviz.app.target.built_target import BuiltTarget
from flowviz.projects import Project
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec


class Requested(NamedTuple):
    """An entrant as it is requested. Its style identifies it, also under another name."""

    style: int
    name: str
    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec


def requested(run: EntrantRun) -> Requested:
    """Return an entrant as it is requested."""
    return Requested(run.style, run.name, run.target, run.project.flow, run.project.training)


def restored(wanted: Requested, present: EntrantRun | None, trained: EntrantRun | None) -> EntrantRun:
    """Return an entrant as it was requested, whose target may have to be built.

    Args:
        wanted: The request.
        present: The entrant as it is now. If it only has another name, budget or target, it keeps what it has learned.
        trained: The entrant as it was, if it had learned something that it has lost since.
    """
    run = trained or present
    if run is None or not _keeps(run, wanted):
        project = Project.untrained(wanted.target, wanted.flow, wanted.training)
        return EntrantRun(wanted.name, project, style=wanted.style)
    run = replace(run.renamed(wanted.name), project=replace(run.project, training=wanted.training))
    return run if run.target == wanted.target else wanting(run, wanted.target)


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
    if not run.is_begun:
        return replace(run, project=replace(run.project, target=spec), built=built, asked=None, wanted=None)
    if spec == run.project.target:
        return replace(run, asked=None, wanted=None)
    return replace(run, asked=built, wanted=None if built else spec)


def lost(old: Iterable[EntrantRun], new: Iterable[EntrantRun]) -> Mapping[int, EntrantRun]:
    """Return the trained ones of some entrants, by style, whose training other entrants do not have."""
    present = {run.style: run for run in new}
    return {run.style: run for run in old if run.is_begun and not _continues(present.get(run.style), run)}


def _continues(run: EntrantRun | None, earlier: EntrantRun) -> bool:
    return (
        run is not None
        and run.is_begun
        and run.project.target == earlier.project.target
        and _keeps(run, requested(earlier))
    )


def _keeps(run: EntrantRun, wanted: Requested) -> bool:
    """Return whether an entrant can keep what it has learned for a request with another name, budget or target."""
    project = run.project
    return project.flow == wanted.flow and project.training == with_budget(wanted.training, project.training)

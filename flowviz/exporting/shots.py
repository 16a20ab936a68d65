"""The shots of an export: the stage and the moment of training that each picture shows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flowviz.errors import SpecError
from flowviz.projects import Project
from flowviz.records import Moment, checked_stage
from flowviz.specs import ExportSpec
from flowviz.specs.export_kinds import FILMS


@dataclass(frozen=True)
class Given(Moment):
    """The present flow at another value of its condition."""

    value: float = field(kw_only=True)


@dataclass(frozen=True)
class Shot:
    """The content of a picture.

    Attributes:
        stage: The stage of the flow; 2.25 is a quarter of the way from stage 2 to stage 3.
        moment: The moment of training; None for the current one.
    """

    stage: float
    moment: Moment | None = None


def shots(project: Project, spec: ExportSpec) -> tuple[Shot, ...]:
    """Return the shots of an export in order.

    Raises:
        SpecError: If a stage or moment does not exist, or if there are no moments to play through.
    """
    moment, stages = seen_moment(project, spec), stage_range(project, spec)
    if spec.what in FILMS:
        return _played(project, spec, stages, moment)
    if spec.what in {"stages", "sheet", "trace"}:
        return tuple(Shot(stage, moment) for stage in stages)
    return (Shot(project.trace.last_stage if spec.what == "samples" else seen_stage(project, spec), moment),)


def stage_range(project: Project, spec: ExportSpec) -> range:
    """Return the stages from the first to the last one of an export, by default all stages of the flow.

    Raises:
        SpecError: If one of them does not exist.
    """
    end = project.trace.last_stage
    first = checked_stage(0 if spec.first is None else spec.first, end)
    return range(first, checked_stage(end if spec.last is None else spec.last, end) + 1)


def seen_stage(project: Project, spec: ExportSpec) -> int:
    """Return the stage of the exported view, by default the last one.

    Raises:
        SpecError: If the stage does not exist.
    """
    end = project.trace.last_stage
    return end if spec.seen.stage is None else checked_stage(spec.seen.stage, end)


def seen_moment(project: Project, spec: ExportSpec) -> Moment | None:
    """Return the moment of training of the exported view, or None for the current one.

    Raises:
        SpecError: If the project has no moment at the requested step.
    """
    step, moments = spec.seen.moment, project.timeline.moments
    if step is None or (moments and step == moments[-1].step):
        return None
    found = next((moment for moment in moments if moment.step == step), None)
    if found is None:
        steps = ", ".join(f"{moment.step:,}" for moment in moments) or "none"
        raise SpecError(f"The project has no saved moment at step {step:,}. Its saved moments are: {steps}.")
    return found


def _played(project: Project, spec: ExportSpec, stages: range, moment: Moment | None) -> tuple[Shot, ...]:
    """Return the shots of one pass of the playback.

    When it plays through the training only, the stage is fixed, and a pass takes as long as one through all layers.
    """
    playback, moments = spec.seen.playback, project.timeline.moments
    if playback.through == "layers":
        return tuple(Shot(stages[0] + way, moment) for way in playback.frames(len(stages) - 1, spec.in_betweens))
    if playback.through == "condition":
        return tuple(_through_condition(project, spec))
    if len(moments) < 2:
        raise SpecError("The project has no saved moments of its training to play. Play the layers instead.")
    last = project.trace.last_stage if playback.through == "training" else len(stages) - 1
    past, found = [*moments[:-1], None], []  # None, because the last moment is the current one
    for way in playback.frames(last, spec.in_betweens):
        stage = seen_stage(project, spec) if playback.through == "training" else stages[0] + way
        found.append(Shot(stage, past[round(way / max(last, 1) * (len(past) - 1))]))
    return tuple(found)


def _through_condition(project: Project, spec: ExportSpec) -> Iterator[Shot]:
    """Yield the shots of one pass through all values of the condition, which takes as long as one through all layers.

    Raises:
        SpecError: If the flow is not conditional.
    """
    low, high = project.condition.range
    last, stage = project.trace.last_stage, seen_stage(project, spec)
    step = project.history.kept_step or 0
    for way in spec.seen.playback.frames(last, spec.in_betweens):
        value = low + (high - low) * way / last
        yield Shot(stage, Given(step, project.weights, None, None, value=value))

"""What is known of a flow, a comparison or a view that a lesson opens, without showing it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from flowviz import projects
from flowviz.lessons.lesson import Opening
from flowviz.projects import Comparison, Project, example
from flowviz.specs import FlowSpec, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.target import FIRST_TEXT
from flowviz.specs.training import DEFAULT_SECONDS

FLOW_FIELDS = {
    "flow_family": "family", "flow_layers": "layers", "conditioner": "conditioner", "normalization": "normalization",
    "log_scale_bound": "log_scale_bound", "base": "base", "components": "components", "arrangement": "arrangement",
    "pairing": "pairing", "integrator": "integrator", "integrator_steps": "integrator_steps",
}  # fmt: skip
TRAINING_FIELDS = {
    "learning_rate": "learning_rate", "clip_norm": "clip_norm", "batch": "batch", "budget_seconds": "seconds",
    "budget_steps": "steps",
}  # fmt: skip
STRAIGHT = {"one_dimension_slope_at_center": 1.0, "one_dimension_largest_move": 0.0, "one_dimension_total": 1.0}
NEED_MAP = {  # which no recorded flow has
    "direction": frozenset({"encode"}), "marks": frozenset({"velocity"}), "tool": frozenset({"probe", "bend"}),
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """What is known of what a lesson opens.

    Attributes:
        values: The observations right after it is opened, as far as they are known.
        stages: The names of the stages of all flows that it shows or requests. None if they are not known.
        steps: The number of its training steps; infinity if that is not known.
        budget: The number of steps of the training that it requests; infinity if that is not known.
        impossible: Values that no observation of it has, by the name of the observation.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    stages: frozenset[str] | None = None
    steps: float = inf
    budget: float = inf
    impossible: Mapping[str, frozenset[str]] = field(default_factory=dict)


def opened(opening: Opening) -> Opened:
    """Return what is known of something that a lesson opens; of a new project, if nothing is given.

    Raises:
        FlowvizError: If a file cannot be read.
    """
    if opening.view is not None:
        return Opened(STRAIGHT)
    path = opening.project or opening.comparison or (example(opening.gallery).path if opening.gallery else None)
    if path is None:
        return _of_project(
            Project.untrained(TextSpec(text=FIRST_TEXT), FlowSpec(), TrainingSpec(seconds=DEFAULT_SECONDS))
        )
    if opening.comparison is not None or projects.is_comparison(path):
        return _of_comparison(projects.load_comparison(path))
    return _of_project(projects.load_project(path))


def stage_kind(name: str) -> str:
    """Return the kind of a stage: its name without its number."""
    return name.partition("_")[2]


def observed_target(target: TargetSpec) -> dict[str, Any]:
    """Return what is observed of a target that is requested; None for what is unknown."""
    return {
        "target_kind": target.kind,
        "text": getattr(target, "text", None) if target.kind == "text" else None,
        "shape": getattr(target, "name", None) if target.kind == "shape" else None,
    }


def observed_flow(flow: FlowSpec) -> dict[str, Any]:
    """Return what is observed of a flow that is requested; None for what is unknown."""
    return {name: getattr(flow, key) for name, key in FLOW_FIELDS.items()}


def observed_training(training: TrainingSpec) -> dict[str, Any]:
    """Return what is observed of a training that is requested; None for what is unknown."""
    return {name: getattr(training, key) for name, key in TRAINING_FIELDS.items()}


def _of_comparison(comparison: Comparison) -> Opened:
    flows = [each.flow for each in comparison.spec.entrants]
    values = {
        "comparison": True,
        "comparison_entrants": len(flows),
        "comparison_families": frozenset(flow.family for flow in flows),
    }
    return Opened(values, frozenset(name for flow in flows for name in flow.stage_names()))


def _of_project(project: Project) -> Opened:
    asked = project.asked
    values = {**dict(_seen(project)), **dict(_results(project))}
    values |= observed_target(asked.target) | observed_flow(asked.flow)
    values |= observed_training(asked.training.of_family(asked.flow.recipe))
    stages = frozenset((*project.flow.stage_names(), *asked.flow.stage_names()))
    known = {name: value for name, value in values.items() if value is not None}
    return Opened(known, stages, _steps(project), asked.training.steps or inf, _impossible(project))


def _impossible(project: Project) -> Mapping[str, frozenset[str]]:
    if project.flow.is_recorded:
        return NEED_MAP
    has_mixture = "mixture" in {project.flow.base, project.asked.flow.base}
    return {} if has_mixture else {"color_by": frozenset({"component"})}


def _seen(project: Project) -> Iterator[tuple[str, Any]]:
    """Yield what is observed of the view of a project."""
    seen, names = project.seen, project.flow.stage_names()
    stage = len(names) - 1 if seen.stage is None else min(seen.stage, len(names) - 1)
    yield from {"stage": stage, "last_stage": len(names) - 1, "stage_kind": stage_kind(names[stage])}.items()
    yield from (("marks", seen.view.marks), ("color_by", seen.view.color_by), ("beside", seen.view.beside))
    yield from (("direction", seen.direction), ("overview", seen.overview), ("fitted", seen.fitted))
    yield "moment", seen.moment if seen.moment is not None else _steps(project) or None
    yield from (("probe", seen.probe is not None), ("playing", False), ("comparison", False))
    if seen.probe is not None:
        yield from zip(("probe_stage", "probe_x", "probe_y"), (seen.probe[0], *seen.probe[1]), strict=True)
    yield "selection", project.selection.count if project.selection is not None else 0


def _results(project: Project) -> Iterator[tuple[str, Any]]:
    """Yield what is observed of the training and the edits of a project."""
    yield from (("training", "idle"), ("steps", _steps(project)), ("recoveries", 0), ("gap", project.gap))
    yield "disabled_layers", project.edits.disabled
    yield "bumps", sum(len(edit.bumps) for edit in project.edits.layers.values())


def _steps(project: Project) -> int:
    steps = project.history.step
    return int(steps[-1]) if len(steps) else 0

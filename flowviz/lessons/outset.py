"""The state in which a step of a lesson begins, as far as what the lesson opens, sets and asks for determines it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flowviz import projects
from flowviz.lessons.lesson import Condition, Opening
from flowviz.lessons.observations import GROUPS, OBSERVATIONS, Observation
from flowviz.lessons.one_dimension import MonotoneCurve, observations
from flowviz.lessons.setup import SEEN_KEYS, VIEW_KEYS, Setup
from flowviz.projects import Comparison, Project, example
from flowviz.specs import FlowSpec, ShapeSpec, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.target import FIRST_TEXT
from flowviz.specs.training import DEFAULT_SECONDS

FLOW_FIELDS = {
    "flow_family": "family", "flow_layers": "layers", "conditioner": "conditioner", "normalization": "normalization",
    "log_scale_bound": "log_scale_bound", "base": "base", "components": "components", "arrangement": "arrangement",
    "pairing": "pairing", "integrator": "integrator", "integrator_steps": "integrator_steps",
}  # fmt: skip
TRAINING_FIELDS = {
    "learning_rate": "learning_rate", "clip_norm": "clip_norm", "batch": "batch", "objective": "objective",
    "budget_seconds": "seconds", "budget_steps": "steps",
}  # fmt: skip

CLOSED = {"panels": frozenset[str]()}  # by a lesson that opens something
BUDGETS = ("budget_seconds", "budget_steps")  # of which one is known at a time
PROBED = ("probe_stage", "probe_x", "probe_y", "probe_density")
TRAINED = tuple(each.name for each in (*GROUPS["The training"], *GROUPS["Comparisons"]))
MEASURED = tuple(name for name in TRAINED if name not in {"training", "steps", "recoveries"})  # edits change them, too
AFTER_TRAINING = (*TRAINED, "moment", "live", "stage", "last_stage", "stage_kind")
EFFECTS: Mapping[str, Iterable[str]] = {  # of an action on an observation: others that may change with it
    **dict.fromkeys(TRAINED, AFTER_TRAINING),
    **dict.fromkeys(("disabled_layers", "bumps", "given"), MEASURED),
    **dict.fromkeys(("integrator", "integrator_steps"), (*MEASURED, "stage", "last_stage", "stage_kind")),
    **dict.fromkeys(("played", "playing"), ("stage", "stage_kind", "moment", "live", "playing")),
    **dict.fromkeys(("probe", "tool", *PROBED), ("probe", "tool", *PROBED)),
    **dict.fromkeys(BUDGETS, BUDGETS),
    "stage": ("stage_kind",),
    "stage_kind": ("stage",),
    "moment": ("live", *MEASURED),
    "direction": ("selection",),
    "flow_family": FLOW_FIELDS,
    "target_kind": ("text", "shape"),
}


@dataclass(frozen=True)
class Outset:
    """State in which a step begins, as far as it is known.

    Attributes:
        values: Observations; None, or no value, for what is unknown.
        flows: All flows that may be shown. Empty if they are not known.
        met: Conditions that the learner has met.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    flows: tuple[FlowSpec, ...] = ()
    met: tuple[Condition, ...] = ()

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition is known to hold."""
        return condition.holds(self.values, self.values) or any(_implies(each, condition) for each in self.met)

    def with_values(self, changes: Mapping[str, Any]) -> "Outset":
        """Return this state with other values of some observations."""
        met = tuple(each for each in self.met if each.observe not in changes)
        return replace(self, values={**self.values, **changes}, met=met)

    def after_setup(self, setup: Setup) -> "Outset":
        """Return what is known after a setup."""
        flows = (*self.flows, setup.flow_spec) if self.flows and setup.flow_spec is not None else self.flows
        found = replace(self, flows=flows).with_values(_prepared(setup))
        return found.with_values(_shown(setup, found))

    def after_action(self, conditions: Collection[Condition]) -> "Outset":
        """Return what is known after a learner has met conditions."""
        observed = {each.observe for each in conditions}
        changes = {effect: None for name in observed for effect in EFFECTS.get(name, ())}
        values = {each.observe: each.value if each.comparison == "is" else None for each in conditions}
        found = self.with_values({**changes, **values})
        flows = () if observed & FLOW_FIELDS.keys() else found.flows
        return replace(found, flows=flows, met=(*found.met, *conditions))

    def kind_of(self, stage: int | None) -> str | None:
        """Return the kind of a stage. None if it is unknown."""
        kinds = {kind for flow in self.flows for number, kind in enumerate(flow.stage_kinds()) if number == stage}
        return kinds.pop() if len(kinds) == 1 else None

    def observation(self, name: str) -> Observation:
        """Return an observation whose range and choices are as narrow as is known."""
        found = OBSERVATIONS[name]
        steps, budget = self.values.get("steps"), self.values.get("budget_steps")
        if name in {"moment", "steps"} and steps is not None and budget is not None:
            return replace(found, maximum=max(steps, budget))
        if self.flows and name in {"stage", "last_stage", "probe_stage"}:
            return replace(found, maximum=max(len(flow.stage_kinds()) for flow in self.flows) - 1)
        if self.flows and name == "stage_kind":
            return replace(found, choices=sorted({kind for flow in self.flows for kind in flow.stage_kinds()}))
        if self.flows and name == "color_by" and all(flow.base != "mixture" for flow in self.flows):
            return replace(found, choices=[each for each in found.choices if each != "component"])
        return found


def opened_file(opening: Opening) -> Path | None:
    """Return the file to open. None if a new project or a view is opened."""
    return opening.project or opening.comparison or (example(opening.gallery).path if opening.gallery else None)


def opened(opening: Opening) -> Outset:
    """Return what is known of something that a lesson opens; of a new project, if nothing is given.

    Raises:
        FlowvizError: If a file cannot be read.
    """
    if opening.view is not None:
        return Outset({**CLOSED, **observations(MonotoneCurve(), 0)})
    path = opened_file(opening)
    if path is None:
        training = TrainingSpec(seconds=DEFAULT_SECONDS)
        return _of_project(Project.untrained(TextSpec(text=FIRST_TEXT), FlowSpec(), training))
    if opening.comparison is not None or projects.is_comparison(path):
        return _of_comparison(projects.load_comparison(path))
    return _of_project(projects.load_project(path))


def spec_observations(spec: TargetSpec | FlowSpec | TrainingSpec | None) -> dict[str, Any]:
    """Return what is observed of a part of a request; None for what is unknown."""
    if spec is None:
        return {}
    if isinstance(spec, FlowSpec):
        return {name: getattr(spec, key) for name, key in FLOW_FIELDS.items()}
    if isinstance(spec, TrainingSpec):
        return {name: getattr(spec, key) for name, key in TRAINING_FIELDS.items()}
    return {
        "target_kind": spec.kind,
        "text": spec.text if isinstance(spec, TextSpec) else None,
        "shape": spec.name if isinstance(spec, ShapeSpec) else None,
    }


def _of_comparison(comparison: Comparison) -> Outset:
    flows = tuple(each.flow for each in comparison.spec.entrants)
    values = {
        **CLOSED,
        "comparison": True,
        "comparison_entrants": len(flows),
        "comparison_families": frozenset(flow.family for flow in flows),
    }
    return Outset(values, flows)


def _of_project(project: Project) -> Outset:
    asked, seen, kinds = project.asked, project.seen, project.flow.stage_kinds()
    steps = int(project.history.step[-1]) if len(project.history.step) else 0
    last_stage = len(kinds) - 1
    stage = last_stage if seen.stage is None else min(seen.stage, last_stage)
    values = {
        **CLOSED,
        **spec_observations(asked.target),
        **spec_observations(asked.flow),
        **spec_observations(asked.training.of_family(asked.flow.recipe)),
        **{name: getattr(seen.view, name) for name in VIEW_KEYS},
        **{name: getattr(seen, name) for name in SEEN_KEYS},
        **(_probed(seen.probe[0], *seen.probe[1]) if seen.probe else _probed()),
        "stage": stage,
        "last_stage": last_stage,
        "stage_kind": kinds[stage],
        "given": asked.flow.given,
        "moment": seen.moment if seen.moment is not None else steps or None,
        "playing": False,
        "comparison": False,
        "selection": project.selection.count if project.selection is not None else 0,
        "training": "idle",
        "steps": steps,
        "recoveries": 0,
        "gap": project.gap if seen.moment is None else None,
        "disabled_layers": project.edits.disabled,
        "bumps": sum(len(edit.bumps) for edit in project.edits.layers.values()),
    }
    return Outset(values, (project.flow, asked.flow))


def _prepared(setup: Setup) -> dict[str, Any]:
    """Return what is observed of the request, the training, the edits and the curve that a setup changes."""
    found = {
        "played": False,
        "exported": False,
        **spec_observations(setup.target_spec),
        **spec_observations(setup.flow_spec),
        **spec_observations(setup.training_spec),
    }
    if setup.train is not None:
        found |= dict.fromkeys(AFTER_TRAINING)
    if setup.edits is not None or setup.disabled_layers is not None:
        found |= {
            **dict.fromkeys(MEASURED),
            "disabled_layers": setup.disabled_layers or frozenset(),
            "bumps": 0 if setup.edits is not None else None,
        }
    if setup.monotone_curve is not None:
        found |= observations(setup.monotone_curve, 0)
    return found


def _shown(setup: Setup, before: Outset) -> dict[str, Any]:
    """Return what is observed of the view that a setup changes."""
    found = {name: value for name, value in setup.changes().items() if name in OBSERVATIONS} | setup.seen_changes()
    if setup.panels is not None:
        found["panels"] = OBSERVATIONS["panels"].completed(setup.panels)
    if setup.selection is not None or setup.direction not in {None, before.values.get("direction")}:
        found["selection"] = 0
    if isinstance(setup.probe, tuple):
        found |= {**_probed(*setup.probe), "tool": "probe"}
    elif setup.probe == "clear" or setup.tool not in {None, "probe"}:
        found |= _probed()
    if setup.moment == "latest":
        found |= {"moment": before.values.get("steps"), "live": True}
    elif setup.moment is not None:
        found |= dict.fromkeys(("live", *MEASURED))
    if setup.stage is not None:
        stage = before.values.get("last_stage") if setup.stage == "last" else setup.stage
        found |= {"stage": stage, "stage_kind": before.kind_of(stage)}
    return found


def _probed(stage: int | None = None, x: float | None = None, y: float | None = None) -> dict[str, Any]:
    """Return what is observed of a point that is probed, or of none."""
    return {"probe": stage is not None, "probe_stage": stage, "probe_x": x, "probe_y": y, "probe_density": None}


def _implies(known: Condition, other: Condition) -> bool:
    """Return whether a condition holds wherever one that is known holds."""
    if known.observe != other.observe or known.comparison == "changed":
        return False
    comparisons = {known.comparison, other.comparison}
    is_same_way = comparisons <= {"above", "at_least"} or comparisons <= {"below", "at_most"}
    return known == other or (is_same_way and other.holds({known.observe: known.value}, {}))

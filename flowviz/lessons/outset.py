"""The state in which a step of a lesson begins, as far as what the lesson opens and sets determines it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flowviz.lessons.lesson import Condition, Step
from flowviz.lessons.observations import GROUPS, OBSERVATIONS
from flowviz.lessons.opened import (
    FLOW_FIELDS,
    STRAIGHT,
    Opened,
    observed_flow,
    observed_target,
    observed_training,
    stage_kind,
)
from flowviz.lessons.possible import implies
from flowviz.lessons.setup import Setup

AS_GIVEN = ("marks", "color_by", "beside", "direction", "overview", "fitted", "tool", "playing", "pane")
EVENTS = ("played", "exported")  # which have not happened when a step begins
PROBED = tuple(name for name in OBSERVATIONS if name.startswith("probe_"))
TRAINED = frozenset(each.name for each in GROUPS["The training"])
COMPARED = frozenset(each.name for each in GROUPS["Comparisons"])
MEASURED = TRAINED - {"training", "steps", "recoveries"}  # which an edit changes, too
AFTER_TRAINING = (*TRAINED, "moment", "live", "stage", "last_stage", "stage_kind")
EFFECTS: Mapping[str, Iterable[str]] = {  # of an action on an observation: others that may change with it
    **dict.fromkeys(TRAINED, AFTER_TRAINING),
    **dict.fromkeys(COMPARED, (*AFTER_TRAINING, *COMPARED)),
    **dict.fromkeys(("disabled_layers", "bumps"), MEASURED),
    **dict.fromkeys(("integrator", "integrator_steps"), (*MEASURED, "stage", "last_stage", "stage_kind")),
    **dict.fromkeys(("played", "playing"), ("stage", "stage_kind", "moment", "live", "playing")),
    **dict.fromkeys(("probe", "tool", *PROBED), ("probe", "tool", *PROBED)),
    "stage": ("stage_kind",),
    "stage_kind": ("stage",),
    "moment": ("live", *MEASURED),
    "direction": ("selection",),
    "flow_family": FLOW_FIELDS,
    "target_kind": ("text", "shape"),
}


@dataclass(frozen=True)
class Outset:
    """What is known of the state in which a step begins.

    Attributes:
        values: The observations whose values are known.
        met: Conditions that hold for observations whose values are not known, by the name of the observation.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    met: Mapping[str, tuple[Condition, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, opened: Opened) -> "Outset":
        """Return what is known right after something was opened. The panels beside a lesson are closed at first."""
        return cls(opened.values)._with({"panels": frozenset[str]()} | dict.fromkeys(EVENTS, False))

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition is known to hold."""
        name = condition.observe
        if name in self.values:
            return condition.holds(self.values, self.values)
        return implies(OBSERVATIONS[name], self.met.get(name, ()), condition)

    def after_opening(self, opened: Opened) -> "Outset":
        """Return what is known after something else was opened; the panels and the tool stay."""
        kept = {name: self.values[name] for name in ("panels", "tool", *EVENTS) if name in self.values}
        return Outset({**kept, **opened.values})

    def after_setup(self, setup: Setup, stages: frozenset[str] | None) -> "Outset":
        """Return what is known after a setup.

        Args:
            setup: The setup.
            stages: The names of the stages of the flow. None if they are not known.
        """
        found = self._with(dict.fromkeys(EVENTS, False))
        if setup.train is not None:
            found = found._without(AFTER_TRAINING)
        if setup.edits is not None or setup.disabled_layers is not None:
            found = found._without(MEASURED)
        found = found._with(_requested(setup))._with(_shown(setup, found.values))
        return found._with(_place(setup, found.values, stages))

    def after_action(self, step: Step) -> "Outset":
        """Return what is known after a learner has done what a step asks for."""
        found = self
        for condition in step.conditions:
            found = found._without(EFFECTS.get(condition.observe, ()))
        for condition in step.conditions:
            found = found._meeting(condition)
        return found

    def _meeting(self, condition: Condition) -> "Outset":
        name, value = condition.observe, condition.value
        if condition.comparison == "is":
            return self._with({name: frozenset(value) if isinstance(value, tuple) else value})
        if name in self.values and self.holds(condition):
            return self
        met = (*self.met.get(name, ()), condition) if condition.comparison != "changed" else ()
        return replace(self._without((name,)), met={**self.met, name: met})

    def _with(self, changes: Mapping[str, Any]) -> "Outset":
        """Return this state with other values; None means that a value is no longer known."""
        found = self._without(changes)
        known = {name: value for name, value in changes.items() if value is not None}
        return replace(found, values={**found.values, **known})

    def _without(self, names: Iterable[str]) -> "Outset":
        gone = frozenset(names)
        values, met = (
            {name: each for name, each in found.items() if name not in gone} for found in (self.values, self.met)
        )
        return Outset(values, met)


def _requested(setup: Setup) -> dict[str, Any]:
    """Return what is observed of a request that a setup makes."""
    found: dict[str, Any] = {}
    if (target := setup.target_spec) is not None:
        found |= observed_target(target)
    if (flow := setup.flow_spec) is not None:
        found |= observed_flow(flow)
    if (training := setup.training_spec) is not None:
        found |= observed_training(training)
    return found


def _shown(setup: Setup, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is observed of a view that a setup gives, apart from the stage and the moment."""
    given = setup.given()
    found = {name: given[name] for name in AS_GIVEN if name in given}
    if setup.panels is not None:
        together = frozenset(OBSERVATIONS["panels"].together)
        found["panels"] = setup.panels | (together if setup.panels & together else frozenset())
    if setup.selection is not None or setup.direction not in {None, known.get("direction")}:
        found["selection"] = 0
    if setup.probe == "clear" or setup.tool not in {None, "probe"}:
        found |= {**dict.fromkeys(PROBED), "probe": False}
    elif setup.probe is not None:
        found |= {**dict.fromkeys(PROBED), "probe": True, "tool": "probe"}
        found |= zip(("probe_stage", "probe_x", "probe_y"), setup.probe, strict=True)
    if setup.disabled_layers is not None:
        found["disabled_layers"] = setup.disabled_layers
    if setup.edits is not None:
        found |= {"disabled_layers": frozenset(), "bumps": 0}
    if setup.curve is not None:
        curves = (name for name in OBSERVATIONS if name.startswith("one_dimension_"))
        found |= {**dict.fromkeys(curves), **(STRAIGHT if setup.curve == "straight" else {})}
    return found


def _place(setup: Setup, known: Mapping[str, Any], stages: frozenset[str] | None) -> dict[str, Any]:
    """Return what is observed of the stage and the moment that a setup gives."""
    found: dict[str, Any] = {}
    if setup.moment is not None:
        is_latest = setup.moment == "latest"
        found |= {"moment": known.get("steps") if is_latest else setup.moment, "live": True if is_latest else None}
    if setup.stage is not None:
        stage = known.get("last_stage") if setup.stage == "last" else setup.stage
        names = [name for name in stages or () if stage is not None and int(name.partition("_")[0]) == stage]
        found |= {"stage": stage, "stage_kind": stage_kind(names[0]) if len(names) == 1 else None}
    return found

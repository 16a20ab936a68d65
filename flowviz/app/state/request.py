"""The request: the target, flow and training that the user has asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from PyQt6.QtCore import pyqtSignal

from flowviz.app.state.pages import Contents, Kind, Pages, contents_of, target_of
from flowviz.app.state.state import State
from flowviz.errors import FlowvizError
from flowviz.projects import Plan
from flowviz.specs import PRESETS, RECIPES, FlowSpec, PresetName, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.condition import Value
from flowviz.specs.flow import MIXTURE_DEFAULTS
from flowviz.specs.flow_choices import NETWORK_FIELDS
from flowviz.specs.recipes import Family
from flowviz.specs.target import FIRST_TEXT, condition_of
from flowviz.specs.training import DEFAULT_SECONDS

TELLS_ALL: Mapping[str, float] = {"leave_out": 0.0, "guidance": 1.0}  # of a flow that leaves out no values


@cache
def first_plan() -> Plan:
    """Return the plan of a new project."""
    return Plan(TextSpec(text=FIRST_TEXT), FlowSpec(), TrainingSpec(seconds=DEFAULT_SECONDS))


@dataclass(frozen=True)
class Request:
    """The user's request.

    Attributes:
        plan: Target, flow and training. While the current page has no valid target, the plan keeps the last valid one.
        kind: The current target page.
        pages: The contents of all target pages.
        follows: Whether a running training switches to each new target.
        problem: Why the current page has no valid target; empty if it has one.
        leave_out: The share of values to leave out, kept while the flow has no condition.
    """

    plan: Plan = field(default_factory=first_plan)
    kind: Kind = "text"
    pages: Pages = field(default_factory=Pages)
    follows: bool = True
    problem: str = ""
    leave_out: float = 0.0

    @cached_property
    def trained_flow(self) -> FlowSpec:
        """Return the requested flow as it is trained: the same at every value of its condition."""
        return self.plan.flow.as_trained()

    def on_page(self, kind: Kind, pages: Pages) -> "Request":
        """Return a copy of the request with other pages, of which `kind` is the current one."""
        target, problem = target_of(pages.of(kind))
        turned = replace(self, kind=kind, pages=pages, problem=problem)
        return turned.having(self.plan if target is None else replace(self.plan, target=target))

    def having(self, plan: Plan) -> "Request":
        """Return a copy of the request with another plan, whose flow gets the condition of its target."""
        condition, flow, leave_out = condition_of(plan.target), plan.flow, plan.flow.leave_out
        if condition is None or flow.ignores_condition:
            leave_out = leave_out or self.leave_out
            flow = flow.model_copy(update=TELLS_ALL)
        elif self.plan.flow.condition is None and not leave_out:
            leave_out = self.leave_out
            flow = flow.model_copy(update={"leave_out": leave_out})
        try:
            conditioned = replace(plan, flow=flow.conditioned_on(condition))
        except FlowvizError as error:
            return replace(self, plan=plan, problem=self.problem or str(error))
        return replace(self, plan=conditioned, leave_out=leave_out)


class RequestState(State[Request]):
    """Observable request, with a setter for each part that the user can change."""

    edited = pyqtSignal()  # the user has changed something, rather than opened a project

    @property
    def plan(self) -> Plan:
        """Return the requested target, flow and training."""
        return self.value.plan

    def set(self, value: Request) -> None:
        is_edit = value != self.value
        super().set(value)
        if is_edit:
            self.edited.emit()

    def restore(self, value: Request) -> None:
        """Request the same as before, which is no edit."""
        super().set(value)

    def show_plan(self, plan: Plan) -> None:
        """Request a plan exactly as it is, including values that no control shows."""
        turned = _turned_to(self.value, contents_of(plan.target))
        super().set(replace(turned, plan=plan, leave_out=plan.flow.leave_out))

    def show_target(self, spec: TargetSpec) -> None:
        """Request a target, and turn to its page."""
        self.show_page(contents_of(spec))

    def show_flow(self, flow: FlowSpec) -> None:
        """Request a flow exactly as it is."""
        self._update_plan(flow.leave_out, flow=flow)

    def show_text(self, text: str) -> None:
        """Request a text in the current font, and turn to its page."""
        self.show_page(replace(self.value.pages.text, text=text))

    def turn_to(self, kind: Kind) -> None:
        """Turn to a page, and request its target."""
        self.set(self.value.on_page(kind, self.value.pages))

    def show_page(self, contents: Contents) -> None:
        """Change the contents of a page, and turn to it."""
        self.set(_turned_to(self.value, contents))

    def set_page(self, contents: Contents) -> None:
        """Change the contents of a page without turning to it."""
        self.set(self.value.on_page(self.value.kind, self.value.pages.having(contents)))

    def update_page(self, kind: Kind, **changes: Any) -> None:
        """Change some fields of a page."""
        self.set_page(replace(self.value.pages.of(kind), **changes))

    def set_family(self, family: Family) -> None:
        """Request a flow of a family with its default sizes.

        It keeps the seed, the base if one was chosen, and the share of values to leave out if the family has one.
        """
        flow = self.plan.flow
        has_own_base = not flow.is_recorded and flow.base != FlowSpec(family=flow.family).base
        names = ("base", *MIXTURE_DEFAULTS, "seed") if has_own_base else ("seed",)
        kept = {name: getattr(flow, name) for name in names}
        if RECIPES[family].is_continuous and kept.get("arrangement") == "learned":
            kept["arrangement"] = None  # flow matching has no gradient for the components
        requested = FlowSpec(family=family, **kept)
        if requested.takes_condition:
            requested = requested.model_copy(update={"leave_out": flow.leave_out})
        self._update_plan(flow=requested)

    def set_preset(self, name: PresetName) -> None:
        """Request the flow of a preset."""
        self._update_plan(flow=PRESETS[name].flow(self.plan.flow.seed))

    def update_flow(self, **changes: Any) -> None:
        """Change some fields of the flow."""
        values = dict(self.plan.flow)
        if "normalization" in changes:
            del values["batch_normalization_momentum"]  # each kind of normalization has its own default
        values |= changes | {"condition": None, "given": None, "guidance": 1.0}
        if values["conditioner"] == "table":
            values = {name: value for name, value in values.items() if name not in NETWORK_FIELDS}
        if values["base"] != "mixture":
            values = {name: value for name, value in values.items() if name not in MIXTURE_DEFAULTS}
        flow, before = FlowSpec(**values), self.plan.flow
        if flow.takes_condition and not flow.ignores_condition:
            flow = flow.model_copy(update={"condition": before.condition}).told_as(before)
        self._update_plan(flow=flow)

    def set_given(self, value: Value | None) -> None:
        """Show the flow at a value of its condition, or at any."""
        self._tell(given=value)

    def set_guidance(self, weight: float) -> None:
        """Show the flow with a guidance of its value of the condition."""
        self._tell(guidance=weight)

    def _tell(self, **changes: Any) -> None:
        flow = self.plan.flow.model_copy(update=changes)
        self.change(plan=replace(self.plan, flow=flow))

    def update_training(self, **changes: Any) -> None:
        """Change some fields of the training."""
        self._update_plan(training=TrainingSpec(**{**dict(self.plan.training), **changes}))

    def set_seed(self, seed: int) -> None:
        """Use one seed for the flow and for the training."""
        flow = self.plan.flow.model_copy(update={"seed": seed})
        self._update_plan(flow=flow, training=self.plan.training.model_copy(update={"seed": seed}))

    def set_budget(self, unit: str, amount: float) -> None:
        """Set how long to train, in `unit` "seconds" or "steps"."""
        self.update_training(**{"seconds": None, "steps": None, unit: amount})

    def _update_plan(self, leave_out: float | None = None, **changes: Any) -> None:
        kept = self.value.leave_out if leave_out is None else leave_out
        plan = replace(self.plan, **changes)
        if plan.flow.no_density:
            plan = replace(plan, training=plan.training.model_copy(update={"objective": "samples"}))
        _, problem = target_of(self.value.pages.of(self.value.kind))
        self.set(replace(self.value, problem=problem, leave_out=kept).having(plan))


def _turned_to(request: Request, contents: Contents) -> Request:
    return request.on_page(contents.kind, request.pages.having(contents))

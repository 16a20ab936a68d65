"""What the user asks for: a target, a flow, and a training."""

from dataclasses import dataclass, field, replace
from typing import Any

from PyQt6.QtCore import QObject

from flowviz.app.state.pages import Contents, Kind, Pages, contents_of
from flowviz.app.state.state import State
from flowviz.errors import FlowvizError
from flowviz.projects import Plan
from flowviz.specs import FlowSpec, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.recipes import Family
from flowviz.specs.target import FIRST_TEXT
from flowviz.specs.training import DEFAULT_SECONDS

FIRST_PLAN = Plan(TextSpec(text=FIRST_TEXT), FlowSpec(), TrainingSpec(seconds=DEFAULT_SECONDS))


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Attributes:
        plan: Target, flow and training. If the page that is shown makes no target, its target is the last valid one.
        kind: The target page that is shown.
        pages: The contents of all target pages.
        follows: Whether a running training switches to every new target.
        problem: Why the page that is shown makes no target; empty if it does.
    """

    plan: Plan = FIRST_PLAN
    kind: Kind = "text"
    pages: Pages = field(default_factory=Pages)
    follows: bool = False
    problem: str = ""

    def on_page(self, kind: Kind, pages: Pages) -> "Request":
        """Return this request with other contents of the pages, one of which makes the target."""
        try:
            target, problem = pages.of(kind).spec(), ""
        except FlowvizError as error:
            target, problem = self.plan.target, str(error)
        return replace(self, plan=replace(self.plan, target=target), kind=kind, pages=pages, problem=problem)


class RequestState(State[Request]):
    """Holds what the user asks for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(Request(), parent)

    @property
    def plan(self) -> Plan:
        """What the user asks for now."""
        return self.value.plan

    def show_plan(self, plan: Plan) -> None:
        """Ask for a plan exactly as it is, including what no control shows."""
        self.set(replace(_showing(self.value, contents_of(plan.target)), plan=plan))

    def show_target(self, spec: TargetSpec) -> None:
        """Ask for this target, and turn to its page."""
        self.show_page(contents_of(spec))

    def show_text(self, text: str) -> None:
        """Ask for a text in the font that is set, and turn to its page."""
        self.show_page(replace(self.value.pages.text, text=text))

    def turn_to(self, kind: Kind) -> None:
        """Turn to a page and ask for its target."""
        self.set(self.value.on_page(kind, self.value.pages))

    def show_page(self, contents: Contents) -> None:
        """Change the contents of a page, and turn to it."""
        self.set(_showing(self.value, contents))

    def set_page(self, contents: Contents) -> None:
        """Change the contents of a page, which need not be the one that is shown."""
        self.set(self.value.on_page(self.value.kind, self.value.pages.having(contents)))

    def update_page(self, kind: Kind, **changes: Any) -> None:
        """Change some fields of a page."""
        self.set_page(replace(self.value.pages.of(kind), **changes))

    def set_family(self, family: Family) -> None:
        """Ask for a flow of a family, with the sizes of its recipe."""
        self._plan(flow=FlowSpec(family=family, seed=self.plan.flow.seed))

    def update_flow(self, **changes: Any) -> None:
        """Change some fields of the flow."""
        values = dict(self.plan.flow)
        if "normalization" in changes:
            del values["batch_normalization_momentum"]  # each kind of normalization has a default of its own
        self._plan(flow=FlowSpec(**{**values, **changes}))

    def update_training(self, **changes: Any) -> None:
        """Change some fields of the training."""
        self._plan(training=TrainingSpec(**{**dict(self.plan.training), **changes}))

    def set_seed(self, seed: int) -> None:
        """Use one seed for the flow and for the training."""
        flow = self.plan.flow.model_copy(update={"seed": seed})
        self._plan(flow=flow, training=self.plan.training.model_copy(update={"seed": seed}))

    def set_budget(self, unit: str, amount: float) -> None:
        """Train for a number of "seconds" or of "steps"."""
        self.update_training(**{"seconds": None, "steps": None, unit: amount})

    def set_follows(self, follows: bool) -> None:
        """Choose whether a running training switches to every new target."""
        self.set(replace(self.value, follows=follows))

    def _plan(self, **changes: Any) -> None:
        self.set(replace(self.value, plan=replace(self.plan, **changes)))


def _showing(request: Request, contents: Contents) -> Request:
    return request.on_page(contents.kind, request.pages.having(contents))

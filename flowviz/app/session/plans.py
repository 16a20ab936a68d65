"""What the panels ask for: a target, a flow, a training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.panel import Kind, TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.errors import FlowvizError
from flowviz.projects import Plan
from flowviz.specs import TrainingSpec


@dataclass(frozen=True)
class Choices:
    """What is chosen in the panels: what they ask for, the page that is turned to, and what stands on each page."""

    plan: Plan
    kind: Kind
    pages: Mapping[Kind, Mapping[str, Any]]
    follows: bool


class Plans(QObject):
    """Announces that something else may be chosen in the panels.

    A plan that was shown is asked for exactly as it was until a person changes something: the panels round, and have
    no control for some of it.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        target: TargetPanel,
        flow: FlowPanel,
        controls: TrainingControls,
        target_builder: TargetBuilder,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._target, self._flow, self._controls, self._target_builder = target, flow, controls, target_builder
        self._shown = self._said = self._says()
        target.changed.connect(self.changed)
        flow.flow_changed.connect(self.changed)
        controls.budget_changed.connect(self.changed)
        controls.follow_toggled.connect(self.changed)

    def asked(self) -> Plan:
        """What is asked for now; where nothing can be made of the target, it is the last one that could be read."""
        said, shown, before = self._says(), self._shown, self._said
        return Plan(
            shown.target if said.target == before.target else said.target,
            shown.flow if said.flow == before.flow else said.flow,
            shown.training if said.training == before.training else said.training,
        )

    def show(self, plan: Plan) -> str:
        """Have the panels ask for this; the sentence of what they cannot show, or nothing."""
        problem = ""
        self._flow.show_plan(plan.flow, plan.training)
        self._controls.show_budget(plan.training)
        try:
            self._target.show_spec(plan.target)
        except FlowvizError as error:
            problem = str(error)
        self.take(plan)
        return problem

    def choices(self) -> Choices:
        """What is chosen now."""
        return Choices(self.asked(), self._target.kind, self._target.contents(), self._controls.follows)

    def show_choices(self, choices: Choices) -> None:
        """Have the panels show what was chosen before; those that show it already are left alone."""
        now, plan = self.choices(), choices.plan
        self._controls.show_follows(choices.follows)
        if (now.plan.flow, now.plan.training) != (plan.flow, plan.training):
            self._flow.show_plan(plan.flow, plan.training)
            self._controls.show_budget(plan.training)
        if (now.kind, now.pages) != (choices.kind, choices.pages):
            self._target.show_contents(choices.kind, choices.pages)
        self.take(plan)
        self.changed.emit()

    def take(self, plan: Plan) -> None:
        """This is what the panels ask for now."""
        self._shown, self._said = plan, self._says()

    def _says(self) -> Plan:
        flow = self._flow.flow_spec()
        training = TrainingSpec(**self._controls.budget(), **self._flow.training_options())
        return Plan(self._target_builder.spec, flow, training)

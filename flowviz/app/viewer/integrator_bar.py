"""The integrator bar: how flow matching follows the velocity, and in how many steps."""

from collections.abc import Callable
from functools import cache
from typing import Any

from PyQt6.QtWidgets import QLabel, QSpinBox

from flowviz.app.state.binding import bind_choice, bind_number
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import View, ViewState
from flowviz.app.widgets.controls import choice_box
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.specs import FlowSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.flow import Integrator

INTEGRATORS: dict[Integrator, str] = {"euler": "Euler", "midpoint": "Midpoint", "rk4": "RK4"}
SPACING = 6  # pixels
NO_TRAINING = "The weights stay the same, so no training is needed"
OTHER_FAMILY = "Choose flow matching in the flow panel to change the integrator"


class IntegratorBar(WrappingRow):
    """Method and number of steps of the integrator; visible while the displayed flow has one."""

    def __init__(self, request: RequestState, view: ViewState) -> None:
        method, steps = (fields_of(FlowSpec)[name] for name in ("integrator", "integrator_steps"))
        method_box, steps_box = choice_box("integratorBox", method, INTEGRATORS), QSpinBox()
        steps_box.setObjectName("integratorSteps")
        steps_box.setAccessibleName(steps.title)
        steps_box.setRange(*steps.limits)
        steps_box.setKeyboardTracking(False)  # while 100 is typed, neither 1 nor 10 is requested
        self._tips = {method_box: method.description, steps_box: steps.description}
        label = QLabel("Integrator")
        label.setBuddy(method_box)
        super().__init__(SPACING, label, method_box, steps_box, QLabel("steps"))
        self.setObjectName("integratorBar")
        bind_choice(request, lambda value: _integrated(value).integrator, method_box, _setter(request, "integrator"))
        bind_number(
            request,
            lambda value: _integrated(value).integrator_steps or steps_box.minimum(),
            steps_box,
            _setter(request, "integrator_steps"),
        )
        request.changed.connect(self._on_request_changed)
        view.changed.connect(self._on_view_changed)
        self._enable(request.plan.flow.recipe.is_continuous)
        self.setVisible(view.value.is_continuous)

    def _on_request_changed(self, old: Request, new: Request) -> None:
        if old.plan.flow.recipe != new.plan.flow.recipe:
            self._enable(new.plan.flow.recipe.is_continuous)

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.is_continuous != new.is_continuous:
            self.setVisible(new.is_continuous)

    def _enable(self, enabled: bool) -> None:
        """Enable the controls if the requested flow has an integrator, and else say why they are disabled."""
        for box, description in self._tips.items():
            box.setEnabled(enabled)
            box.setToolTip(f"{description}. {NO_TRAINING}" if enabled else OTHER_FAMILY)


def _integrated(request: Request) -> FlowSpec:
    """Return the requested flow if it has an integrator, or else flow matching."""
    return request.plan.flow if request.plan.flow.recipe.is_continuous else _flow_matching()


@cache
def _flow_matching() -> FlowSpec:
    return FlowSpec(family="flow_matching")


def _setter(request: RequestState, field: str) -> Callable[[Any], None]:
    return lambda value: request.update_flow(**{field: value})

"""The integrator bar: how flow matching follows the velocity, and in how many steps."""

from collections.abc import Mapping

from PyQt6.QtWidgets import QLabel

from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import label_of
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import ControlSpec, bind_fields, controls_of
from flowviz.specs import FlowSpec
from flowviz.specs.fields import fields_of

FIELDS = fields_of(FlowSpec)
FORM: Mapping[str, ControlSpec] = {
    "integrator": ControlSpec("integratorBox", {"euler": "Euler", "midpoint": "Midpoint", "rk4": "RK4"}),
    "integrator_steps": ControlSpec("integratorSteps", is_late=True),
}
NO_TRAINING = "The weights stay the same, so no training is needed"
OTHER_FAMILY = "Choose flow matching in the flow panel to change the integrator"


class IntegratorBar(WrappingRow):
    """Method and number of steps of the integrator; visible while the displayed flow has one."""

    def __init__(self, request: RequestState, view: ViewState) -> None:
        self._controls = controls_of(FIELDS, FORM)
        method, steps = self._controls.values()
        noun = QLabel()
        super().__init__(GAP, label_of(method, "Integrator"), method, steps, noun)
        self.setObjectName("integratorBar")
        bind_fields(request, _integrated, self._controls, request.update_flow)
        request.watch(
            lambda value: _integrated(value).integrator_steps == 1,
            lambda single: noun.setText("step" if single else "steps"),
        )
        request.watch(lambda value: value.plan.flow.recipe.is_continuous, self._enable)
        view.watch(lambda value: value.is_continuous, self.setVisible)

    def _enable(self, enabled: bool) -> None:
        """Enable the controls if the requested flow has an integrator, and else say why they are disabled."""
        for name, control in self._controls.items():
            control.setEnabled(enabled)
            control.setToolTip(f"{FIELDS[name].description}. {NO_TRAINING}" if enabled else OTHER_FAMILY)


def _integrated(request: Request) -> FlowSpec:
    """Return the requested flow if it has an integrator, or else flow matching."""
    return request.plan.flow if request.plan.flow.recipe.is_continuous else FlowSpec(family="flow_matching")

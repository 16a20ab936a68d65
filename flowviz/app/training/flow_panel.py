"""The controls of the flow: a preset, and a sheet with the options of the flow and its training."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from PyQt6.QtWidgets import QLabel, QSpinBox, QVBoxLayout, QWidget

from flowviz.app.state.request import Request, RequestState
from flowviz.app.training.presets import PresetBox
from flowviz.app.widgets.controls import ChoiceBox, HelpButton, check_box, lay_out, row, tool_button
from flowviz.app.widgets.form import (
    ControlSpec,
    add_control,
    bind_control,
    bind_fields,
    control_of,
    controls_of,
    form_of,
)
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.app.widgets.sheet import Sheet
from flowviz.specs import RECIPES, FlowSpec, TrainingSpec
from flowviz.specs.fields import SpecField, fields_of
from flowviz.specs.recipes import RECORDED_RECIPE, Family
from flowviz.specs.target import condition_of

FOLLOW_TIP = (
    "A running training switches to every target that you type, draw or choose, and keeps what the flow has learned"
)
ONE_NETWORK = "Flow matching learns one network for all steps, so there are no layers to choose"
FIXED_BASE = "Flow matching learns paths from a given base; it cannot move the components"
ADD_BESIDE = "Add a Flow Beside It"
ADD_BESIDE_TIP = "Show the same flow, untrained, beside this one, to change it. A running training goes on"
MAX_SEED = 2**31 - 1
OWN_DECIMALS = 4  # of the options of extensions
FLOW, TRAINING = fields_of(FlowSpec), fields_of(TrainingSpec)
FLOW_FORM: Mapping[str, ControlSpec] = {
    "layers": ControlSpec("flowLayers"),
    "width": ControlSpec("flowWidth"),
    "depth": ControlSpec("flowDepth"),
    "bins": ControlSpec("flowBins"),
    "pairing": ControlSpec("flowPairing", {"transport": "transport plan", "independent": "independent"}),
    "conditioner": ControlSpec("flowConditioner", {"network": "network", "table": "table of values"}),
    "normalization": ControlSpec(
        "flowNormalization",
        {
            "running": "running averages",
            "minibatch": "minibatch, as in the post",
            "actnorm": "actnorm",
            "box": "box around the target",
            "none": "none",
        },
    ),
    "base": ControlSpec(
        "flowBase",
        {
            "normal": "one Gaussian",
            "uniform": "even square",
            "student_t": "Student's t: far outliers",
            "mixture": "mixture of Gaussians",
        },
    ),
    "arrangement": ControlSpec("flowArrangement", {name: name for name in ("ring", "grid", "learned")}),
    "components": ControlSpec("flowComponents"),
    "ignores_condition": ControlSpec("flowIgnoresCondition"),
    "leave_out": ControlSpec("flowLeaveOut", decimals=2, is_late=True),
}
TRAINING_FORM: Mapping[str, ControlSpec] = {
    "objective": ControlSpec(
        "trainingObjective",
        {"samples": "samples", "density": "density", "weighted_density": "weighted density"},
    ),
    "learning_rate": ControlSpec("trainingRate", limits=(1e-5, 1.0), decimals=5, is_late=True),
    "batch": ControlSpec("trainingBatch", is_late=True),
    "clip_norm": ControlSpec("trainingClip", limits=(1e-3, 1e4), decimals=3, is_late=True),
    "patience": ControlSpec("trainingPatience", limits=(0, 1_000_000), is_late=True),
    "seed": ControlSpec("trainingSeed", limits=(0, MAX_SEED)),
}


class FlowPanel(QWidget):
    """Panel that shows the requested flow and changes it. Every combination of its options is a valid flow."""

    def __init__(self, request: RequestState, add_beside: Callable[[], object]) -> None:
        """Create a panel; `add_beside` adds a flow beside the one that is shown."""
        super().__init__()
        self._request = request
        self._preset = PresetBox(request)
        self._warning = WarningLabel("flowWarning", "Warning about the flow")
        self.beside_button = tool_button("addBesideButton", ADD_BESIDE, ADD_BESIDE_TIP, "add", run=add_beside)
        self._form = FlowOptions(request)
        self.show_hint, self.help = self._form.show_hint, self._form.help
        self._base_warning = ""
        tip = "Family, sizes, normalization, objective, learning rate, batch size, clip norm, patience and seed"
        self.sheet = Sheet(self, "flowOptions", "Options", tip, self._form, self.help)
        choices = row(self._preset, self.sheet.opener, self.beside_button, stretched=self._preset)
        self._layout = lay_out(QVBoxLayout(self), choices, self._warning)
        request.watch(lambda value: value.trained_flow, lambda _: self._warn())

    def show_base_warning(self, warning: str) -> None:
        """Warn that the base of the flow does not suit the target. An empty text hides the warning."""
        self._base_warning = warning
        self._warn()

    def _warn(self) -> None:
        warnings = self._request.value.plan.flow.warning, self._base_warning
        self._warning.show_text(" ".join(filter(None, warnings)))

    def add_bar(self, bar: QWidget) -> None:
        """Add a bar above everything else."""
        self._layout.insertWidget(0, bar)


class FlowOptions(QWidget):
    """Form with the options of the flow and its training."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._request = request
        self._flow, self._training = controls_of(FLOW, FLOW_FORM), controls_of(TRAINING, TRAINING_FORM)
        titles = {family: recipe.title for family, recipe in RECIPES.items()}
        self._family = ChoiceBox("flowFamily", "Family", titles)
        self._family.setToolTip("Kind of layers in the flow. The post is Brad Saund's blog post on normalizing flows")
        self._family.describe_choices({family: recipe.sentence for family, recipe in RECIPES.items()})
        self._sentence = WrappingLabel("flowSentence", "Description of the flow")
        tip = "Limit how much a layer can stretch, to prevent numerical overflow"
        self._bounded = check_box("flowBounded", "Bounded log-scale", tip)
        patience = self._training["patience"]
        assert isinstance(patience, QSpinBox)
        patience.setSpecialValueText("unlimited")
        self._follows = check_box("followBox", "Follow the target", FOLLOW_TIP)
        self._hint = WrappingLabel("settingsHint", "When a change of the settings applies")
        self._own: dict[QWidget, Family] = {}  # options that only one family has
        self.help = HelpButton("flow", self._sentence)
        self._form = form_of(self)
        self._fill()
        self._bind()
        request.watch(lambda value: (value.trained_flow, condition_of(value.plan.target) is not None), self._enable)

    def _bind(self) -> None:
        request = self._request
        bind_control(request, lambda value: value.plan.flow.family, self._family, request.set_family)
        bind_fields(request, lambda value: value.plan.flow, self._flow, request.update_flow)
        bind_control(
            request, lambda value: value.plan.flow.log_scale_bound is not None, self._bounded, self._set_bounded
        )
        bind_control(
            request,
            lambda value: value.plan.training.patience,
            self._training["patience"],
            lambda validations: request.update_training(patience=validations or None),
        )
        bind_control(
            request, lambda value: min(value.plan.flow.seed, MAX_SEED), self._training["seed"], request.set_seed
        )
        bind_fields(
            request,
            lambda value: value.plan.training.of_family(value.plan.flow.recipe),
            {name: each for name, each in self._training.items() if name not in {"patience", "seed"}},
            request.update_training,
        )
        bind_fields(request, lambda value: value, {"follows": self._follows}, request.change)

    def _fill(self) -> None:
        add_control(self._form, self._family)
        self._form.addRow(self._sentence)
        for control in (*self._flow.values(), self._bounded):
            add_control(self._form, control)
        for family, recipe in RECIPES.items():
            for name, info in recipe.options.items():
                self._add_own(family, SpecField(name, info))
        self._form.addRow(QLabel("<b>Training</b>"))
        for setting in (*self._training.values(), self._follows):
            add_control(self._form, setting)
        self._form.addRow(self._hint)
        self.show_hint("")

    def _add_own(self, family: Family, field: SpecField) -> None:
        """Add an option that only one family has, with its default while another one is requested."""
        control = control_of(field, _control_spec(field))
        default = RECIPES[family].options[field.name].default

        def shown(request: Request) -> Any:
            flow = request.plan.flow
            return flow.options[field.name] if flow.family == family else default

        def request_value(value: Any) -> None:
            self._request.update_flow(options={**self._request.plan.flow.options, field.name: value})

        bind_control(self._request, shown, control, request_value)
        add_control(self._form, control)
        self._own[control] = family

    def show_hint(self, hint: str) -> None:
        """Say when a change of learning rate, batch or clip norm applies; an empty hint says nothing."""
        self._hint.setText(hint)
        self._form.setRowVisible(self._hint, bool(hint))

    def _set_bounded(self, bounded: bool) -> None:
        default = FlowSpec(family=self._request.plan.flow.family).log_scale_bound
        self._request.update_flow(log_scale_bound=default if bounded else None)

    def _enable(self, requested: tuple[FlowSpec, bool]) -> None:
        """Show and enable the options that have an effect on the requested flow."""
        flow, has_condition = requested
        recipe, is_continuous = flow.recipe, flow.recipe.is_continuous
        self._sentence.setText(f"{recipe.title}. {recipe.sentence}")
        self.setDisabled(flow.is_recorded)  # which has no options, and is none of the presets and families
        self._family.setPlaceholderText(RECORDED_RECIPE.title)
        enabled = {
            "layers": not is_continuous,
            "width": recipe.has_network and flow.conditioner == "network",
            "depth": recipe.has_network and flow.conditioner == "network",
            "bins": recipe.has_bins,
            "conditioner": recipe.has_network,
        }
        for name, is_enabled in enabled.items():
            self._flow[name].setEnabled(is_enabled)
        self._bounded.setEnabled(recipe.has_log_scale)
        self._flow["layers"].setToolTip(ONE_NETWORK if is_continuous else FLOW["layers"].description)
        visible = {
            "pairing": is_continuous,
            "conditioner": not is_continuous,
            "normalization": not is_continuous,
            "arrangement": flow.base == "mixture",
            "components": flow.base == "mixture",
            "ignores_condition": has_condition,
            "leave_out": flow.condition is not None,
        }
        for name, is_visible in visible.items():
            self._form.setRowVisible(self._flow[name], is_visible)
        for control, family in self._own.items():
            self._form.setRowVisible(control, flow.family == family)
        arrangement = self._flow["arrangement"]
        assert isinstance(arrangement, ChoiceBox)
        arrangement.disable_choice("learned", FIXED_BASE if is_continuous else "")
        objective = self._training["objective"]
        assert isinstance(objective, ChoiceBox)
        for choice in ("density", "weighted_density"):
            objective.disable_choice(choice, flow.no_density)


def _control_spec(field: SpecField) -> ControlSpec:
    """Return the specification of the control for an option that only one family has."""
    choices = {choice: choice for choice in get_args(field.kind)} or None
    return ControlSpec(f"flow_{field.name}", choices, decimals=OWN_DECIMALS if field.kind is float else 0, is_late=True)

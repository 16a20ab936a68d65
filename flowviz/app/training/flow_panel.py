"""The panel to choose a flow: a preset, or a family and the options of the flow and its training."""

from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from flowviz import targets
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.presets import PresetBox
from flowviz.app.widgets.controls import ChoiceBox, DisclosureButton, check_box, label_of, row, row_widget, tool_button
from flowviz.app.widgets.form import ControlSpec, bind_control, bind_fields, control_of, controls_of
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.records import Settings
from flowviz.specs import RECIPES, FlowSpec, TrainingSpec
from flowviz.specs.fields import SpecField, fields_of
from flowviz.specs.recipes import RECORDED_RECIPE, Family

SENTENCE_LINES = 3  # the longest sentence needs them, so that the panels below keep their place
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
}
SETTINGS_FORM: Mapping[str, ControlSpec] = {
    "learning_rate": ControlSpec("trainingRate", limits=(1e-5, 1.0), decimals=5, is_late=True),
    "batch": ControlSpec("trainingBatch", is_late=True),
    "clip_norm": ControlSpec("trainingClip", limits=(1e-3, 1e4), decimals=3, is_late=True),
}
PATIENCE = ControlSpec("trainingPatience", limits=(0, 1_000_000), is_late=True)
SEED = ControlSpec("trainingSeed", limits=(0, MAX_SEED))


class FlowPanel(QWidget):
    """Panel that shows the requested flow and changes it. Every combination of its options is a valid flow."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._request = request
        titles = {family: recipe.title for family, recipe in RECIPES.items()}
        self._family = ChoiceBox("flowFamily", "Family of the flow", titles)
        self._family.setToolTip("Kind of layers in the flow. The post is Brad Saund's blog post on normalizing flows")
        self._family.describe_choices({family: recipe.sentence for family, recipe in RECIPES.items()})
        self._preset = PresetBox(request)
        self._sentence = WrappingLabel("flowSentence", "Description of the flow", reserved_lines=SENTENCE_LINES)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._warning = WarningLabel("flowWarning", "Warning about the flow")
        self._options = QWidget()
        tip = "Family, sizes, normalization, learning rate, batch size, clip norm, patience and seed"
        self._more = DisclosureButton("flowOptionsButton", "Options", "Show or hide the options", tip, self._options)
        self.beside_button = tool_button("addBesideButton", ADD_BESIDE, ADD_BESIDE_TIP, "add")
        self._form = FlowOptions(request)
        self.show_hint = self._form.show_hint
        self._lay_out()
        bind_control(request, lambda value: value.plan.flow.family, self._family, request.set_family)
        self._built: BuiltTarget | None = None
        request.watch(_flow, self._describe)

    def show_target(self, built: BuiltTarget | None) -> None:
        """Warn about a flow that does not suit a target. None means that it is being built."""
        self._built = built
        self._warn()

    def _warn(self) -> None:
        flow, built = self._request.value.plan.flow, self._built
        warnings = flow.warning, targets.base_warning(flow, built.target) if built else ""
        self._warning.setText(" ".join(filter(None, warnings)))
        self._warning.setVisible(any(warnings))

    def add_bar(self, bar: QWidget) -> None:
        """Add a bar above everything else."""
        self._layout.insertWidget(0, bar)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._preset, stretch=1)
        top.addWidget(self._more)
        top.addWidget(self.beside_button)
        options = QVBoxLayout(self._options)
        options.setContentsMargins(0, 0, 0, 0)
        options.addLayout(row(label_of(self._family, "Family"), self._family, stretched=self._family))
        options.addWidget(self._form)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(top)
        for widget in (self._sentence, self._options, self._warning):
            self._layout.addWidget(widget)

    def _describe(self, flow: FlowSpec) -> None:
        self._sentence.setText(f"{flow.recipe.title}. {flow.recipe.sentence}")
        self._warn()
        self._form.setHidden(flow.is_recorded)  # which has no options, and is none of the presets and families
        self._family.setPlaceholderText(RECORDED_RECIPE.title)


class FlowOptions(QWidget):
    """Form with the options of the flow and its training, in two columns."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._request = request
        self._flow, settings = controls_of(FLOW, FLOW_FORM), controls_of(TRAINING, SETTINGS_FORM)
        seed, patience = control_of(TRAINING["seed"], SEED), control_of(TRAINING["patience"], PATIENCE)
        assert isinstance(patience, QSpinBox)
        patience.setSpecialValueText("unlimited")
        tip = "Limit how much a layer can stretch, to prevent numerical overflow"
        self._bounded = check_box("flowBounded", "Bounded log-scale", tip)
        self._hint = WrappingLabel("settingsHint", "When a change of the settings applies")
        self._hint.hide()
        self._rows: dict[str, QWidget] = {}
        self._lay_out(
            *(self._flow[name] for name in ("layers", "width", "depth", "bins")), *settings.values(), patience, seed
        )
        bind_fields(request, _flow, self._flow, request.update_flow)
        bind_fields(request, _settings, settings, request.update_training)
        bind_control(request, lambda value: min(value.plan.flow.seed, MAX_SEED), seed, request.set_seed)
        bind_control(request, lambda value: value.plan.training.patience, patience, self._set_patience)
        bind_control(request, _is_bounded, self._bounded, self._set_bounded)
        request.watch(_flow, self._enable)

    def _lay_out(self, *numbers: QWidget) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for index, box in enumerate(numbers):
            line, column = divmod(index, 2)
            grid.addWidget(label_of(box), line, 2 * column)
            grid.addWidget(box, line, 2 * column + 1)
        for name in ("pairing", "conditioner", "normalization", "base"):
            self._rows[name] = row_widget(label_of(self._flow[name]), self._flow[name], stretched=self._flow[name])
        arrangement, components = self._flow["arrangement"], self._flow["components"]
        mixture = label_of(arrangement), arrangement, label_of(components), components
        self._rows["mixture"] = row_widget(*mixture, stretched=arrangement)
        own = [OwnOptions(self._request, family) for family, recipe in RECIPES.items() if recipe.options]
        # Across all columns, because long items would widen one of them.
        for widget in (self._hint, *self._rows.values(), self._bounded, *own):
            grid.addWidget(widget, grid.rowCount(), 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def show_hint(self, hint: str) -> None:
        """Say when a change of learning rate, batch or clip norm applies; an empty hint says nothing."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _set_patience(self, validations: int) -> None:
        self._request.update_training(patience=validations or None)

    def _set_bounded(self, bounded: bool) -> None:
        default = FlowSpec(family=self._request.plan.flow.family).log_scale_bound
        self._request.update_flow(log_scale_bound=default if bounded else None)

    def _enable(self, flow: FlowSpec) -> None:
        recipe, is_continuous = flow.recipe, flow.recipe.is_continuous
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
            "mixture": flow.base == "mixture",
        }
        for name, is_visible in visible.items():
            self._rows[name].setVisible(is_visible)
        arrangement = self._flow["arrangement"]
        assert isinstance(arrangement, ChoiceBox)
        arrangement.disable_choice("learned", FIXED_BASE if is_continuous else "")


class OwnOptions(QWidget):
    """Form with the options that only one family of an extension has. It is hidden while another family is selected."""

    def __init__(self, request: RequestState, family: Family) -> None:
        super().__init__()
        self._request, self._family = request, family
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        for line, (name, info) in enumerate(RECIPES[family].options.items()):
            field = SpecField(name, info)
            control = control_of(field, _control_spec(field))
            if not isinstance(control, QCheckBox):  # a check box shows its own title
                grid.addWidget(label_of(control), line, 0)
            grid.addWidget(control, line, 1)
            bind_control(request, partial(self._shown, name), control, partial(self._request_value, name))
        request.watch(_flow, lambda flow: self.setVisible(flow.family == family))

    def _shown(self, name: str, request: Request) -> Any:
        """Return the requested value of an option, or its default while another family is requested."""
        flow = request.plan.flow
        return flow.options[name] if flow.family == self._family else RECIPES[self._family].options[name].default

    def _request_value(self, name: str, value: Any) -> None:
        self._request.update_flow(options={**self._request.plan.flow.options, name: value})


def _control_spec(field: SpecField) -> ControlSpec:
    """Return the specification of the control for an option that only one family has."""
    choices = {choice: choice for choice in get_args(field.kind)} or None
    return ControlSpec(f"flow_{field.name}", choices, decimals=OWN_DECIMALS if field.kind is float else 0, is_late=True)


def _flow(request: Request) -> FlowSpec:
    return request.plan.flow


def _settings(request: Request) -> Settings:
    return Settings.of(request.plan.training, request.plan.flow.recipe)


def _is_bounded(request: Request) -> bool:
    return request.plan.flow.log_scale_bound is not None

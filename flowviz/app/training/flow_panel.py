"""The panel to choose a flow: a preset, or a family and the options of the flow and its training."""

from collections.abc import Callable, Mapping
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.state.binding import bind_checked, bind_choice, bind_number
from flowviz.app.state.request import Request, RequestState
from flowviz.app.training.presets import PresetBox
from flowviz.app.widgets.controls import DisclosureButton, describe, label_of, row
from flowviz.app.widgets.entry_committer import EntryCommitter
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.records import Settings
from flowviz.specs import RECIPES, FlowSpec, TrainingSpec
from flowviz.specs.fields import SpecField, fields_of
from flowviz.specs.flow import MIXTURE_DEFAULTS

NORMALIZATIONS = {
    "running averages": "running",
    "minibatch, as in the post": "minibatch",
    "actnorm": "actnorm",
    "box around the target": "box",
    "none": "none",
}
SENTENCE_LINES = 3  # the longest sentence needs them, so that the panels below keep their place
BASES = {
    "one Gaussian": "normal",
    "even square": "uniform",
    "Student's t: far outliers": "student_t",
    "mixture of Gaussians": "mixture",
}
ARRANGEMENTS = {"ring": "ring", "grid": "grid", "learned": "learned"}
CONDITIONERS = {"network": "network", "table of values": "table"}
PAIRINGS = {"transport plan": "transport", "independent": "independent"}
ONE_NETWORK = "Flow matching learns one network for all steps, so there are no layers to choose"
FIXED_BASE = "Flow matching learns paths from a given base; it cannot move the components"
MAX_SEED = 2**31 - 1
FLOW, TRAINING = fields_of(FlowSpec), fields_of(TrainingSpec)


class FlowPanel(QWidget):
    """Panel that shows the requested flow and changes it. Every combination of its options is a valid flow."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._family = QComboBox()
        self._family.setObjectName("flowFamily")
        self._family.setAccessibleName("Family of the flow")
        self._family.setToolTip("Kind of layers in the flow. The post is Brad Saund's blog post on normalizing flows")
        for family, recipe in RECIPES.items():
            self._family.addItem(recipe.title, family)
            self._family.setItemData(self._family.count() - 1, recipe.sentence, Qt.ItemDataRole.ToolTipRole)
        self._preset = PresetBox(request)
        self._sentence = WrappingLabel("flowSentence", "Description of the flow", reserved_lines=SENTENCE_LINES)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._warning = WarningLabel("flowWarning", "Warning about the flow")
        self._options = QWidget()
        tip = "Family, sizes, normalization, learning rate, batch size, clip norm and seed"
        self._more = DisclosureButton("flowOptionsButton", "Options", "Show or hide the options", tip, self._options)
        self._form = FlowOptions(request)
        self.show_hint = self._form.show_hint
        self._lay_out()
        bind_choice(request, lambda value: value.plan.flow.family, self._family, request.set_family)
        request.changed.connect(lambda _, new: self._describe(new.plan.flow))
        self._describe(request.plan.flow)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._preset, stretch=1)
        top.addWidget(self._more)
        options = QVBoxLayout(self._options)
        options.setContentsMargins(0, 0, 0, 0)
        family = QLabel("Family")
        family.setBuddy(self._family)
        options.addLayout(row(family, self._family, stretched=self._family))
        options.addWidget(self._form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        for widget in (self._sentence, self._options, self._warning):
            layout.addWidget(widget)

    def _describe(self, flow: FlowSpec) -> None:
        self._sentence.setText(f"{flow.recipe.title}. {flow.recipe.sentence}")
        self._warning.setText(flow.warning or "")
        self._warning.setVisible(flow.warning is not None)


class FlowOptions(QWidget):
    """Form with the options of the flow and its training, in two columns."""

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self._request = request
        self._layers, self._width, self._depth, self._bins = map(
            self._flow_number, ("layers", "width", "depth", "bins")
        )
        batch = _spin_box("trainingBatch", TRAINING["batch"])
        rate, clip = _rate_box(), _clip_box()
        seed = _spin_box("trainingSeed", TRAINING["seed"])
        bind_number(request, _settings(lambda found: found.batch), batch, self._training_setter("batch"))
        bind_number(request, _settings(lambda found: found.learning_rate), rate, self._training_setter("learning_rate"))
        bind_number(request, _settings(lambda found: found.clip_norm), clip, self._training_setter("clip_norm"))
        for box in (rate, clip, batch):
            EntryCommitter(box)
        bind_number(request, lambda value: min(value.plan.flow.seed, MAX_SEED), seed, request.set_seed)
        self._hint = WrappingLabel("settingsHint", "When a change of the settings applies")
        self._hint.hide()
        self._bounded = self._bounded_box()
        self._conditioner = self._flow_choice("conditioner", CONDITIONERS)
        self._normalization = self._flow_choice("normalization", NORMALIZATIONS)
        self._pairing = self._flow_choice("pairing", PAIRINGS)
        self._rows: dict[QWidget, QWidget] = {}
        pairs = (self._layers, self._width), (self._depth, self._bins), (rate, batch), (clip, seed)
        self._arrangement = self._flow_choice("arrangement", ARRANGEMENTS)
        self._mixture = _mixture_row(self._arrangement, self._flow_number("components"))
        base = self._flow_choice("base", BASES)
        self._lay_out(pairs, self._pairing, self._conditioner, self._normalization, base)
        request.changed.connect(self._on_request_changed)
        self._enable(request.plan.flow)

    def _lay_out(self, pairs: tuple[tuple[QWidget, QWidget], ...], *wide: QWidget) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for index, pair in enumerate(pairs):
            for column, box in enumerate(pair):
                _add_labeled(grid, index, 2 * column, box)
        grid.addWidget(self._hint, len(pairs), 0, 1, 4)
        for index, box in enumerate(
            wide, start=len(pairs) + 1
        ):  # in all columns, because their long items would widen one
            self._rows[box] = QWidget()
            labeled = row(label_of(box), box, stretched=box)
            labeled.setContentsMargins(0, 0, 0, 0)
            self._rows[box].setLayout(labeled)
            grid.addWidget(self._rows[box], index, 0, 1, 4)
        grid.addWidget(self._mixture, grid.rowCount(), 0, 1, 4)
        grid.addWidget(self._bounded, grid.rowCount(), 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def show_hint(self, hint: str) -> None:
        """Say when a change of learning rate, batch or clip norm applies; an empty hint says nothing."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _flow_number(self, field: str) -> QSpinBox:
        box = _spin_box(f"flow{FLOW[field].title}", FLOW[field])
        bind_number(
            self._request,
            lambda value: getattr(value.plan.flow, field) or MIXTURE_DEFAULTS.get(field) or box.minimum(),
            box,
            lambda number: self._request.update_flow(**{field: number}),
        )
        return box

    def _training_setter(self, field: str) -> Callable[[Any], None]:
        return lambda number: self._request.update_training(**{field: number})

    def _flow_choice(self, field: str, choices: Mapping[str, str]) -> QComboBox:
        box = describe(QComboBox(), f"flow{field.capitalize()}", FLOW[field])
        for text, choice in choices.items():
            box.addItem(text, choice)
        bind_choice(
            self._request,
            lambda value: getattr(value.plan.flow, field) or MIXTURE_DEFAULTS.get(field),
            box,
            lambda choice: self._request.update_flow(**{field: choice}),
        )
        return box

    def _bounded_box(self) -> QCheckBox:
        box = QCheckBox("Bounded log-scale")
        box.setObjectName("flowBounded")
        box.setAccessibleName("Bounded log-scale")
        box.setToolTip("Limit how much a layer can stretch, to prevent numerical overflow")
        bind_checked(self._request, _is_bounded, box, self._set_bounded)
        return box

    def _set_bounded(self, bounded: bool) -> None:
        default = FlowSpec(family=self._request.plan.flow.family).log_scale_bound
        self._request.update_flow(log_scale_bound=default if bounded else None)

    def _on_request_changed(self, old: Request, new: Request) -> None:
        if old.plan.flow != new.plan.flow:
            self._enable(new.plan.flow)

    def _enable(self, flow: FlowSpec) -> None:
        for size in (self._width, self._depth):
            size.setEnabled(flow.recipe.has_network and flow.conditioner == "network")
        self._conditioner.setEnabled(flow.recipe.has_network)
        is_continuous = flow.recipe.is_continuous
        self._layers.setEnabled(not is_continuous)
        self._layers.setToolTip(ONE_NETWORK if is_continuous else FLOW["layers"].description)
        for choice in (self._conditioner, self._normalization):
            self._rows[choice].setVisible(not is_continuous)
        self._rows[self._pairing].setVisible(is_continuous)
        self._bins.setEnabled(flow.recipe.has_bins)
        self._bounded.setEnabled(flow.recipe.has_log_scale)
        self._mixture.setVisible(flow.base == "mixture")
        _enable_item(self._arrangement, "learned", not flow.recipe.is_continuous, FIXED_BASE)


def _settings(part: Callable[[Settings], float]) -> Callable[[Request], float]:
    """Return a function that returns a part of the requested settings."""
    return lambda request: part(Settings.of(request.plan.training, request.plan.flow.recipe))


def _is_bounded(request: Request) -> bool:
    return request.plan.flow.log_scale_bound is not None


def _mixture_row(arrangement: QWidget, components: QWidget) -> QWidget:
    """Return a widget with the options of a mixture base."""
    options = row(label_of(arrangement), arrangement, label_of(components), components, stretched=arrangement)
    options.setContentsMargins(0, 0, 0, 0)
    found = QWidget()
    found.setLayout(options)
    return found


def _enable_item(box: QComboBox, choice: str, enabled: bool, reason: str) -> None:
    """Enable or disable an item of a box, with a reason as its tooltip while it is disabled."""
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    item = model.item(box.findData(choice))
    assert item is not None
    item.setEnabled(enabled)
    item.setToolTip("" if enabled else reason)


def _spin_box(object_name: str, field: SpecField) -> QSpinBox:
    box = describe(QSpinBox(), object_name, field)
    least, most = field.limits
    box.setRange(least, MAX_SEED if most is None else most)
    return box


def _rate_box() -> QDoubleSpinBox:
    box = describe(QDoubleSpinBox(), "trainingRate", TRAINING["learning_rate"])
    box.setDecimals(5)
    box.setRange(1e-5, 1.0)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return box


def _clip_box() -> QDoubleSpinBox:
    box = describe(QDoubleSpinBox(), "trainingClip", TRAINING["clip_norm"])
    box.setDecimals(3)
    box.setRange(1e-3, 1e4)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    return box


def _add_labeled(grid: QGridLayout, row_index: int, column: int, box: QWidget) -> None:
    grid.addWidget(label_of(box), row_index, column)
    grid.addWidget(box, row_index, column + 1)

"""Which flow is trained: its family, and the options of flow and training that the terminal has, too."""

from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.widgets.controls import row
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.specs import RECIPES, FlowSpec, TrainingSpec
from flowviz.specs.training import BATCH, LEARNING_RATE

NORMALIZATIONS = {
    "running averages": "running",
    "minibatch, as in the post": "minibatch",
    "actnorm": "actnorm",
    "none": "none",
}
LARGEST_SEED = 2**31 - 1


class FlowPanel(QWidget):
    """Announces that a choice has changed; every combination that can be chosen is a flow."""

    flow_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._family = QComboBox()
        self._family.setObjectName("flowFamily")
        self._family.setAccessibleName("Family of the flow")
        self._family.setToolTip("What kind of layers the flow chains; the post is Brad Saund's on normalizing flows")
        for family, recipe in RECIPES.items():
            self._family.addItem(recipe.title, family)
            self._family.setItemData(self._family.count() - 1, recipe.sentence, Qt.ItemDataRole.ToolTipRole)
        self._sentence = WrappingLabel("flowSentence", "What the family does")
        self._warning = WarningLabel("flowWarning", "Warning about the flow")
        self._more = QToolButton()
        self._more.setObjectName("flowOptionsButton")
        self._more.setText("Options")
        self._more.setAccessibleName("Show or hide the options")
        self._more.setToolTip("Sizes, normalization, learning rate, batch and seed")
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setCheckable(True)
        self._options = Options()
        self._options.hide()

        chosen = QHBoxLayout()
        chosen.addWidget(self._family, stretch=1)
        chosen.addWidget(self._more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(chosen)
        for widget in (self._sentence, self._options, self._warning):
            layout.addWidget(widget)
        self._more.toggled.connect(self._show_options)
        self._family.currentIndexChanged.connect(self._take_family)
        self._options.changed.connect(self._announce)
        self._show_options(False)
        self._take_family()

    def flow_spec(self) -> FlowSpec:
        """The flow that is chosen."""
        return FlowSpec(family=self._family.currentData(), **self._options.of_flow())

    def show_plan(self, flow: FlowSpec, training: TrainingSpec) -> None:
        """Choose this flow, and what is chosen of the training here."""
        self._options.show_training(training)
        self.show_flow(flow)

    def show_flow(self, spec: FlowSpec) -> None:
        """Choose this flow."""
        self._family.blockSignals(True)
        self._family.setCurrentIndex(self._family.findData(spec.family))
        self._family.blockSignals(False)
        self._options.show_flow(spec)
        self._announce()

    def training_options(self) -> dict[str, Any]:
        """What is chosen of the training, but its budget: fields of `TrainingSpec`."""
        return self._options.of_training()

    def _take_family(self) -> None:
        self._options.show_recipe(FlowSpec(family=self._family.currentData()))
        self._announce()

    def _announce(self) -> None:
        spec = self.flow_spec()
        self._sentence.setText(spec.recipe.sentence)
        self._warning.setText(spec.warning or "")
        self._warning.setVisible(spec.warning is not None)
        self.flow_changed.emit()

    def _show_options(self, shown: bool) -> None:
        self._options.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)


class Options(QWidget):
    """The choices beside the family, in two columns."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._layers = _number("flowLayers", "Layers", 1, 32, "How many layers learn a curve")
        self._width = _number("flowWidth", "Width", 1, 1024, "Size of the small networks that learn the curves")
        self._depth = _number("flowDepth", "Depth", 1, 8, "How many hidden layers each of these networks has")
        self._bins = _number("flowBins", "Bins", 2, 256, "How many pieces the curve of a spline has")
        self._batch = _number("trainingBatch", "Batch", 2, 65_536, "How many points of the target a step sees")
        self._seed = _number("trainingSeed", "Seed", 0, LARGEST_SEED, "The same seed draws the same random numbers")
        self._batch.setValue(BATCH)
        self._rate = _rate_box()
        self._normalization = QComboBox()
        self._normalization.setObjectName("flowNormalization")
        self._normalization.setAccessibleName("Normalization")
        self._normalization.setToolTip("What kind of layers between the others hold their numbers in range")
        for text, normalization in NORMALIZATIONS.items():
            self._normalization.addItem(text, normalization)
        self._bounded = QCheckBox("Bounded log-scale")
        self._bounded.setObjectName("flowBounded")
        self._bounded.setAccessibleName("Bounded log-scale")
        self._bounded.setToolTip("Limit how much one layer stretches, so that no number overflows")
        self._spec = FlowSpec()
        self._bound: float | None = None  # of the log-scale, where it is bounded
        self._lay_out()
        for box in (self._layers, self._width, self._depth, self._bins, self._batch, self._seed, self._rate):
            box.valueChanged.connect(lambda: self.changed.emit())
        self._normalization.currentIndexChanged.connect(lambda: self.changed.emit())
        self._bounded.toggled.connect(lambda: self.changed.emit())

    def show_flow(self, spec: FlowSpec) -> None:
        """Choose what this flow has, its seed included."""
        self._seed.blockSignals(True)
        self._seed.setValue(min(spec.seed, LARGEST_SEED))
        self._seed.blockSignals(False)
        self.show_recipe(spec)

    def show_training(self, spec: TrainingSpec) -> None:
        """Choose the rate and the batch of this training."""
        self.blockSignals(True)
        self._rate.setValue(spec.learning_rate)
        self._batch.setValue(spec.batch)
        self.blockSignals(False)

    def show_recipe(self, spec: FlowSpec) -> None:
        """Choose what this flow has, and offer what its family can have."""
        self._spec = spec
        self._bound = spec.log_scale_bound or FlowSpec(family=spec.family).log_scale_bound
        self.blockSignals(True)
        self._layers.setValue(spec.layers)
        self._width.setValue(spec.width)
        self._depth.setValue(spec.depth)
        self._bins.setValue(spec.bins or self._bins.minimum())
        self._bins.setEnabled(spec.recipe.has_bins)
        self._normalization.setCurrentIndex(self._normalization.findData(spec.normalization))
        self._bounded.setChecked(spec.log_scale_bound is not None)
        self._bounded.setEnabled(spec.recipe.has_log_scale)
        self.blockSignals(False)

    def of_flow(self) -> dict[str, Any]:
        """Fields of `FlowSpec`."""
        return {
            "layers": self._layers.value(),
            "width": self._width.value(),
            "depth": self._depth.value(),
            "bins": self._bins.value() if self._spec.recipe.has_bins else None,
            "hats": self._spec.hats,
            "waves": self._spec.waves,
            "normalization": self._normalization.currentData(),
            "log_scale_bound": self._bound if self._bounded.isChecked() else None,
            "seed": self._seed.value(),
        }

    def of_training(self) -> dict[str, Any]:
        """Fields of `TrainingSpec`."""
        return {"learning_rate": self._rate.value(), "batch": self._batch.value(), "seed": self._seed.value()}

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        pairs = (self._layers, self._width), (self._depth, self._bins), (self._rate, self._batch)
        for line, pair in enumerate(pairs):
            for column, box in enumerate(pair):
                _add_labeled(grid, line, 2 * column, box)
        _add_labeled(grid, 3, 0, self._seed)
        grid.addWidget(self._bounded, 3, 2, 1, 2)
        last = row(_label(self._normalization), self._normalization, stretched=self._normalization)
        grid.addLayout(last, 4, 0, 1, 4)  # its long name does not make the columns wider
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)


def _number(object_name: str, name: str, least: int, most: int, tip: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setRange(least, most)
    return box


def _rate_box() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setObjectName("trainingRate")
    box.setAccessibleName("Rate")
    box.setToolTip("Learning rate: how much a step changes the flow, at most; it falls toward the end")
    box.setDecimals(5)
    box.setRange(1e-5, 1.0)
    box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    box.setValue(LEARNING_RATE)
    return box


def _add_labeled(grid: QGridLayout, line: int, column: int, box: QWidget) -> None:
    grid.addWidget(_label(box), line, column)
    grid.addWidget(box, line, column + 1)


def _label(box: QWidget) -> QLabel:
    label = QLabel(box.accessibleName())
    label.setBuddy(box)
    return label

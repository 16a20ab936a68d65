"""The dialog that starts a comparison: a preset, the word and the budget."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from flowviz.app.widgets.labels import WrappingLabel
from flowviz.projects import Comparison, Plan
from flowviz.specs import COMPARISON_PRESETS

HEADING = "Compare several flows that learn the same target side by side"


class ComparisonDialog(QDialog):
    """Dialog to choose what is compared."""

    def __init__(self, plan: Plan, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("comparisonDialog")
        self.setWindowTitle("Compare")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._plan = plan
        self._presets = QListWidget()
        self._presets.setObjectName("comparisonPresets")
        self._presets.setAccessibleName("What to compare")
        for name, preset in COMPARISON_PRESETS.items():
            item = QListWidgetItem(preset.title)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(preset.sentence)
            self._presets.addItem(item)
        self._sentence = WrappingLabel("comparisonSentence", "What the comparison shows", reserved_lines=2)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(HEADING))
        layout.addWidget(self._presets)
        layout.addWidget(self._sentence)
        layout.addWidget(buttons)
        self._presets.currentRowChanged.connect(self._describe)
        self._presets.setCurrentRow(0)

    def comparison(self) -> Comparison:
        """Return the chosen comparison, which has not been trained."""
        item = self._presets.currentItem()
        assert item is not None
        preset = COMPARISON_PRESETS[item.data(Qt.ItemDataRole.UserRole)]
        return Comparison.untrained(preset.spec(self._plan.target, self._plan.training))

    def _describe(self) -> None:
        item = self._presets.currentItem()
        self._sentence.setText(f"{item.toolTip()}." if item else "")

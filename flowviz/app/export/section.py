"""The base class of the sections of the export form."""

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLabel, QSpinBox, QWidget

from flowviz.app.widgets.controls import ChoiceBox, row
from flowviz.specs import ExportSpec

WIDEST_LABEL = "Frames per second"


class ExportSection(QGroupBox):
    """Group of rows that edit some fields of an `ExportSpec`; only rows with an effect are visible."""

    changed = pyqtSignal()  # by the user

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._rows: list[tuple[str, QWidget]] = []
        self._form = QFormLayout(self)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._form.setVerticalSpacing(5)

    def show_spec(self, spec: ExportSpec) -> None:
        """Show the values of a spec, without emitting `changed`."""
        with QSignalBlocker(self):
            self._show_values(spec)

    def apply_to(self, spec: ExportSpec) -> ExportSpec:
        """Return the spec with the values of this section."""
        raise NotImplementedError

    def show_rows(self, names: frozenset[str]) -> None:
        """Show the rows of these names only."""
        for name, content in self._rows:
            self._form.setRowVisible(content, name in names)
        self.setVisible(any(name in names for name, _ in self._rows))

    def add_row(self, name: str, label: str, *widgets: QWidget, stretched: QWidget | None = None) -> None:
        """Add a named row; its label is the buddy of the first widget."""
        content, text = QWidget(), QLabel(label)
        line = row(*widgets, stretched=stretched)
        line.setContentsMargins(0, 0, 0, 0)
        content.setLayout(line)
        text.setBuddy(widgets[0])
        text.setMinimumWidth(text.fontMetrics().horizontalAdvance(WIDEST_LABEL) + 4)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.addRow(text, content)
        self._rows.append((name, content))

    def _show_values(self, spec: ExportSpec) -> None:
        raise NotImplementedError


def number_box(object_name: str, name: str, least: int, most: int, value: int) -> QSpinBox:
    """Return a box for a whole number."""
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setRange(least, most)
    box.setValue(value)
    box.setGroupSeparatorShown(True)
    box.setKeyboardTracking(False)
    return box


def disable_choice(box: ChoiceBox, value: object, reason: str) -> None:
    """Disable a value of a box for a reason; enable it if the reason is empty."""
    model, index = box.model(), box.findData(value)
    assert isinstance(model, QStandardItemModel)
    item = model.item(index)
    assert item is not None
    item.setEnabled(not reason)
    item.setToolTip(reason)

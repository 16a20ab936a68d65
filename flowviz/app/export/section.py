"""What the parts of the export form have in common: rows, of which only those are seen that have an effect."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QFormLayout, QGroupBox, QLabel, QSpinBox, QWidget

from flowviz.app.widgets.controls import ChoiceBox, row
from flowviz.specs import ExportSpec

WIDEST_LABEL = "Frames a second"


class ExportPart(QGroupBox):
    """Edits some fields of an `ExportSpec`; announces that one of them has changed."""

    changed = pyqtSignal()

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._rows: list[tuple[str, QWidget]] = []
        self._form = QFormLayout(self)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._form.setVerticalSpacing(5)

    def show_spec(self, spec: ExportSpec) -> None:
        """Choose what the spec says, unheard."""
        raise NotImplementedError

    def taken(self, spec: ExportSpec) -> ExportSpec:
        """The spec with what is chosen here."""
        raise NotImplementedError

    def show_rows(self, names: frozenset[str]) -> None:
        """Show these rows, and hide the others."""
        for name, content in self._rows:
            self._form.setRowVisible(content, name in names)
        self.setVisible(any(name in names for name, _ in self._rows))

    def add_row(self, name: str, label: str, *widgets: QWidget, stretched: QWidget | None = None) -> None:
        """A row, known by that name; its label is the buddy of the first widget."""
        content, text = QWidget(), QLabel(label)
        line = row(*widgets, stretched=stretched)
        line.setContentsMargins(0, 0, 0, 0)
        content.setLayout(line)
        text.setBuddy(widgets[0])
        text.setMinimumWidth(text.fontMetrics().horizontalAdvance(WIDEST_LABEL) + 4)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.addRow(text, content)
        self._rows.append((name, content))


def number_box(object_name: str, name: str, least: int, most: int, value: int) -> QSpinBox:
    """A box for a whole number."""
    found = QSpinBox()
    found.setObjectName(object_name)
    found.setAccessibleName(name)
    found.setToolTip(name)
    found.setRange(least, most)
    found.setValue(value)
    found.setGroupSeparatorShown(True)
    found.setKeyboardTracking(False)
    return found


def set_choosable(box: ChoiceBox, value: object, reason: str) -> None:
    """Let a value not be chosen, for that reason; where there is none, let it be chosen."""
    model, index = box.model(), box.findData(value)
    assert isinstance(model, QStandardItemModel)
    item = model.item(index)
    assert item is not None
    item.setEnabled(not reason)
    item.setToolTip(reason)

"""The base class of the sections of the export form."""

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QCheckBox, QFormLayout, QGroupBox, QLabel, QSpinBox, QWidget

from flowviz.app.widgets.controls import ChoiceBox, check_box, row
from flowviz.specs import ExportSpec
from flowviz.specs.fields import SpecField, fields_of

FIELDS = fields_of(ExportSpec)
WIDEST_LABEL = FIELDS["fps"].title
MNEMONICS = {
    "what": "W", "format": "F", "size": "S", "scale": "a", "background": "B", "theme": "T", "easing": "v",
    "in_betweens": "n", "fps": "o", "direction": "r", "beside": "i", "color_by": "C", "axes": "x", "labels": "k",
    "fitted": "u",
}  # fmt: skip


class ExportSection(QGroupBox):
    """Group of rows that edit some fields of an `ExportSpec`; only rows with an effect are visible.

    Titles and descriptions of the fields are the labels and tooltips of their controls.
    """

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
        """Show the rows of these fields only."""
        for name, content in self._rows:
            self._form.setRowVisible(content, name in names)
        self.setVisible(any(name in names for name, _ in self._rows))

    def add_row(self, name: str, *widgets: QWidget, label: str | None = None) -> None:
        """Add a row for a field. Its label, by default the title of the field, is the buddy of the first widget."""
        content, text = QWidget(), QLabel(label_of(name) if label is None else label)
        line = row(*widgets, stretched=widgets[0] if isinstance(widgets[0], ChoiceBox) and not widgets[1:] else None)
        line.setContentsMargins(0, 0, 0, 0)
        content.setLayout(line)
        text.setBuddy(widgets[0])
        text.setMinimumWidth(text.fontMetrics().horizontalAdvance(WIDEST_LABEL) + 4)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._form.addRow(text, content)
        self._rows.append((name, content))

    def _show_values(self, spec: ExportSpec) -> None:
        raise NotImplementedError


def label_of(name: str) -> str:
    """Return the title of a field, with its mnemonic."""
    title, letter = FIELDS[name].title, MNEMONICS.get(name, "")
    return title.replace(letter, f"&{letter}", 1) if letter else title


def toggle_box(object_name: str, name: str) -> QCheckBox:
    """Return a check box for a field."""
    return check_box(object_name, label_of(name), FIELDS[name].description)


def number_box(object_name: str, field: SpecField) -> QSpinBox:
    """Return a box for the whole numbers of a field."""
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setAccessibleName(field.title)
    box.setToolTip(field.description)
    box.setRange(*field.limits)
    box.setValue(field.default or 0)
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

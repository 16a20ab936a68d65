"""Controls of panels and dialogs: a combo box of values, and factories for Qt's controls."""

from collections.abc import Mapping
from typing import Any, TypeVar

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from flowviz.app.style.icons import icon
from flowviz.specs.fields import SpecField

SPACING = 6  # pixels
Control = TypeVar("Control", bound=QWidget)


class ChoiceBox(QComboBox):
    """Combo box for choosing one of a few values."""

    chosen = pyqtSignal(object)  # the value

    def __init__(self, object_name: str, name: str, choices: Mapping[Any, str]) -> None:
        """Create a combo box for `choices`, which maps values to texts; the first one is selected."""
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setToolTip(name)
        for value, text in choices.items():
            self.addItem(text, value)
        self.currentIndexChanged.connect(lambda: self.chosen.emit(self.value))

    @property
    def value(self) -> Any:
        """Return the selected value."""
        return self.currentData()

    def choose(self, value: object) -> None:
        """Select a value."""
        self.setCurrentIndex(self.findData(value))


class DisclosureButton(QToolButton):
    """Button that shows and hides a widget. Its arrow points down while the widget is visible."""

    def __init__(self, object_name: str, text: str, name: str, tip: str, disclosed: QWidget) -> None:
        """Create a button that is named `name` for screen readers; `disclosed` is hidden at first."""
        super().__init__()
        self.setObjectName(object_name)
        self.setText(text)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setCheckable(True)
        self._disclosed = disclosed
        self.toggled.connect(self._show)
        self._show(False)

    def _show(self, shown: bool) -> None:
        self._disclosed.setVisible(shown)
        self.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)


def describe(widget: Control, object_name: str, field: SpecField) -> Control:
    """Give a widget the title and the description of a field, and return it."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(field.title)
    widget.setToolTip(field.description)
    return widget


def choice_box(object_name: str, field: SpecField, choices: Mapping[Any, str]) -> ChoiceBox:
    """Return a combo box for the values of a field, with its title and description."""
    return describe(ChoiceBox(object_name, field.title, choices), object_name, field)


def field_slider(object_name: str, field: SpecField, step: float) -> QSlider:
    """Return a slider over the limits of a field, with its title and description.

    Args:
        object_name: Object name of the slider.
        field: The field, which has limits.
        step: Change of the value per position of the slider.
    """
    least, most = field.limits
    return slider(object_name, field.title, field.description, round(least / step), round(most / step), 0)


def field_check_box(object_name: str, field: SpecField) -> QCheckBox:
    """Return a check box for a field, with its title and description."""
    return check_box(object_name, field.title, field.description)


def label_of(widget: QWidget) -> QLabel:
    """Return a label with the accessible name of a widget, whose buddy the widget is."""
    label = QLabel(widget.accessibleName())
    label.setBuddy(widget)
    return label


def button(object_name: str, text: str, tip: str, icon_name: str = "") -> QPushButton:
    """Return a push button that is never the default button of a dialog."""
    created = QPushButton(text)
    if icon_name:
        created.setIcon(icon(icon_name))
    created.setObjectName(object_name)
    created.setAccessibleName(text.replace("&", ""))
    created.setToolTip(tip)
    created.setAutoDefault(False)
    return created


def slider(object_name: str, name: str, tip: str, least: int, most: int, value: int) -> QSlider:
    """Return a horizontal slider from `least` to `most`."""
    created = QSlider(Qt.Orientation.Horizontal)
    created.setObjectName(object_name)
    created.setAccessibleName(name)
    created.setToolTip(tip)
    created.setRange(least, most)
    created.setValue(value)
    return created


def check_box(object_name: str, text: str, tip: str) -> QCheckBox:
    """Return a check box."""
    created = QCheckBox(text)
    created.setObjectName(object_name)
    created.setAccessibleName(text.replace("&", ""))
    created.setToolTip(tip)
    return created


def row(*widgets: QWidget, stretched: QWidget | None = None) -> QHBoxLayout:
    """Return a row of widgets. The extra width goes to the `stretched` widget, or else to the end of the row."""
    layout = QHBoxLayout()
    layout.setSpacing(SPACING)
    for widget in widgets:
        layout.addWidget(widget, stretch=1 if widget is stretched else 0)
    if stretched is None:
        layout.addStretch()
    return layout

"""A box to choose one of a few values."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QSlider, QWidget

from flowviz.app.style.icons import icon

SPACING = 6  # pixels


class ChoiceBox(QComboBox):
    """Announces the value that is chosen."""

    chosen = pyqtSignal(object)

    def __init__(self, object_name: str, name: str, choices: Mapping[Any, str]) -> None:
        """`choices` are the values, each with its text; the first is chosen."""
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(name)
        self.setToolTip(name)
        for value, text in choices.items():
            self.addItem(text, value)
        self.currentIndexChanged.connect(lambda: self.chosen.emit(self.value))

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.currentData()

    def choose(self, value: object) -> None:
        """Choose one of the values."""
        self.setCurrentIndex(self.findData(value))


def button(object_name: str, text: str, tip: str, icon_name: str = "") -> QPushButton:
    """A button of a page."""
    found = QPushButton(text)
    if icon_name:
        found.setIcon(icon(icon_name))
    found.setObjectName(object_name)
    found.setAccessibleName(text.replace("&", ""))
    found.setToolTip(tip)
    found.setAutoDefault(False)
    return found


def slider(object_name: str, name: str, tip: str, least: int, most: int, value: int) -> QSlider:
    """A slider of a page."""
    found = QSlider(Qt.Orientation.Horizontal)
    found.setObjectName(object_name)
    found.setAccessibleName(name)
    found.setToolTip(tip)
    found.setRange(least, most)
    found.setValue(value)
    return found


def check_box(object_name: str, text: str, tip: str) -> QCheckBox:
    """A check box of a page."""
    found = QCheckBox(text)
    found.setObjectName(object_name)
    found.setAccessibleName(text.replace("&", ""))
    found.setToolTip(tip)
    return found


def row(*widgets: QWidget, stretched: QWidget | None = None) -> QHBoxLayout:
    """Widgets side by side; one of them takes the room that is left, or else none does."""
    layout = QHBoxLayout()
    layout.setSpacing(SPACING)
    for widget in widgets:
        layout.addWidget(widget, stretch=1 if widget is stretched else 0)
    if stretched is None:
        layout.addStretch()
    return layout

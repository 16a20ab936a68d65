"""What the pages of the target panel have in common: each shows the controls of one kind of source."""

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from flowviz.app.style.icons import icon
from flowviz.specs import TargetSpec
from flowviz.specs.view import Theme

SPACING = 6  # pixels


class Page(QWidget):
    """Announces that its source has changed."""

    changed = pyqtSignal()

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)

    def spec(self) -> TargetSpec:
        """The source that is chosen. Raises `FlowvizError` where there is none."""
        raise NotImplementedError

    def contents(self) -> dict[str, Any]:
        """What stands here by its names, also where it makes no source: to come back to it."""
        raise NotImplementedError

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        """Show what stood here before."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""


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

"""Chips: small buttons on a cloud that are visible only while they have something to say."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton

from flowviz.app.widgets.controls import named


class Chip(QToolButton):
    """Button on a cloud, such as "1 selected ×"; without a text, it is hidden."""

    def __init__(self, object_name: str, name: str, tip: str) -> None:
        super().__init__()
        named(self, object_name, name, tip)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a key or the menu does the same
        self.setMinimumWidth(1)  # else a long text would widen the cloud
        self.show_text("")

    def show_text(self, text: str) -> None:
        """Show a text; an empty one hides the chip."""
        self.setText(text)
        self.setHidden(not text)

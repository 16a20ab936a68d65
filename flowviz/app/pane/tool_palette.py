"""The tool palette at the left edge of the cloud."""

from collections.abc import Mapping

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.state.view import Tool
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import action_button, flat, lay_out, named


class ToolPalette(QWidget):
    """Column of buttons that choose what a drag on the cloud does."""

    def __init__(self, actions: Mapping[Tool, QAction]) -> None:
        super().__init__()
        named(self, "toolPalette", "Tools")
        buttons = [flat(action_button(action, f"{tool}Button")) for tool, action in actions.items()]
        lay_out(QVBoxLayout(self), *buttons, spacing=TIGHT).addStretch()

"""The chip on a cloud with the number of selected particles and commands for them."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFrame, QHBoxLayout

from flowviz.app.pane.chip import Chip
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import action_button, flat, lay_out


class SelectionChip(QFrame):
    """Button such as "1 selected ×", and further ones beside it, which are visible only while particles are selected.

    Attributes:
        clear_button: Says how many particles are selected, and clears the selection.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("selectionBar")
        self.clear_button = flat(Chip("selectionChip", "Clear the selection", "Clear the selection (Esc)"))
        self._row = lay_out(QHBoxLayout(self), self.clear_button, margin=(TIGHT, 0, TIGHT, 0), spacing=0)
        self.show_count(0)

    def add_actions(self, *actions: QAction) -> None:
        """Add buttons for what acts on the selection, before the one that clears it."""
        for action in actions:
            button = flat(action_button(action, f"{action.objectName().removesuffix('Action')}Button"))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the Select menu and its keys do the same
            self._row.insertWidget(self._row.count() - 1, button)

    def show_count(self, count: int) -> None:
        """Show the number of selected particles; 0 hides the chip."""
        self.clear_button.show_text(f"{count:,} selected ×")
        self.setHidden(not count)

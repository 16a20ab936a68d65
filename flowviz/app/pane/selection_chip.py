"""The chip on a cloud that says how many particles are selected, with what can be done with them."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from flowviz.app.pane.chip import Chip
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import action_button, lay_out


class SelectionChip(QFrame):
    """Button such as "1 selected ×", and further ones beside it, which are visible only while particles are selected.

    Attributes:
        clear_button: Says how many particles are selected, and clears the selection.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("selectionBar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._row = lay_out(QHBoxLayout(self), margin=(TIGHT, 0, TIGHT, 0), spacing=0)
        self.clear_button = Chip("selectionChip", "Clear the selection", "Clear the selection (Esc)")
        self._add(self.clear_button)
        self.show_count(0)

    def add_actions(self, *actions: QAction) -> None:
        """Add buttons for what acts on the selection, before the one that clears it."""
        for action in actions:
            self._add(action_button(action, f"{action.objectName().removesuffix('Action')}Button"))

    def show_count(self, count: int) -> None:
        """Show the number of selected particles; 0 hides the chip."""
        self.clear_button.show_text(f"{count:,} selected ×" if count else "")
        self.setHidden(not count)

    def _add(self, button: QToolButton) -> None:
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the Select menu and its keys do the same
        self._row.insertWidget(self._row.count() - 1, button)

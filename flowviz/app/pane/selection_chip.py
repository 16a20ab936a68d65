"""The chip on a cloud that says how many particles are selected, and clears the selection."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton


class SelectionChip(QToolButton):
    """Button such as "1 selected ×", which is visible only while particles are selected."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("selectionChip")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Escape does the same
        self.setAccessibleName("Clear the selection")
        self.setToolTip("Clear the selection (Esc)")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Show the number of selected particles; 0 hides the chip."""
        self.setText(f"{count:,} selected ×")
        self.setHidden(not count)

"""The selected bump of a layer, which the controllers of bends have in common."""

from PyQt6.QtCore import QObject

from flowviz.app.desktop.existing import existing
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.specs.edits import Bump

WIDTH_FACTOR = 1.15  # per notch of the wheel or key press
NUDGE_SHARE = 0.02  # of what is visible, per key press


class SelectedBump(QObject):
    """A bump that the user has selected, and may be dragging.

    Attributes:
        selected: Number of the bump among those of its stage, or None.
        is_dragging: Whether the mouse drags it.
    """

    def __init__(self, editor: LayerEditor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self.is_dragging = editor, False
        self.selected: int | None = None
        self._stage = 0  # of the bumps

    def remove(self) -> None:
        """Remove the selected bump."""
        if self.selected is not None:
            number = self.selected
            self._let_go(None)
            self._editor.gesture_began.emit()
            self._editor.edits.remove_bump(self._stage, number)

    def _set(self, bump: Bump) -> None:
        """Replace the selected bump."""
        self._editor.edits.set_bump(self._stage, existing(self.selected), bump)

    def _let_go(self, selected: int | None) -> None:
        """End a drag, and select another bump, or none."""
        self.selected = selected
        self._set_dragging(False)

    def _set_dragging(self, dragging: bool) -> None:
        if dragging != self.is_dragging:
            self.is_dragging = dragging
            self._editor.dragging_changed.emit(dragging)

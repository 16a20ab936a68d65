"""The note that layers are edited, with a way to reset them."""

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QToolButton

from flowviz.app.commands.actions import enable_unless
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.style.icons import icon


class EditedNote(QToolButton):
    """Button that says how many layers are edited, and whether in training too, and offers its actions in a menu.

    It is hidden if there are none, but its height is kept free, so that the first edit does not move what is above it.
    """

    def __init__(self, editor: LayerEditor) -> None:
        super().__init__()
        self._editor = editor
        self.setObjectName("editedNote")
        self.setIcon(icon("layerbent"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        editor.watch(self._update)

    def _update(self) -> None:
        editor, text = self._editor, self._editor.note
        self.setVisible(bool(text))
        self.setText(text)
        self.setAccessibleName(text or "Edited layers")
        enable_unless(self, editor.problem, f"{editor.explanation} Click to reset layers")

    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        return whole if self.text() else QSize(0, whole.height())

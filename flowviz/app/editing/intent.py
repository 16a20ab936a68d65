"""The first signs that the user is about to edit a layer."""

from collections.abc import Collection

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QFocusEvent
from PyQt6.QtWidgets import QWidget

from flowviz.app.editing.layer_editor import LayerEditor

FOCUS = {QEvent.Type.FocusIn}
FOCUS_OR_MOUSE = {QEvent.Type.FocusIn, QEvent.Type.Enter}
BY_USER = {Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}


class EditingIntent(QObject):
    """Announces an edit as soon as the user moves the focus or the mouse to one of its widgets."""

    def __init__(
        self, editor: LayerEditor, events: Collection[QEvent.Type], parent: QWidget, *widgets: QWidget
    ) -> None:
        super().__init__(parent)
        self._editor, self._events = editor, events
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in self._events:
            is_by_program = isinstance(event, QFocusEvent) and event.reason() not in BY_USER
            if not is_by_program:
                self._editor.announce()
        return False

"""The key that shows the flow without the current layer while it is held."""

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from flowviz.app.desktop.existing import application
from flowviz.app.editing.layer_editor import LayerEditor

KEY = Qt.Key.Key_D
TEXTS = QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit


class GlimpseKey(QObject):
    """Shows the flow without the current layer while D is held, unless the user types a text.

    The release of the key may never arrive, so the glimpse also ends when the window or a text gets the focus.
    """

    def __init__(self, window: QWidget, editor: LayerEditor, cloud: QWidget) -> None:
        super().__init__(window)
        self._editor, self._cloud = editor, cloud
        window.installEventFilter(self)  # receives the keys that the widget with the focus does not use
        application().focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, _: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == KEY:
            return self._take_key(event)
        if event is not None and event.type() == QEvent.Type.WindowDeactivate:
            self._editor.end_glimpse()
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if not is_plain or not self._cloud.isVisible() or isinstance(QApplication.focusWidget(), TEXTS):
                return False
            if not event.isAutoRepeat():
                self._editor.begin_glimpse()
            return True
        if event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._editor.end_glimpse()
        return False

    def _on_focus_changed(self, _: QWidget | None, focused: QWidget | None) -> None:
        if focused is None or isinstance(focused, TEXTS):
            self._editor.end_glimpse()

"""The Edit menu."""

from collections.abc import Callable

from PyQt6.QtCore import QMetaObject, QObject, pyqtBoundSignal
from PyQt6.QtGui import QGuiApplication, QUndoStack
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDockWidget,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QWidget,
)

from flowviz.app.commands.actions import Key, add_action
from flowviz.app.commands.history import History
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.text_page import is_media

Text = QPlainTextEdit | QLineEdit


class EditMenu(QObject):
    """Undo, redo and the clipboard, which serves the text box that has the focus, or else the target."""

    def __init__(self, menu: QMenu, history: History, importer: TargetImporter, window: QMainWindow) -> None:
        """Fill the menu; `history` and `importer` are those of the flow in the normal view."""
        super().__init__(window)
        self._window, self._history, self._importer = window, history, importer
        self._undo = add_action(menu, "&Undo", None, lambda: self._history.undo(), "Undo the last change")
        self._redo = add_action(menu, "&Redo", None, lambda: self._history.redo(), "Redo what was undone")
        self._undo.setShortcuts(Key.Undo)
        self._redo.setShortcuts(Key.Redo)
        self._follow_history()
        menu.addSeparator()
        self._cut = add_action(menu, "Cu&t", Key.Cut, self._cut_text, "Move the selected text to the clipboard")
        self._copy = add_action(menu, "&Copy", Key.Copy, self._copy_text, "Copy the selected text to the clipboard")
        add_action(
            menu, "&Paste", Key.Paste, self._paste, "Paste into a text, or learn the clipboard's text, picture or file"
        )
        self._select_all = add_action(menu, "Select &All", Key.SelectAll, self._select_text, "Select all of the text")
        self._selection: QMetaObject.Connection | None = None  # to the text that has the focus
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        self._update()

    def serve(self, history: History, importer: TargetImporter) -> None:
        """Undo the edits of a history, and let an importer take what is pasted."""
        for signal, slot in self._connections(self._history.stack):
            signal.disconnect(slot)
        self._history, self._importer = history, importer
        self._follow_history()

    def _follow_history(self) -> None:
        stack = self._history.stack
        for signal, slot in self._connections(stack):
            signal.connect(slot)
        self._undo.setEnabled(stack.canUndo())
        self._redo.setEnabled(stack.canRedo())
        self._show_undo(stack.undoText())
        self._show_redo(stack.redoText())

    def _connections(self, stack: QUndoStack) -> tuple[tuple[pyqtBoundSignal, Callable[..., object]], ...]:
        """Return which signals of a stack keep the actions up to date."""
        return (
            (stack.canUndoChanged, self._undo.setEnabled),
            (stack.canRedoChanged, self._redo.setEnabled),
            (stack.undoTextChanged, self._show_undo),
            (stack.redoTextChanged, self._show_redo),
        )

    def _show_undo(self, title: str) -> None:
        self._undo.setText(f"&Undo {title}".rstrip())

    def _show_redo(self, title: str) -> None:
        self._redo.setText(f"&Redo {title}".rstrip())

    def _follow_focus(self, _: QWidget | None, focused: QWidget | None) -> None:
        """Keep the actions up to date with the selection in the focused text.

        The menu bar and dialogs, such as the command palette, only borrow the focus: the actions stay as they are.
        """
        if isinstance(focused, QMenuBar) or focused is None:
            return
        if not isinstance(focused.window(), QMainWindow | QDockWidget):  # a floating panel is a window of its own
            return
        if self._selection is not None:
            QObject.disconnect(self._selection)
        text = _text_of(focused)
        self._selection = None if text is None else text.selectionChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        """Enable what can be done with the text."""
        text = self._text
        selected = text if text is not None and _has_selection(text) else None
        self._cut.setEnabled(selected is not None and not selected.isReadOnly())
        self._copy.setEnabled(selected is not None)
        self._select_all.setEnabled(text is not None)

    @property
    def _text(self) -> Text | None:
        """Return the text box that has the focus, also in a floating panel and while the window is inactive."""
        return _text_of(QApplication.focusWidget() or self._window.focusWidget())

    def _cut_text(self) -> None:
        if self._text is not None:
            self._text.cut()

    def _copy_text(self) -> None:
        if self._text is not None:
            self._text.copy()

    def _select_text(self) -> None:
        if self._text is not None:
            self._text.selectAll()

    def _paste(self) -> None:
        text = self._text
        if text is not None and _can_paste(text):
            text.paste()
        else:
            self._importer.paste()


def _text_of(widget: QWidget | None) -> Text | None:
    """Return the text box that a widget is or, as a spin box, contains."""
    # QAbstractSpinBox.lineEdit() is protected, and PyQt cannot call it on a box that Qt has made.
    text = widget.findChild(QLineEdit) if isinstance(widget, QAbstractSpinBox) else widget
    return text if isinstance(text, Text) and text.isVisible() else None


def _has_selection(text: Text) -> bool:
    return text.textCursor().hasSelection() if isinstance(text, QPlainTextEdit) else text.hasSelectedText()


def _can_paste(text: Text) -> bool:
    if isinstance(text, QPlainTextEdit):
        return text.canPaste()
    clipboard = QGuiApplication.clipboard()
    media = clipboard.mimeData() if clipboard is not None else None
    return media is not None and media.hasText() and not is_media(media)

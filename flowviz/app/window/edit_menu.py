"""The Edit menu."""

from PyQt6.QtCore import QMetaObject, QObject
from PyQt6.QtGui import QAction, QGuiApplication
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
from flowviz.app.session.undo import UndoHistory
from flowviz.app.style.icons import icon
from flowviz.app.target.drawing_page import DrawingPage
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.text_page import is_media

Text = QPlainTextEdit | QLineEdit


class EditMenu(QObject):
    """Undo, redo and the clipboard, which serves the text box that has the focus, or else the target."""

    def __init__(
        self, menu: QMenu, undo: UndoHistory, importer: TargetImporter, drawing: DrawingPage, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._window, self._importer, stack = window, importer, undo.stack
        self._add_history(menu, "undo", stack.createUndoAction(self, "&Undo"), Key.Undo, "Undo the last change")
        self._add_history(menu, "redo", stack.createRedoAction(self, "&Redo"), Key.Redo, "Redo what was undone")
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
        stack.undoTextChanged.connect(drawing.show_undo)
        stack.redoTextChanged.connect(drawing.show_redo)
        drawing.undo_requested.connect(stack.undo)
        drawing.redo_requested.connect(stack.redo)

    def _add_history(self, menu: QMenu, name: str, action: QAction | None, key: Key, tip: str) -> None:
        assert action is not None
        action.setParent(menu)  # or Python would delete it
        action.setObjectName(f"{name}Action")
        action.setIcon(icon(name))
        action.setShortcuts(key)
        action.setToolTip(tip)
        menu.addAction(action)

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

"""The Edit menu."""

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
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
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.drawing_page import DrawingPage
from flowviz.app.target.text_page import is_media


class EditMenu(QObject):
    """Undo and redo; and the clipboard, for the text that has the focus or else for the target."""

    def __init__(
        self, menu: QMenu, undo: UndoHistory, target_builder: TargetBuilder, drawing: DrawingPage, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._window, self._target_builder, stack = window, target_builder, undo.stack
        self._add_history(menu, "undo", stack.createUndoAction(self, "&Undo"), Key.Undo, "Take the last choice back")
        self._add_history(menu, "redo", stack.createRedoAction(self, "&Redo"), Key.Redo, "Choose it again")
        menu.addSeparator()
        self._cut = add_action(menu, "Cu&t", Key.Cut, self._cut_text, "Take the marked text away, to the clipboard")
        self._copy = add_action(menu, "&Copy", Key.Copy, self._copy_text, "Put the marked text on the clipboard")
        add_action(menu, "&Paste", Key.Paste, self._paste, "Learn what is on the clipboard: text, a picture or a file")
        self._mark = add_action(menu, "Select &All", Key.SelectAll, self._mark_text, "Mark all of the text")
        menu.aboutToShow.connect(self._look)
        stack.undoTextChanged.connect(drawing.show_undo)
        stack.redoTextChanged.connect(drawing.show_redo)
        drawing.undo_requested.connect(stack.undo)
        drawing.redo_requested.connect(stack.redo)

    def _add_history(self, menu: QMenu, name: str, action: QAction | None, key: Key, tip: str) -> None:
        assert action is not None
        action.setParent(menu)  # else it is Python's, and goes
        action.setObjectName(f"{name}Action")
        action.setIcon(icon(name))
        action.setShortcuts(key)
        action.setToolTip(tip)
        menu.addAction(action)

    def _look(self) -> None:
        """Offer what can be done with the text; where the menus have the focus, that is seen only later."""
        text, is_unknown = self._text, isinstance(self._focus, QMenuBar)
        is_marked = text is not None and _is_marked(text)
        for action in (self._cut, self._copy):
            action.setEnabled(is_marked or is_unknown)
        self._mark.setEnabled(text is not None or is_unknown)

    @property
    def _focus(self) -> QWidget | None:
        """Also in a panel that floats, and while the window is not active."""
        return QApplication.focusWidget() or self._window.focusWidget()

    @property
    def _text(self) -> QPlainTextEdit | QLineEdit | None:
        """What one types in, if it has the focus."""
        focus = self._focus  # the text of a number box is its child: `lineEdit` is not for a box that Qt has made
        found = focus.findChild(QLineEdit) if isinstance(focus, QAbstractSpinBox) else focus
        return found if isinstance(found, QPlainTextEdit | QLineEdit) and found.isVisible() else None

    def _cut_text(self) -> None:
        if self._text is not None:
            self._text.cut()

    def _copy_text(self) -> None:
        if self._text is not None:
            self._text.copy()

    def _mark_text(self) -> None:
        if self._text is not None:
            self._text.selectAll()

    def _paste(self) -> None:
        text = self._text
        if text is not None and _can_paste(text):
            text.paste()
        else:
            self._target_builder.paste()


def _is_marked(text: QPlainTextEdit | QLineEdit) -> bool:
    return text.textCursor().hasSelection() if isinstance(text, QPlainTextEdit) else text.hasSelectedText()


def _can_paste(text: QPlainTextEdit | QLineEdit) -> bool:
    if isinstance(text, QPlainTextEdit):
        return text.canPaste()
    clipboard = QGuiApplication.clipboard()
    media = clipboard.mimeData() if clipboard is not None else None
    return media is not None and media.hasText() and not is_media(media)

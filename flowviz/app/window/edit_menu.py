"""The Edit menu."""

from functools import partial
from typing import Literal

from PyQt6.QtCore import QMetaObject, QObject
from PyQt6.QtGui import QGuiApplication, QUndoGroup
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QDockWidget,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QWidget,
)

from flowviz.app.commands.actions import Entry, Key, fill_menu
from flowviz.app.commands.history import UndoHistory
from flowviz.app.desktop.existing import application, existing
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.text_page import is_media

Text = QPlainTextEdit | QLineEdit


class EditMenu(QObject):
    """Undo, redo and the clipboard, which serves the text box that has the focus, or else the target.

    Undo acts on the document that is shown. The project and the comparison have a stack each, because opening another
    document forgets only the edits of its predecessor, and because showing the other page pauses a running training.

    Attributes:
        undo: Undoes the last edit.
        redo: Redoes the edit that was undone last.
    """

    def __init__(self, menu: QMenu, history: UndoHistory, importer: TargetImporter, window: QMainWindow) -> None:
        """Fill the menu; `history` is that of the flow of the window, and `importer` takes what is pasted."""
        super().__init__(window)
        self._window, self._history, self._importer = window, history, importer
        self._group = QUndoGroup(self)  # of which the stack of the shown view is active
        self.undo, self.redo, self._cut, self._copy, _, self._select_all = fill_menu(
            menu,
            Entry("undo", "&Undo", lambda: self._history.undo(), "Undo the last change"),
            Entry("redo", "&Redo", lambda: self._history.redo(), "Redo what was undone"),
            None,
            Entry("cut", "Cu&t", partial(self._edit, "cut"), "Move the selected text to the clipboard", Key.Cut),
            Entry("copy", "&Copy", partial(self._edit, "copy"), "Copy the selected text to the clipboard", Key.Copy),
            Entry(
                "paste", "&Paste", self._paste, "Paste into a text, or learn the clipboard's text, picture or file",
                Key.Paste,
            ),
            Entry(
                "selectall", "Select &All", partial(self._edit, "selectAll"), "Select all of the text", Key.SelectAll
            ),
        ).values()  # fmt: skip
        self.undo.setShortcuts(Key.Undo)
        self.redo.setShortcuts(Key.Redo)
        self._group.indexChanged.connect(self._show_steps)
        self.serve(history)
        self._selection: QMetaObject.Connection | None = None  # to the text that has the focus
        application().focusChanged.connect(self._follow_focus)
        self._update()

    def serve(self, history: UndoHistory) -> None:
        """Undo the edits of a history."""
        self._history = history
        self._group.addStack(history.stack)
        self._group.setActiveStack(history.stack)

    def _show_steps(self) -> None:
        """Name the steps that can be undone and redone, and enable the entries if there are any."""
        group = self._group
        for action, verb, title in ((self.undo, "Undo", group.undoText()), (self.redo, "Redo", group.redoText())):
            action.setText(f"&{verb} {title}".rstrip())
            action.setToolTip(f"{verb} {title.replace('&&', '&') or 'the last change'}")
        self.undo.setEnabled(group.canUndo())
        self.redo.setEnabled(group.canRedo())

    def _follow_focus(self, _: QWidget | None, focused: QWidget | None) -> None:
        """Keep the actions up to date with the selection in the focused text.

        The menu bar and dialogs, such as the command palette, only borrow the focus: the actions stay as they are.
        """
        if isinstance(focused, QMenuBar) or focused is None or isinstance(focused.parentWidget(), QDialog):
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

    def _edit(self, method: Literal["cut", "copy", "selectAll"]) -> None:
        """Call a method of the text box that has the focus."""
        if (text := self._text) is not None:
            getattr(text, method)()

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
    media = existing(QGuiApplication.clipboard()).mimeData()
    return media is not None and media.hasText() and not is_media(media)

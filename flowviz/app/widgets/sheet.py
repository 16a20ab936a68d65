"""A sheet: options that a button opens over the edge of the picture, where they take no room from a panel."""

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.desktop.existing import application, existing
from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import OPENER, checkable, flat, lay_out, named, tool_button
from flowviz.app.widgets.scroll_column import ScrollColumn

WATCHED = frozenset({
    QEvent.Type.Resize, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.KeyRelease,
    QEvent.Type.ShortcutOverride,
})  # fmt: skip


class SheetButton(QToolButton):
    """Button that is pressed while its sheet is open, which closes with the panel of the button."""

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self.setChecked(False)


class Sheet(QFrame):
    """Sheet of options that stays open while the rest of the window is used with the keyboard or changes by itself.

    Its button, its close button, Escape and a click elsewhere in the window close it. It belongs to a panel until it
    is opened, and to the window from then on.

    Attributes:
        opener: The button that opens and closes it.
    """

    opening = pyqtSignal()

    def __init__(self, panel: QWidget, name: str, text: str, tip: str, content: QWidget, *buttons: QWidget) -> None:
        """Create a sheet.

        Args:
            panel: The panel to which the options belong.
            name: Start of the object names.
            text: Text of the button, and title of the sheet.
            tip: The options in words.
            content: The options.
            buttons: Buttons beside the title.
        """
        super().__init__(panel)
        self.hide()
        named(self, f"{name}Sheet", text)
        self.opener = checkable(named(SheetButton(), f"{name}Button", f"Show or hide {text}", tip), self._show)
        self.opener.setText(text)
        self.setProperty(OPENER, self.opener)
        self._content, title = content, QLabel(f"<b>{text}</b>")
        close = flat(tool_button(f"{name}Close", f"Close {text}", "Close (Esc)", "remove", run=self.close_sheet))
        header = lay_out(QHBoxLayout(), title, *buttons, close, stretched=title, margin=(GAP, 0, GAP, 0))
        column = ScrollColumn(content)
        column.need_changed.connect(self._follow_content)
        lay_out(QVBoxLayout(self), header, column, margin=(0, GAP, 0, GAP))

    def close_sheet(self) -> None:
        """Close the sheet."""
        self.opener.setChecked(False)

    def _show(self, shown: bool) -> None:
        if shown:
            self.opening.emit()
            window = existing(self.opener.window())
            self.setParent(window.parentWidget() or window)  # a panel that floats is a window of the main window
            self._place()
            self.show()
            self.raise_()
            self._first_control().setFocus(Qt.FocusReason.PopupFocusReason)
            application().installEventFilter(self)
        else:
            application().removeEventFilter(self)
            if self.isAncestorOf(QApplication.focusWidget()):
                self.opener.setFocus()
            self.hide()

    def _first_control(self) -> QWidget:
        controls = self._content.findChildren(QWidget)
        return next(each for each in controls if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible())

    def _place(self) -> None:
        """Cover the edge of the picture that is next to the button, as high as the content if there is room."""
        host = existing(self.parentWidget())
        room = host.rect() if self._covered() is host else self._covered().geometry()
        size = self.sizeHint().boundedTo(room.size())
        corner = host.mapFromGlobal(self.opener.mapToGlobal(QPoint()))
        left = room.left() if corner.x() < room.center().x() else room.right() + 1 - size.width()
        top = max(min(corner.y() - GAP, room.bottom() + 1 - size.height()), room.top())
        self.setGeometry(QRect(QPoint(left, top), size))

    def _follow_content(self) -> None:
        if self.isVisible():
            self._place()

    def _covered(self) -> QWidget:
        """Return the widget that the sheet covers in part."""
        host = existing(self.parentWidget())
        return (host.centralWidget() if isinstance(host, QMainWindow) else None) or host

    def _is_in_window(self, watched: QObject | None) -> bool:
        return isinstance(watched, QWidget) and watched.window() is self.window()

    def _is_outside(self, widget: QWidget) -> bool:
        is_own = widget in {self, self.opener} or self.isAncestorOf(widget)
        return not is_own and self._is_in_window(widget)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is None or (kind := event.type()) not in WATCHED:
            return False
        if kind == QEvent.Type.Resize and watched is self._covered():
            self._follow_content()
        elif kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget) and self._is_outside(watched):
            self.close_sheet()
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self._is_in_window(watched):
            event.accept()  # as an override of shortcuts, so that it comes as a key
            if kind == QEvent.Type.KeyPress:
                self.close_sheet()
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        existing(event).accept()  # else it would go on to the window, where it is a click elsewhere

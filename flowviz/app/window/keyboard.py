"""Keyboard navigation: the order of the Tab key, and a ring around the widget that has the focus."""

from collections.abc import Iterator
from itertools import pairwise

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QMenuBar, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.widgets.focus_ring import FocusRing


def order_tabs(*containers: QWidget) -> None:
    """Let the Tab key visit all widgets in these containers, one container after the other, in layout order."""
    for before, after in pairwise(stop for container in containers for stop in _tab_stops(container)):
        QWidget.setTabOrder(before, after)


def _tab_stops(container: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that take the focus; Qt itself orders the parts of a widget with a focus proxy inside it."""
    proxy = container.focusProxy()
    if proxy is not None and container.isAncestorOf(proxy):
        yield container
        return
    if proxy is None and container.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield container
    for child in container.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield from _tab_stops(child)


class FocusRings(QObject):
    """Controller that moves a ring to the widget that has the focus, in a window and its dialogs.

    A click hides it: the pointer already shows where the focus is.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._ring, self._is_clicked = FocusRing(), False

    def watch(self, old: QWidget | None, new: QWidget | None) -> None:
        """Surround the widget that has got the focus, except for menu bars, which highlight their current menu."""
        if isdeleted(self._ring):  # with the dialog in which it was
            self._ring = FocusRing()
        if new is not None and (top := new.window()) is not None and (handle := top.windowHandle()) is not None:
            handle.installEventFilter(self)  # the native window, which gets each key press and click before any widget
        is_surrounded = _belongs_to(new, self._window) and not isinstance(new, QMenuBar) and not self._is_clicked
        self._ring.setWidget(new if is_surrounded else None)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress):
            self._is_clicked = event.type() == QEvent.Type.MouseButtonPress
            if self._is_clicked and not isdeleted(self._ring):
                self._ring.setWidget(None)
        return super().eventFilter(watched, event)


def _belongs_to(widget: QWidget | None, window: QWidget) -> bool:
    while widget is not None and widget is not window:
        widget = widget.parentWidget()
    return widget is not None

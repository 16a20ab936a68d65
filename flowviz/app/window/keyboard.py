"""The way that the Tab key takes."""

from collections.abc import Iterator
from itertools import pairwise

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QRegion
from PyQt6.QtWidgets import QMenuBar, QWidget
from PyQt6.sip import isdeleted


def order_tabs(*places: QWidget) -> None:
    """Let the Tab key go through all that is in these places, one after the other, in the order in which it is laid."""
    for before, after in pairwise(stop for place in places for stop in _stops(place)):
        QWidget.setTabOrder(before, after)


def _stops(place: QWidget) -> Iterator[QWidget]:
    """What takes the focus. Qt knows the order in what gives it to a part of itself; the list of a box lies apart."""
    gives_to = place.focusProxy()
    if gives_to is not None and place.isAncestorOf(gives_to):
        yield place
        return
    if gives_to is None and place.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield place
    for child in place.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield from _stops(child)


WIDTH, ROUNDING = 2, 3  # pixels
FOLLOWED = {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show}


class FocusRings(QObject):
    """One ring a window: around the widget in it that has the focus."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ring: FocusRing | None = None  # the one that is seen

    def watch(self, old: QWidget | None, new: QWidget | None) -> None:
        """Move the ring."""
        if self._ring is not None and not isdeleted(self._ring):
            self._ring.leave()
        window = None if new is None else new.window()
        if new is None or isinstance(new, QMenuBar):  # a menu bar highlights its current menu by itself
            return
        if window is not None and new is not window:
            self._ring = window.findChild(FocusRing) or FocusRing(window)
            self._ring.surround(new)


class FocusRing(QWidget):
    """Lies above the widget that it surrounds, and follows it where it moves; the mouse does not notice it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = window
        self._followed: list[QWidget] = []  # the widget, and all that it lies in
        self.hide()

    def surround(self, widget: QWidget) -> None:
        """Lie around this widget of the window."""
        self.leave()
        self._followed = _up_to(self._window, widget)
        for followed in self._followed:
            followed.installEventFilter(self)
        self._follow()

    def leave(self) -> None:
        """Lie around nothing: what was surrounded may be about to go."""
        for former in self._followed:
            if not isdeleted(former):
                former.removeEventFilter(self)
        self._followed = []
        self.hide()

    def _follow(self) -> None:
        if not self._followed or any(isdeleted(followed) for followed in self._followed):
            return
        seen = QRect(self._window.rect())
        for widget in self._followed:
            seen &= QRect(widget.mapTo(self._window, QPoint()), widget.size())
        self.setVisible(self._followed[0].isVisible() and not seen.isEmpty())
        self.setGeometry(seen)
        inside = self.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(self.rect()) - QRegion(inside))  # else it is painted whenever what it surrounds is
        self.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Hide:
            self.leave()
        elif event is not None and event.type() in FOLLOWED:
            self._follow()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), WIDTH))
        inset = WIDTH // 2
        painter.drawRoundedRect(self.rect().adjusted(inset, inset, -inset, -inset), ROUNDING, ROUNDING)


def _up_to(window: QWidget, widget: QWidget) -> list[QWidget]:
    """The widget, and all that it lies in, but for the window."""
    found: list[QWidget] = []
    above: QWidget | None = widget
    while above is not None and above is not window:
        found.append(above)
        above = above.parentWidget()
    return found

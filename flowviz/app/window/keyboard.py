"""Keyboard navigation: the order of the Tab key, and a ring around the widget that has the focus."""

from collections.abc import Iterator
from itertools import pairwise

from PyQt6.QtCore import QEvent, QObject, QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QRegion, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QFocusFrame,
    QLabel,
    QMenuBar,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)
from PyQt6.sip import isdeleted

from flowviz.app.style.tokens import CORNER, HAIRLINE, LINE, TIGHT

RING = LINE + HAIRLINE  # width in pixels of the ring and the gap inside it


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


class FocusRing(QFocusFrame):
    """Ring above a widget, in the accent color of the palette, with a gap inside it.

    Buttons are inside the ring, because the fill of a checked button has nearly the same color.
    """

    def __init__(self) -> None:
        super().__init__()
        self._style = _RingStyle()  # a widget does not own its style
        self.setStyle(self._style)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        inside = self.rect().adjusted(RING, RING, -RING, -RING)
        self.setMask(QRegion(self.rect()) - QRegion(inside))  # repaint only with the edge of the widget below

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for role, width, inset in (
            (QPalette.ColorRole.Accent, LINE, LINE / 2),
            (QPalette.ColorRole.Window, HAIRLINE, LINE + HAIRLINE / 2),
        ):
            painter.setPen(QPen(self.palette().color(role), width))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), CORNER, CORNER)


class _RingStyle(QProxyStyle):
    """Style that puts a focus frame above its widget, and around it if it is a button or a label."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,  # noqa: N803  # Qt's name
    ) -> int:
        if hint == QStyle.StyleHint.SH_FocusFrame_AboveWidget:
            return 1
        return super().styleHint(hint, option, widget, returnData)

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        if metric in (QStyle.PixelMetric.PM_FocusFrameHMargin, QStyle.PixelMetric.PM_FocusFrameVMargin):
            is_around = isinstance(widget, QFocusFrame) and isinstance(widget.widget(), QLabel | QAbstractButton)
            return TIGHT if is_around else 0
        return super().pixelMetric(metric, option, widget)


def _belongs_to(widget: QWidget | None, window: QWidget) -> bool:
    while widget is not None and widget is not window:
        widget = widget.parentWidget()
    return widget is not None

"""The ring around a widget that has the focus, or that a lesson points at."""

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QRegion, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QFocusFrame,
    QLabel,
    QProxyStyle,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QWidget,
)

from flowviz.app.style.tokens import CORNER, HAIRLINE, LINE, TIGHT
from flowviz.app.widgets.labels import WrappingLabel

RING = LINE + HAIRLINE  # width in pixels of the ring and the gap inside it


class FocusRing(QFocusFrame):
    """Ring above a widget, in the accent color of the palette, with a gap inside it.

    Buttons are inside the ring, because the fill of a checked button has nearly the same color. Text to read has only
    a line at its left edge, because a frame would make it look like a box to type in.
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
        if isinstance(self.widget(), WrappingLabel):
            painter.fillRect(0, 0, LINE, self.height(), self.palette().color(QPalette.ColorRole.Accent))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for role, width, inset in (
            (QPalette.ColorRole.Accent, LINE, LINE / 2),
            (QPalette.ColorRole.Window, HAIRLINE, LINE + HAIRLINE / 2),
        ):
            painter.setPen(QPen(self.palette().color(role), width))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), CORNER, CORNER)


class _RingStyle(QProxyStyle):
    """Style that puts a focus frame above its widget, and around it if it is a button or a label.

    That is also so for a widget with the property isFilled, which draws up to its edges.
    """

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
            inside = widget.widget() if isinstance(widget, QFocusFrame) else None
            return (
                TIGHT if isinstance(inside, QLabel | QAbstractButton) or (inside and inside.property("isFilled")) else 0
            )
        return super().pixelMetric(metric, option, widget)

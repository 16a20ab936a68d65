"""Arrows that show the bumps of a layer in the cloud."""

from collections.abc import Callable, Sequence
from math import atan2, cos, hypot, sin

from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QColor, QPainter, QPalette, QPen
from PyQt6.QtWidgets import QApplication

from flowviz.app.editing.cloud_bending import Arrow
from flowviz.app.style.tokens import THICK_LINE

HEAD, SPREAD = 11.0, 0.45  # length of a head in pixels, and half its angle
HALO = 2 * THICK_LINE  # pixels


def draw_arrows(painter: QPainter, arrows: Sequence[Arrow], place: Callable[[float, float], QPointF]) -> None:
    """Draw arrows, each with a circle of the width of its bump; `place` returns the pixel of a point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    palette = QApplication.palette()
    accent, halo = (palette.color(role) for role in (QPalette.ColorRole.Accent, QPalette.ColorRole.Base))
    for arrow in arrows:
        start, tip = place(*arrow.start), place(*arrow.tip)
        edge = place(arrow.start[0] + arrow.width, arrow.start[1])
        radius = hypot(edge.x() - start.x(), edge.y() - start.y())
        for color, width in ((halo, HALO), (accent, THICK_LINE)):
            _draw_arrow(painter, start, tip, color, width)
        painter.setPen(QPen(accent, THICK_LINE if arrow.is_selected else 1.0, Qt.PenStyle.DashLine))
        painter.drawEllipse(start, radius, radius)
    painter.restore()


def _draw_arrow(painter: QPainter, start: QPointF, tip: QPointF, color: QColor, width: float) -> None:
    painter.setPen(QPen(color, width, cap=Qt.PenCapStyle.RoundCap))
    painter.drawLine(start, tip)
    painter.drawEllipse(start, 1.5, 1.5)
    angle = atan2(start.y() - tip.y(), start.x() - tip.x())
    if hypot(start.y() - tip.y(), start.x() - tip.x()) > HEAD:
        for turn in (-SPREAD, SPREAD):
            side = QPointF(cos(angle + turn), sin(angle + turn)) * HEAD
            painter.drawLine(tip, tip + side)

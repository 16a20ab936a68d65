"""The mark of an edited layer on its small picture."""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPalette

from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import LINE
from flowviz.specs.edits import LayerEdit

DIMMED = 170  # opacity of the veil over a disabled layer, of 255
SIGN_SHARE, MIN_SIGN, MAX_SIGN = 0.3, 13, 20  # side of the sign, relative to the picture, and in pixels


def draw_edit(painter: QPainter, place: QRect, edit: LayerEdit, palette: QPalette) -> None:
    """Draw the mark of an edit on a picture: a disabled layer is dimmed and crossed out, a bent one has a pencil."""
    base = QColor(palette.color(QPalette.ColorRole.Base))
    side = max(MIN_SIGN, min(round(SIGN_SHARE * place.width()), MAX_SIGN))
    corner = QRect(place.topRight() + QPoint(-side - 1, 2), QSize(side, side))
    if edit.disabled:
        base.setAlpha(DIMMED)
        painter.fillRect(place, base)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.color(QPalette.ColorRole.Window))
    painter.drawEllipse(corner.adjusted(-LINE, -LINE, LINE, LINE))
    painter.restore()
    icon("layerdisabled" if edit.disabled else "layerbent").paint(painter, corner)

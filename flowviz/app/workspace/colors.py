"""The line of each entrant: a color and a pattern, so that nobody has to tell colors apart."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPen

from flowviz.app.style.tokens import LINE
from flowviz.rendering import colors
from flowviz.specs.view import Theme

PATTERNS = ((), (4, 2), (1, 2), (6, 2, 1, 2), (8, 3), (2, 2))  # lengths of dashes and gaps, in line widths


def entrant_color(style: int, theme: Theme) -> QColor:
    """Return the color of an entrant."""
    return QColor(*colors.entrant_color(style, theme))


def entrant_pen(style: int, theme: Theme) -> QPen:
    """Return the pen of an entrant."""
    pen = QPen(entrant_color(style, theme), LINE)
    pattern = PATTERNS[style % len(PATTERNS)]
    if pattern:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(pattern)
    pen.setCosmetic(True)
    return pen

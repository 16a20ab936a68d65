"""The line of each entrant: a color and a pattern, so that nobody has to tell colors apart."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPen

from flowviz.rendering.colors import COMPONENTS
from flowviz.specs.view import Theme

WIDTH = 2  # pixels
PATTERNS = ((), (4, 2), (1, 2), (6, 2, 1, 2), (8, 3), (2, 2))  # lengths of dashes and gaps, in line widths


def entrant_color(number: int, theme: Theme) -> QColor:
    """Return the color of the entrant in a place."""
    colors = COMPONENTS[theme]
    return QColor(*colors[number % len(colors)])


def entrant_pen(number: int, theme: Theme) -> QPen:
    """Return the pen of the entrant in a place."""
    pen = QPen(entrant_color(number, theme), WIDTH)
    pattern = PATTERNS[number % len(PATTERNS)]
    if pattern:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(pattern)
    pen.setCosmetic(True)
    return pen

"""The arrangement of panes in rows and columns, so that their pictures are as large as possible."""

from PyQt6.QtCore import QSize

from flowviz.app.pane.pane import MIN_SIZE
from flowviz.app.style.tokens import UNIT

HEADER = 4 * UNIT  # pixels above each picture


def columns_for(count: int, room: QSize) -> int:
    """Return the number of columns in which square pictures are largest, and as few as possible if several are equal.

    It depends on nothing else, so panes keep their places while words are typed and flows are trained.

    Args:
        count: The number of panes.
        room: The size of the whole grid, in pixels.
    """
    return max(range(1, count + 1), key=lambda columns: _size(columns, count, room))


def _size(columns: int, count: int, room: QSize) -> tuple[bool, float]:
    """Return whether panes in some columns have their minimum size, and the side of the squares in them, in pixels."""
    width, height = room.width() / columns, room.height() / -(-count // columns) - HEADER
    return width >= MIN_SIZE.width() and height >= MIN_SIZE.height(), min(width, height)

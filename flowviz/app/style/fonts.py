"""The font of the window."""

import sys
from functools import cache

from PyQt6.QtGui import QFont, QFontDatabase

from flowviz.app.style.tokens import TEXT
from flowviz.rendering.typeface import FAMILY, font_file

POINTS_PER_PIXEL = 1 if sys.platform == "darwin" else 72 / 96  # where the system does not enlarge all text


def window_font(percent: int) -> QFont:
    """Return the font of the window at a text size in percent.

    Characters that the typeface lacks come from the fonts of the system. The size is in points, because systems that
    enlarge all text change the size of a point.
    """
    _load()
    font = QFont(FAMILY)
    font.setPointSizeF(TEXT * POINTS_PER_PIXEL * percent / 100)
    return font


@cache
def _load() -> None:
    for weight in ("regular", "bold"):
        QFontDatabase.addApplicationFont(str(font_file(weight)))

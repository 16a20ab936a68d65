"""The typeface of the window, of pictures and of documents: Inter, whose digits are of equal width.

`resources/make_fonts.py` makes its files. Characters that it lacks come from DejaVu Sans in documents, and from the
fonts of the system in the window. Targets have their own fonts; see `targets.fonts`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from flowviz.files import resource

FAMILY, FALLBACK = "Inter", "DejaVu Sans"  # the latter is bundled with matplotlib
FONT_FILES = "fonts/Inter-Regular.ttf", "fonts/Inter-Bold.ttf"
Weight = Literal["regular", "bold"]


def font_file(weight: Weight = "regular") -> Path:
    """Return the file of a weight."""
    return resource(FONT_FILES[weight == "bold"])


@cache
def families() -> list[str]:
    """Register the bundled fonts with matplotlib, and return the font families for text.

    Other figures in the process are unaffected unless they use this family.
    """
    from matplotlib.font_manager import fontManager  # imported here because it takes a third of a second

    for name in FONT_FILES:
        fontManager.addfont(resource(name))
    return [FAMILY, FALLBACK]

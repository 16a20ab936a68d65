"""Make the fonts of the program from a release of Inter: the scripts that it needs, with digits of equal width.

Usage: python resources/make_fonts.py FOLDER, where FOLDER contains Inter-Regular and Inter-Bold as .ttf or .woff2, for
example `web` of the npm package inter-ui. Needs fontTools, and brotli for .woff2.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

STYLES = "Regular", "Bold"
TARGET = Path(__file__).parent / "fonts"
# Latin, Greek, Cyrillic, punctuation, superscripts and subscripts, currencies, letterlike symbols, arrows, operators,
# technical and geometric symbols. Inter's other characters are rarely needed.
RANGES = (
    (0x20, 0x24F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x218F), (0x2190, 0x22FF),
    (0x2300, 0x23FF), (0x2460, 0x24FF), (0x25A0, 0x26FF),
)  # fmt: skip
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl"]


def make(source: Path, target: Path) -> None:
    """Write the part of a font that the program needs."""
    font = TTFont(source)
    _use_tabular_digits(font)
    options = Options(layout_features=FEATURES, name_IDs=["*"], notdef_outline=True, hinting=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = None
    font.save(target)


def _use_tabular_digits(font: TTFont) -> None:
    """Let digits be the glyphs of equal width that the feature "tnum" chooses.

    Numbers that change then keep their width in the window, in pictures and in exports, whose libraries have no way to
    ask for features.
    """
    glyphs = set(font.getGlyphOrder())
    for table in font["cmap"].tables:
        for code in range(ord("0"), ord("9") + 1):
            tabular = f"{table.cmap.get(code)}.tf"
            if tabular in glyphs:
                table.cmap[code] = tabular


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for style in STYLES:
        made = next(path for suffix in ("ttf", "woff2") for path in Path(sys.argv[1]).glob(f"Inter-{style}.{suffix}"))
        make(made, TARGET / f"Inter-{style}.ttf")

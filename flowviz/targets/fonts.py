"""Installed fonts: their names, their character coverage, and substitutes for missing characters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, features

from flowviz.errors import TargetError
from flowviz.specs.target import BUILT_IN_FONT

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PLAIN_STYLES = ("", "Regular", "Book", "Roman", "Normal")
SANS_PANOSE = range(11, 16)  # values of bSerifStyle in the PANOSE classification that mean sans serif
ANY_SIZE = 64
LAYOUT = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC


@dataclass(frozen=True)
class Face:
    """A font: one face of a font file, or the font built into Pillow.

    Attributes:
        name: Full name, such as "DejaVu Sans Bold".
        family: Name of the family, such as "DejaVu Sans".
        path: Font file. None for the font built into Pillow.
        number: Index of the face in its file.
        weight: From 100 (thin) to 900 (black).
        width: From 1 (ultra-condensed) to 9 (ultra-expanded); 5 is normal.
        italic: Whether the font is italic.
        sans: Whether the font is sans serif.
        fixed_pitch: Whether all characters have the same width.
        bitmap_size: Only size of a color bitmap font, in pixels per em. None for an outline font.
    """

    name: str
    family: str
    path: Path | None = None
    number: int = 0
    weight: int = field(default=400, compare=False)
    width: int = field(default=5, compare=False)
    italic: bool = field(default=False, compare=False)
    sans: bool = field(default=True, compare=False)
    fixed_pitch: bool = field(default=False, compare=False)
    bitmap_size: int | None = field(default=None, compare=False)

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Load the font at a size in pixels per em."""
        return _loaded(self, size)

    def has(self, text: str) -> bool:
        """Return whether the font can draw every character of a text."""
        return all(ord(c) in _characters(self) and _draws(self, c) for c in text)

    def distance(self, other: "Face") -> tuple[bool | int | str, ...]:
        """Return a sort key for the visual difference from another font: the most visible differences come first."""
        related = self.family.startswith(other.family) or other.family.startswith(self.family)
        return (
            not related,
            self.bitmap_size is not None,
            self.fixed_pitch != other.fixed_pitch,
            self.sans != other.sans,
            self.italic != other.italic,
            abs(self.weight - other.weight),
            abs(self.width - other.width),
            self.name,
        )


BUILT_IN = Face(BUILT_IN_FONT, "Aileron")


@lru_cache(maxsize=1)
def installed_faces() -> tuple[Face, ...]:
    """Return the fonts in the system's font folders, sorted by name. Unreadable files are skipped.

    The first call reads part of every file, which takes a few milliseconds per font.
    """
    from matplotlib import font_manager  # imported here because it takes a third of a second

    faces: dict[str, Face] = {}
    for path in sorted(font_manager.findSystemFonts()):
        for face in _faces_in(Path(path)):
            faces.setdefault(face.name, face)
    return tuple(sorted(faces.values(), key=lambda face: face.name.casefold()))


def faces_are_known() -> bool:
    """Return whether the installed fonts are cached, so that `installed_faces` returns at once."""
    return bool(installed_faces.cache_info().currsize)


def face_named(name: str | None) -> Face:
    """Return the installed font of a name, ignoring case, or the built-in font for None.

    Raises:
        TargetError: If no such font is installed.
    """
    if name is None:
        return BUILT_IN
    named = {face.name.casefold(): face for face in (BUILT_IN, *installed_faces())}
    if name.casefold() in named:
        return named[name.casefold()]
    alike = [named[close].name for close in get_close_matches(name.casefold(), named, n=3)]
    advice = f"Did you mean {' or '.join(alike)}?" if alike else "Choose one that is."
    raise TargetError(f"No font named {name!r} is installed. {advice}")


def nearest_with(text: str, face: Face) -> Face | None:
    """Return the font most similar to `face` that has every character of a text, or None if no font has."""
    return next((other for other in _by_distance(face) if other.has(text)), None)


@lru_cache(maxsize=16)
def _by_distance(face: Face) -> tuple[Face, ...]:
    """Return all fonts, the most similar to `face` first."""
    return tuple(sorted((BUILT_IN, *installed_faces()), key=lambda other: other.distance(face)))


def _faces_in(path: Path) -> Iterator[Face]:
    """Yield the fonts in a file; none if the file is not a readable font."""
    from fontTools.ttLib import TTCollection, TTFont  # imported here because the window starts without it

    try:
        with path.open("rb") as file:
            several = file.read(4) == b"ttcf"
            file.seek(0)
            fonts = TTCollection(file, lazy=True).fonts if several else [TTFont(file, lazy=True)]
            yield from [_face(path, number, font) for number, font in enumerate(fonts)]
    except Exception:  # fontTools raises almost any exception on a damaged file
        return


def _face(path: Path, number: int, font: "TTFont") -> Face:
    os2, names = font["OS/2"], font["name"]
    family, style = names.getBestFamilyName(), names.getBestSubFamilyName() or ""
    return Face(
        name=family if style in PLAIN_STYLES else f"{family} {style}",
        family=family,
        path=path,
        number=number,
        weight=os2.usWeightClass,
        width=os2.usWidthClass,
        italic=bool(os2.fsSelection & 1),
        sans=os2.panose.bSerifStyle in SANS_PANOSE or "sans" in family.casefold(),
        fixed_pitch=bool(font["post"].isFixedPitch),
        bitmap_size=_bitmap_size(font),
    )


def _bitmap_size(font: "TTFont") -> int | None:
    """Return the size of a bitmap font in pixels per em, or None for an outline font."""
    if "glyf" in font or "CFF " in font or "CFF2" in font:
        return None
    if "CBLC" in font:
        return int(font["CBLC"].strikes[0].bitmapSizeTable.ppemX)
    return max(font["sbix"].strikes) if "sbix" in font else None


@lru_cache(maxsize=4096)
def _characters(face: Face) -> frozenset[int]:
    """Return the code points in the character map of a font."""
    from fontTools.ttLib import TTFont

    file = BytesIO(face.at(ANY_SIZE).font_bytes) if face.path is None else face.path
    try:
        with TTFont(file, fontNumber=face.number, lazy=True) as font:
            return frozenset(font.getBestCmap() or {})
    except Exception:  # fontTools raises almost any exception on a damaged file
        return frozenset()


@lru_cache(maxsize=4096)
def _draws(face: Face, character: str) -> bool:
    """Return whether a font leaves ink for a character, because some color fonts have empty outlines."""
    if character.isspace():
        return True
    try:
        return _mark(face, character) is not None
    except OSError:  # FreeType cannot parse the glyph
        return False


def _mark(face: Face, text: str) -> Image.Image | None:
    """Return the text as the font draws it, at an arbitrary size, or None if the picture is empty."""
    image = Image.new("RGBA", (4 * ANY_SIZE, 4 * ANY_SIZE))
    font = face.at(face.bitmap_size or ANY_SIZE)
    ImageDraw.Draw(image).text((ANY_SIZE, ANY_SIZE), text, font=font, fill="black", embedded_color=True)
    return image if image.getbbox() else None


@lru_cache(maxsize=256)
def _loaded(face: Face, size: int) -> ImageFont.FreeTypeFont:
    if face.path is not None:
        return ImageFont.truetype(face.path, size, index=face.number, layout_engine=LAYOUT)
    built_in = ImageFont.load_default(size)
    assert isinstance(built_in, ImageFont.FreeTypeFont)
    return ImageFont.truetype(BytesIO(built_in.font_bytes), size, layout_engine=LAYOUT)

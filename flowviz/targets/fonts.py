"""The fonts of this machine: names, the characters that each has, and the nearest one that has what another lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, features

from flowviz.errors import TargetError

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PLAIN_STYLES = ("", "Regular", "Book", "Roman", "Normal")
SANS_PANOSE = range(11, 16)  # bSerifStyle of the PANOSE classification: without serifs
ANY_SIZE = 64
LAYOUT = ImageFont.Layout.RAQM if features.check("raqm") else ImageFont.Layout.BASIC


@dataclass(frozen=True)
class Face:
    """One font: a file, and the number of the font in it. Without a path, it is the one that is built into Pillow.

    `weight` is 100 (thin) to 900 (black), `width` 1 to 9, of which 5 is normal. `bitmap_size`, of fonts that are
    pictures in color instead of outlines, is the one size that they have.
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
        """The font in this size, in pixels an em."""
        return _loaded(self, size)

    def has(self, text: str) -> bool:
        """Whether it draws all of these characters."""
        return all(ord(c) in _characters(self) and _draws(self, c) for c in text)

    def distance(self, other: "Face") -> tuple[bool | int | str, ...]:
        """How unlike another font it is: what is seen most comes first."""
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


BUILT_IN = Face("Built-in", "Aileron")


@lru_cache(maxsize=1)
def installed_faces() -> tuple[Face, ...]:
    """The fonts in the folders where this system keeps them, by name. Files that are no fonts are left out.

    The first call reads some of each file: a few milliseconds a font.
    """
    from matplotlib import font_manager  # takes a third of a second

    faces: dict[str, Face] = {}
    for path in sorted(font_manager.findSystemFonts()):
        for face in _faces_in(Path(path)):
            faces.setdefault(face.name, face)
    return tuple(sorted(faces.values(), key=lambda face: face.name.casefold()))


def faces_are_known() -> bool:
    """Whether the installed fonts were read before, so that asking for them takes no time."""
    return bool(installed_faces.cache_info().currsize)


def face_named(name: str | None) -> Face:
    """The installed font of that name, in whatever case; the built-in one for None. Raises `TargetError`."""
    if name is None:
        return BUILT_IN
    named = {face.name.casefold(): face for face in (BUILT_IN, *installed_faces())}
    if name.casefold() in named:
        return named[name.casefold()]
    alike = [named[close].name for close in get_close_matches(name.casefold(), named, n=3)]
    advice = f"Did you mean {' or '.join(alike)}?" if alike else "Choose one that is."
    raise TargetError(f"No font named {name!r} is installed. {advice}")


def nearest_with(text: str, face: Face) -> Face | None:
    """The font most like `face` that has all of these characters; None where there is no such font."""
    return next((other for other in _by_distance(face) if other.has(text)), None)


@lru_cache(maxsize=16)
def _by_distance(face: Face) -> tuple[Face, ...]:
    return tuple(sorted((BUILT_IN, *installed_faces()), key=lambda other: other.distance(face)))


def _faces_in(path: Path) -> Iterator[Face]:
    from fontTools.ttLib import TTCollection, TTFont  # not needed until a text is drawn, as below

    try:
        with path.open("rb") as file:
            several = file.read(4) == b"ttcf"
            file.seek(0)
            fonts = TTCollection(file, lazy=True).fonts if several else [TTFont(file, lazy=True)]
            yield from [_face(path, number, font) for number, font in enumerate(fonts)]
    except Exception:  # fontTools raises whatever a damaged file makes it trip over
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
    if "glyf" in font or "CFF " in font or "CFF2" in font:
        return None
    if "CBLC" in font:
        return int(font["CBLC"].strikes[0].bitmapSizeTable.ppemX)
    return max(font["sbix"].strikes) if "sbix" in font else None


@lru_cache(maxsize=4096)
def _characters(face: Face) -> frozenset[int]:
    """The code points in the character map."""
    from fontTools.ttLib import TTFont

    file = BytesIO(face.at(ANY_SIZE).font_bytes) if face.path is None else face.path
    try:
        with TTFont(file, fontNumber=face.number, lazy=True) as font:
            return frozenset(font.getBestCmap() or {})
    except Exception:  # as above
        return frozenset()


@lru_cache(maxsize=4096)
def _draws(face: Face, character: str) -> bool:
    """Whether it leaves a mark: the glyphs of some color fonts are empty as outlines."""
    if character.isspace():
        return True
    try:
        return _mark(face, character) is not None
    except OSError:  # FreeType cannot make sense of the glyph
        return False


def _mark(face: Face, text: str) -> Image.Image | None:
    """What a font draws, in any size; None where that is nothing."""
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

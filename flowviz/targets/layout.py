"""Text layout: split lines into runs of one font, and order them from left to right."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from flowviz.errors import TargetError
from flowviz.targets.fonts import Face, nearest_with

RIGHT_TO_LEFT = ("R", "AL")  # classes of the Unicode Bidirectional Algorithm, UAX #9
JOINERS = "\u200c\u200d"  # zero-width, but they change the shapes of the characters around them
TAB = "    "


@dataclass(frozen=True)
class Piece:
    """A run of characters in one font and direction.

    Attributes:
        face: The font.
        text: The characters, in logical order.
        backwards: True for right-to-left text, False for left-to-right, None if neutral or not determined.
    """

    face: Face
    text: str
    backwards: bool | None


@dataclass(frozen=True)
class Borrowed:
    """Characters that the chosen font lacks, and the name of the substitute font that draws them."""

    characters: tuple[str, ...]
    font: str

    def sentence(self) -> str:
        """Return the characters and their font for the user, such as "α β from DejaVu Sans."."""
        return f"{' '.join(self.characters)} from {self.font}."


def cleaned(text: str) -> str:
    """Normalize a text for drawing.

    Applies NFC, expands tabs, and removes control and format characters (except joiners), trailing spaces, and blank
    lines at the start and the end.
    """
    text = unicodedata.normalize("NFC", text.replace("\t", TAB))
    lines = ("".join(filter(None, map(_visible, line))).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip("\n")


def laid_out(text: str, face: Face) -> list[list[Piece]]:
    """Split each line of a text into runs of one font, ordered from left to right.

    Args:
        text: A cleaned text.
        face: The preferred font.

    Raises:
        TargetError: If no font has one of the characters.
    """
    _check_characters(text, face)
    return [_line(line, face) for line in text.split("\n")]


def borrowed(text: str, face: Face) -> tuple[Borrowed, ...]:
    """Return the characters that come from substitute fonts, grouped by font, in the order of the text.

    Raises:
        TargetError: If no font has one of the characters.
    """
    found: dict[str, dict[str, None]] = {}
    for line in laid_out(text, face):
        for piece in line:
            if piece.face != face:
                characters = clusters_of(piece.text.replace(" ", ""))
                found.setdefault(piece.face.name, {}).update(dict.fromkeys(characters))
    return tuple(Borrowed(tuple(characters), font) for font, characters in found.items())


def in_visual_order(piece: Piece) -> str:
    """Return the characters of a run from left to right, for drawing without Raqm.

    Raqm does this itself, but it needs the FriBiDi library. Without Raqm, Arabic letters are not joined.
    """
    from bidi.algorithm import get_display  # unlike `bidi.get_display`, it mirrors brackets

    direction = {None: None, True: "R", False: "L"}[piece.backwards]
    return str(get_display(piece.text, base_dir=direction))


def draws_alone(face: Face, text: str) -> bool:
    """Return whether a font has every character of a text, so that no substitute font is needed."""
    return face.has("".join(_drawn(cleaned(text)).split()))


def clusters_of(text: str) -> list[str]:
    """Return the grapheme clusters of a text, such as a letter and its accents."""
    import regex  # imported here because it delays the start of the window

    clusters: list[str] = regex.findall(r"\X", text)
    return clusters


def _visible(character: str) -> str:
    """Return a space for whitespace, nothing for an invisible character, or else the character itself."""
    if character.isspace():
        return " "
    unseen = unicodedata.category(character) in ("Cc", "Cf") and character not in JOINERS
    return "" if unseen else character


def _drawn(cluster: str) -> str:
    """Return the characters that a font must have, without joiners and variation selectors, which only pick glyphs."""
    return "".join(c for c in cluster if c not in JOINERS and not 0xFE00 <= ord(c) <= 0xFE0F)


@lru_cache(maxsize=4096)
def _face_for(cluster: str, face: Face) -> Face | None:
    needed = _drawn(cluster)
    return face if face.has(needed) else nearest_with(needed, face)


def _check_characters(text: str, face: Face) -> None:
    missing = [c for c in dict.fromkeys(_drawn(text)) if not c.isspace() and _face_for(c, face) is None]
    if missing:
        named = ", ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:5])
        raise TargetError(f"No font on this machine can draw {named}. Leave it out, or install a font that has it.")


def _line(line: str, face: Face) -> list[Piece]:
    bits = _with_spaces([bit for cluster in clusters_of(line) for bit in _bits(cluster, face)])
    if len({bit.face for bit in bits}) <= 1:  # Raqm orders the characters of a single font
        return [Piece(bits[0].face, line, None)] if bits else []
    first = next((bit.backwards for bit in bits if bit.backwards is not None), False)
    return _ordered(_joined(_directed(bits, first)), first)


def _bits(cluster: str, face: Face) -> list[Piece]:
    """Return a cluster as one run, or as one run per character if no font has all of them."""
    whole = _face_for(cluster, face)
    found = [(whole, cluster)] if whole else [(_face_for(c, face), c) for c in cluster]
    return [Piece(of, text, is_backwards(text)) for of, text in found if of is not None]


def is_backwards(text: str) -> bool | None:
    """Return whether the first strong character is right-to-left, or None if there is no strong character."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in RIGHT_TO_LEFT:
            return True
        if direction == "L":
            return False
    return None


def _with_spaces(bits: list[Piece]) -> list[Piece]:
    """Give each space the font of the run before it, so that words in one font stay together."""
    for number in range(1, len(bits)):
        before = bits[number - 1].face
        if bits[number].text == " " and before.has(" "):
            bits[number] = replace(bits[number], face=before)
    return bits


def _directed(bits: list[Piece], first: bool) -> list[Piece]:
    """Give neutral runs the direction of their neighbors if these agree, or else that of the line (UAX #9, N1, N2)."""
    directions = [bit.backwards for bit in bits]
    directed = []
    for number, bit in enumerate(bits):
        before = next((d for d in directions[number::-1] if d is not None), first)
        after = next((d for d in directions[number:] if d is not None), first)
        directed.append(replace(bit, backwards=before if before == after else first))
    return directed


def _joined(bits: list[Piece]) -> list[Piece]:
    """Merge consecutive runs of the same font and direction."""
    groups = groupby(bits, key=lambda bit: (bit.face, bit.backwards))
    return [Piece(face, "".join(bit.text for bit in group), backwards) for (face, backwards), group in groups]


def _ordered(pieces: list[Piece], first: bool) -> list[Piece]:
    """Order runs from left to right (UAX #9, L2). `first` is True if the line as a whole is right-to-left.

    Raqm orders text in a single font only, and python-bidi returns characters without their original positions, so a
    line in several fonts is ordered here.
    """
    groups = [list(group) for _, group in groupby(pieces, key=lambda piece: piece.backwards)]
    inside = [group[::-1] if group[0].backwards else group for group in groups]
    return [piece for group in (inside[::-1] if first else inside) for piece in group]

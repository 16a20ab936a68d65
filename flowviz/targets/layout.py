"""A text in pieces, each of one font, from left to right as they are drawn."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from flowviz.errors import TargetError
from flowviz.targets.fonts import Face, nearest_with

RIGHT_TO_LEFT = ("R", "AL")  # classes of the Unicode Bidirectional Algorithm, UAX #9
JOINERS = "\u200c\u200d"  # they decide how their neighbors look
TAB = "    "


@dataclass(frozen=True)
class Piece:
    """Characters that one font draws at one go. `backwards` is the direction of writing, None if it has none."""

    face: Face
    text: str
    backwards: bool | None


@dataclass(frozen=True)
class Borrowed:
    """Characters that the chosen font lacks, and the font that they were drawn from instead."""

    characters: tuple[str, ...]
    font: str

    def sentence(self) -> str:
        """For a person."""
        return f"{' '.join(self.characters)} from {self.font}."


def cleaned(text: str) -> str:
    """The text with all that cannot be seen taken out, its lines without spaces at their ends."""
    text = unicodedata.normalize("NFC", text.replace("\t", TAB))
    lines = ("".join(filter(None, map(_visible, line))).rstrip() for line in text.splitlines())
    return "\n".join(lines).strip("\n")


def laid_out(text: str, face: Face) -> list[list[Piece]]:
    """The pieces of each line. Raises `TargetError` for characters that no font has."""
    _check_characters(text, face)
    return [_line(line, face) for line in text.split("\n")]


def borrowed(text: str, face: Face) -> tuple[Borrowed, ...]:
    """Which characters come from which other font, in the order of the text."""
    found: dict[str, dict[str, None]] = {}
    for line in laid_out(text, face):
        for piece in line:
            if piece.face != face:
                characters = _clusters(piece.text.replace(" ", ""))
                found.setdefault(piece.face.name, {}).update(dict.fromkeys(characters))
    return tuple(Borrowed(tuple(characters), font) for font, characters in found.items())


def in_visual_order(piece: Piece) -> str:
    """Return the characters from left to right, for fonts that are drawn without Raqm: it needs FriBiDi's library.

    Arabic letters are not joined then, which is Raqm's work, too.
    """
    from bidi.algorithm import get_display  # unlike the one in `bidi`, it mirrors brackets

    direction = {None: None, True: "R", False: "L"}[piece.backwards]
    return str(get_display(piece.text, base_dir=direction))


def draws_alone(face: Face, text: str) -> bool:
    """Whether no character has to come from another font."""
    return face.has("".join(_drawn(cleaned(text)).split()))


def _clusters(text: str) -> list[str]:
    """Return the grapheme clusters of a text, such as a letter and its accents."""
    import regex  # not needed until a text is drawn; it delays the start of the window

    clusters: list[str] = regex.findall(r"\X", text)
    return clusters


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    unseen = unicodedata.category(character) in ("Cc", "Cf") and character not in JOINERS
    return "" if unseen else character


def _drawn(cluster: str) -> str:
    """The characters of a cluster that a font must have: joiners and selectors only choose between its glyphs."""
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
    bits = _with_spaces([bit for cluster in _clusters(line) for bit in _bits(cluster, face)])
    if len({bit.face for bit in bits}) <= 1:  # Raqm puts what is of one font in order
        return [Piece(bits[0].face, line, None)] if bits else []
    first = next((bit.backwards for bit in bits if bit.backwards is not None), False)
    return _ordered(_joined(_directed(bits, first)), first)


def _bits(cluster: str, face: Face) -> list[Piece]:
    """A cluster, such as a letter and its accents, or its characters one by one where no font has all of them."""
    whole = _face_for(cluster, face)
    found = [(whole, cluster)] if whole else [(_face_for(c, face), c) for c in cluster]
    return [Piece(of, text, _backwards(text)) for of, text in found if of is not None]


def _backwards(text: str) -> bool | None:
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in RIGHT_TO_LEFT:
            return True
        if direction == "L":
            return False
    return None


def _with_spaces(bits: list[Piece]) -> list[Piece]:
    """A space is of the font before it, so that words of one font stay together."""
    for number in range(1, len(bits)):
        before = bits[number - 1].face
        if bits[number].text == " " and before.has(" "):
            bits[number] = replace(bits[number], face=before)
    return bits


def _directed(bits: list[Piece], first: bool) -> list[Piece]:
    """What has no direction takes that of both its neighbors, or else that of the line: UAX #9, N1 and N2."""
    directions = [bit.backwards for bit in bits]
    directed = []
    for number, bit in enumerate(bits):
        before = next((d for d in directions[number::-1] if d is not None), first)
        after = next((d for d in directions[number:] if d is not None), first)
        directed.append(replace(bit, backwards=before if before == after else first))
    return directed


def _joined(bits: list[Piece]) -> list[Piece]:
    groups = groupby(bits, key=lambda bit: (bit.face, bit.backwards))
    return [Piece(face, "".join(bit.text for bit in group), backwards) for (face, backwards), group in groups]


def _ordered(pieces: list[Piece], first: bool) -> list[Piece]:
    """From left to right. `first` is whether the line as a whole is written backwards: UAX #9, L2.

    Raqm orders the text of one font, and python-bidi returns characters without telling where each came from; pieces of
    several fonts must be told apart, and are therefore ordered here.
    """
    groups = [list(group) for _, group in groupby(pieces, key=lambda piece: piece.backwards)]
    inside = [group[::-1] if group[0].backwards else group for group in groups]
    return [piece for group in (inside[::-1] if first else inside) for piece in group]

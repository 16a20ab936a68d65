"""Text in any font and any script. DejaVu and Noto Color Emoji are among the packages that the tests may rely on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageFont

from flowviz.errors import TargetError
from flowviz.specs import TextSpec
from flowviz.specs.target import Align
from flowviz.targets import BUILT_IN, borrowed_fonts, build_target, fonts, installed_faces, layout, text
from flowviz.targets.fonts import face_named, nearest_with
from flowviz.targets.layout import Piece, in_visual_order, laid_out

NEVER_A_CHARACTER = "\u0378"  # not assigned by Unicode


def mask(text: str, font: str | None = None, align: Align = "center", weight: float = 0.025) -> NDArray[np.bool_]:
    return build_target(TextSpec(text=text, font=font, align=align, weight=weight)).mask


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without fonts."""
    choices = (fonts._by_distance, layout._face_for)
    monkeypatch.setattr(fonts, "installed_faces", tuple)
    for cached in choices:
        cached.cache_clear()
    yield
    for cached in choices:
        cached.cache_clear()


def test_fonts_are_listed_by_name_once() -> None:
    names = [face.name for face in installed_faces()]
    assert {"DejaVu Sans", "DejaVu Sans Bold", "DejaVu Serif", "Noto Color Emoji"} <= set(names)
    assert len(names) == len(set(names))
    assert names == sorted(names, key=str.casefold)


def test_a_font_looks_otherwise_than_the_built_in_one() -> None:
    pictures = [mask("Rag", font) for font in (None, "DejaVu Sans", "DejaVu Serif", "DejaVu Serif Bold")]
    assert len({picture.tobytes() for picture in pictures}) == 4


def test_a_font_is_found_in_whatever_case() -> None:
    np.testing.assert_array_equal(mask("a", "dejavu SANS"), mask("a", "DejaVu Sans"))


def test_a_font_that_is_not_installed_is_named_with_those_alike() -> None:
    with pytest.raises(TargetError, match=r"'Deja Vu Sans'.*Did you mean .*DejaVu Sans"):
        mask("a", "Deja Vu Sans")
    with pytest.raises(TargetError, match="Qwertzuiop"):
        mask("a", "Qwertzuiop")


def test_bold_is_thicker() -> None:
    assert mask("H", "DejaVu Sans Bold", weight=0).mean() > 1.3 * mask("H", "DejaVu Sans", weight=0).mean()


def test_weight_does_not_depend_on_the_size() -> None:
    """A stem and its height, for a text drawn large and one drawn small."""

    def proportion(text: str, weight: float) -> float:
        picture = mask(text, weight=weight)
        start, end = np.flatnonzero(np.diff(picture[picture.shape[0] // 2].astype(int), prepend=0, append=0))[:2]
        return float((end - start) / picture.shape[0])

    for weight in (0.0, 0.05, 0.1):
        assert proportion("I", weight) == pytest.approx(proportion("I" + 15 * "  I", weight), rel=0.15)


def test_alignment_moves_the_shorter_line() -> None:
    def start(align: Align) -> int:
        picture = mask("MMMM\nI", align=align)
        below = picture[2 * picture.shape[0] // 3 :]
        return int(np.flatnonzero(below.any(axis=0))[0])

    left, center, right = (start(align) for align in ("left", "center", "right"))
    width = mask("MMMM\nI").shape[1]
    assert left < 0.1 * width < 0.4 * width < center < 0.6 * width < 0.85 * width < right


def test_what_the_font_lacks_is_drawn_from_another_and_that_is_said() -> None:
    spec = TextSpec(text="Привет BRAD привет")
    (lent,) = borrowed_fonts(spec)
    assert lent.font == "DejaVu Sans", "the nearest: without serifs, upright, of the same weight and width"
    assert lent.characters == tuple("Приветп")
    assert lent.sentence() == "П р и в е т п from DejaVu Sans."
    assert borrowed_fonts(TextSpec(text="Привет", font="DejaVu Serif")) == ()
    assert build_target(spec).mask.any()


def test_the_nearest_font_is_of_the_same_family() -> None:
    serif = face_named("DejaVu Serif Bold")
    found = nearest_with("Ж", face_named("Noto Color Emoji"))
    assert found is not None
    assert nearest_with("Ж", serif) == serif


def test_outlines_are_preferred_to_pictures_in_color() -> None:
    (lent,) = borrowed_fonts(TextSpec(text="😀"))
    assert "DejaVu" in lent.font


def test_emoji_that_exist_in_color_only_are_ink() -> None:
    spec = TextSpec(text="A🦩", font="DejaVu Sans")
    (lent,) = borrowed_fonts(spec)
    assert (lent.characters, lent.font) == (("🦩",), "Noto Color Emoji")
    picture = mask("A🦩", "DejaVu Sans")
    flamingo = picture[:, int(0.6 * picture.shape[1]) :]
    assert 0.1 < flamingo.mean() < 0.9


def test_what_is_white_in_an_emoji_is_paper() -> None:
    """The digit of a keycap is white on a colored square."""
    picture = mask("1️⃣")
    middle = picture[picture.shape[0] // 4 : -picture.shape[0] // 4, picture.shape[1] // 4 : -picture.shape[1] // 4]
    assert picture.mean() > 0.6
    assert not middle.all()


def test_joined_emoji_are_one_picture() -> None:
    family = mask("👨‍👩‍👧")
    assert family.shape[1] < 1.6 * family.shape[0]


def test_letters_join_in_arabic() -> None:
    """Shaped, four letters are of one stroke; each alone, they would stand apart."""
    word = mask("لمسم", "DejaVu Sans", weight=0)
    assert word.any(axis=0).all()


def test_hebrew_runs_from_right_to_left_also_between_other_letters() -> None:
    face = face_named(None)
    order = [(piece.text.strip(), piece.backwards) for piece in laid_out("ab שלום cd", face)[0] if piece.text.strip()]
    assert order == [("ab", False), ("שלום", True), ("cd", False)]
    line = [piece.text.strip() for piece in laid_out("שלום ab Ж עולם", face)[0] if piece.text.strip()]
    assert line == ["עולם", "ab", "Ж", "שלום"]


@pytest.fixture
def no_raqm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine where Pillow finds no FriBiDi, as on Windows."""
    fonts._loaded.cache_clear()
    for module in (fonts, text):
        monkeypatch.setattr(module, "LAYOUT", ImageFont.Layout.BASIC)
    yield
    fonts._loaded.cache_clear()


@pytest.mark.parametrize("without_raqm", [False, True])
def test_first_hebrew_letter_is_on_the_right(without_raqm: bool, request: pytest.FixtureRequest) -> None:
    if without_raqm:
        request.getfixturevalue("no_raqm")
    picture = mask("שי", "DejaVu Sans")  # a letter down to the baseline, then one that is above it
    low = picture[-picture.shape[0] // 5 :]
    assert low[:, -low.shape[1] // 4 :].any()
    assert not low[:, : low.shape[1] // 8].any()


def test_hebrew_is_put_in_visual_order_for_fonts_without_raqm() -> None:
    face = face_named(None)
    assert in_visual_order(Piece(face, "ab שלום 12", None)) == "ab 12 םולש"
    assert in_visual_order(Piece(face, "שלום (ab)", None)) == "(ab) םולש"
    assert in_visual_order(Piece(face, "(1) ", True)) == " (1)"


def test_an_accent_of_its_own_is_the_accented_letter() -> None:
    np.testing.assert_array_equal(mask("e\u0301"), mask("é"))


def test_what_cannot_be_seen_changes_nothing() -> None:
    np.testing.assert_array_equal(mask("\u200eB\u00adR\u2060A\ufeffD \t"), mask("BRAD"))
    np.testing.assert_array_equal(mask("a\u00a0b"), mask("a b"))


def test_a_character_that_no_font_has_is_named() -> None:
    with pytest.raises(TargetError, match=r"U\+0378"):
        mask(f"a{NEVER_A_CHARACTER}")


@pytest.mark.usefixtures("no_fonts")
def test_without_other_fonts_the_missing_character_is_named() -> None:
    with pytest.raises(TargetError, match="你"):
        mask("你 BRAD")


@pytest.mark.usefixtures("no_fonts")
def test_the_built_in_font_needs_no_other() -> None:
    assert borrowed_fonts(TextSpec(text="BRAD 4 you!")) == ()


def test_files_that_are_no_fonts_are_left_out(tmp_path: Path) -> None:
    face = face_named("DejaVu Sans")
    assert face.path is not None
    content = face.path.read_bytes()
    for number, damaged in enumerate((b"", b"no font", content[:300], b"ttcf" + content, content[: len(content) // 2])):
        path = tmp_path / f"{number}.ttf"
        path.write_bytes(damaged)
        assert len(list(fonts._faces_in(path))) <= 1
    assert BUILT_IN.path is None

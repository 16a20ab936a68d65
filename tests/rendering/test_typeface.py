"""The bundled typeface in pictures and documents."""

from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from PIL import ImageFont

from flowviz.files import resource
from flowviz.rendering.page import width_of
from flowviz.rendering.stamps import font
from flowviz.rendering.text_pages import Text, save_text_pages
from flowviz.rendering.typeface import FAMILY, Weight, font_file
from flowviz.specs import TextSpec
from flowviz.targets import build_target


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_digits_have_one_width_so_that_changing_numbers_keep_their_place(weight: Weight) -> None:
    letters = ImageFont.truetype(font_file(weight), 100)
    assert letters.getname()[0] == FAMILY
    assert len({letters.getlength(digit) for digit in "0123456789"}) == 1
    assert letters.getlength("i") < letters.getlength("m"), "only digits do"


def test_pixels_and_vectors_measure_the_same_font() -> None:
    text = "Coupling 3 of 6: moves points"
    assert width_of(text, 100) == pytest.approx(font(100).getlength(text), rel=0.02)


def test_license_of_the_font_comes_with_it() -> None:
    assert "SIL OPEN FONT LICENSE" in resource("fonts/OFL.txt").read_text(encoding="utf-8")


def test_characters_that_the_typeface_lacks_come_from_another_font_in_vectors() -> None:
    lacking = "ش"
    assert width_of(lacking, 100) == pytest.approx(
        100 * TextPath((0, 0), lacking, size=1, prop=FontProperties(family="DejaVu Sans")).get_extents().width
    )


def test_documents_have_both_fonts_if_they_need_them(tmp_path: Path) -> None:
    save_text_pages([Text("Точки, σ ش")], "Title", tmp_path / "a.pdf")
    written = (tmp_path / "a.pdf").read_bytes()
    assert b"+Inter" in written
    assert b"DejaVu" in written


def test_targets_keep_their_font() -> None:
    """The font of a word decides what is learned, so it is none of the program's appearance."""
    target = build_target(TextSpec(text="Rag 07"))
    assert target.entropy == pytest.approx(0.390945304, abs=1e-9)

"""The diagram that returns in every lesson."""

from typing import get_args
from xml.etree import ElementTree as ET

import pytest
from PIL import ImageFont

from flowviz.lessons.diagram import MAX_TEXT, PARTS, TEXT, Layout, describe, diagram_svg
from flowviz.lessons.lesson import Place
from flowviz.rendering.typeface import font_file

SVG = "{http://www.w3.org/2000/svg}"
ACCENT, PLAIN = "#0066aa", "#62666e"


def picture(place: Place | None, text: float = TEXT) -> ET.Element:
    return ET.fromstring(diagram_svg(place, ACCENT, PLAIN, 'A "font" & more', text))


def test_every_place_has_a_part_with_a_label() -> None:
    assert PARTS.keys() == set(get_args(Place))
    labels = [text.text for text in picture(None).iter(f"{SVG}text")]
    assert labels == ["base", "layers", "word", "generate", "encode"]


@pytest.mark.parametrize("place", get_args(Place))
def test_only_the_part_that_a_step_is_about_is_marked(place: Place) -> None:
    texts = {text.text: text for text in picture(place).iter(f"{SVG}text")}
    marked = [name for name, text in texts.items() if text.get("fill") == ACCENT]
    assert marked == [PARTS[place].label]
    assert [name for name, text in texts.items() if text.get("font-weight") == "bold"] == marked
    others = [shape for shape in picture(place).iter() if shape.get("fill") == PLAIN]
    assert len(others) > 4


def test_nothing_is_marked_without_a_place() -> None:
    assert ACCENT not in diagram_svg(None, ACCENT, PLAIN, "Inter")


@pytest.mark.parametrize("text", [TEXT, 19.5, MAX_TEXT])
def test_the_marked_part_is_inside_the_picture_and_its_box(text: float) -> None:
    for place in PARTS:
        left, upper, width, height = Layout(text).box(place)
        svg = picture(place, text)
        _, _, full_width, full_height = map(float, svg.attrib["viewBox"].split())
        assert 0 < left < left + width < full_width
        assert 0 < upper < upper + height < full_height
        for circle in svg.iter(f"{SVG}circle"):
            if circle.get("fill") == ACCENT:
                assert left < float(circle.attrib["cx"]) < left + width
                assert upper < float(circle.attrib["cy"]) < upper + height


@pytest.mark.parametrize("text", [TEXT, 19.5, MAX_TEXT])
def test_labels_of_any_size_have_room(text: float) -> None:
    svg = picture(None, text)
    font = ImageFont.truetype(font_file("bold"), round(4 * text))
    for label, (place, part) in zip(svg.iter(f"{SVG}text"), PARTS.items(), strict=True):
        _, upper, width, height = Layout(text).box(place)
        assert font.getlength(part.label) / 4 < min(width, 2 * part.gap * text or width) - 4
        assert upper + 0.75 * text < float(label.attrib["y"]) < upper + height - 0.22 * text


def test_labels_are_neither_smaller_than_usual_nor_larger_than_there_is_room_for() -> None:
    assert [float(picture(None, text).attrib["font-size"]) for text in (5, 40)] == [TEXT, MAX_TEXT]


def test_a_screen_reader_hears_which_part_is_marked() -> None:
    spoken = {describe(place) for place in get_args(Place)}
    assert len(spoken) == len(PARTS)
    assert describe("layers").endswith("This step is about the layers.")
    assert "This step" not in describe(None)

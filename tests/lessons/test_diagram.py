"""The diagram that returns in every lesson."""

from typing import get_args
from xml.etree import ElementTree as ET

import pytest

from flowviz.lessons.diagram import PARTS, describe, diagram_svg
from flowviz.lessons.lesson import Place

SVG = "{http://www.w3.org/2000/svg}"
ACCENT, PLAIN = "#0066aa", "#62666e"


def picture(place: Place | None) -> ET.Element:
    return ET.fromstring(diagram_svg(place, ACCENT, PLAIN, 'A "font" & more'))


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


def test_the_marked_part_is_inside_the_picture_and_its_box() -> None:
    for place, part in PARTS.items():
        left, upper, width, height = part.box
        svg = picture(place)
        _, _, full_width, full_height = map(float, svg.attrib["viewBox"].split())
        assert 0 < left < left + width < full_width
        assert 0 < upper < upper + height < full_height
        for circle in svg.iter(f"{SVG}circle"):
            if circle.get("fill") == ACCENT:
                assert left < float(circle.attrib["cx"]) < left + width
                assert upper < float(circle.attrib["cy"]) < upper + height


def test_a_screen_reader_hears_which_part_is_marked() -> None:
    spoken = {describe(place) for place in get_args(Place)}
    assert len(spoken) == len(PARTS)
    assert describe("layers").endswith("This step is about the layers.")
    assert "This step" not in describe(None)

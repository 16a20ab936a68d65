"""Sizes on paper: fitting heights, and text in points."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from flowviz.errors import SpecError
from flowviz.exporting.export import Export
from flowviz.exporting.paper import on_paper
from flowviz.projects import Project
from flowviz.records import Scene
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.sheet import SMALL_EMS, draw_sheet, sheet_grid
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.export_kinds import What
from tests.exporting.projects import bent_project

NARROW = PictureSize.parse("8.5cm", 300)


@pytest.fixture(scope="module")
def bent() -> Project:
    return bent_project()


def narrow(what: What, **changes: Any) -> ExportSpec:
    return ExportSpec(**{"what": what, "format": "png", "size": NARROW, "dpi": 300, **changes})


def points(spec: ExportSpec) -> float:
    """Return the text size of an export in points."""
    return em(spec.seen.view, spec.pixels) * 72 / spec.dpi


@pytest.mark.parametrize("what", ["view", "sheet", "four_panels", "ledger", "latents", "losses", "animation"])
def test_a_width_alone_gets_a_height_and_legible_text(bent: Project, what: What) -> None:
    found = on_paper(bent, narrow(what, format="gif" if what == "animation" else "png"))
    assert found.pixels.width == round(8.5 / 2.54 * 300)
    assert not found.size.fits_height
    assert 0.5 <= found.pixels.height / found.pixels.width <= 2.9
    assert points(found) >= 6 - 1e-9


@pytest.mark.parametrize("what", ["view", "sheet", "ledger", "losses"])
@pytest.mark.parametrize(("size", "dpi"), [(NARROW, 300), (PictureSize(width=500, height=400), 72)])
def test_the_font_has_the_size_in_points(bent: Project, what: What, size: PictureSize, dpi: int) -> None:
    for scale in (1, 2):
        spec = ExportSpec(what=what, format="png", size=size, dpi=dpi, font_size=7.5, scale=scale)
        assert points(on_paper(bent, spec)) == pytest.approx(7.5)


def test_pixels_without_a_font_size_stay_as_they_were(bent: Project) -> None:
    spec = ExportSpec(what="sheet", size=PictureSize(width=900, height=600))
    assert on_paper(bent, spec) == spec


def test_a_fitting_sheet_cuts_no_title_off(bent: Project) -> None:
    spec = on_paper(bent, narrow("sheet"))
    view, size = spec.seen.view, spec.pixels
    stages = range(len(bent.trace.names))
    labels = draw_sheet(Scene(bent.trace), view, size, stages, text_width(em(view, size))).labels
    assert [label.text for label in labels[: len(stages)]] == [bent.trace.short_title(stage) for stage in stages]
    layout = sheet_grid(view, len(stages), size)
    assert layout.corner(-(-len(stages) // layout.columns) - 1, 0)[1] + layout.panel.height < size.height


def test_vectors_have_the_size_and_the_font_that_were_asked_for(bent: Project, tmp_path: Path) -> None:
    path = tmp_path / "sheet.svg"
    for _ in Export(bent, narrow("sheet", format="svg", font_size=9)).write(path):
        pass
    text = path.read_text(encoding="utf-8")
    width = re.search(r'<svg [^>]*width="([\d.]+)pt"', text)
    assert width is not None
    assert float(width[1]) == pytest.approx(8.5 / 2.54 * 72, abs=0.2)
    titles, font = sorted({float(each) for each in re.findall(r"font(?:-size)?: ([\d.]+)px", text)})
    assert font == pytest.approx(9, abs=0.01)
    assert titles == pytest.approx(SMALL_EMS * font, abs=0.01), "Titles that would not fit are smaller."


def test_a_picture_has_the_resolution_of_its_size(bent: Project, tmp_path: Path) -> None:
    path = tmp_path / "losses.png"
    for _ in Export(bent, narrow("losses")).write(path):
        pass
    with Image.open(path) as picture:
        assert picture.width == NARROW.width
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            partial(PictureSize.parse, "0.2x8cm", 300),
            r"side that is not between 0\.54 and 69\.4 cm at 300 pixels per inch",
        ),
        (partial(PictureSize.parse, "8.5"), "8.5cm"),
    ],
)
def test_sizes_out_of_range_are_stated_in_centimeters(make: partial[Any], message: str) -> None:
    with pytest.raises(SpecError, match=message) as error:
        make()
    assert "64" not in str(error.value)


def test_too_small_a_size_is_stated_in_the_unit_that_was_given(bent: Project) -> None:
    with pytest.raises(SpecError, match=r"do not fit into 3x3 cm\. Choose a larger size, such as [\d.]+x[\d.]+ cm\."):
        Export(bent, narrow("four_panels", size=PictureSize.parse("3x3cm", 72), dpi=72))


def test_a_size_in_centimeters_equals_its_pixels() -> None:
    assert PictureSize.parse("12.7x2.54cm", 300) == PictureSize(width=1500, height=300)
    assert hash(PictureSize.parse("12.7x2.54cm", 300)) == hash(PictureSize(width=1500, height=300))
    assert PictureSize.parse("8.5x6cm", 300).words == "8.5x6 cm"
    assert PictureSize.parse("1x1cm", 300).words == "1x1 cm"
    assert PictureSize(width=640, height=480).words == "640x480 pixels"

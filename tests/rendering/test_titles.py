"""Titles of stages in pictures."""

from pathlib import Path

import pytest

from flowviz.records.provenance import Provenance
from flowviz.rendering.annotate import TITLE_EMS, em, fitted, text_width, title_word
from flowviz.rendering.figure import save_sheet
from flowviz.rendering.projection import Panel
from flowviz.specs import PictureSize, ViewSpec
from tests.rendering.scenes import full

TITLE = "7 of 19 · Batch normalization: shifts and scales"
TERM = "7 of 19 · Batch normalization"


@pytest.mark.parametrize(
    ("width", "height", "text"), [(300, 190, TERM), (1000, 400, TITLE), (1920, 1080, TITLE), (100, 80, "7 of 19…")]
)
def test_title_is_shortened_to_what_fits(width: int, height: int, text: str) -> None:
    panel = Panel(width, height)
    (word,) = title_word(ViewSpec(), panel, TITLE)
    assert word.text.startswith(text[:4]), "The number of the stage is missing."
    assert word.text == text or text.endswith("…")
    assert word.x + text_width(em(ViewSpec(), panel), TITLE_EMS)(word.text) <= width, "The title is clipped."


def test_long_term_ends_with_an_ellipsis() -> None:
    assert fitted(TITLE, len, 12) == "7 of 19 · B…"


def test_sheet_names_stages_by_their_terms(tmp_path: Path) -> None:
    size = PictureSize(width=600, height=480)
    save_sheet(full(), ViewSpec(), size, range(4), tmp_path / "sheet.svg", "svg", Provenance("", "", 72))
    text = (tmp_path / "sheet.svg").read_text(encoding="utf-8")
    for title in ("0 · Base", "1 · Scale", "2 · Permutation", "3 · Coupling"):
        assert title in text, f"The sheet has no stage '{title}'."

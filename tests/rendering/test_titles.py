"""Titles of stages in pictures."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from flowviz.records.provenance import Provenance
from flowviz.rendering.annotate import OPACITY, TITLE_EMS, em, fitted, label_box, text_width, title_box, title_label
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.figure import save_drawing, save_frame
from flowviz.rendering.frame import panel_labels, render_frame
from flowviz.rendering.legend import LEGEND_OPACITY
from flowviz.rendering.projection import Panel
from flowviz.rendering.sheet import draw_sheet, sheet_grid, title_lines
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.explanations import STAGE_TITLES
from flowviz.specs.view import ColorBy, Theme
from tests.rendering.scenes import full
from tests.rendering.test_velocity import scene

TITLE = "7 of 19 · Batch normalization: shifts and scales"
TERM = "7 of 19 · Batch normalization"


@pytest.mark.parametrize(
    ("width", "height", "text"), [(300, 190, TERM), (1000, 400, TITLE), (1920, 1080, TITLE), (100, 80, "7 of 19…")]
)
def test_title_is_shortened_to_what_fits(width: int, height: int, text: str) -> None:
    panel = Panel(width, height)
    (word,) = title_label(ViewSpec(), panel, TITLE)
    assert word.text.startswith(text[:4]), "The number of the stage is missing."
    assert word.text == text or text.endswith("…")
    assert word.x + text_width(em(ViewSpec(), panel), TITLE_EMS)(word.text) <= width, "The title is clipped."


def test_long_term_ends_with_an_ellipsis() -> None:
    assert fitted(TITLE, len, 12) == "7 of 19 · B…"


@pytest.mark.parametrize("width", [320, 640, 1080])
def test_titles_of_a_sheet_are_not_cut(width: int) -> None:
    terms = [title.partition(":")[0] for title in STAGE_TITLES.values()]
    titles = [f"{number} · {term}" for number, term in enumerate(terms, 18)]
    size = PictureSize(width=width, height=width)
    room, length = sheet_grid(ViewSpec(), 15, size).panel.width, text_width(em(ViewSpec(), size))
    ems, lines = title_lines(titles, length, room)
    assert [" ".join(title) for title in lines] == titles
    assert max(map(len, lines)) <= 2
    assert max(ems * length(line) for title in lines for line in title) <= room
    assert ems >= 0.5


def test_titles_that_fit_have_the_usual_size() -> None:
    assert title_lines(["1 · Scale", "2 · Coupling"], len, 12.5) == (1.0, [["1 · Scale"], ["2 · Coupling"]])
    ems, lines = title_lines(["1 · Scale", "2 · Coupling"], len, 11)
    assert len(lines[1]) == 1, "A title that fits in slightly smaller text is wrapped."
    assert 0.8 < ems < 11 / 12


def test_sheet_names_stages_by_their_terms(tmp_path: Path) -> None:
    size = PictureSize(width=600, height=480)
    draw = partial(draw_sheet, full(), ViewSpec(), size, range(4))
    save_drawing(draw, ViewSpec(), size, tmp_path / "sheet.svg", "svg", Provenance("", "", 72))
    text = (tmp_path / "sheet.svg").read_text(encoding="utf-8")
    for title in ("0 · Base", "1 · Scale", "2 · Permutation", "3 · Coupling"):
        assert title in text, f"The sheet has no stage '{title}'."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_title_is_readable_on_particles(theme: Theme) -> None:
    size, panel = PictureSize(width=400, height=300), Panel(400, 300)
    view = ViewSpec(theme=theme, half_extent=1.0, point_diameter=8.0)
    (word,) = title_label(view, panel, TITLE)
    left, top, width, height = title_box(view, panel, word)
    box = np.s_[top : top + height, left : left + width, :3]
    pictures = [render_frame(full(20_000), 0, view, size, title)[box].astype(int) for title in ("", TITLE)]
    bare, titled = (np.abs(picture - SURROUNDINGS[theme].background).max(axis=2) for picture in pictures)
    covered = bare > 100
    assert covered.sum() > 50, "There are particles below the title."
    assert np.median(titled[covered]) <= 255 - OPACITY


def test_title_and_legend_of_a_vector_graphic_are_above_the_arrows(tmp_path: Path) -> None:
    shown, size = scene(), PictureSize(width=600, height=480)
    view = ViewSpec(marks=frozenset({"velocity"}))
    save_frame(shown, 1, view, size, TITLE, tmp_path / "frame.svg", "svg", Provenance("", "", 72))
    text = (tmp_path / "frame.svg").read_text(encoding="utf-8")
    arrows = text.rindex('id="velocity"')
    words = len(panel_labels(shown, 1, view, Panel(600, 480), 0, taken=(600, 0)))
    assert text.count(f"opacity: {OPACITY / 255:.6f}", arrows) == 1 + words, "one for the title and for each label"
    assert text.count(f"opacity: {LEGEND_OPACITY}", arrows) == 2, "one for each entry of the legend"
    assert "<image" not in text[arrows:], "all of it is vectors"


@pytest.mark.parametrize("color_by", ["quadrant", "angle", "radius", "log_det"])
def test_legends_of_vector_graphics_contain_no_pixels(color_by: ColorBy, tmp_path: Path) -> None:
    view = ViewSpec(color_by=color_by, marks=frozenset({"points"}))
    path = tmp_path / "frame.svg"
    images = []
    for labels in (True, False):
        shown = view.model_copy(update={"labels": labels})
        save_frame(scene(), 1, shown, PictureSize(width=600, height=480), "", path, "svg", Provenance("", "", 72))
        images.append(path.read_text(encoding="utf-8").count("<image"))
    assert images[0] == images[1] == 1, "the particles alone"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_particles_do_not_cross_the_labels(theme: Theme) -> None:
    size, panel = PictureSize(width=600, height=480), Panel(600, 480)
    view = ViewSpec(theme=theme, half_extent=1.0, point_diameter=6.0, labels=False)
    crowd = full(60_000)
    picture = render_frame(crowd, 0, view, size).astype(int)
    background, ink = np.array(SURROUNDINGS[theme].background), np.array(SURROUNDINGS[theme].label)
    towards = (ink - background) / np.linalg.norm(ink - background)
    labels = panel_labels(crowd, 0, view, panel, 0, taken=(600, 0))
    assert len(labels) > 6
    for label in labels:
        size_of = text_width(em(view, panel))(label.text)
        left, top, width, height = label_box(label, em(view, panel), size_of)
        box = picture[round(top) : round(top + height), round(left) : round(left + width), :3] - background
        colored = np.linalg.norm(box - (box @ towards)[..., None] * towards, axis=2)
        assert colored.max() < 60, f"there are particles between the letters of {label.text}"

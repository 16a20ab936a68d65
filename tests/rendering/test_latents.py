"""The pictures of latents and of the four panels."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.exporting.paper import on_paper
from flowviz.records import Scene, base_particles
from flowviz.records.base_distribution import STANDARD_NORMAL, StandardNormal
from flowviz.records.latents import Latents
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.colors import CURVES
from flowviz.rendering.four_panels import HEADINGS, TITLES, four_panels
from flowviz.rendering.latents import ADVICE, NONE, draw_latents, region_sentences, render_latents
from flowviz.rendering.panel_table import draw_table, render_table
from flowviz.specs import ExportSpec, PictureSize, ViewSpec
from flowviz.specs.view import Theme
from tests.exporting.projects import bent_project
from tests.rendering.overlaps import assert_text_fits
from tests.rendering.scenes import bent

SIZE, VIEW = PictureSize(width=900, height=600), ViewSpec()


def drawn(factor: float = 1.0, count: int = 4000) -> Latents:
    return Latents(STANDARD_NORMAL, np.float32(factor) * base_particles(count, seed=3))


def words(latents: Latents) -> list[str]:
    return [label.text for label in draw_latents(latents, VIEW, SIZE).labels]


def test_a_perfect_flow_is_said_to_be_one() -> None:
    found = words(drawn())
    assert "horizontal coordinate" in found
    assert not any("too few" in text or "too many" in text for text in found)
    assert len(region_sentences(drawn())) == 3
    assert "4,000 points" in " ".join(found)
    assert ADVICE.split()[-1] in " ".join(found)


@pytest.mark.parametrize(("factor", "verdict"), [(0.7, "too many"), (1.5, "too few")])
def test_a_poor_flow_is_said_to_be_one_in_words_and_in_color(factor: float, verdict: str) -> None:
    assert sum(verdict in text for text in words(drawn(factor))) == 3
    picture = render_latents(drawn(factor), VIEW, SIZE)
    assert (picture[..., :3] == CURVES["light"]["loss"]).all(axis=2).any()
    assert not (render_latents(drawn(), VIEW, SIZE)[..., :3] == CURVES["light"]["loss"]).all(axis=2).any()


@pytest.mark.parametrize("points", [6, 7, 9])
def test_a_figure_for_a_column_of_text_has_all_verdicts(points: float) -> None:
    size = PictureSize.parse("8.5cm", 300)
    spec = on_paper(bent_project(), ExportSpec(what="latents", size=size, dpi=300, font_size=points))
    texts = [label.text for label in draw_latents(drawn(0.7), spec.seen.view, spec.pixels).labels]
    assert sum(text.endswith("too many") for text in texts) == 3
    assert not any("…" in text for text in texts)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_picture_without_words_has_all_plots(theme: Theme) -> None:
    bare = ViewSpec(theme=theme, labels=False, axes=False)
    picture = render_latents(drawn(), bare, SIZE)
    for rows in (slice(0, 300), slice(300, 600)):
        for columns in (slice(0, 300), slice(300, 600), slice(600, 900)):
            part = picture[rows, columns].copy().view(np.uint32)
            assert len(np.unique(part)) > 3, "there is something in each of the six places"


def test_no_latents_are_a_sentence() -> None:
    empty = Latents(STANDARD_NORMAL, np.zeros((0, 2), np.float32), unknown=8000)
    assert NONE in words(empty)
    assert region_sentences(empty) == [NONE]
    assert any("8,000 others have no known latent" in text for text in words(empty))


@pytest.mark.parametrize("size", [PictureSize(width=320, height=240), PictureSize(width=300, height=900)])
def test_small_and_tall_pictures_are_no_error(size: PictureSize) -> None:
    assert render_latents(drawn(count=100), VIEW, size).shape == (size.height, size.width, 4)


def test_plots_that_are_too_small_are_refused() -> None:
    with pytest.raises(SpecError, match="do not fit into 64x64 pixels"):
        render_latents(drawn(count=100), VIEW, PictureSize(width=64, height=64))


def test_four_panels_are_the_two_ends_of_both_traces_at_one_scale_per_column() -> None:
    generated, encoded = Scene(bent(base_particles(500))), Scene(bent(base_particles(400, seed=9)))
    table = four_panels(encoded, generated, VIEW, SIZE)
    assert table.headings == HEADINGS
    assert [[cell.title for cell in row if cell] for row in table.rows] == [list(titles) for titles in TITLES]
    (data, latents), (images, base) = ([cell for cell in row if cell] for row in table.rows)
    assert data.scene is latents.scene is encoded
    assert images.scene is base.scene is generated
    assert (data.stage, latents.stage, images.stage, base.stage) == (3, 0, 3, 0)
    assert data.view == images.view
    assert latents.view == base.view
    assert data.view != base.view


def test_four_panels_show_the_grid_but_no_density() -> None:
    view = ViewSpec(marks=frozenset({"density", "grid"}))
    scene = Scene(bent(base_particles(50)))
    for row in four_panels(scene, scene, view, SIZE).rows:
        assert [cell.view.marks for cell in row if cell] == [frozenset({"points", "grid"})] * 2


def test_four_panels_of_a_flow_that_has_diverged_are_no_error() -> None:
    trace = bent(base_particles(100))
    positions = trace.positions.copy()
    positions[1:] = np.nan
    scene = Scene(replace(trace, positions=positions))
    assert render_table(four_panels(scene, scene, VIEW, SIZE), VIEW, SIZE).shape == (600, 900, 4)


@pytest.mark.parametrize("points", [6, 9])
def test_text_of_narrow_four_panels_is_inside_and_does_not_overlap(points: float) -> None:
    size = PictureSize.parse("8.5cm", 300)
    spec = on_paper(bent_project(), ExportSpec(what="four_panels", size=size, dpi=300, font_size=points))
    view, size, scene = spec.seen.view, spec.pixels, Scene(bent(base_particles(50)))
    text = em(view, size)
    assert_text_fits(draw_table(four_panels(scene, scene, view, size), view, size, text_width(text)), size, text)


def test_four_panels_that_are_too_small_are_refused() -> None:
    scene = Scene(bent(base_particles(50)))
    with pytest.raises(SpecError, match="do not fit"):
        four_panels(scene, scene, VIEW, PictureSize(width=100, height=100))


def test_only_the_levels_of_the_three_contours_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, exact = list[float](), type(STANDARD_NORMAL).region_level

    def level(self: StandardNormal, mass: float) -> float:
        asked.append(mass)
        return exact(self, mass)

    monkeypatch.setattr(StandardNormal, "region_level", level)
    draw_latents(drawn(), VIEW, SIZE)
    assert set(asked) == {0.5, 0.9, 0.99}
    assert len(asked) <= 6, "for the contours, and for the shares of the points in the regions"


def test_contours_of_the_base_are_labeled() -> None:
    assert {"50%", "90%", "99%"} <= set(words(drawn()))

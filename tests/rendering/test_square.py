"""The marked square of the grid: where it is, how large, and where its numbers are written."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.records import Scene, Units, base_particles, lattice_points
from flowviz.rendering import render_frame
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.frame import panel_labels
from flowviz.rendering.legend import keys, legend_ends
from flowviz.rendering.projection import Panel
from flowviz.rendering.square import outline
from flowviz.rendering.warp import _sides
from flowviz.specs import PictureSize, ViewSpec
from tests.rendering.scenes import SCALE, bent

PANEL, SIZE = Panel(760, 560), PictureSize(width=760, height=560)
VIEW = ViewSpec(marks=frozenset({"grid"}), grid_cells=8, square=(5, 4))
SCENE = Scene(bent(base_particles(500)), grid=bent(lattice_points()))
SIDE = 6 / 8  # of a cell on the base


def texts(scene: Scene, stage: float, view: ViewSpec, panel: Panel = PANEL) -> list[str]:
    labels = panel_labels(scene, stage, view, panel, 0, taken=(panel.width, 0))
    return [label.text for label in labels if "area" in label.text or "J" in label.text]


def test_square_is_the_cell_of_its_column_and_row() -> None:
    assert SCENE.grid is not None
    corners = outline(SCENE.grid, 0, VIEW)
    np.testing.assert_allclose(corners.min(axis=0), (0, -SIDE), atol=1e-6)
    np.testing.assert_allclose(corners.max(axis=0), (SIDE, 0), atol=1e-6)
    assert len(corners) == 40, "its sides bend"
    assert (np.abs(np.roll(corners, 1, axis=0) - corners).sum(axis=1) < SIDE / 9).all(), "in order around it"
    assert not len(outline(SCENE.grid, 0, VIEW.model_copy(update={"square": None})))
    assert not len(outline(SCENE.grid, 0, VIEW.model_copy(update={"square": (9, 1)}))), "outside the grid"


def test_area_and_log_det_move_with_the_stages() -> None:
    assert texts(SCENE, 0, VIEW) == ["area 0.56 = 0.56 × 1", "|det J| 1 since the base"]
    factor = float(np.prod(SCALE))
    expected = [f"area {SIDE**2 * factor:.2g} = 0.56 × {factor:.2g}", f"|det J| {factor:.2g} since the base"]
    assert texts(SCENE, 1, VIEW) == texts(SCENE, 2, VIEW) == texts(SCENE, 3, VIEW) == expected, "a shear keeps areas"
    assert texts(SCENE, 0.5, VIEW) != texts(SCENE, 1, VIEW)
    doubled = replace(SCENE, units=Units(scale=(2.0, 2.0)))
    assert texts(doubled, 0, VIEW)[0] == "area 2.2 = 2.2 × 1"


def test_nothing_is_written_without_a_grid_or_a_place() -> None:
    assert not texts(replace(SCENE, grid=None), 1, VIEW)
    assert not texts(SCENE, 1, VIEW.model_copy(update={"marks": frozenset({"points"})}))
    grid = bent(lattice_points())
    grid.positions[1] = np.nan
    assert not texts(replace(SCENE, grid=grid), 1, VIEW)


@pytest.mark.parametrize("square", [(1, 1), (8, 8), (8, 1), (5, 4), (6, 8), (8, 5)])
@pytest.mark.parametrize("center", [(0.0, 0.0), (-2.0, -2.0), (2.0, 2.0)])
@pytest.mark.parametrize("panel", [PANEL, Panel(420, 480), Panel(1200, 300)])
def test_numbers_are_in_the_picture_and_do_not_cover_the_legend(
    square: tuple[int, int], center: tuple[float, float], panel: Panel
) -> None:
    marks = frozenset({"grid", "points"})
    view = VIEW.model_copy(update={"square": square, "center": center, "marks": marks})
    left, bottom = legend_ends(view, panel, keys(SCENE, 1, view, panel))
    size = em(view, panel)
    for label in panel_labels(SCENE, 1, view, panel, 0, (left, bottom)):
        if "area" in label.text or "J" in label.text:
            ends = label.x + text_width(size)(label.text), label.y + size
            assert label.x >= 0
            assert label.y >= 0
            assert ends[0] <= panel.width
            assert ends[1] <= panel.height
            assert ends[0] <= left or label.y >= bottom


def test_square_is_drawn() -> None:
    bare = {"labels": False, "axes": False}
    with_square, without = (
        render_frame(SCENE, 1, VIEW.model_copy(update={**bare, "square": square}), SIZE) for square in ((5, 4), None)
    )
    changed = (with_square != without).any(axis=2)
    assert 0.001 < changed.mean() < 0.1


def test_coarse_grid_has_few_lines_with_as_many_bends() -> None:
    coarse, fine = _sides(8), _sides(40)
    assert len(coarse[0]) == 2 * 9 * 80
    assert len(fine[0]) == 2 * 41 * 80


def test_grid_has_equal_cells_and_the_marked_square() -> None:
    with pytest.raises(SpecError, match="4, 5, 8, 10, 16, 20 or 40 cells along each side, not 7"):
        ViewSpec(grid_cells=7)
    with pytest.raises(SpecError, match="outside the grid, which has 8 cells"):
        ViewSpec(grid_cells=8, square=(9, 1))
    assert ViewSpec(square=(40, 40)).grid_cells == 40

"""Discs and lines, measured on pixels."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import flowviz
from flowviz.rendering import raster
from flowviz.rendering.colors import packed
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import CROWDED, Canvas, Glide
from flowviz.specs import ViewSpec

BARE = ViewSpec(labels=False, axes=False)
SMALL = Panel(90, 80)


def white(panel: Panel) -> NDArray[np.uint8]:
    return np.full((panel.height, panel.width, 4), 255, np.uint8)


def black(count: int) -> NDArray[np.uint32]:
    return packed(np.zeros((count, 3), np.uint8))


def discs(
    points: NDArray[np.floating], diameter: float, panel: Panel = SMALL, colors: NDArray[np.uint32] | None = None
) -> NDArray[np.uint8]:
    canvas = Canvas(white(panel), Projection(BARE, panel))
    canvas.draw_discs(Glide.still(points), black(len(points)) if colors is None else colors, diameter)
    return canvas.picture()


def darkness(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray((255.0 - picture[..., :3].mean(axis=2)) / 255)


def moments(weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The center of mass in pixels, and the covariance about it."""
    drawn = np.nonzero(weight)  # rows and columns
    weights, places = weight[drawn] / weight.sum(), np.stack(drawn[::-1], axis=1) + 0.5
    center = weights @ places
    return center, (places - center).T @ ((places - center) * weights[:, np.newaxis])


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("point", [(0.0, 0.0), (1.03, -2.41), (-3.17, 3.333), (2.0, 0.7)])
def test_a_point_is_drawn_where_it_is(point: tuple[float, float], scale: int) -> None:
    """Its center of mass lies within a tenth of a pixel of its projection."""
    panel = Panel(360 * scale, 320 * scale)
    center, _ = moments(darkness(discs(np.array([point]), 1.4 * scale, panel)))
    np.testing.assert_allclose(center, Projection(BARE, panel).pixels(np.array([point]))[0], atol=0.1)


@pytest.mark.parametrize("diameter", [1.0, 1.7, 2.5, 3.5, 5.0, 8.0, 13.0, 20.0, 40.0, 70.0])
def test_a_disc_is_round_and_has_its_area(diameter: float) -> None:
    """The same spread in every direction, wherever its center lies within a pixel."""
    panel = Panel(160, 160)
    for x, y in np.random.default_rng(0).uniform(-0.5, 0.5, (8, 2)):
        weight = darkness(discs(np.array([(x, y)]), diameter, panel))
        assert weight.sum() == pytest.approx(np.pi * diameter**2 / 4, rel=0.02)
        if diameter >= 2:  # below, there are too few pixels to be round with
            short, long = np.linalg.eigvalsh(moments(weight)[1])
            assert long / short < (1.12 if diameter < 5 else 1.05)


def test_points_outside_or_nowhere_do_no_harm() -> None:
    far = np.array([[1e30, 0], [-1e30, 5], [np.nan, 0], [np.inf, -np.inf], [4.0, 4.0], [-4.0, -4.0], [0, 4.02]])
    canvas = Canvas(white(SMALL), Projection(BARE, SMALL))
    outside = canvas.draw_discs(Glide(far.astype(np.float32), far[::-1].astype(np.float32).copy(), 0.5), black(7), 3.5)
    assert (canvas.picture()[..., 3] == 255).all()
    assert outside == 7
    assert canvas.draw_discs(Glide.still(far), black(7), 3.5) == 5
    assert (discs(np.zeros((0, 2)), 3.5) == 255).all()


def test_later_points_cover_earlier_ones() -> None:
    colors = packed(np.array([[255, 0, 0], [0, 0, 255]], np.uint8))
    assert tuple(discs(np.zeros((2, 2)), 40, colors=colors)[40, 45, :3]) == (0, 0, 255)


def test_a_crowd_is_drawn_as_few_are() -> None:
    """The way that skips what is hidden, and the one that draws disc after disc, give the same picture."""
    rng = np.random.default_rng(0)
    points, colors = rng.normal(0, 1.3, (20_000, 2)), packed(rng.integers(0, 256, (20_000, 3), dtype=np.uint8))
    panel = Panel(203, 167)
    assert len(points) * 3.5**2 / (panel.width * panel.height) > CROWDED
    one_by_one = Canvas(white(panel), Projection(BARE, panel))
    for part in range(0, len(points), 2000):
        one_by_one.draw_discs(Glide.still(points[part : part + 2000]), colors[part : part + 2000], 3.5)
    difference = np.abs(discs(points, 3.5, panel, colors).astype(int) - one_by_one.picture())
    assert difference.max() <= 6
    assert difference.mean() < 0.5


@pytest.mark.parametrize("diameter", [0.6, 1.02, 2.5, 3.99])
def test_small_discs_are_drawn_as_others_are(diameter: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that draws pixel after pixel, and the one that draws row after row, give the same picture."""
    rng, count = np.random.default_rng(0), 800
    assert count * diameter**2 / (SMALL.width * SMALL.height) < CROWDED
    points, colors = rng.normal(0, 3, (count, 2)), packed(rng.integers(0, 256, (count, 3), dtype=np.uint8))
    points[:4] = [[np.nan, 0.0], [0.0, np.inf], [4.5, 0.0], [-4.5, 4.0]]
    chosen = rng.random(count) < 0.7

    def drawn() -> tuple[int, NDArray[np.uint8]]:
        canvas = Canvas(white(SMALL), Projection(BARE, SMALL))
        count = canvas.draw_discs(Glide.still(points), colors, diameter, chosen, True, (9, 200, 30), 0.4)
        return count, canvas.picture()

    outside, picture = drawn()
    monkeypatch.setattr(raster, "SMALL", 0)
    others_outside, others = drawn()
    assert outside == others_outside > 100
    np.testing.assert_array_equal(picture, others)


def test_a_gliding_point_is_on_its_way() -> None:
    canvas = Canvas(white(SMALL), Projection(BARE, SMALL))
    start, end = np.array([[-2.0, 1.0]], np.float32), np.array([[2.0, -3.0]], np.float32)
    canvas.draw_discs(Glide(start, end, 0.25), black(1), 5.0)
    expected = Projection(BARE, SMALL).pixels(np.array([[-1.0, 0.0]]))[0]
    np.testing.assert_allclose(moments(darkness(canvas.picture()))[0], expected, atol=0.1)


@pytest.mark.parametrize("angle", [0, 10, 30, 45, 60, 90, 135])
@pytest.mark.parametrize("width", [0.5, 1.0, 2.5])
def test_a_line_has_its_width_at_every_angle(angle: float, width: float) -> None:
    """On average over where it lies among the pixels."""
    panel, half, found = Panel(120, 120), 2.0, []
    end = half * np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))]])
    for shift in np.random.default_rng(0).uniform(-0.1, 0.1, (20, 1, 2)):
        canvas = Canvas(white(panel), Projection(BARE, panel))
        canvas.draw_lines(shift - end, shift + end, (0, 0, 0), width)
        weight = darkness(canvas.picture())
        found.append(weight.sum())
        np.testing.assert_allclose(moments(weight)[0], Projection(BARE, panel).pixels(shift)[0], atol=0.6)
    length = 2 * half * Projection(BARE, panel).pixels_per_unit
    assert np.mean(found) / length == pytest.approx(width, rel=0.05)


def test_lines_that_follow_each_other_do_not_overlap() -> None:
    panel = Panel(200, 100)
    corners = np.stack([np.linspace(-3, 3, 40), np.zeros(40)], axis=1)
    canvas = Canvas(white(panel), Projection(BARE, panel))
    canvas.draw_lines(corners[:-1], corners[1:], (0, 0, 0), 2.0, alpha=0.5)
    along = darkness(canvas.picture()).sum(axis=0)[70:130]
    assert np.ptp(along) < 0.02


def test_lines_and_meshes_that_run_off_do_no_harm() -> None:
    canvas = Canvas(white(SMALL), Projection(BARE, SMALL))
    ends = np.array([[np.nan, 0], [np.inf, 1], [1e30, 1e30], [1e6, 1e6], [-1e7, 3]])
    canvas.draw_lines(np.zeros((5, 2)), ends, (0, 0, 0), 2.0)
    canvas.draw_lines(ends, ends[::-1], (0, 0, 0), 2.0)
    nodes = np.array([[-1e6, -1e6], [1e6, -1e6], [-1e6, 1e6], [1e6, 1e6]], np.float32)
    canvas.draw_mesh(nodes, 2, packed(np.array([[9, 9, 9]], np.uint8)))
    assert (canvas.picture()[..., :3] == 9).all()
    nodes[3] = np.nan
    canvas.draw_mesh(nodes, 2, black(1))


def test_the_cells_of_a_mesh_leave_no_seam() -> None:
    rng = np.random.default_rng(0)
    ticks = np.linspace(-3, 3, 9)
    nodes = np.stack(np.meshgrid(ticks, ticks), axis=-1) + rng.uniform(-0.2, 0.2, (9, 9, 2))
    canvas = Canvas(white(SMALL), Projection(BARE, SMALL))
    canvas.draw_mesh(nodes.reshape(-1, 2).astype(np.float32), 9, black(64))
    assert (canvas.picture()[16:64, 21:69, :3] == 0).all()
    assert (canvas.picture()[:5, :, :3] == 255).all()


@pytest.mark.slow  # it compiles the loops without their cache
def test_it_draws_where_nothing_can_be_kept(tmp_path: Path) -> None:
    """Neither beside the source nor in the user's cache."""
    script = (
        "import numba.core.caching as c\n"
        "def closed(*_): raise RuntimeError('no locator')\n"
        "c.CacheImpl.__init__ = closed\n"
        "from tests.rendering.test_raster import discs\n"
        "import numpy as np\n"
        "print(int((discs(np.zeros((1, 2)), 3.5) < 255).any()))\n"
    )
    root = Path(flowviz.__file__).parents[1]
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert said.stdout.strip() == "1"

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from flowviz.errors import FileError, SpecError
from flowviz.records import Scene, Trace, base_particles, untrained_trace
from flowviz.rendering import fitted_view, positions_at, quadrant_colors, render_frame, write_frames
from flowviz.rendering.annotate import Projection, tick_step
from flowviz.rendering.frame import render_points
from flowviz.rendering.raster import Canvas
from flowviz.specs import FlowSpec, PictureSize, ViewSpec

SMALL = PictureSize(width=90, height=80)
BARE = ViewSpec(labels=False)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return untrained_trace(FlowSpec(), base_particles(500))


def darkness(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.asarray(255.0 - picture[..., :3].mean(axis=2))


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("point", [(0.0, 0.0), (1.03, -2.41), (-3.17, 3.333), (2.0, 0.7)])
def test_a_point_is_drawn_where_it_is(point: tuple[float, float], scale: int) -> None:
    """Its center of mass lies within a tenth of a pixel of its projection."""
    size = PictureSize(width=360 * scale, height=320 * scale)
    picture = render_points(np.array([point]), np.zeros((1, 3), np.uint8), BARE, size)
    weight = darkness(picture)
    rows, columns = np.indices(weight.shape)
    center = np.array([(columns + 0.5).ravel() @ weight.ravel(), (rows + 0.5).ravel() @ weight.ravel()]) / weight.sum()
    np.testing.assert_allclose(center, Projection(BARE, size).pixels(np.array([point]))[0], atol=0.1)


def test_a_disc_has_its_area() -> None:
    for diameter in (1.0, 3.5, 8.0, 20.0):
        canvas = Canvas(np.full((60, 60, 4), 255, np.uint8), diameter)
        canvas.draw_discs(np.array([[30.3, 29.8]]), np.zeros((1, 3), np.uint8))
        assert darkness(canvas.picture()).sum() / 255 == pytest.approx(np.pi * diameter**2 / 4, rel=0.12)


def test_points_outside_or_nowhere_do_no_harm() -> None:
    far = np.array([[1e30, 0], [-1e30, 5], [np.nan, 0], [np.inf, -np.inf], [4.0, 4.0], [-4.0, -4.0], [0, 4.02]])
    picture = render_points(far, np.zeros((7, 3), np.uint8), BARE, SMALL)
    assert picture.shape == (80, 90, 4)
    assert (picture[..., 3] == 255).all()
    empty = render_points(np.zeros((0, 2)), np.zeros((0, 3), np.uint8), BARE, SMALL)
    assert (empty == 255).all()


def test_later_points_cover_earlier_ones() -> None:
    colors = np.array([[255, 0, 0], [0, 0, 255]], np.uint8)
    picture = render_points(np.zeros((2, 2)), colors, BARE.model_copy(update={"point_diameter": 40}), SMALL)
    assert tuple(picture[40, 45, :3]) == (0, 0, 255)


def test_quadrants_have_the_colors_of_the_post() -> None:
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    plain = quadrant_colors(corners, ViewSpec(palette="plain"))
    np.testing.assert_array_equal(plain, [[255, 0, 0], [0, 128, 0], [0, 0, 255], [0, 0, 0]])
    for theme in ("light", "dark"):
        safe = quadrant_colors(corners, ViewSpec(theme=theme)).astype(int)
        assert safe[0].argmax() == 0
        assert safe[1].argmax() == 1
        assert safe[2].argmax() == 2
        assert np.ptp(safe[3]) < 10


def test_quadrants_can_be_told_apart_in_gray() -> None:
    corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
    gray = np.sort(quadrant_colors(corners, ViewSpec()) @ [0.299, 0.587, 0.114])
    assert gray[0] < 40 < gray[1], "black stays apart from the colors"


def test_in_between_is_the_straight_way(trace: Trace) -> None:
    np.testing.assert_array_equal(positions_at(trace, 3.0), trace.positions[3])
    np.testing.assert_array_equal(positions_at(trace, 99.0), trace.positions[-1])
    np.testing.assert_array_equal(positions_at(trace, -1.0), trace.positions[0])
    middle = (trace.positions[2] + trace.positions[3]) / 2
    np.testing.assert_allclose(positions_at(trace, 2.5), middle, atol=1e-6)
    np.testing.assert_allclose(middle[:, 0], middle[:, 1], atol=1e-6)  # a permutation, half-way: on y = x


def test_the_view_fits_every_stage_and_ignores_a_few_outliers(trace: Trace) -> None:
    assert fitted_view(trace, ViewSpec()).half_extent == 4
    wide = Trace(trace.names, trace.positions * 10, trace.log_det)
    assert fitted_view(wide, ViewSpec()).half_extent >= 25
    positions = trace.positions.copy()
    positions[5, :2] = [[1e6, 0], [np.nan, np.inf]]
    assert fitted_view(Trace(trace.names, positions, trace.log_det), ViewSpec()).half_extent == 4


def test_ticks_are_round_and_few() -> None:
    for half_extent in np.geomspace(1e-3, 1e6, 57):
        step = tick_step(half_extent)
        assert 2 * half_extent / step <= 8 + 1e-6
        assert f"{step:.0e}"[0] in "125"


def test_frames_are_written_under_their_names(trace: Trace, tmp_path: Path) -> None:
    written = list(write_frames(Scene(trace), tmp_path / "new" / "frames", ViewSpec(), SMALL))
    assert [path.name for path in written][::19] == ["00_base.png", "19_real_nvp.png"]
    assert sorted(path.name for path in (tmp_path / "new" / "frames").iterdir()) == [path.name for path in written]
    with Image.open(written[3]) as image:
        assert image.size == (90, 80)
        drawn = np.asarray(image)
    expected = render_frame(Scene(trace), 3, ViewSpec(), SMALL, title="3 of 19 · permute")
    np.testing.assert_array_equal(drawn, expected[..., :3])


def test_a_cancelled_export_leaves_what_was_there(trace: Trace, tmp_path: Path) -> None:
    (tmp_path / "00_base.png").write_text("old")
    frames = write_frames(Scene(trace), tmp_path, ViewSpec(), SMALL)
    next(frames), next(frames)
    frames.close()
    assert [path.name for path in tmp_path.iterdir()] == ["00_base.png"]
    assert (tmp_path / "00_base.png").read_text() == "old"


def test_a_cancelled_export_leaves_no_new_folder(trace: Trace, tmp_path: Path) -> None:
    frames = write_frames(Scene(trace), tmp_path / "new", ViewSpec(), SMALL)
    next(frames)
    frames.close()
    assert not list(tmp_path.iterdir())


def test_a_failed_export_leaves_no_file(trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save, calls = Image.Image.save, []

    def full(self: Image.Image, *arguments: object, **options: object) -> None:
        calls.append(1)
        if len(calls) == 7:
            raise OSError(28, "No space left on device")
        save(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(FileError, match="no space left on device"):
        list(write_frames(Scene(trace), tmp_path, ViewSpec(), SMALL))
    assert not list(tmp_path.iterdir())


def test_a_stage_that_does_not_exist_is_refused_before_anything_is_made(trace: Trace, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="from 0 to 19"):
        list(write_frames(Scene(trace), tmp_path / "frames", ViewSpec(), SMALL, [20]))
    assert not (tmp_path / "frames").exists()


def test_a_folder_that_is_a_file_is_refused(trace: Trace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="is a file"):
        list(write_frames(Scene(trace), tmp_path / "file", ViewSpec(), SMALL))

"""Framing: the part of the plane that is shown at each stage."""

from functools import cache
from itertools import pairwise
from math import hypot, log2
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flowviz.records import Trace, base_particles, untrained_trace
from flowviz.records.trace import central_box
from flowviz.rendering import Camera, Frame, eased, fitted_view, steadied, visible_rectangle
from flowviz.rendering.camera import FILL, TOLERANCE
from flowviz.rendering.projection import Panel, Projection, panel_of
from flowviz.specs import SHAPES, FlowSpec, PictureSize, ShapeSpec, TargetSpec, TextSpec, ViewSpec
from flowviz.specs.view import CameraMode
from flowviz.targets import build_target

SIZE = PictureSize(width=900, height=700)
SPLIT = ViewSpec(marks=frozenset({"points", "grid"}), beside=True)
SIZES = st.builds(PictureSize, width=st.integers(64, 2000), height=st.integers(64, 2000))
VIEWS = st.sampled_from([ViewSpec(), SPLIT])
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789&?", min_size=1, max_size=12)
TARGETS = st.one_of(st.builds(TextSpec, text=WORDS), st.builds(ShapeSpec, name=st.sampled_from(list(SHAPES))))
FRAMES = st.builds(
    lambda x, y, octaves: Frame((x, y), 2.0**octaves), st.floats(-9, 9), st.floats(-9, 9), st.floats(-8, 8)
)
PERIODS = st.floats(0.001, 0.2)  # seconds


@cache
def learned(target: TargetSpec) -> Trace:
    """Return the trace of a flow that has learned a target exactly."""
    return between(np.asarray(build_target(target).sample(8000, np.random.default_rng(0)), np.float32))


def between(*stages: NDArray[np.float32]) -> Trace:
    """Return a trace from the base through the positions at further stages."""
    base = base_particles(len(stages[0]))
    names = ("00_base", *(f"{stage:02d}_real_nvp" for stage in range(1, len(stages) + 1)))
    return Trace(names, np.stack([base, *stages]), np.zeros((len(names), len(base)), np.float32))


def fill(positions: NDArray[np.float32], view: ViewSpec, size: PictureSize) -> tuple[float, NDArray[np.float64]]:
    """Return the share of the limiting side that the central 99% fill, and where their center is, from the middle."""
    panel = panel_of(view, size)
    pixels = Projection(view, panel).pixels(np.quantile(positions.astype(np.float64), [0.005, 0.995], axis=0))
    shares = np.abs(pixels[1] - pixels[0]) / panel
    return float(shares.max()), pixels.mean(axis=0) - np.array(panel) / 2


@settings(deadline=None, max_examples=25)
@given(TARGETS, VIEWS, SIZES)
def test_central_particles_fill_three_quarters_of_the_limiting_side(
    target: TargetSpec, view: ViewSpec, size: PictureSize
) -> None:
    trace = learned(target)
    camera = Camera(view, trace.boxes)
    for stage in (0, trace.last_stage):
        share, offset = fill(trace.positions[stage], camera.at(stage, size), size)
        assert share == pytest.approx(FILL, abs=0.01)
        assert np.abs(offset).max() < 0.01 * max(size.width, size.height)


@pytest.mark.parametrize("text", ["i", "Hi", "BRAD", "flow", "abcdefghijkl", "WWWWWWWWWWWW"])
@pytest.mark.parametrize("shape", [(900, 700), (300, 700), (1300, 200)])
def test_word_is_large(text: str, shape: tuple[int, int]) -> None:
    """A few strays do not make it smaller."""
    size = PictureSize(width=shape[0], height=shape[1])
    positions = learned(TextSpec(text=text)).positions[-1].copy()
    positions[:20] *= 50
    trace = between(positions)
    assert fill(positions, Camera(ViewSpec(), trace.boxes).at(1, size), size)[0] == pytest.approx(FILL, abs=0.01)


def test_frames_of_stages_in_between_change_little_and_contain_their_particles() -> None:
    word, base = learned(TextSpec(text="BRAD")).positions[-1], base_particles(8000)
    trace = between(3 * base + np.float32(1), 2.7 * base, 10 * base, 4 * base, 5 * base, 1.02 * word, word)
    camera = Camera(ViewSpec(), trace.boxes)
    views = [camera.at(stage, SIZE) for stage in range(len(trace.names))]
    for view, box in zip(views, trace.boxes, strict=True):
        left, right, bottom, top = visible_rectangle(view, SIZE)
        assert left < box[0, 0] < box[1, 0] < right
        assert bottom < box[0, 1] < box[1, 1] < top
    extents = [view.half_extent for view in views]
    widest = extents.index(max(extents))
    assert widest == 3
    assert extents[:4] == sorted(extents[:4])
    assert extents[3:] == sorted(extents[3:], reverse=True)
    assert extents[4] == extents[5], "it narrows once"
    assert extents[6] == pytest.approx(1.25 * extents[7]), "small differences share a frame"
    assert len({view.center for view in views[1:]}) == 1


def test_cloud_is_not_small_between_two_wide_stages() -> None:
    word, base = learned(TextSpec(text="BRAD")).positions[-1], base_particles(8000)
    trace = between(10 * base, 2 * base, 3 * base, 8 * base, word)
    for stage in (2, 3):
        assert fill(trace.positions[stage], Camera(ViewSpec(), trace.boxes).at(stage, SIZE), SIZE)[0] > 0.45


def test_view_between_two_stages_is_between_theirs() -> None:
    trace = between(9 * base_particles(500) + np.float32(3))
    camera = Camera(ViewSpec(theme="dark"), trace.boxes)
    first, middle, last = (camera.at(stage, SIZE) for stage in (0, 0.5, 1))
    assert middle.half_extent == pytest.approx((first.half_extent * last.half_extent) ** 0.5)
    np.testing.assert_allclose(middle.center, (np.array(first.center) + last.center) / 2)
    assert middle.theme == "dark"
    assert camera.at(-1, SIZE) == first
    assert camera.at(9, SIZE) == last == camera.widest(SIZE)


def test_view_around_a_stage_contains_those_within_half_a_stage() -> None:
    base = base_particles(500)
    trace = between(base + np.float32(4), 8 * base, base - np.float32(2))
    camera = Camera(ViewSpec(), trace.boxes)
    for stage in range(4):
        left, right, bottom, top = visible_rectangle(camera.around(stage, SIZE), SIZE)
        for way in np.linspace(-0.5, 0.5, 11):
            inner = visible_rectangle(camera.at(stage + way, SIZE), SIZE)
            assert left - 1e-6 <= inner[0] < inner[1] <= right + 1e-6
            assert bottom - 1e-6 <= inner[2] < inner[3] <= top + 1e-6


def test_fixed_camera_shows_the_same_frame_with_all_particles_at_every_stage() -> None:
    base = base_particles(500)
    trace = between(base + np.float32(4), 8 * base, base - np.float32(2))
    followed, camera = (
        Camera(ViewSpec(camera=mode, common_scale=mode == "follow"), trace.boxes) for mode in get_args(CameraMode)
    )
    frames = {camera.frame(stage, SIZE) for stage in np.linspace(0, 3, 13)}
    assert frames == {camera.frame(0, SIZE)}
    assert len({followed.frame(stage, SIZE) for stage in range(4)}) > 1
    left, right, bottom, top = visible_rectangle(camera.at(1, SIZE), SIZE)
    assert (trace.boxes[:, 0] > (left, bottom)).all()
    assert (trace.boxes[:, 1] < (right, top)).all()


def test_camera_that_does_not_follow_is_the_same_at_every_stage() -> None:
    view = ViewSpec(center=(1.0, 2.0), half_extent=0.3)
    assert Camera(view).at(3.5, SIZE) == Camera(view).around(3, SIZE) == Camera(view).widest(SIZE) == view


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1e30])
def test_cloud_without_extent_has_a_view(value: float) -> None:
    trace = between(np.full((50, 2), value, np.float32))
    for camera_view in (Camera(ViewSpec(), trace.boxes).at(1, SIZE), Camera(ViewSpec(), trace.boxes).widest(SIZE)):
        assert 0 < camera_view.half_extent <= 1e12
        assert np.isfinite(camera_view.center).all()


def test_base_alone_has_a_view() -> None:
    trace = Trace(("00_base",), base_particles(100)[None], np.zeros((1, 100), np.float32))
    assert fill(trace.positions[0], Camera(ViewSpec(), trace.boxes).at(0, SIZE), SIZE)[0] == pytest.approx(
        FILL, abs=0.05
    )


def test_box_ignores_outliers_and_what_is_not_finite() -> None:
    positions = base_particles(8000)
    usual = central_box(positions)
    np.testing.assert_allclose(usual, np.quantile(positions, [0.005, 0.995], axis=0), atol=0.01)
    positions[:20] = 1e9
    positions[20:25] = np.nan
    np.testing.assert_allclose(central_box(positions), usual, atol=0.3)
    np.testing.assert_allclose(central_box(np.full((3, 2), np.nan)), [[-2.6, -2.6], [2.6, 2.6]])


def test_untrained_flow_has_one_frame() -> None:
    trace = untrained_trace(FlowSpec(), base_particles())
    camera = Camera(ViewSpec(), trace.boxes)
    extents = [camera.frame(stage, SIZE).half_extent for stage in range(len(trace.names))]
    assert max(extents) / min(extents) < 1.3


@given(
    st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=20), st.floats(0.01, 1e3)
)
def test_frames_do_not_pulse_with_the_noise_of_snapshots(noise: list[tuple[float, float]], scale: float) -> None:
    first = scale * np.array([[[-1.0, -0.4], [1.2, 0.5]]])
    held = first
    for shift, growth in noise:
        held = steadied(held, first * (1 + growth) + shift * scale * np.array([0.5, 0.2]))
    np.testing.assert_array_equal(held, first)


@given(st.lists(st.floats(0.2, 5.0), min_size=1, max_size=20), SIZES)
def test_particles_fill_the_view_during_a_training(sizes: list[float], size: PictureSize) -> None:
    """Within the tolerance, however the cloud has changed before."""
    held = box = np.array([[[-1.0, -0.4], [1.2, 0.5]]])
    for factor in sizes:
        box = box * factor
        held = steadied(held, box)
        view = Camera(ViewSpec(), held).at(0, size)
        left, right, bottom, top = visible_rectangle(view, size)
        shares = (box[0, 1] - box[0, 0]) / (right - left, top - bottom)
        assert FILL - TOLERANCE - 1e-9 <= shares.max() <= FILL + TOLERANCE + 1e-9


@given(FRAMES, FRAMES, FRAMES, PERIODS)
def test_frame_at_most_doubles_or_halves_in_half_a_second(
    shown: Frame, before: Frame, goal: Frame, seconds: float
) -> None:
    frame = eased(shown, before, goal, seconds)
    assert abs(log2(frame.half_extent / shown.half_extent)) <= 2 * seconds + 1e-2


@given(FRAMES, FRAMES, PERIODS)
def test_frame_moves_at_most_by_its_shorter_side_in_half_a_second(shown: Frame, goal: Frame, seconds: float) -> None:
    """Unless nothing that is visible stays visible."""
    frame = eased(shown, goal, goal, seconds)
    moved, apart = (hypot(each.center[0] - shown.center[0], each.center[1] - shown.center[1]) for each in (frame, goal))
    assert moved <= (4 * seconds + 2e-3) * max(shown.half_extent, goal.half_extent, apart)


@given(FRAMES, FRAMES, PERIODS)
def test_frame_approaches_its_goal_and_arrives(shown: Frame, goal: Frame, seconds: float) -> None:
    away = abs(log2(goal.half_extent / shown.half_extent))
    for _ in range(20_000):
        if shown == goal:
            break
        shown = eased(shown, goal, goal, seconds)
        nearer = abs(log2(goal.half_extent / shown.half_extent))
        assert nearer <= away + 1e-9
        away = nearer
    assert shown == goal


def test_frame_moves_with_a_goal_that_moves_slowly() -> None:
    goals = [Frame((0.1 * k, 0.0), 2 * 1.01**k) for k in range(10)]
    for before, goal in pairwise(goals):
        assert eased(before, before, goal, 0.016) == goal


def test_fitted_view_fills_the_side_that_is_touched_first() -> None:
    box = np.array([[0.0, 0.0], [3.0, 1.0]])
    view = fitted_view(box, ViewSpec(), Panel(400, 400))
    assert (view.center, view.half_extent) == ((1.5, 0.5), 2.0)
    assert fitted_view(box, ViewSpec(), Panel(4000, 400)).half_extent == pytest.approx(0.5 / FILL)

"""Smooth curves through the stages: paths, and the motion between flow steps."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import Scene, Selection, Trace, base_particles, nearest
from flowviz.rendering import positions_at
from flowviz.rendering.curve_kernels import pieces
from flowviz.rendering.curves import Segments, segment_to, smooth_segments
from flowviz.rendering.paths import HEAD_ALPHA, path_alphas, path_curves, path_particles
from tests.rendering.scenes import bent_trace, broken, full

STEPS = 20


def turning(steps: int = STEPS, count: int = 100) -> Trace:
    """Return particles that a field turns by a quarter about the origin, as an exact integrator moves them."""
    angles = np.linspace(0, np.pi / 2, steps + 1)
    base = base_particles(count)
    turn = np.array([[np.cos(angles), np.sin(angles)], [-np.sin(angles), np.cos(angles)]])
    positions = np.einsum("ni,ijs->snj", base, turn).astype(np.float32)
    names = ("00_base", *(f"{step:02d}_flow_step" for step in range(1, steps + 1)))
    return Trace(names, positions, np.zeros(positions.shape[:2], np.float32))


def along(curves: Segments) -> NDArray[np.float32]:
    """Return points (101, segments, n, 2) of curves."""
    return np.stack([curves.at(t) for t in np.linspace(0, 1, 101)])


def test_flow_steps_are_followed_along_the_field() -> None:
    trace = turning(steps=8)
    for stage in (0.5, 3.25, 7.75):
        angle = stage / 8 * np.pi / 2
        x, y = trace.positions[0].T
        circle = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)], axis=1)
        straight = (1 - stage % 1) * trace.positions[int(stage)] + stage % 1 * trace.positions[int(stage) + 1]
        error = np.abs(positions_at(trace, stage) - circle).max()
        assert error < 0.2 * np.abs(straight - circle).max()


@pytest.mark.parametrize("steps", [1, 2, 3, STEPS])
def test_glide_begins_and_ends_at_the_stages(steps: int) -> None:
    trace = turning(steps)
    for stage in range(steps + 1):
        np.testing.assert_array_equal(positions_at(trace, stage), trace.positions[stage])
        for near in {max(stage - 1e-4, 0), min(stage + 1e-4, steps)}:
            np.testing.assert_allclose(positions_at(trace, near), trace.positions[stage], atol=1e-3)


def test_flow_steps_change_their_speed_smoothly() -> None:
    trace, delta = turning(), 1e-2
    for stage in range(1, STEPS):
        before = positions_at(trace, stage) - positions_at(trace, stage - delta)
        after = positions_at(trace, stage + delta) - positions_at(trace, stage)
        np.testing.assert_allclose(before, after, atol=1e-4)


def test_part_of_a_trace_has_the_curves_of_the_whole() -> None:
    trace = bent_trace(base_particles(50))
    whole = smooth_segments(trace)
    for stage in (1, 2, 7, trace.last_stage):
        for part, expected in zip(segment_to(trace, stage), whole, strict=True):
            np.testing.assert_allclose(part, expected[stage - 1], rtol=1e-4, atol=1e-5)


def test_curves_pass_through_the_stages_in_one_direction() -> None:
    trace = bent_trace(base_particles(200))
    curves = smooth_segments(trace)
    np.testing.assert_array_equal(curves.at(0), trace.positions[:-1])
    np.testing.assert_array_equal(curves.at(1), trace.positions[1:])
    arriving, leaving = curves.arriving[:-1], curves.leaving[1:]
    cross = arriving[..., 0] * leaving[..., 1] - arriving[..., 1] * leaving[..., 0]
    size = np.hypot(*np.moveaxis(arriving, -1, 0)) * np.hypot(*np.moveaxis(leaving, -1, 0))
    assert (np.abs(cross) <= 1e-3 * size + 1e-6).all()
    assert ((arriving * leaving).sum(axis=-1) >= -1e-6).all()


def test_no_curve_overshoots_by_more_than_half_of_its_move() -> None:
    """Neither at permutations, which move far, nor at the small steps before and after them."""
    trace = bent_trace(3 * base_particles(500))
    curves = smooth_segments(trace)
    length = np.hypot(*np.moveaxis(curves.end - curves.start, -1, 0))
    t = np.linspace(0, 1, 101, dtype=np.float32)[:, None, None, None]
    straight = (1 - t) * curves.start + t * curves.end
    distance = np.hypot(*np.moveaxis(along(curves) - straight, -1, 0)).max(axis=0)
    assert (distance <= length / 2 + 1e-4).all()


def test_stages_that_move_nothing_leave_no_trace() -> None:
    trace = bent_trace(base_particles(50))
    trace.positions[1:6] = trace.positions[0]
    curves = smooth_segments(trace)
    np.testing.assert_allclose(along(curves)[:, :5], np.broadcast_to(trace.positions[0], (101, 5, 50, 2)), atol=1e-5)
    assert all(np.isfinite(part).all() for part in curves)


@pytest.mark.parametrize("trace", [bent_trace(base_particles(300)), turning()], ids=["couplings", "flow steps"])
@pytest.mark.parametrize("stage", [0.01, 0.5, 1.0, 4.3, 7.99])
def test_paths_start_at_the_base_and_end_at_the_particles(trace: Trace, stage: float) -> None:
    scene = Scene(trace)
    particles, _ = path_particles(scene)
    curves = path_curves(scene, stage)
    np.testing.assert_array_equal(curves.at(0)[0], trace.positions[0, particles])
    np.testing.assert_allclose(curves.at(1)[-1], positions_at(trace, stage)[particles], atol=1e-5)
    np.testing.assert_allclose(curves.at(1)[:-1], curves.at(0)[1:], atol=1e-6)


@pytest.mark.parametrize("trace", [bent_trace(base_particles(300)), turning()], ids=["couplings", "flow steps"])
def test_paths_grow_without_a_jump(trace: Trace) -> None:
    scene = Scene(trace)
    for stage in (1, 5):
        early, late = (along(path_curves(scene, stage + change)) for change in (0.0, 1e-3))
        np.testing.assert_allclose(early, late[:, :stage], atol=1e-6)
        assert np.abs(late[:, stage] - trace.positions[stage, path_particles(scene)[0]]).max() < 0.05


@pytest.mark.parametrize(
    ("trace", "tail"), [(bent_trace(base_particles(9)), 0.15), (turning(), 0.5)], ids=["couplings", "flow steps"]
)
def test_paths_fade_out(trace: Trace, tail: float) -> None:
    alphas = path_alphas(trace, float(trace.last_stage))
    moving = alphas[[not name.endswith("permute") for name in trace.names[1:]]]
    assert moving[-1, 1] == pytest.approx(HEAD_ALPHA)
    assert (np.diff(moving[:, 0]) > 0).all()
    assert 0.05 * HEAD_ALPHA < alphas[0, 0] < tail * HEAD_ALPHA


def test_the_whole_way_along_a_field_can_be_seen() -> None:
    assert path_alphas(turning(), float(STEPS)).min() > 0.3


@pytest.mark.parametrize("steps", [1, 2, 7, 50, 99, 100])
def test_number_of_paths_does_not_depend_on_the_number_of_steps(steps: int) -> None:
    shown, usual = Scene(turning(steps, 4000)), Scene(turning(STEPS, 4000))
    particles, _ = path_particles(shown)
    np.testing.assert_array_equal(particles, path_particles(usual)[0])
    for stage in (steps - 0.3, float(steps)):
        curves = path_curves(shown, stage)
        assert len(curves.start) == len(path_alphas(shown.trace, stage))
        assert len(curves.start) * len(particles) <= 3800
        radius = np.hypot(*np.moveaxis(along(curves), -1, 0))
        if steps >= 7:
            np.testing.assert_allclose(radius, np.broadcast_to(radius[0, 0], radius.shape), atol=5e-3)


@pytest.mark.parametrize("steps", [50, 99, 100])
def test_paths_of_many_steps_grow_without_a_jump(steps: int) -> None:
    shown = Scene(turning(steps, 200))
    particles, _ = path_particles(shown)
    for stage in np.linspace(0.2, steps, 41):
        curves = path_curves(shown, float(stage))
        np.testing.assert_array_equal(curves.at(0)[0], shown.trace.positions[0, particles])
        np.testing.assert_allclose(curves.at(1)[-1], positions_at(shown.trace, float(stage))[particles], atol=1e-5)
        np.testing.assert_allclose(curves.at(1)[:-1], curves.at(0)[1:], atol=1e-6)


def test_particle_under_the_mouse_is_where_it_glides() -> None:
    trace = turning(steps=2)
    here = positions_at(trace, 0.5)
    assert np.abs(here - (trace.positions[0] + trace.positions[1]) / 2).max() > 0.1, "not on a straight line"
    for particle in range(20):
        x, y = map(float, here[particle])
        assert nearest(here, (x, y), 1e-3) == particle
        assert Selection.nearest(here, (x, y), 1e-3).chosen[particle]


def cut(curves: Segments, scale: float = 100.0) -> tuple[NDArray[np.float32], ...]:
    count = curves.start.shape[1]
    alphas = np.linspace(0, 1, 2 * len(curves.start), dtype=np.float32).reshape(-1, 2)
    parts = [np.ascontiguousarray(part) for part in curves]
    found: tuple[NDArray[np.float32], ...] = pieces(*parts, scale, np.arange(count, dtype=np.uint32), alphas)
    return found


def test_pieces_follow_their_curve_within_a_fraction_of_a_pixel() -> None:
    trace = bent_trace(base_particles(40))
    curves = smooth_segments(trace)
    starts, ends, colors, alphas = cut(curves)
    assert len(starts) < 12 * curves.start.shape[0] * curves.start.shape[1]
    points = along(curves)
    for particle in (3, 17):
        middles = (starts[colors == particle] + ends[colors == particle]) / 2
        gaps = np.hypot(*np.moveaxis(middles[:, None] - points[:, :, particle].reshape(1, -1, 2), -1, 0)).min(axis=1)
        assert gaps.max() < 0.02
    assert (alphas[:, 0] <= alphas[:, 1]).all()
    joined = np.flatnonzero(colors[1:] == colors[:-1])
    np.testing.assert_array_equal(starts[joined + 1], ends[joined])


def test_curves_that_have_run_off_are_skipped() -> None:
    scene = Scene(broken().trace, full().selection)
    starts, ends, *_ = cut(path_curves(scene, 3.0))
    assert np.isfinite(starts).all()
    assert np.isfinite(ends).all()

"""Arrows of the velocity, seen in pixels and in vectors."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import FLOW_UNITS, FieldGrid, Scene, Trace, Units, VelocityField, base_particles
from flowviz.records.provenance import Provenance
from flowviz.rendering import Camera, render_frame, swept_grids, visible_rectangle
from flowviz.rendering.figure import save_frame
from flowviz.rendering.legend import keys
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.velocity import arrows_at
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Theme
from tests.rendering.scenes import WIDE, bent

SIZE = PictureSize(width=480, height=480)
PANEL = Panel(480, 480)
VIEW = ViewSpec(marks=frozenset({"velocity"}), labels=False, axes=False)
GRID = FieldGrid.across(WIDE, 8.0)


def turned(speed: float = 1.0) -> NDArray[np.float32]:
    return np.float32(speed) * GRID.points[:, ::-1] * np.array([-1, 1], np.float32)


def scene(*vectors: NDArray[np.float32], units: Units = FLOW_UNITS, kind: str = "") -> Scene:
    trace = bent(base_particles(500))
    if kind:
        trace = Trace(("00_base", f"01_{kind}", f"02_{kind}", f"03_{kind}"), trace.positions, trace.log_det)
    found = vectors or (turned(),) * (4 if kind else 3)
    fields = tuple(
        VelocityField(min(number, 3), GRID.spacing, GRID.points, each, at_end=number > 3)
        for number, each in enumerate(found, start=1)
    )
    return Scene(trace, velocities=fields, units=units)


def ink(shown: Scene, stage: float, view: ViewSpec = VIEW) -> NDArray[np.int_]:
    picture = render_frame(shown, stage, view, SIZE)[..., :3].astype(int)
    found: NDArray[np.int_] = np.abs(picture - picture[0, 0]).sum(axis=2)
    return found


def test_grid_has_about_24_points_that_stay_when_the_view_moves() -> None:
    for half in np.geomspace(1, 2, 9):
        grid = FieldGrid.across((-half, half, -2 * half, 2 * half), 2 * half)
        assert 24 / 1.2 <= 2 * half / grid.spacing <= 24 * 1.2
    moved = FieldGrid.across((-3.9, 4.2, -4.1, 4.0), 8.0)
    common = set(map(tuple, GRID.points.tolist())) & set(map(tuple, moved.points.tolist()))
    assert len(common) > 0.85 * len(GRID.points)


def test_grids_cover_what_is_visible_on_the_way_to_each_stage() -> None:
    trace = bent(base_particles(2000))
    camera = Camera(VIEW, trace.boxes)
    grids = swept_grids(camera, trace.last_stage, SIZE)
    assert len(grids) == 3
    for stage, grid in enumerate(grids, start=1):
        for seen in (stage - 1, stage):
            left, right, bottom, top = visible_rectangle(camera.at(seen, SIZE), SIZE)
            low, high = grid.points.min(axis=0), grid.points.max(axis=0)
            assert (low <= (left + grid.spacing, bottom + grid.spacing)).all()
            assert (high >= (right - grid.spacing, top - grid.spacing)).all()


def test_arrows_are_centered_at_their_points_and_fit_in_their_cells() -> None:
    arrows = arrows_at(scene(), 1.0, Projection(VIEW, PANEL))
    assert arrows is not None
    start, tip = arrows.strokes[:, 0], arrows.strokes[:, 1]
    length = np.hypot(*(tip - start).T)
    assert length.max() <= GRID.spacing
    assert length[arrows.cut] == pytest.approx(arrows.length)
    centers, vectors = (start + tip) / 2, tip - start
    np.testing.assert_allclose((centers * vectors).sum(axis=1), 0, atol=1e-6)
    whole = ~arrows.cut
    speed = arrows.scale / arrows.length * length[whole]
    np.testing.assert_allclose(speed, np.hypot(*centers[whole].T), rtol=1e-4)


def test_each_layer_has_its_own_arrows_and_the_base_those_of_the_first() -> None:
    nothing = np.zeros_like(turned())
    shown = scene(turned(), nothing, -turned())
    np.testing.assert_array_equal(ink(shown, 0.0), ink(shown, 1.0))
    np.testing.assert_array_equal(ink(shown, 0.3), ink(shown, 1.0))
    assert ink(shown, 1.2).sum() < 0.3 * ink(shown, 1.0).sum(), "points at rest are dots"
    np.testing.assert_array_equal(ink(shown, 2.4), ink(shown, 3.0))


def test_arrows_of_flow_steps_change_with_time() -> None:
    shown = scene(turned(1), turned(3), turned(5), turned(10), kind="flow_step")
    shown.trace.positions[:] = shown.trace.positions[0]  # the scale is that of the field near particles
    found = [arrows_at(shown, stage, Projection(VIEW, PANEL)) for stage in (0.0, 0.5, 1.0, 2.0, 3.0)]
    speeds = [each.scale / each.length * np.hypot(*(each.strokes[0, 1] - each.strokes[0, 0])) for each in found if each]
    radius = [np.hypot(*each.strokes[0, :2].mean(axis=0)) for each in found if each]
    cut = [bool(each.cut[0]) for each in found if each]
    assert all(cut)
    assert len(speeds) == len(radius) == 5
    scales = [each.scale for each in found if each]
    np.testing.assert_allclose(np.array(scales) / scales[0], [1, 2, 3, 5, 10], rtol=0.45)
    assert all(each.is_velocity for each in found if each)


def test_few_particles_far_from_the_others_do_not_change_the_scale() -> None:
    calm = scene(*[np.float32(0.1) * turned()] * 3)
    ends = np.hypot(*GRID.points.T)[:, None] > 3
    positions = calm.trace.positions.copy()
    positions[:, :5] = 3.5
    stray = replace(calm.trace, positions=positions)
    fast = tuple(replace(each, vectors=np.where(ends, 50, 1) * each.vectors) for each in calm.velocities or ())
    scales = []
    for shown in (calm, replace(calm, trace=stray, velocities=fast)):
        arrows = arrows_at(shown, 1.0, Projection(VIEW, PANEL))
        assert arrows is not None
        scales.append(arrows.scale)
    assert scales[0] == scales[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_arrows_are_drawn_in_both_themes(theme: Theme) -> None:
    view = VIEW.model_copy(update={"theme": theme})
    drawn = ink(scene(), 1.0, view)
    assert (drawn > 300).sum() > 1000
    assert ink(Scene(scene().trace), 1.0, view).sum() == 0


def test_small_pictures_have_fewer_arrows() -> None:
    projection = Projection(VIEW, Panel(120, 120))
    few, many = arrows_at(scene(), 1.0, projection), arrows_at(scene(), 1.0, Projection(VIEW, PANEL))
    assert few is not None
    assert many is not None
    assert 9 <= len(few.strokes) < len(many.strokes) / 3
    assert few.length > 1.9 * many.length


@pytest.mark.parametrize("factor", [1.0, 250.0])
def test_legend_states_the_scale_in_the_units_of_the_axes(factor: float) -> None:
    shown = scene(units=Units((0.0, 0.0), (factor, factor)))
    key, note = keys(shown, 1.0, VIEW, PANEL)
    arrows = arrows_at(shown, 1.0, Projection(VIEW, PANEL))
    assert arrows is not None
    assert key.caption == f"displacement {arrows.scale:.3g}"
    assert note.caption == f"faint: {'faster' if arrows.is_velocity else 'farther'} than {arrows.scale:.3g}"
    longest = factor * np.quantile(np.hypot(*shown.trace.positions[0].T), 0.95)
    assert 0.9 * longest <= arrows.scale <= 1.8 * longest
    key, _ = keys(scene(kind="flow_step"), 1.0, VIEW, PANEL)
    assert key.caption.startswith("velocity ")
    everywhere_alike = scene(*[np.full_like(turned(), 0.1)] * 3)
    (key,) = keys(everywhere_alike, 1.0, VIEW, PANEL)
    assert key.caption == "displacement 0.15"
    assert keys(scene(*[0 * turned()] * 3), 1.0, VIEW, PANEL) == ()


def test_vectors_that_are_not_finite_are_skipped() -> None:
    bad = turned()
    bad[::3] = [np.nan, np.inf]
    arrows = arrows_at(scene(bad, bad, bad), 1.0, Projection(VIEW, PANEL))
    assert arrows is not None
    assert np.isfinite(arrows.strokes).all()
    assert 0 < len(arrows.strokes) < len(turned())
    nowhere = np.full_like(bad, np.nan)
    assert ink(scene(nowhere, nowhere, nowhere), 1.0).sum() == 0


def test_arrows_are_vectors_in_svg(tmp_path: Path) -> None:
    path = tmp_path / "arrows.svg"
    save_frame(scene(), 1.0, VIEW, SIZE, "", path, "svg", Provenance("arrows", "", 72))
    groups = re.findall(r'<g id="velocity">(.*?)</g>', path.read_text(), re.DOTALL)
    arrows = arrows_at(scene(), 1.0, Projection(VIEW, PANEL))
    assert arrows is not None
    assert sum(group.count("<path") for group in groups) == 4 * len(arrows.strokes) + len(arrows.dots)

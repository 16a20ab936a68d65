"""All stages in one picture."""

from itertools import pairwise

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.records import Scene, base_particles, untrained_trace
from flowviz.rendering import (
    fitted_view,
    overview_stages,
    render_frame,
    render_sheet,
    render_thumbnails,
    sheet_stage,
)
from flowviz.rendering.projection import Panel
from flowviz.rendering.sheet import sheet_grid, small_view, small_views
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from flowviz.specs.view import Mark
from tests.rendering.scenes import bent, full

SIZE = PictureSize(width=600, height=480)
BARE = ViewSpec(labels=False, axes=False, point_diameter=7.0)  # twice as large as usual


@pytest.mark.parametrize(
    ("stages", "width", "height"), [(1, 300, 200), (8, 900, 500), (20, 600, 480), (21, 300, 1200), (33, 2000, 400)]
)
def test_panels_lie_apart_within_the_picture(stages: int, width: int, height: int) -> None:
    taken = np.zeros((height, width), int)
    layout = sheet_grid(ViewSpec(), stages, PictureSize(width=width, height=height))
    for stage in range(stages):
        left, top = layout.corner(*divmod(stage, layout.columns))
        assert left > 0
        assert top > layout.head
        part = taken[top - 1 : top + layout.panel.height + 1, left - 1 : left + layout.panel.width + 1]
        assert part.shape == (layout.panel.height + 2, layout.panel.width + 2)
        part += 1
        size = PictureSize(width=width, height=height)
        assert sheet_stage(stages, ViewSpec(), size, left + 1, top + 1) == stage
        assert (
            sheet_stage(stages, ViewSpec(), size, left + layout.panel.width - 1, top + layout.panel.height - 1) == stage
        )
    assert taken.max() == 1
    assert sheet_stage(stages, ViewSpec(), PictureSize(width=width, height=height), width - 1, height - 1) is None


def test_twenty_stages_stand_as_in_the_post() -> None:
    layout = sheet_grid(ViewSpec(), 20, PictureSize(width=1080, height=1000))
    assert layout.columns == 5


def test_each_panel_shows_its_stage_framed_around_its_own_particles() -> None:
    scene = Scene(full().trace)
    sheet = render_sheet(scene, ViewSpec(), SIZE)
    layout = sheet_grid(ViewSpec(), 4, SIZE)
    for stage in range(4):
        left, top = layout.corner(*divmod(stage, layout.columns))
        shown = sheet[top : top + layout.panel.height, left : left + layout.panel.width]
        bare = fitted_view(scene.trace.boxes[stage], BARE, layout.panel)
        expected = render_frame(scene, stage, bare, PictureSize(width=layout.panel.width, height=layout.panel.height))
        np.testing.assert_array_equal(shown, expected)


def test_a_sheet_that_is_too_small_is_refused() -> None:
    scene = Scene(untrained_trace(FlowSpec(), base_particles(10)))
    with pytest.raises(SpecError, match="20 stages do not fit into 64x64"):
        render_sheet(scene, ViewSpec(), PictureSize(width=64, height=64))


def test_thumbnails_show_all_stages_and_the_selection() -> None:
    scene = full()
    pictures = render_thumbnails(scene, ViewSpec(), 48)
    assert pictures.shape == (4, 48, 48, 4)
    assert pictures.dtype == np.uint8
    for one, other in pairwise(pictures):
        assert (one != other).any(axis=2).sum() > 100
    assert (pictures != render_thumbnails(Scene(scene.trace), ViewSpec(), 48)).any()


def test_panels_have_one_scale_if_asked_and_are_never_cropped_by_a_zoom() -> None:
    trace = bent(base_particles(2000))
    trace.positions[1] *= np.float32(10)
    panel, near = Panel(100, 80), ViewSpec(center=(9.0, 9.0), half_extent=0.01)
    own = small_views(trace, near, panel, range(4))
    assert own[1].half_extent > 5 * own[0].half_extent
    common = small_views(trace, near.model_copy(update={"common_scale": True}), panel, range(4))
    assert len({(view.center, view.half_extent) for view in common}) == 1
    assert common[0].half_extent == pytest.approx(own[1].half_extent, rel=0.1)
    later = small_views(trace, near.model_copy(update={"common_scale": True}), panel, range(2, 4))
    assert later[0].half_extent < common[0].half_extent, "only the chosen stages count"
    for view in (near, near.model_copy(update={"common_scale": True})):
        usual = view.model_copy(update={"center": (0.0, 0.0), "half_extent": 4.0})
        np.testing.assert_array_equal(
            render_thumbnails(Scene(trace), view, 64), render_thumbnails(Scene(trace), usual, 64)
        )


@pytest.mark.parametrize("steps", [1, 7, 20, 24, 25, 53, 97, 100])
def test_overview_shows_evenly_spaced_steps_of_an_integrator(steps: int) -> None:
    flow = FlowSpec(family="flow_matching", integrator_steps=steps)
    stages = overview_stages(untrained_trace(flow, base_particles(4)))
    assert (stages[0], stages[-1]) == (0, steps)
    assert 1 <= len(stages) - 1 <= 24
    assert len({after - before for before, after in pairwise(stages[1:])}) <= 1
    assert len(stages) == steps + 1 or steps > 24


def test_overview_shows_every_layer() -> None:
    flow = FlowSpec(layers=32)
    assert overview_stages(untrained_trace(flow, base_particles(4))) == tuple(range(len(flow.stage_names())))


@pytest.mark.parametrize(
    ("marks", "shown", "color_by"),
    [
        ((), set(), "quadrant"),
        (("points", "density"), {"points"}, "quadrant"),
        (("density",), {"points"}, "log_density"),
        (("target", "density"), {"points", "target"}, "log_density"),
        (("target",), {"points", "target"}, "quadrant"),
        (("grid", "density"), {"grid"}, "quadrant"),
    ],
)
def test_small_pictures_show_points_if_other_marks_are_invisible_and_nothing_instead_of_nothing(
    marks: tuple[Mark, ...], shown: set[Mark], color_by: str
) -> None:
    view = small_view(ViewSpec(marks=frozenset(marks)))
    assert view.marks == shown
    assert view.color_by == color_by

"""The camera: follows the cloud until the user chooses a part of the plane."""

import numpy as np
import pytest

from flowviz.records import Snapshot, Trace
from flowviz.rendering import visible_rectangle
from flowviz.specs import FlowSpec
from tests.app.viewer.fakes import STAGES, TARGET, WEIGHTS, Viewed, snapshot, trace

LAST = STAGES - 1
WIDE = 2  # the stage at which the cloud is wider than at the others


@pytest.fixture
def viewed(qapp: object) -> Viewed:
    viewed = Viewed(trained=False)
    viewed.start()
    viewed.viewer.take_snapshot(spread(300))
    return viewed


def spread(step: int, factor: float = 9.0) -> Snapshot:
    """Return a snapshot whose cloud is wider by a factor at one stage."""
    plain = snapshot(step)
    positions = plain.trace.positions.copy()
    positions[WIDE] *= factor
    return Snapshot(step, WEIGHTS, None, None, Trace(plain.trace.names, positions, plain.trace.log_det))


def extent_at(viewed: Viewed, stage: int) -> float:
    viewed.view.set_stage(stage)
    return viewed.displays.cloud.view.half_extent


def test_view_widens_at_the_stage_at_which_the_cloud_does(viewed: Viewed) -> None:
    extents = [extent_at(viewed, stage) for stage in range(STAGES)]
    assert np.argmax(extents) == WIDE
    assert max(extents[0], extents[LAST]) < extents[WIDE] / 2


def test_overview_has_one_scale_for_all_stages(viewed: Viewed) -> None:
    wide, last = extent_at(viewed, WIDE), extent_at(viewed, LAST)
    viewed.view.update(overview=True)
    assert viewed.displays.cloud.view.half_extent == wide
    viewed.view.update(overview=False)
    assert viewed.displays.cloud.view.half_extent == last


def test_zoomed_view_stays_from_stage_to_stage(viewed: Viewed) -> None:
    viewed.view.zoom_to((0.0, 0.0), 1.0)
    assert extent_at(viewed, WIDE) == 1.0
    viewed.view.follow()
    assert viewed.displays.cloud.view.half_extent > 4.0


def test_view_is_the_same_after_changing_the_direction_twice(viewed: Viewed) -> None:
    before = extent_at(viewed, WIDE)
    viewed.view.set_direction("encode")
    viewed.queries.answer("encoded", trace())
    assert viewed.displays.cloud.view.half_extent < before
    viewed.view.set_direction("generate")
    assert viewed.displays.cloud.view.half_extent == before


def test_view_does_not_stay_wide_for_points_of_the_other_direction(viewed: Viewed) -> None:
    before = extent_at(viewed, WIDE)
    viewed.view.set_direction("encode")
    viewed.queries.answer("encoded", spread(300, 90.0).trace)
    assert viewed.displays.cloud.view.half_extent > before
    viewed.view.set_direction("generate")
    assert viewed.displays.cloud.view.half_extent == before


def test_fitting_again_narrows_a_view_that_follows_the_cloud(viewed: Viewed) -> None:
    wide = extent_at(viewed, WIDE)
    viewed.take(400, 1.0)
    viewed.queries.asked.clear()
    viewed.displays.view_bar.fit_requested.emit()
    assert viewed.displays.cloud.view.half_extent < wide
    assert "thumbnails" in viewed.queries.asked


def test_view_narrows_late_during_a_training_and_at_once_at_another_moment(viewed: Viewed) -> None:
    wide = extent_at(viewed, WIDE)
    viewed.take(400, 1.0)
    assert viewed.displays.cloud.view.half_extent == wide
    viewed.view.set_moment(0)
    assert viewed.displays.cloud.view.half_extent < wide
    viewed.view.set_moment(None)
    viewed.take(500, 1.0)
    assert viewed.displays.cloud.view.half_extent < wide


def test_view_narrows_when_the_training_ends(viewed: Viewed) -> None:
    wide = extent_at(viewed, WIDE)
    viewed.take(400, 1.0)
    viewed.viewer.refit()
    assert viewed.displays.cloud.view.half_extent < wide


def test_new_training_starts_with_a_view_of_its_own(viewed: Viewed) -> None:
    wide = extent_at(viewed, WIDE)
    viewed.viewer.begin_training(FlowSpec(), TARGET)
    viewed.take(10, 1.0)
    assert viewed.displays.cloud.view.half_extent < wide


def test_density_is_queried_for_the_whole_way_to_the_next_stage(viewed: Viewed) -> None:
    viewed.view.set_stage(WIDE - 1)
    viewed.view.set_mark("density", True)
    _, stage, _, camera, size, _ = viewed.queries.asked["density"]
    viewed.viewer.playhead.moved.emit(WIDE - 0.5)
    visible = visible_rectangle(viewed.displays.cloud.view, size)
    assert visible[1] > visible_rectangle(camera.at(stage), size)[1]
    np.testing.assert_allclose(visible_rectangle(camera.around(stage), size), visible)


def test_fitting_a_stage_zooms_to_particles_that_are_far_away(viewed: Viewed) -> None:
    viewed.viewer.take_snapshot(spread(400, 1e6))
    viewed.view.set_stage(WIDE)
    viewed.displays.view_bar.stage_fit_requested.emit()
    assert not viewed.view.seen.fitted
    assert 1e5 < viewed.displays.cloud.view.half_extent < 1e8

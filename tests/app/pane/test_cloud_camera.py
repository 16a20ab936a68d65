"""The camera: follows the cloud until the user chooses a part of the plane."""

from typing import cast

import numpy as np
import pytest
from PyQt6.QtCore import QObject, QTimer

from flowviz.app.pane.cloud_camera import CloudCamera
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.view import ViewState
from flowviz.projects.variant import Variant
from flowviz.records import Snapshot, Trace
from flowviz.rendering import Camera, visible_rectangle
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from tests.app.pane.fakes import STAGES, TARGET, WEIGHTS, FakeCloud, Viewed, snapshot, trace

LAST = STAGES - 1
WIDE = 2  # the stage at which the cloud is wider than at the others


@pytest.fixture
def viewed(qapp: object) -> Viewed:
    viewed = Viewed(trained=False)
    viewed.start()
    viewed.viewer.moments.take_snapshot(spread(300))
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


def test_zoomed_view_stays_from_stage_to_stage(viewed: Viewed) -> None:
    viewed.view.zoom_to((0.0, 0.0), 1.0)
    assert extent_at(viewed, WIDE) == 1.0
    viewed.view.follow()
    assert viewed.displays.cloud.view.half_extent > 3.0


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


def test_view_of_a_live_training_ignores_small_changes_until_the_training_ends(viewed: Viewed) -> None:
    viewed.take(400, 1.0)
    before = viewed.displays.cloud.view
    for scale in (1.02, 0.97, 1.03):
        viewed.take(500, scale)
        assert viewed.displays.cloud.view == before
    viewed.viewer.refit()
    assert viewed.displays.cloud.view != before
    assert framed_exactly(viewed)


def test_view_of_a_live_training_follows_large_changes(viewed: Viewed) -> None:
    before = viewed.displays.cloud.view.half_extent
    viewed.take(400, 2.0)
    assert viewed.displays.cloud.view.half_extent > 1.5 * before
    viewed.take(500, 0.2)
    assert viewed.displays.cloud.view.half_extent < before / 3


@pytest.mark.parametrize("way", ["fit", "follow again", "moment", "opened"])
def test_view_at_rest_frames_the_particles_exactly(viewed: Viewed, way: str) -> None:
    viewed.take(400, 1.0)
    viewed.take(500, 1.03)
    assert not framed_exactly(viewed)
    if way == "moment":
        viewed.view.update(moment=400)
    elif way == "opened":
        viewed.viewer.show_untrained(FlowSpec(), TARGET)
    else:
        if way == "follow again":
            viewed.view.zoom_to((5.0, 5.0), 0.1)
        viewed.displays.view_bar.fit_action.trigger()
    assert framed_exactly(viewed)


@pytest.mark.parametrize("play", ["play_once", "toggle_playing"])
def test_playback_that_begins_at_the_base_shows_all_of_it_at_once(viewed: Viewed, play: str) -> None:
    word = trace().positions.copy()
    word[LAST] *= 0.1
    viewed.viewer.moments.take_snapshot(Snapshot(400, WEIGHTS, None, None, Trace(trace().names, word, trace().log_det)))
    base = extent_at(viewed, 0)
    assert extent_at(viewed, LAST) < base / 2
    viewed.viewer.reduce_motion(False)
    getattr(viewed.viewer.playhead, play)()
    assert viewed.displays.cloud.stage == 0
    assert viewed.displays.cloud.view.half_extent == base


def test_view_is_fixed_where_it_is_and_follows_again(viewed: Viewed) -> None:
    before = viewed.displays.cloud.view
    viewed.view.zoom_to(before.center, before.half_extent)
    assert extent_at(viewed, WIDE) == before.half_extent
    assert not viewed.view.seen.fitted
    viewed.view.follow()
    assert framed_exactly(viewed)


def framed_exactly(viewed: Viewed) -> bool:
    """Return whether the window shows what an export of the same particles would show."""
    cloud = viewed.displays.cloud
    camera = Camera(viewed.view.seen.view, viewed.scene.trace.boxes)
    return cloud.view == camera.at(cloud.stage, cloud.size_in_pixels)


def test_resized_view_is_framed_for_its_new_shape(viewed: Viewed) -> None:
    viewed.displays.cloud.size_in_pixels = PictureSize(width=100, height=900)
    viewed.displays.cloud.resized.emit()
    assert framed_exactly(viewed)


def test_small_pictures_are_drawn_again_only_if_they_change(viewed: Viewed) -> None:
    viewed.queries.asked.clear()
    viewed.view.zoom_to((0.0, 0.0), 1.0)
    viewed.view.update_view(labels=False)
    assert "thumbnails" not in viewed.queries.asked
    viewed.view.update_view(color_by="angle")
    assert "thumbnails" in viewed.queries.asked


def test_new_training_starts_with_a_view_of_its_own(viewed: Viewed) -> None:
    wide = extent_at(viewed, WIDE)
    viewed.viewer.begin_training(Variant(FlowSpec()), TARGET)
    viewed.take(10, 1.0)
    assert viewed.displays.cloud.view.half_extent < wide


def test_density_is_queried_for_the_whole_way_to_the_next_stage(viewed: Viewed) -> None:
    viewed.view.set_stage(WIDE - 1)
    viewed.view.set_mark("density", True)
    _, stage, _, camera, size, *_ = viewed.queries.asked["density"]
    viewed.displays.cloud.show_stage(WIDE - 0.5)
    viewed.viewer.camera.advance()
    visible = visible_rectangle(viewed.displays.cloud.view, size)
    assert visible[1] > visible_rectangle(camera.at(stage, size), size)[1]
    np.testing.assert_allclose(visible_rectangle(camera.around(stage, size), size), visible)


def test_fitting_a_stage_zooms_to_particles_that_are_far_away(viewed: Viewed) -> None:
    viewed.viewer.moments.take_snapshot(spread(400, 1e6))
    viewed.view.set_stage(WIDE)
    viewed.displays.view_bar.fit_stage_action.trigger()
    assert not viewed.view.seen.fitted
    assert 1e5 < viewed.displays.cloud.view.half_extent < 1e8


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Eased:
    """A camera that eases, with a clock that the test moves."""

    def __init__(self) -> None:
        self.view, self.cloud, self.clock, self.owner = ViewState(), FakeCloud(), Clock(), QObject()
        self.camera = CloudCamera(self.view, cast("CloudView", self.cloud), self.owner, self.clock)
        self.camera.show_trace(trace(), steadily=True)

    @property
    def extent(self) -> float:
        return self.cloud.view.half_extent

    def goal(self, shown: Trace) -> float:
        return Camera(self.view.seen.view, shown.boxes).at(self.cloud.stage, self.cloud.size_in_pixels).half_extent

    def wait(self, seconds: float) -> None:
        """Let frames of the display pass."""
        for _ in range(round(seconds / 0.02)):
            self.clock.now += 0.02
            self.camera.advance()


@pytest.fixture
def easing(qapp: object) -> Eased:
    return Eased()


def test_first_trace_of_a_flow_is_framed_at_once(easing: Eased) -> None:
    assert easing.extent == easing.goal(trace())
    easing.camera.begin()
    easing.camera.show_trace(trace(20.0), steadily=True)
    assert easing.extent == easing.goal(trace(20.0))


@pytest.mark.parametrize("scale", [0.05, 4.0, 30.0])
@pytest.mark.parametrize("steadily", [False, True])
def test_frame_of_other_particles_at_most_doubles_in_half_a_second(easing: Eased, scale: float, steadily: bool) -> None:
    easing.camera.show_trace(trace(scale), steadily=steadily)
    extents = [easing.extent]
    for _ in range(20):
        easing.wait(0.5)
        extents.append(easing.extent)
        assert 1 / 2.01 <= extents[-1] / extents[-2] <= 2.01
    assert extents[-1] == easing.goal(trace(scale))


def test_many_snapshots_in_quick_succession_do_not_speed_up_the_frame(easing: Eased) -> None:
    before = easing.extent
    for _ in range(25):
        easing.camera.show_trace(trace(50.0), steadily=True)
        easing.wait(0.02)
    assert easing.extent <= 2.01 * before


def test_view_moves_with_the_particles_from_stage_to_stage(easing: Eased) -> None:
    for stage in np.linspace(0, 1, 50):
        easing.cloud.stage = stage
        easing.wait(0.02)
        assert easing.extent == easing.goal(trace())


def test_view_at_rest_is_not_repainted(easing: Eased, monkeypatch: pytest.MonkeyPatch) -> None:
    easing.camera.show_trace(trace(1.5), steadily=False)
    easing.wait(3)
    shown = list[ViewSpec]()
    monkeypatch.setattr(easing.cloud, "set_view", shown.append)
    easing.wait(1)
    assert not shown
    assert not any(timer.isActive() for timer in easing.camera.findChildren(QTimer))


def test_view_does_not_ease_with_reduced_motion(easing: Eased) -> None:
    easing.camera.jumps = True
    easing.camera.show_trace(trace(30.0), steadily=True)
    assert easing.extent == easing.goal(trace(30.0))


def test_held_view_keeps_what_is_visible(easing: Eased) -> None:
    easing.view.changed.connect(easing.camera.apply_view_change)
    before = easing.cloud.view
    easing.view.zoom_to(before.center, before.half_extent)
    easing.camera.show_trace(trace(30.0), steadily=True)
    easing.wait(1)
    assert easing.cloud.view == before

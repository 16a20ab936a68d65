"""The viewer as a controller: fake widgets and queries, and no window."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.viewer.flow_queries import PAST
from flowviz.projects import Project
from flowviz.records import Density, Moment, Selection, StageReport
from flowviz.specs import FlowSpec, Seen, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.view import Mark
from tests.app.viewer.fakes import PARTICLES, SPEC, STAGES, TARGET, WEIGHTS, Viewed, snapshot, trace

LAST = STAGES - 1


@pytest.fixture
def viewed(qapp: object) -> Viewed:
    return Viewed()


def density_of(stage: int) -> Density:
    grid = np.zeros((2, 2), np.float32)
    return Density(stage, (-1.0, 1.0, -1.0, 1.0), grid, np.zeros(3, np.float32))


def test_viewer_shows_the_latest_snapshot_at_the_last_stage(viewed: Viewed) -> None:
    assert viewed.displays.cloud.stage == LAST
    assert viewed.scene.trace.positions.max() == trace(1.2).positions.max()
    assert [moment.step for moment in viewed.displays.history.timeline.moments] == [0, 100, 200]
    assert viewed.displays.slider.titles == viewed.displays.strip.titles
    assert len(viewed.displays.slider.titles) == STAGES


def test_last_stage_of_a_longer_flow_is_shown_after_the_last_stage_of_a_shorter_one(viewed: Viewed) -> None:
    viewed.viewer.begin_training(FlowSpec(layers=4), TARGET)
    viewed.take(10, stages=9)
    assert viewed.displays.cloud.stage == 8


def test_chosen_stage_stays_while_it_trains(viewed: Viewed) -> None:
    viewed.view.set_stage(1)
    viewed.take(300)
    assert viewed.displays.cloud.stage == 1
    assert "1 of" in viewed.displays.inspector.title


def test_past_moment_stays_while_new_snapshots_arrive(viewed: Viewed) -> None:
    viewed.view.update(moment=100)
    viewed.take(300)
    assert viewed.scene.trace.positions.max() == trace(1.1).positions.max()
    viewed.view.update(moment=None)
    assert viewed.scene.trace.positions.max() == trace(1.3).positions.max()


@pytest.mark.parametrize("topic", ["density", "thumbnails", "report"])
def test_failure_of_an_unrelated_query_keeps_the_past_moment(viewed: Viewed, topic: str) -> None:
    present = viewed.viewer.timeline.moments[-1]
    past = Moment(50, WEIGHTS, 0.5, 0.5)
    viewed.viewer._moments.timeline = replace(viewed.viewer.timeline, moments=(past, present))
    viewed.view.update(moment=50)
    assert "followed" in viewed.queries.asked
    viewed.queries.notice_posted.emit(Notice(topic, "It failed."))
    assert viewed.view.seen.moment == 50
    viewed.queries.notice_posted.emit(Notice(PAST, "It failed."))
    assert viewed.view.seen.moment is None, "there is nothing to show of that moment"


def test_readout_keeps_the_particle_under_a_resting_mouse(viewed: Viewed) -> None:
    viewed.displays.cloud.pointer_moved.emit(viewed.place(7, LAST))
    assert viewed.displays.readout.shown == "particle 7"
    viewed.take(300, 1.2)
    assert viewed.displays.readout.shown == "particle 7"
    viewed.displays.cloud.pointer_moved.emit(None)
    assert viewed.displays.readout.shown == "summary"


def test_readout_describes_another_particle_that_moves_under_the_mouse(viewed: Viewed) -> None:
    place = 50.0, 50.0
    viewed.displays.cloud.pointer_moved.emit(place)
    assert viewed.displays.readout.shown == "summary"
    moved = snapshot(300)
    moved.trace.positions[LAST, 3] = place
    viewed.viewer.take_snapshot(moved)
    assert viewed.displays.readout.shown == "particle 3"


def test_density_result_keeps_the_line_of_the_probe(viewed: Viewed) -> None:
    viewed.view.set_mark("density", True)
    viewed.view.set_tool("probe")
    viewed.displays.cloud.pointer_moved.emit((0.5, 0.5))
    viewed.queries.answer("probe", trace(particles=1))
    assert viewed.displays.readout.shown == "probe"
    viewed.queries.answer("density", density_of(LAST))
    assert viewed.scene.probe is not None
    assert viewed.displays.readout.shown == "probe"
    viewed.view.set_tool("move")
    assert viewed.scene.probe is None
    assert viewed.displays.readout.shown == "summary"


def test_particles_are_selected_where_they_are_drawn_during_a_glide(viewed: Viewed) -> None:
    viewed.displays.cloud.stage = 1.25  # as the easing of a glide draws it, whatever the clock says
    here, there = (np.array(viewed.place(5, stage)) for stage in (1, 2))
    viewed.displays.cloud.point_clicked.emit(*(0.75 * here + 0.25 * there), "replace")
    selection = viewed.view.value.selection
    assert selection is not None
    assert np.flatnonzero(selection.chosen).tolist() == [5]


def test_regions_are_combined_with_the_selection(viewed: Viewed) -> None:
    everything = np.array([(-99, -99), (99, -99), (99, 99), (-99, 99)])
    viewed.displays.cloud.region_drawn.emit(everything, "replace")
    assert viewed.displays.readout.summary == f"{PARTICLES} generated, {PARTICLES} selected"
    viewed.displays.cloud.region_drawn.emit(everything, "subtract")
    assert viewed.view.value.selection is None


def test_inspector_shows_a_loading_state_for_another_family(viewed: Viewed) -> None:
    inspector, queries = viewed.displays.inspector, viewed.queries
    queries.answer("report", StageReport(LAST, "real_nvp", ("y",)))
    assert inspector.report == f"report {LAST}"
    viewed.take(300)
    assert inspector.report == f"report {LAST}", "the same layer with other numbers"
    viewed.viewer.begin_training(FlowSpec(family="spline"), TARGET)
    viewed.take(10, stages=STAGES + 1)
    assert inspector.report == "loading"


def test_inspector_shows_a_loading_state_for_another_stage(viewed: Viewed) -> None:
    viewed.queries.answer("report", StageReport(LAST, "real_nvp", ("y",)))
    viewed.view.set_stage(1)
    assert viewed.displays.inspector.report == "loading"
    viewed.queries.answer("report", StageReport(1, "real_nvp", ("y",)))
    assert viewed.displays.inspector.report == "report 1"


def test_report_of_a_stage_that_was_left_is_dropped(viewed: Viewed) -> None:
    _, _, _, on_result = viewed.queries.asked["report"]
    viewed.view.set_stage(1)
    on_result(StageReport(LAST, "real_nvp", ("y",)))
    assert viewed.displays.inspector.report == "loading"


def test_opened_project_offers_a_report_instead_of_loading_tensorflow(qapp: object) -> None:
    viewed = Viewed(trained=False)
    project = Project.untrained(TextSpec(text="Hi"), SPEC, TrainingSpec(steps=1))
    viewed.viewer.show_project(replace(project, weights=WEIGHTS, trace=trace()), TARGET)
    assert viewed.displays.inspector.report == "offer"
    assert "report" not in viewed.queries.asked
    viewed.displays.inspector.report_requested.emit()
    assert "report" in viewed.queries.asked


@pytest.mark.parametrize("mark", ["density", "grid"])
def test_late_result_is_dropped_if_its_mark_is_hidden(viewed: Viewed, mark: Mark) -> None:
    viewed.view.set_mark(mark, True)
    viewed.view.set_mark(mark, False)
    viewed.view.set_moment(100)
    viewed.queries.answer(mark, density_of(LAST) if mark == "density" else trace())
    viewed.view.set_mark(mark, True)
    assert getattr(viewed.scene, mark) is None, "it belongs to another moment"
    assert mark in viewed.queries.asked


def test_moment_that_the_timeline_drops_is_replaced_by_the_nearest_one(viewed: Viewed) -> None:
    for step in range(300, 6400, 100):
        viewed.take(step)
    viewed.view.set_moment(100)
    assert viewed.scene.trace.positions.max() == trace(1.1).positions.max()
    viewed.take(6400)
    assert viewed.view.seen.moment == 0, "every second moment was dropped"
    assert viewed.scene.trace.positions.max() == trace(1.0).positions.max()


def test_readout_forgets_the_mouse_in_the_overview(viewed: Viewed) -> None:
    viewed.displays.cloud.pointer_moved.emit(viewed.place(7, LAST))
    viewed.view.update(overview=True)
    assert viewed.displays.readout.shown == "summary"


def test_encoding_that_comes_late_is_not_shown(viewed: Viewed) -> None:
    viewed.view.set_direction("encode")
    _, _, on_result = viewed.queries.asked["encoded"]
    viewed.view.set_direction("generate")
    on_result(trace(5.0))
    assert viewed.displays.readout.summary.startswith(f"{PARTICLES} generated")
    viewed.view.set_direction("encode")
    viewed.queries.answer("encoded", trace(5.0))
    assert viewed.displays.readout.summary.startswith(f"{PARTICLES} encoded")


def test_zoomed_view_stays_and_a_followed_one_fits_each_stage(viewed: Viewed) -> None:
    cloud = viewed.displays.cloud
    cloud.zoomed.emit((1.0, 1.0), 0.5)
    viewed.take(300, 50.0)
    viewed.view.set_stage(0)
    assert (cloud.view.center, cloud.view.half_extent) == ((1.0, 1.0), 0.5)
    cloud.fit_requested.emit()
    assert cloud.view.center == (0.0, 0.0)
    assert cloud.view.half_extent > 50


def test_fitting_a_stage_centers_its_particles(viewed: Viewed) -> None:
    viewed.displays.view_bar.stage_fit_requested.emit()
    assert not viewed.view.seen.fitted
    assert viewed.displays.cloud.view.center[0] == pytest.approx(LAST, abs=0.5)


def test_overview_shows_all_stages_at_the_widest_view_and_opens_the_one_that_is_clicked(viewed: Viewed) -> None:
    viewed.view.update(overview=True)
    assert viewed.displays.cloud.overview
    viewed.displays.cloud.stage_clicked.emit(2)
    assert not viewed.displays.cloud.overview
    assert viewed.displays.cloud.stage == 2


def test_saved_view_is_restored_without_its_theme(viewed: Viewed) -> None:
    chosen = Selection(np.arange(PARTICLES) < 3)
    seen = Seen(
        view=ViewSpec(theme="dark", color_by="angle", center=(1.0, 0.0), half_extent=2.0),
        stage=1,
        moment=110,
        direction="encode",
        probe=(2, (0.1, 0.2)),
        fitted=False,
    )
    viewed.viewer.restore(seen, chosen)
    restored = viewed.view.value
    assert (restored.stage, restored.seen.moment, restored.seen.direction) == (1, 100, "encode")
    assert (restored.tool, restored.seen.probe, restored.selection) == ("probe", (2, (0.1, 0.2)), chosen)
    assert (restored.seen.view.theme, restored.seen.view.color_by) == ("light", "angle")
    assert viewed.displays.cloud.view.half_extent == 2


def test_selection_of_another_number_of_particles_is_not_restored(viewed: Viewed) -> None:
    viewed.viewer.restore(Seen(stage=1), Selection(np.ones(PARTICLES + 1, np.bool_)))
    assert viewed.view.value.selection is None


def test_playing_changes_the_stage_of_the_view(viewed: Viewed) -> None:
    viewed.viewer.playhead.stage_reached.emit(2)
    assert viewed.view.value.stage == 2
    viewed.displays.playback.play_toggled.emit()
    assert viewed.displays.playback.playing
    viewed.view.set_stage(0)
    assert not viewed.displays.playback.playing, "choosing a stage ends it"

"""The viewer as a controller, with fake widgets and queries and without a window."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.pane.flow_queries import PAST
from flowviz.app.state.view import View
from flowviz.projects import Project
from flowviz.projects.moments import with_particles
from flowviz.projects.variant import Variant
from flowviz.records import Density, Moment, Selection, StageReport, Timeline, VelocityField
from flowviz.specs import FlowSpec, Seen, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.view import Mark
from flowviz.targets import build_target
from flowviz.targets.best_velocity import NO_FIELD
from tests.app.pane.fakes import PARTICLES, SPEC, STAGES, TARGET, WEIGHTS, Viewed, snapshot, trace

LAST = STAGES - 1


def density_of(stage: int) -> Density:
    grid = np.zeros((2, 2), np.float32)
    return Density(stage, (-1.0, 1.0, -1.0, 1.0), grid, np.zeros(3, np.float32))


def velocity_fields() -> tuple[VelocityField, ...]:
    nothing = np.zeros((0, 2), np.float32)
    return tuple(VelocityField(stage, 1.0, nothing, nothing) for stage in range(1, STAGES))


def test_viewer_shows_the_latest_snapshot_at_the_last_stage(viewed: Viewed) -> None:
    assert viewed.displays.cloud.stage == LAST
    assert viewed.scene.trace.positions.max() == trace(1.2).positions.max()
    assert [moment.step for moment in viewed.displays.history.timeline.moments] == [0, 100, 200]
    assert viewed.displays.slider.titles == viewed.displays.strip.titles
    assert len(viewed.displays.slider.titles) == STAGES


def test_last_stage_stays_the_last_one_in_a_longer_flow(viewed: Viewed) -> None:
    viewed.viewer.begin_training(Variant(FlowSpec(layers=4)), TARGET)
    viewed.take(10, stages=9)
    assert viewed.displays.cloud.stage == 8


def test_chosen_stage_stays_during_the_training(viewed: Viewed) -> None:
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


def test_the_particles_of_the_moment_under_the_slider_are_computed_first(viewed: Viewed) -> None:
    latest = viewed.viewer.moments.timeline.moments[-1]
    past = tuple(Moment(step, WEIGHTS, 0.5, 0.5) for step in (10, 20, 30, 40))
    viewed.viewer.moments.begin(viewed.viewer.moments.variant, Timeline((*past, latest)))
    viewed.view.update(moment=20)
    viewed.view.update(moment=40)
    asked = list[int]()
    while "followed" in viewed.queries.asked:
        moment = viewed.queries.asked["followed"][2]
        asked.append(moment.step)
        viewed.queries.answer("followed", with_particles(moment, trace(moment.step)))
        assert (viewed.scene.trace.positions.max() == trace(40).positions.max()) == (40 in asked)
    assert asked == [20, 40, 30, 10]
    assert not viewed.viewer.moments.is_following.value


@pytest.mark.parametrize("topic", ["density", "thumbnails", "report"])
def test_failure_of_an_unrelated_query_keeps_the_past_moment(viewed: Viewed, topic: str) -> None:
    present = viewed.viewer.moments.timeline.moments[-1]
    past = Moment(50, WEIGHTS, 0.5, 0.5)
    viewed.viewer.moments.timeline = replace(viewed.viewer.moments.timeline, moments=(past, present))
    viewed.view.update(moment=50)
    assert "followed" in viewed.queries.asked
    viewed.queries.notice_posted.emit(Notice(topic, "It failed."))
    assert viewed.view.seen.moment == 50
    viewed.queries.notice_posted.emit(Notice(PAST, "It failed."))
    assert viewed.view.seen.moment is None, "its particles cannot be shown"


def test_readout_keeps_the_particle_under_a_resting_mouse(viewed: Viewed) -> None:
    viewed.displays.cloud.pointer_moved.emit(viewed.place(7, LAST))
    assert viewed.displays.readout.shown == "particle 7"
    viewed.take(300, 1.2)
    assert viewed.displays.readout.shown == "particle 7"
    viewed.displays.cloud.pointer_moved.emit(None)
    assert viewed.displays.readout.shown == "summary"


def test_readout_describes_the_layer_that_is_bent_and_not_a_particle(viewed: Viewed) -> None:
    viewed.view.set_tool("bend")
    viewed.displays.cloud.pointer_moved.emit(viewed.place(7, LAST))
    assert viewed.displays.readout.shown == "summary"


def test_readout_describes_a_particle_that_moves_under_the_resting_mouse(viewed: Viewed) -> None:
    place = 50.0, 50.0
    viewed.displays.cloud.pointer_moved.emit(place)
    assert viewed.displays.readout.shown == "summary"
    moved = snapshot(300)
    moved.trace.positions[LAST, 3] = place
    viewed.viewer.moments.take_snapshot(moved)
    assert viewed.displays.readout.shown == "particle 3"


def test_density_result_keeps_the_description_of_the_probe(viewed: Viewed) -> None:
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


def test_chosen_particles_are_combined_with_the_selection(viewed: Viewed) -> None:
    everything = Selection.none(PARTICLES).inverted()
    viewed.view.combine_selection(everything, "replace")
    assert viewed.view.value.selection is not None
    assert viewed.view.value.selection.count == PARTICLES
    viewed.view.combine_selection(everything, "subtract")
    assert viewed.view.value.selection is None


def test_inspector_shows_a_loading_state_for_another_family(viewed: Viewed) -> None:
    inspector, queries = viewed.displays.inspector, viewed.queries
    queries.answer("report", StageReport(LAST, "real_nvp", ("y",)))
    assert inspector.report == f"report {LAST}"
    viewed.take(300)
    assert inspector.report == f"report {LAST}", "it is replaced when the new numbers arrive"
    viewed.viewer.begin_training(Variant(FlowSpec(family="spline")), TARGET)
    viewed.take(10, stages=STAGES + 1)
    assert inspector.report == "loading"


def test_inspector_shows_a_loading_state_for_another_stage(viewed: Viewed) -> None:
    viewed.queries.answer("report", StageReport(LAST, "real_nvp", ("y",)))
    viewed.view.set_stage(1)
    assert viewed.displays.inspector.report == "loading"
    viewed.queries.answer("report", StageReport(1, "real_nvp", ("y",)))
    assert viewed.displays.inspector.report == "report 1"


def test_late_report_on_another_stage_is_dropped(viewed: Viewed) -> None:
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


def test_report_is_no_longer_offered_once_another_query_has_loaded_tensorflow(qapp: object) -> None:
    viewed = Viewed(trained=False)
    project = Project.untrained(TextSpec(text="Hi"), SPEC, TrainingSpec(steps=1))
    viewed.viewer.show_project(replace(project, weights=WEIGHTS, trace=trace()), TARGET)
    assert viewed.displays.inspector.report == "offer"
    viewed.queries.is_ready.set(True)
    assert viewed.displays.inspector.report == "loading"
    assert "report" in viewed.queries.asked


def test_picture_says_which_marks_are_awaited(qapp: object) -> None:
    viewed = Viewed(trained=False)
    project = Project.untrained(TextSpec(text="Hi"), SPEC, TrainingSpec(steps=1))
    viewed.viewer.show_project(replace(project, weights=WEIGHTS, trace=trace()), TARGET)
    cloud = viewed.displays.cloud
    assert cloud.progress == ""
    viewed.view.set_mark("density", True)
    assert cloud.progress == "Loading TensorFlow for the density…"
    viewed.view.set_mark("grid", True)
    viewed.queries.is_ready.set(True)
    viewed.queries.answer("grid", trace())
    assert cloud.progress == "Computing the density…"
    viewed.queries.failed_topics = {"density"}
    viewed.queries.notice_posted.emit(Notice("density", "It failed."))
    assert cloud.progress == ""
    viewed.queries.failed_topics = set()
    viewed.queries.answer("density", density_of(LAST))
    viewed.view.set_mark("velocity", True)
    assert cloud.progress == "Computing the velocity…"
    viewed.view.set_mark("velocity", False)
    assert cloud.progress == ""


@pytest.mark.parametrize("mark", ["density", "grid", "velocity"])
def test_late_result_is_dropped_if_its_mark_is_hidden(viewed: Viewed, mark: Mark) -> None:
    viewed.view.set_mark(mark, True)
    viewed.view.set_mark(mark, False)
    viewed.view.update(moment=100)
    results = {"density": density_of(LAST), "grid": trace(), "velocity": ()}
    viewed.queries.answer(mark, results[mark])
    viewed.view.set_mark(mark, True)
    assert getattr(viewed.scene, {"velocity": "velocities"}.get(mark, mark)) is None, "it belongs to another moment"
    assert mark in viewed.queries.asked


def test_moment_that_the_timeline_drops_is_replaced_by_the_nearest_one(viewed: Viewed) -> None:
    for step in range(300, 6400, 100):
        viewed.take(step)
    viewed.view.update(moment=100)
    assert viewed.scene.trace.positions.max() == trace(1.1).positions.max()
    viewed.take(6400)
    assert viewed.view.seen.moment == 0, "every second moment was dropped"
    assert viewed.scene.trace.positions.max() == trace(1.0).positions.max()


def test_readout_forgets_the_mouse_in_the_overview(viewed: Viewed) -> None:
    viewed.displays.cloud.pointer_moved.emit(viewed.place(7, LAST))
    viewed.view.update(overview=True)
    assert viewed.displays.readout.shown == "summary"


def test_late_encoding_is_dropped_in_the_other_direction(viewed: Viewed) -> None:
    viewed.view.set_direction("encode")
    _, _, on_result = viewed.queries.asked["encoded"]
    viewed.view.set_direction("generate")
    on_result(trace(5.0))
    assert viewed.displays.readout.summary.startswith(f"{PARTICLES} generated")
    viewed.view.set_direction("encode")
    viewed.queries.answer("encoded", trace(5.0))
    assert viewed.displays.readout.summary.startswith(f"{PARTICLES} encoded")


def test_summary_names_the_particles_that_are_shown_while_others_are_computed(viewed: Viewed) -> None:
    viewed.view.set_direction("encode")
    viewed.take(300)
    viewed.view.set_selection(Selection(np.arange(PARTICLES) < 3))
    assert viewed.displays.readout.summary == f"{PARTICLES} generated"


def test_zoomed_view_stays_until_it_follows_the_cloud_again(viewed: Viewed) -> None:
    cloud = viewed.displays.cloud
    viewed.view.zoom_to((1.0, 1.0), 0.5)
    viewed.take(300, 50.0)
    viewed.view.set_stage(0)
    assert (cloud.view.center, cloud.view.half_extent) == ((1.0, 1.0), 0.5)
    cloud.fit_requested.emit()
    assert cloud.view.center != (1.0, 1.0)
    assert cloud.view.half_extent > 50


def test_view_stays_while_particles_are_dragged(viewed: Viewed) -> None:
    known = snapshot(200, 50.0)
    unknown = np.full_like(known.trace.log_det, np.nan)
    dragged = replace(known, trace=replace(known.trace, log_det=unknown))
    before = viewed.displays.cloud.view
    viewed.viewer.preview(Variant(SPEC), dragged)
    assert viewed.scene.trace is dragged.trace
    assert viewed.displays.cloud.view == before, "a point would move away from the mouse"
    viewed.viewer.preview(Variant(SPEC), known)
    assert viewed.displays.cloud.view.half_extent > 50


def test_fitting_a_stage_centers_its_particles(viewed: Viewed) -> None:
    viewed.displays.view_bar.fit_stage_action.trigger()
    assert not viewed.view.seen.fitted
    assert viewed.displays.cloud.view.center[0] == pytest.approx(LAST, abs=0.5)


def test_click_in_the_overview_opens_the_stage(viewed: Viewed) -> None:
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
    viewed.viewer.restore(View(seen, selection=chosen))
    restored = viewed.view.value
    assert (restored.stage, restored.seen.moment, restored.seen.direction) == (1, 110, "encode")
    assert viewed.viewer.moments.current.step == 100, "the nearest one"
    assert (restored.tool, restored.seen.probe, restored.selection) == ("probe", (2, (0.1, 0.2)), chosen)
    assert (restored.seen.view.theme, restored.seen.view.color_by) == ("light", "angle")
    assert viewed.displays.cloud.view.half_extent == 2


def test_default_view_is_restored_without_replacing_the_colors_of_the_window(viewed: Viewed) -> None:
    viewed.view.update_view(palette="plain", marks=frozenset({"points", "grid"}))
    viewed.view.set_direction("encode")
    viewed.view.update(stage=1, overview=True)
    viewed.viewer.restore(View())
    assert viewed.view.seen == Seen(view=ViewSpec(palette="plain"))
    assert viewed.displays.cloud.stage == LAST


def test_selection_of_another_number_of_particles_is_not_restored(viewed: Viewed) -> None:
    viewed.viewer.restore(View(Seen(stage=1), selection=Selection(np.ones(PARTICLES + 1, np.bool_))))
    assert viewed.view.value.selection is None


def test_playing_changes_the_stage_of_the_view(viewed: Viewed) -> None:
    viewed.viewer.playhead.stage_reached.emit(2)
    assert viewed.view.value.stage == 2
    viewed.displays.playback.play_toggled.emit()
    assert viewed.displays.playback.playing
    viewed.view.set_stage(0)
    assert not viewed.displays.playback.playing, "going to a stage stops playing"


def test_shorter_flow_has_no_grid_probe_or_density_of_the_longer_one(viewed: Viewed) -> None:
    viewed.view.set_mark("density", True)
    viewed.view.set_mark("grid", True)
    viewed.view.set_tool("probe")
    viewed.displays.cloud.pointer_moved.emit((0.5, 0.5))
    for topic, result in (("density", density_of(LAST)), ("grid", trace()), ("probe", trace(particles=1))):
        viewed.queries.answer(topic, result)
    viewed.viewer.begin_training(Variant(FlowSpec(layers=1)), TARGET)
    viewed.take(10, stages=2)
    assert (viewed.scene.density, viewed.scene.grid, viewed.scene.probe) == (None, None, None)
    assert (viewed.view.value.stage, viewed.view.seen.probe) == (1, None)
    assert {"density", "grid"} <= viewed.queries.asked.keys()
    _, stage, *_ = viewed.queries.asked["density"]
    assert stage == 1


def test_zooming_updates_neither_inspector_nor_summary(viewed: Viewed) -> None:
    viewed.displays.clear_calls()
    viewed.view.zoom_to((0.0, 0.0), 2.0)
    assert not viewed.displays.inspector.calls
    assert not viewed.displays.readout.summaries


def test_density_result_updates_only_the_cloud(viewed: Viewed) -> None:
    viewed.view.set_mark("density", True)
    viewed.displays.clear_calls()
    viewed.queries.asked.pop("thumbnails")
    viewed.queries.answer("density", density_of(LAST))
    assert viewed.scene.density is not None
    assert not viewed.displays.inspector.calls
    assert not viewed.displays.readout.summaries
    assert "thumbnails" not in viewed.queries.asked


def test_change_of_stage_updates_only_its_description(viewed: Viewed) -> None:
    viewed.displays.clear_calls()
    viewed.view.set_stage(1)
    assert viewed.displays.inspector.calls == ["show_stage", "show_report"]
    assert not viewed.displays.readout.summaries


def test_target_is_in_the_scene_while_it_is_shown(viewed: Viewed) -> None:
    assert viewed.scene.target is None
    viewed.view.set_mark("target", True)
    picture = viewed.scene.target
    assert picture is not None
    assert picture.rectangle == TARGET.extent
    viewed.take(400)
    assert viewed.scene.target is picture, "it is drawn once"
    other = build_target(TextSpec(text="other"))
    viewed.viewer.scenes.set_target(other)
    assert viewed.scene.target is not None
    assert viewed.scene.target.rectangle == other.extent
    viewed.start(stages=7)
    assert viewed.scene.target is not None
    assert viewed.scene.target.rectangle == TARGET.extent
    viewed.view.set_mark("target", False)
    assert viewed.scene.target is None


def test_velocities_are_asked_for_once_for_all_stages(viewed: Viewed) -> None:
    assert "velocity" not in viewed.queries.asked
    viewed.view.set_mark("velocity", True)
    subject, grids, of, target, _ = viewed.queries.asked["velocity"]
    assert (subject.weights, len(grids), of, target) == (WEIGHTS, LAST, "learned", TARGET)
    fields = velocity_fields()
    viewed.queries.answer("velocity", fields)
    assert viewed.scene.velocities is fields
    viewed.view.set_stage(1)
    assert "velocity" not in viewed.queries.asked
    viewed.take(300)
    assert "velocity" in viewed.queries.asked, "the weights are others"
    assert viewed.scene.velocities is fields, "shown until the new ones are known"


def test_another_velocity_is_asked_for_when_it_is_chosen(viewed: Viewed) -> None:
    flow = FlowSpec(family="flow_matching", base="normal")
    viewed.viewer.begin_training(Variant(flow), TARGET)
    viewed.take(10)
    viewed.view.set_mark("velocity", True)
    viewed.queries.asked.clear()
    viewed.view.update_view(velocity="best")
    assert viewed.queries.asked["velocity"][2:4] == ("best", TARGET)
    viewed.viewer.begin_training(Variant(SPEC), TARGET)
    viewed.take(10)
    assert viewed.view.seen.view.velocity == "learned", "couplings follow no velocity"
    assert viewed.view.value.problem("difference") == NO_FIELD


def test_velocities_are_asked_for_where_the_user_looks(viewed: Viewed) -> None:
    viewed.view.set_mark("velocity", True)
    viewed.queries.asked.clear()
    viewed.view.zoom_to((1.0, 0.0), 0.5)
    _, grids, *_ = viewed.queries.asked["velocity"]
    for grid in grids:
        left, right, bottom, top = grid.rectangle
        assert (bottom, top) == pytest.approx((-0.5, 0.5))
        assert left < 1 < right
    viewed.view.update(overview=True)
    _, grids, *_ = viewed.queries.asked["velocity"]
    assert all(grid.rectangle == grids[0].rectangle for grid in grids)
    assert grids[0].rectangle[1] > LAST, "all stages are in one picture"

"""The session as a controller, with fake widgets and a fake training thread."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Plan, Project, example
from flowviz.records import Moment, Preparing, Selection, Timeline
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec, Playback, Seen, TextSpec, TrainingSpec, ViewSpec
from tests.app.session.fakes import Worked, checkpoint, finished, progress, snapshot, train
from tests.app.viewer.fakes import WEIGHTS


@pytest.fixture
def worked(qapp: object) -> Worked:
    return Worked()


def test_training_starts_with_the_requested_plan(worked: Worked) -> None:
    worked.request.show_text("Hi")
    worked.request.set_family("spline")
    worked.request.set_budget("steps", 123)
    worked.session.train()
    assert worked.thread.built.spec == TextSpec(text="Hi")
    assert worked.thread.plan == worked.request.plan
    assert worked.thread.calls == ["start"]
    assert (worked.session.state, worked.controls.state) == (TrainingState.PREPARING, TrainingState.PREPARING)
    worked.thread.send(Preparing("Loading TensorFlow"))
    assert worked.controls.sentence.startswith("Loading TensorFlow…")


def test_requested_flow_is_shown_only_before_the_first_training(worked: Worked) -> None:
    worked.request.set_family("glow")
    assert worked.viewer.scene.trace.names == FlowSpec(family="glow").stage_names()
    worked.request.set_family("realnvp")
    train(worked)
    worked.request.set_family("glow")
    assert worked.viewer.scene.trace.names == FlowSpec().stage_names()


def test_events_of_an_abandoned_training_are_dropped(worked: Worked) -> None:
    train(worked)
    first = worked.thread
    worked.request.show_text("Hi")
    worked.session.train()
    assert first.calls[-1] == "abandon"
    assert worked.thread.previous is first
    first.send(snapshot(999), progress(999), finished(999))
    first.failed.emit(first.number, Notice("training", "It failed."))
    assert worked.session.state == TrainingState.PREPARING
    assert [moment.step for moment in worked.viewer.timeline.moments] == [100]


def test_ended_training_can_be_saved_and_resumed(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200))
    project = worked.session.project()
    assert (project.target, project.checkpoint is not None) == (TextSpec(text="BRAD"), True)
    assert [moment.step for moment in project.timeline.moments] == [100, 200]
    assert worked.controls.sentence == "Done: 200 steps."
    assert worked.controls.can_resume
    worked.session.resume()
    assert worked.thread.checkpoint is project.checkpoint


def test_running_training_follows_the_target_only_if_asked(worked: Worked) -> None:
    train(worked)
    worked.request.show_text("Hi")
    assert worked.thread.followed is None
    assert worked.controls.sentence == "Learning 'BRAD'. Restart starts over with 'Hi'."
    worked.request.set_follows(True)
    assert worked.thread.followed is not None
    assert worked.thread.followed.spec == TextSpec(text="Hi")
    worked.request.set_follows(False)
    assert worked.thread.followed is None


def test_problem_is_not_followed_and_the_next_good_target_is(worked: Worked) -> None:
    train(worked)
    worked.request.set_follows(True)
    worked.request.show_text("")
    assert worked.thread.followed is None or worked.thread.followed.spec == TextSpec(text="BRAD")
    worked.request.show_text("Z")
    assert worked.thread.followed is not None
    assert worked.thread.followed.spec == TextSpec(text="Z")


def test_training_follows_a_target_as_soon_as_it_is_built(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    train(worked)
    worked.request.set_follows(True)
    worked.request.turn_to("shape")
    (_, compute, on_result), *_ = asked
    on_result(compute())  # type: ignore[operator]
    assert worked.thread.followed is not None
    assert worked.thread.followed.spec.kind == "shape"


def test_training_that_is_stopping_or_has_ended_follows_no_target(worked: Worked) -> None:
    train(worked)
    worked.request.set_follows(True)
    worked.session.stop()
    before = worked.thread.followed
    worked.request.show_text("LATE")
    worked.thread.send(finished(200, "stopped"))
    worked.request.show_text("LATER")
    assert worked.thread.followed is before


def test_training_waits_for_a_target_that_is_being_built(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    worked.request.turn_to("shape")
    worked.session.train()
    assert not worked.threads
    (_, compute, on_result), *_ = asked
    on_result(compute())  # type: ignore[operator]
    assert [thread.built.spec.kind for thread in worked.threads] == ["shape"]


def test_cancelled_start_does_not_happen(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    worked.request.turn_to("shape")
    worked.session.train()
    worked.session.cancel_start()
    (_, compute, on_result), *_ = asked
    on_result(compute())  # type: ignore[operator]
    assert not worked.threads


def test_target_with_a_problem_cannot_be_trained_on(worked: Worked) -> None:
    assert worked.controls.can_train
    worked.request.turn_to("mix")
    assert not worked.controls.can_train
    assert "at least two sources" in worked.controls.sentence
    worked.session.train()
    assert not worked.threads


def test_navigation_is_no_unsaved_change_but_selection_and_request_are(worked: Worked) -> None:
    train(worked)
    standing = worked.session.standing()
    worked.view.set_stage(2)
    worked.view.update_view(color_by="angle")
    assert worked.session.standing() == standing
    worked.view.set_selection(Selection(np.arange(8000) < 3))
    assert worked.session.standing() != standing
    worked.view.set_selection(None)
    assert worked.session.standing() == standing
    worked.request.show_text("Hi")
    assert worked.session.standing() != standing


def test_shown_project_restores_what_is_requested_next(worked: Worked) -> None:
    train(worked)
    worked.request.set_family("spline")
    worked.view.set_stage(3)
    project = worked.session.project()
    assert project.next == worked.request.plan
    other = Worked()
    assert other.session.show_project(project) == ""
    assert other.session.project().next == project.next
    assert other.view.value.stage == 3
    assert other.controls.sentence.startswith("BRAD, after 100 steps.")


def test_opening_a_project_cannot_be_undone(worked: Worked) -> None:
    worked.request.show_text("Hi")
    assert worked.session.undo.stack.canUndo()
    project = Project.untrained(TextSpec(text="A"), FlowSpec(), TrainingSpec(steps=9))
    worked.session.show_project(project)
    assert not worked.session.undo.stack.canUndo()


def test_selection_that_is_cleared_with_its_particles_is_no_edit(worked: Worked) -> None:
    train(worked)
    worked.view.set_selection(Selection(np.arange(8000) < 3))
    count = worked.session.undo.stack.count()
    fewer = untrained_trace(FlowSpec(), base_particles(50))
    worked.thread.send(replace(snapshot(200), trace=fewer))
    assert worked.view.value.selection is None
    assert worked.session.undo.stack.count() == count


def test_undo_restores_request_and_view_in_reverse_order(worked: Worked) -> None:
    worked.request.show_text("Hi")
    worked.view.update_view(color_by="angle")
    worked.view.set_stage(2)
    worked.request.set_family("maf")
    stack = worked.session.undo.stack
    assert [stack.text(number) for number in range(stack.count())] == ["Typing", "Color by Angle", "Flow: MAF"]
    stack.undo()
    stack.undo()
    assert (worked.view.seen.view.color_by, worked.view.value.stage) == ("quadrant", 2), "going to a stage is no edit"
    assert worked.request.plan.flow == FlowSpec()
    stack.undo()
    assert worked.request.plan.target == TextSpec(text="BRAD")
    for _ in range(3):
        stack.redo()
    assert worked.request.plan.flow == FlowSpec(family="maf")
    assert worked.view.seen.view.color_by == "angle"


def test_opening_a_project_cancels_a_start_that_waits_for_its_target(
    worked: Worked, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    worked.request.turn_to("shape")
    worked.session.train()
    target = worked.request.plan.target
    worked.session.show_project(Project.untrained(target, FlowSpec(family="maf"), TrainingSpec(steps=9)))
    (_, compute, on_result), *_ = asked
    on_result(compute())  # type: ignore[operator]
    assert worked.builder.built is not None
    assert not worked.threads


def test_resumed_training_follows_the_requested_target_if_asked(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200, "stopped"))
    worked.request.set_follows(True)
    worked.request.show_text("Hi")
    worked.session.resume()
    assert worked.thread.built.spec == TextSpec(text="BRAD")
    assert worked.thread.followed is not None
    assert worked.thread.followed.spec == TextSpec(text="Hi")


def test_stopping_a_training_that_has_ended_does_nothing(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200))
    assert worked.session.run is None
    worked.session.stop()
    assert worked.session.state == TrainingState.IDLE


def test_changing_target_and_flow_at_once_is_one_edit(worked: Worked) -> None:
    before = worked.request.plan
    worked.request.show_plan(replace(before, target=TextSpec(text="Hi"), flow=FlowSpec(layers=2)))
    assert worked.session.undo.stack.count() == 1
    worked.session.undo.stack.undo()
    assert worked.request.plan == before


def test_selection_stays_when_another_flow_is_chosen_before_training(worked: Worked) -> None:
    selection = Selection(np.arange(worked.view.value.particles) < 9)
    worked.view.set_selection(selection)
    worked.request.set_family("maf")
    assert worked.view.value.selection == selection
    assert worked.viewer.scene.selection == selection


def test_follow_request_is_withdrawn_from_a_paused_training(worked: Worked) -> None:
    train(worked)
    worked.session.toggle_pause()
    worked.request.show_text("Hi")
    worked.request.set_follows(True)
    assert worked.thread.followed is not None
    worked.request.set_follows(False)
    assert worked.thread.followed is None


@pytest.fixture(scope="module")
def brad() -> Project:
    return example("brad").project()


def with_moments(project: Project) -> Project:
    """Return a project with two earlier moments, without their particles, as in a file."""
    moments = (Moment(step, WEIGHTS, 0.5, 0.25) for step in (100, 900))
    return replace(project, timeline=Timeline((*moments, Moment(2100, project.weights, 0.9, 0.8)), period=7))


def test_untrained_project_is_the_request(worked: Worked) -> None:
    worked.request.show_text("Hi")
    worked.request.set_family("glow")
    worked.request.set_budget("steps", 1234)
    project = worked.session.project()
    assert project.plan == Plan(TextSpec(text="Hi"), FlowSpec(family="glow"), TrainingSpec(steps=1234))
    assert not project.weights.parameters
    assert project.next is None


def test_shown_project_is_returned_unchanged(worked: Worked, brad: Project) -> None:
    view = ViewSpec(
        center=(0.25, -1.5), half_extent=1.75, palette="plain", color_by="radius", marks=frozenset({"points", "paths"})
    )
    playback = Playback(repeat="ping-pong", easing="linear", heading="backward", speed=3.0, through="both")
    seen = Seen(view=view, stage=7, playback=playback, fitted=False)
    selection = Selection((np.arange(8000) > 5) & (np.arange(8000) < 60))
    saved = replace(with_moments(brad), seen=seen, selection=selection, checkpoint=checkpoint(2100))
    assert worked.session.show_project(saved) == ""
    again = worked.session.project()
    of_window = {"theme": again.seen.view.theme, "word_height": again.seen.view.word_height}
    assert again.seen == seen.model_copy(update={"view": view.model_copy(update=of_window)})
    assert again.selection == selection
    for name in ("target", "flow", "training", "weights", "history", "trace", "checkpoint", "next"):
        assert getattr(again, name) is getattr(saved, name) or getattr(again, name) == getattr(saved, name), name
    assert [moment.step for moment in again.timeline.moments] == [100, 900, 2100]
    assert again.timeline.period == 7
    assert worked.displays.cloud.stage == 7


def test_what_is_requested_next_is_saved_beside_what_was_trained(worked: Worked, brad: Project) -> None:
    worked.session.show_project(brad)
    assert worked.session.project().next is None
    worked.request.show_text("No")
    changed = worked.session.project()
    assert changed.target == brad.target
    assert changed.next is not None
    assert changed.next.target == TextSpec(text="No")
    worked.request.show_target(brad.target)
    assert worked.session.project().next is None
    worked.session.show_project(changed)
    assert worked.request.plan.target == TextSpec(text="No")
    assert worked.session.trained_title == brad.target.title
    assert worked.session.project().next == changed.next


def test_earlier_moment_is_restored(worked: Worked, brad: Project) -> None:
    saved = replace(with_moments(brad), seen=Seen(moment=100))
    worked.session.show_project(saved)
    assert worked.session.project().seen.moment == 100
    assert "followed" in worked.queries.asked, "its particles are computed"


def test_probe_direction_and_selection_are_restored(worked: Worked, brad: Project) -> None:
    selection = Selection(np.arange(8000) < 9)
    seen = Seen(stage=5, direction="encode", probe=(3, (0.5, 0.25)), overview=True)
    worked.session.show_project(replace(brad, seen=seen, selection=selection))
    again = worked.session.project()
    assert (again.seen.stage, again.seen.direction, again.seen.probe) == (5, "encode", (3, (0.5, 0.25)))
    assert again.seen.overview
    assert again.selection == worked.viewer.scene.selection == selection
    assert {"probe", "encoded"} <= set(worked.queries.asked)


def test_target_that_can_no_longer_be_built_is_explained_and_the_flow_is_shown(worked: Worked, brad: Project) -> None:
    target = TextSpec(text="Hi", font="A Font That Nobody Has")
    problem = worked.session.show_project(replace(brad, target=target, checkpoint=checkpoint(9)))
    assert "A Font That Nobody Has" in problem
    assert worked.viewer.scene.trace is brad.trace
    assert worked.session.project().target == target
    assert not worked.controls.can_resume


def test_untrained_project_is_named_after_a_target_that_is_being_built(
    worked: Worked, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    titles = list[str]()
    worked.session.changed.connect(lambda: titles.append(worked.session.trained_title))
    worked.request.turn_to("shape")
    assert set(titles) == {"two moons"}
    (_, _, on_result), *_ = asked
    on_result("There is nothing to learn.")  # type: ignore[operator]
    assert titles[-1] == ""


def test_untrained_project_shows_no_best_possible_loss(worked: Worked) -> None:
    train(worked)
    assert worked.loss_plot.entropy is not None
    worked.session.show_project(Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=100)))
    assert worked.loss_plot.entropy is None

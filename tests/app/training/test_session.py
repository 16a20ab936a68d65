"""The session as a controller, with fake widgets and a fake training thread."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Plan, Project, example
from flowviz.records import Moment, Preparing, Selection, Timeline
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec, Playback, Seen, TextSpec, TrainingSpec, ViewSpec
from tests.app.pane.fakes import WEIGHTS
from tests.app.training.fakes import SessionHarness, SynchronousWorker, checkpoint, finished, progress, snapshot, train


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


@pytest.fixture
def finish_build(harness: SessionHarness, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Delay the first target that is built in the background, and return a function that takes its result."""
    asked = list[tuple[str, Callable[[], Any], Callable[[Any], object]]]()
    monkeypatch.setattr(harness.builder._worker, "ask", lambda *args: asked.append(args))

    def finish(problem: str = "") -> None:
        _, compute, on_result = asked[0]
        on_result(problem or compute())

    return finish


def test_training_starts_with_the_requested_plan(harness: SessionHarness) -> None:
    harness.request.show_text("Hi")
    harness.request.set_family("spline")
    harness.request.set_budget("steps", 123)
    harness.session.train()
    assert harness.thread.plan.target == TextSpec(text="Hi")
    assert harness.thread.plan == harness.request.plan
    assert harness.thread.calls == ["start"]
    assert (harness.session.state, harness.controls.state) == (TrainingState.PREPARING, TrainingState.PREPARING)
    harness.thread.send(Preparing("Loading TensorFlow"))
    assert harness.controls.sentence.startswith("Loading TensorFlow…")


def test_requested_flow_is_shown_only_before_the_first_training(harness: SessionHarness) -> None:
    harness.request.set_family("glow")
    assert harness.viewer.scenes.scene.trace.names == FlowSpec(family="glow").stage_names()
    harness.request.set_family("realnvp")
    train(harness)
    harness.request.set_family("glow")
    assert harness.viewer.scenes.scene.trace.names == FlowSpec().stage_names()


def test_events_of_an_abandoned_training_are_dropped(harness: SessionHarness) -> None:
    train(harness)
    first = harness.thread
    harness.request.show_text("Hi")
    harness.session.train()
    assert first.calls[-1] == "abandon"
    assert harness.thread.previous is first
    first.send(snapshot(999), progress(999), finished(999))
    first.failed.emit(first.number, Notice("training", "It failed."))
    assert harness.session.state == TrainingState.PREPARING
    assert [moment.step for moment in harness.viewer.moments.timeline.moments] == [100]


def test_ended_training_can_be_saved_and_resumed(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    project = harness.session.project()
    assert (project.target, project.checkpoint is not None) == (TextSpec(text="BRAD"), True)
    assert [moment.step for moment in project.timeline.moments] == [100, 200]
    assert harness.controls.sentence == "Done: 200 steps, test gap 0.250 ± 0.010 nats."
    assert harness.controls.can_resume
    harness.session.resume()
    assert harness.thread.checkpoint is project.checkpoint


def test_running_training_follows_the_target_unless_that_is_turned_off(harness: SessionHarness) -> None:
    train(harness)
    harness.request.show_text("Z")
    assert harness.thread.followed is not None
    harness.request.change(follows=False)
    harness.request.show_text("Hi")
    assert harness.thread.followed is None
    assert harness.controls.sentence == "Learning 'BRAD'. Restart starts over with 'Hi'."
    harness.request.change(follows=True)
    assert harness.thread.followed is not None
    assert harness.thread.followed == TextSpec(text="Hi")
    harness.request.change(follows=False)
    assert harness.thread.followed is None


def test_problem_is_not_followed_and_the_next_good_target_is(harness: SessionHarness) -> None:
    train(harness)
    harness.request.show_text("")
    assert harness.thread.followed is None or harness.thread.followed == TextSpec(text="BRAD")
    harness.request.show_text("Z")
    assert harness.thread.followed is not None
    assert harness.thread.followed == TextSpec(text="Z")


def test_training_follows_a_target_as_soon_as_it_is_built(
    harness: SessionHarness, finish_build: Callable[..., None]
) -> None:
    train(harness)
    harness.request.turn_to("shape")
    finish_build()
    assert harness.thread.followed is not None
    assert harness.thread.followed.kind == "shape"


def test_training_that_is_stopping_or_has_ended_follows_no_target(harness: SessionHarness) -> None:
    train(harness)
    harness.session.stop()
    before = harness.thread.followed
    harness.request.show_text("LATE")
    harness.thread.send(finished(200, "stopped"))
    harness.request.show_text("LATER")
    assert harness.thread.followed is before


def test_training_waits_for_the_first_target(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[str, Callable[[], Any], Callable[[Any], object]]]()
    monkeypatch.setattr(SynchronousWorker, "ask", lambda _, *args: asked.append(args))
    harness = SessionHarness()
    assert harness.controls.can_train
    harness.session.train()
    assert not harness.threads
    ((_, compute, on_result),) = asked
    on_result(compute())
    assert [thread.plan.target for thread in harness.threads] == [TextSpec(text="BRAD")]


def test_training_waits_for_a_target_that_is_being_built(
    harness: SessionHarness, finish_build: Callable[..., None]
) -> None:
    harness.request.turn_to("shape")
    harness.session.train()
    assert not harness.threads
    finish_build()
    assert [thread.plan.target.kind for thread in harness.threads] == ["shape"]


def test_stop_cancels_a_restart_that_waits_for_its_target(
    harness: SessionHarness, finish_build: Callable[..., None]
) -> None:
    train(harness)
    harness.request.turn_to("shape")
    harness.session.train()
    harness.session.stop()
    finish_build()
    assert len(harness.threads) == 1


def test_cancelled_start_does_not_happen(harness: SessionHarness, finish_build: Callable[..., None]) -> None:
    harness.request.turn_to("shape")
    harness.session.train()
    harness.session.cancel_start()
    finish_build()
    assert not harness.threads


def test_target_with_a_problem_cannot_be_trained_on(harness: SessionHarness) -> None:
    assert harness.controls.can_train
    harness.request.turn_to("mix")
    assert not harness.controls.can_train
    assert "at least two sources" in harness.controls.sentence
    harness.session.train()
    assert not harness.threads


def test_navigation_is_no_unsaved_change_but_selection_and_request_are(harness: SessionHarness) -> None:
    train(harness)
    content = harness.session.work.content()
    harness.view.set_stage(2)
    harness.view.update_view(color_by="angle")
    assert harness.session.work.content() == content
    harness.view.set_selection(Selection(np.arange(8000) < 3))
    assert harness.session.work.content() != content
    harness.view.set_selection(None)
    assert harness.session.work.content() == content
    harness.request.show_text("Hi")
    assert harness.session.work.content() != content


def test_shown_project_restores_what_is_requested_next(harness: SessionHarness) -> None:
    train(harness)
    harness.request.set_family("spline")
    harness.view.set_stage(3)
    project = harness.session.project()
    assert project.next == harness.request.plan
    other = SessionHarness()
    assert other.session.show_project(project) == ""
    assert other.session.project().next == project.next
    assert other.view.value.stage == 3
    assert other.controls.sentence.startswith("BRAD, after 100 steps.")


def test_opening_a_project_cannot_be_undone(harness: SessionHarness) -> None:
    harness.request.show_text("Hi")
    assert harness.session.undo.stack.canUndo()
    project = Project.untrained(TextSpec(text="A"), FlowSpec(), TrainingSpec(steps=9))
    harness.session.show_project(project)
    assert not harness.session.undo.stack.canUndo()


def test_selection_that_is_cleared_with_its_particles_is_no_edit(harness: SessionHarness) -> None:
    train(harness)
    harness.view.set_selection(Selection(np.arange(8000) < 3))
    count = harness.session.undo.stack.count()
    fewer = untrained_trace(FlowSpec(), base_particles(50))
    harness.thread.send(replace(snapshot(200), trace=fewer))
    assert harness.view.value.selection is None
    assert harness.session.undo.stack.count() == count


def test_undo_restores_request_and_view_in_reverse_order(harness: SessionHarness) -> None:
    harness.request.show_text("Hi")
    harness.view.update_view(color_by="angle")
    harness.view.set_stage(2)
    harness.request.set_family("maf")
    stack = harness.session.undo.stack
    assert [stack.text(number) for number in range(stack.count())] == ["Typing", "Color by Angle", "Flow: MAF"]
    stack.undo()
    stack.undo()
    assert (harness.view.seen.view.color_by, harness.view.value.stage) == ("quadrant", 2), "going to a stage is no edit"
    assert harness.request.plan.flow == FlowSpec()
    stack.undo()
    assert harness.request.plan.target == TextSpec(text="BRAD")
    for _ in range(3):
        stack.redo()
    assert harness.request.plan.flow == FlowSpec(family="maf")
    assert harness.view.seen.view.color_by == "angle"


def test_opening_a_project_cancels_a_start_that_waits_for_its_target(
    harness: SessionHarness, finish_build: Callable[..., None]
) -> None:
    harness.request.turn_to("shape")
    harness.session.train()
    target = harness.request.plan.target
    harness.session.show_project(Project.untrained(target, FlowSpec(family="maf"), TrainingSpec(steps=9)))
    finish_build()
    assert harness.builder.built is not None
    assert not harness.threads


def test_resumed_training_follows_the_requested_target(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200, "stopped"))
    harness.request.show_text("Hi")
    harness.session.resume()
    assert harness.thread.plan.target == TextSpec(text="BRAD")
    assert harness.thread.followed is not None
    assert harness.thread.followed == TextSpec(text="Hi")


def test_stopping_a_training_that_has_ended_does_nothing(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    assert harness.session.run is None
    harness.session.stop()
    assert harness.session.state == TrainingState.IDLE


def test_changing_target_and_flow_at_once_is_one_edit(harness: SessionHarness) -> None:
    before = harness.request.plan
    harness.request.show_plan(replace(before, target=TextSpec(text="Hi"), flow=FlowSpec(layers=2)))
    assert harness.session.undo.stack.count() == 1
    harness.session.undo.stack.undo()
    assert harness.request.plan == before


def test_selection_stays_when_another_flow_is_chosen_before_training(harness: SessionHarness) -> None:
    selection = Selection(np.arange(harness.view.value.particles) < 9)
    harness.view.set_selection(selection)
    harness.request.set_family("maf")
    assert harness.view.value.selection == selection
    assert harness.viewer.scenes.scene.selection == selection


def test_follow_request_is_withdrawn_from_a_paused_training(harness: SessionHarness) -> None:
    train(harness)
    harness.session.toggle_pause()
    harness.request.show_text("Hi")
    assert harness.thread.followed is not None
    harness.request.change(follows=False)
    assert harness.thread.followed is None


@pytest.fixture(scope="module")
def brad() -> Project:
    return example("brad").project()


def with_moments(project: Project) -> Project:
    """Return a project with two earlier moments, without their particles, as in a file."""
    moments = (Moment(step, WEIGHTS, 0.5, 0.25) for step in (100, 900))
    return replace(project, timeline=Timeline((*moments, Moment(2100, project.weights, 0.9, 0.8)), period=7))


def test_untrained_project_is_the_request(harness: SessionHarness) -> None:
    harness.request.show_text("Hi")
    harness.request.set_family("glow")
    harness.request.set_budget("steps", 1234)
    project = harness.session.project()
    assert project.plan == Plan(TextSpec(text="Hi"), FlowSpec(family="glow"), TrainingSpec(steps=1234))
    assert not project.weights.parameters
    assert project.next is None


def test_shown_project_is_returned_unchanged(harness: SessionHarness, brad: Project) -> None:
    view = ViewSpec(
        center=(0.25, -1.5), half_extent=1.75, palette="plain", color_by="radius", marks=frozenset({"points", "paths"})
    )
    playback = Playback(repeat="ping-pong", easing="linear", heading="backward", speed=3.0, through="both")
    seen = Seen(view=view, stage=7, playback=playback, fitted=False)
    selection = Selection((np.arange(8000) > 5) & (np.arange(8000) < 60))
    saved = replace(with_moments(brad), seen=seen, selection=selection, checkpoint=checkpoint(2100))
    assert harness.session.show_project(saved) == ""
    again = harness.session.project()
    of_window = {"theme": again.seen.view.theme, "word_height": again.seen.view.word_height}
    assert again.seen == seen.model_copy(update={"view": view.model_copy(update=of_window)})
    assert again.selection == selection
    for name in ("target", "flow", "training", "weights", "history", "trace", "checkpoint", "next"):
        assert getattr(again, name) is getattr(saved, name) or getattr(again, name) == getattr(saved, name), name
    assert [moment.step for moment in again.timeline.moments] == [100, 900, 2100]
    assert again.timeline.period == 7
    assert harness.displays.cloud.stage == 7


def test_what_is_requested_next_is_saved_beside_what_was_trained(harness: SessionHarness, brad: Project) -> None:
    harness.session.show_project(brad)
    assert harness.session.project().next is None
    harness.request.show_text("No")
    changed = harness.session.project()
    assert changed.target == brad.target
    assert changed.next is not None
    assert changed.next.target == TextSpec(text="No")
    harness.request.show_target(brad.target)
    assert harness.session.project().next is None
    harness.session.show_project(changed)
    assert harness.request.plan.target == TextSpec(text="No")
    assert harness.session.trained_title == brad.target.title
    assert harness.session.project().next == changed.next


def test_earlier_moment_is_restored(harness: SessionHarness, brad: Project) -> None:
    saved = replace(with_moments(brad), seen=Seen(moment=100))
    harness.session.show_project(saved)
    assert harness.session.project().seen.moment == 100
    assert "followed" in harness.queries.asked, "its particles are computed"


def test_probe_direction_and_selection_are_restored(harness: SessionHarness, brad: Project) -> None:
    selection = Selection(np.arange(8000) < 9)
    seen = Seen(stage=5, direction="encode", probe=(3, (0.5, 0.25)), overview=True)
    harness.session.show_project(replace(brad, seen=seen, selection=selection))
    again = harness.session.project()
    assert (again.seen.stage, again.seen.direction, again.seen.probe) == (5, "encode", (3, (0.5, 0.25)))
    assert again.seen.overview
    assert again.selection == harness.viewer.scenes.scene.selection == selection
    assert {"probe", "encoded"} <= set(harness.queries.asked)


def test_target_that_can_no_longer_be_built_is_explained_and_the_flow_is_shown(
    harness: SessionHarness, brad: Project
) -> None:
    target = TextSpec(text="Hi", font="A Font That Nobody Has")
    problem = harness.session.show_project(replace(brad, target=target, checkpoint=checkpoint(9)))
    assert "A Font That Nobody Has" in problem
    assert harness.viewer.scenes.scene.trace is brad.trace
    assert harness.session.project().target == target
    assert not harness.controls.can_resume


def test_untrained_project_is_named_after_a_target_that_is_being_built(
    harness: SessionHarness, finish_build: Callable[..., None]
) -> None:
    titles = list[str]()
    harness.session.changed.connect(lambda: titles.append(harness.session.trained_title))
    harness.request.turn_to("shape")
    assert set(titles) == {"two moons"}
    finish_build("There is nothing to learn.")
    assert titles[-1] == ""


def test_untrained_project_shows_no_best_possible_loss(harness: SessionHarness) -> None:
    train(harness)
    assert harness.loss_plot.entropy is not None
    harness.session.show_project(Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=100)))
    assert harness.loss_plot.entropy is None

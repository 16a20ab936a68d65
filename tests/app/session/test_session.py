"""The session as a controller: fake widgets and trainings, and no window."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import build
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Project
from flowviz.records import Checkpoint, Finished, Kept, Preparing, Progress, Recovered, Retargeted, Selection, Snapshot
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from tests.app.session.fakes import Worked
from tests.app.viewer.fakes import WEIGHTS

ENTROPY = 1.5
NOTHING = np.zeros(0, np.float32)


@pytest.fixture
def worked(qapp: object) -> Worked:
    return Worked()


def progress(step: int, nll: float = 1.625) -> Progress:
    return Progress(
        step=step, seconds=step / 400, fraction=step / 10_000, train_nll=nll, heldout_nll=nll, entropy=ENTROPY,
        steps_per_second=400.0, seconds_left=1.0,
    )  # fmt: skip


def snapshot(step: int, on_target: float = 0.9) -> Snapshot:
    return Snapshot(step, WEIGHTS, on_target, 0.8, untrained_trace(FlowSpec(), base_particles()))


def checkpoint(step: int) -> Checkpoint:
    kept = Kept(WEIGHTS, 1.625, step)
    return Checkpoint(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, step, step / 400, 1, 1.0, 0, {}, kept)


def finished(step: int) -> Finished:
    kept = Kept(WEIGHTS, 1.625, step)
    return Finished("completed", progress(step), snapshot(step), kept, 0, 1.0, checkpoint(step))


def train(worked: Worked, *steps: int) -> None:
    """Train, with a picture, a report and a checkpoint at each step."""
    worked.session.train()
    for step in steps or (100,):
        worked.thread.send(snapshot(step, step / 1000), progress(step, 2 - step / 1000), checkpoint(step))


def test_training_starts_with_what_is_requested(worked: Worked) -> None:
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


def test_requested_flow_is_shown_before_the_first_training_and_stays_out_of_sight_after_it(worked: Worked) -> None:
    worked.request.set_family("glow")
    assert worked.viewer.scene.trace.names == FlowSpec(family="glow").stage_names()
    worked.request.set_family("realnvp")
    train(worked)
    worked.request.set_family("glow")
    assert worked.viewer.scene.trace.names == FlowSpec().stage_names()


@pytest.mark.parametrize("step", [100, 200, 300])
def test_each_moment_shows_its_own_metrics(worked: Worked, step: int) -> None:
    train(worked, 100, 200, 300)
    worked.view.update(moment=None if step == 300 else step)
    shown = worked.metrics.progress
    assert shown is not None
    assert (shown.step, shown.heldout_nll) == (step, 2 - step / 1000)
    assert shown.gap == pytest.approx(2 - step / 1000 - ENTROPY)
    assert worked.metrics.hits == (step / 1000, 0.8)


def test_metrics_of_a_past_moment_stay_while_it_trains(worked: Worked) -> None:
    train(worked, 100, 200)
    worked.view.update(moment=100)
    worked.thread.send(snapshot(300), progress(300, 1.7))
    assert worked.metrics.progress is not None
    assert worked.metrics.progress.step == 100
    assert worked.status_bar.progress is not None
    assert worked.status_bar.progress.step == 300


def test_paused_training_says_that_it_is_paused(worked: Worked) -> None:
    train(worked)
    assert worked.controls.sentence == "Learning 'BRAD'."
    worked.session.toggle_pause()
    assert worked.thread.calls[-1] == "pause"
    assert worked.controls.sentence == "Paused while learning 'BRAD'."
    worked.session.toggle_pause()
    assert worked.thread.calls[-1] == "resume"
    assert worked.controls.sentence == "Learning 'BRAD'."


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


def test_training_that_ends_can_be_saved_and_resumed(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200))
    project = worked.session.project()
    assert (project.target, project.checkpoint is not None) == (TextSpec(text="BRAD"), True)
    assert [moment.step for moment in project.timeline.moments] == [100, 200]
    assert worked.controls.sentence == "Done: 200 steps."
    assert worked.controls.can_resume
    worked.session.resume()
    assert worked.thread.checkpoint is project.checkpoint


def test_failure_before_the_first_picture_keeps_what_is_shown(worked: Worked) -> None:
    train(worked, 100, 200)
    worked.thread.send(finished(200))
    before = worked.session.project()
    worked.request.show_text("Hi")
    worked.session.train()
    notices = list[Notice]()
    worked.status.notice_posted.connect(notices.append)
    worked.thread.failed.emit(worked.thread.number, Notice("training", "Out of memory."))
    assert [notice.text for notice in notices if notice.text] == ["Out of memory."]
    assert worked.session.project().history is before.history
    assert worked.metrics.progress is not None
    assert worked.metrics.progress.step == 200
    assert worked.session.state == TrainingState.IDLE
    expected = "Press Train to try again. Still showing 'BRAD'. Train starts over with 'Hi'."
    assert worked.controls.sentence == expected


def test_failure_of_the_first_training_shows_the_requested_flow(worked: Worked) -> None:
    worked.session.train()
    worked.request.set_family("maf")
    worked.thread.failed.emit(worked.thread.number, Notice("training", "Out of memory."))
    assert worked.viewer.scene.trace.names == FlowSpec(family="maf").stage_names()


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


def test_retargeted_training_is_named_after_its_new_target(worked: Worked) -> None:
    train(worked)
    worked.thread.retargeted.emit(worked.thread.number, build(TextSpec(text="Hi")))
    worked.thread.send(Retargeted(100, "Hi"), checkpoint(200))
    assert worked.session.trained_title == "Hi"
    assert worked.session.project().target == TextSpec(text="Hi")
    assert [change.title for change in worked.loss_plot.history.changes] == ["Hi"]


def test_recovery_posts_a_notice_and_undoes_its_losses(worked: Worked) -> None:
    train(worked, 100, 200)
    notices = list[Notice]()
    worked.status.notice_posted.connect(notices.append)
    worked.thread.send(Recovered("loss exploded", 100, 5e-4, 1))
    assert "went back to step 100" in notices[-1].text
    worked.thread.send(progress(150, 1.8))
    assert worked.loss_plot.history.step.tolist() == [100, 150]


def test_training_waits_for_a_target_that_is_being_built(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[object, ...]]()
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *args: asked.append(args))
    worked.request.turn_to("shape")
    worked.session.train()
    assert not worked.threads
    (_, compute, on_result), *_ = asked
    on_result(compute())  # type: ignore[operator]
    assert [thread.built.spec.kind for thread in worked.threads] == ["shape"]


def test_start_that_is_cancelled_does_not_happen(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_looking_is_no_change_but_selecting_and_requesting_are(worked: Worked) -> None:
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


def test_saved_project_comes_back_with_what_is_requested_next(worked: Worked) -> None:
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


def test_selection_that_goes_with_its_particles_is_no_edit(worked: Worked) -> None:
    train(worked)
    worked.view.set_selection(Selection(np.arange(8000) < 3))
    count = worked.session.undo.stack.count()
    fewer = untrained_trace(FlowSpec(), base_particles(50))
    worked.thread.send(replace(snapshot(200), trace=fewer))
    assert worked.view.value.selection is None
    assert worked.session.undo.stack.count() == count


def test_undo_restores_request_and_view_in_the_order_of_time(worked: Worked) -> None:
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
    worked.thread.send(replace(finished(200), ending="stopped"))
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

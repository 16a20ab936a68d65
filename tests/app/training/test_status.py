"""The sentence and the state of the training, in a session without a window."""

from dataclasses import replace

import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.training.status import FOLLOWING, GREETING, SLOWER
from flowviz.projects import Project, example
from flowviz.records import Finished, History, Preparing, Uncompiled
from flowviz.records.events import Ending
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from tests.app.session.fakes import Worked, checkpoint, fail, finished, train


@pytest.fixture
def worked(qapp: object) -> Worked:
    return Worked()


def test_greeting_is_replaced_by_the_problem_while_there_is_nothing_to_train_on(worked: Worked) -> None:
    assert worked.controls.sentence == GREETING
    worked.request.show_text("")
    assert worked.controls.sentence == "Type a word: the flow needs something to learn."
    assert not worked.controls.can_train
    worked.request.show_text("Hi")
    assert worked.controls.sentence == GREETING
    assert worked.controls.can_train


def test_state_and_sentence_follow_the_training(worked: Worked) -> None:
    assert worked.status_bar.word == "Ready"
    worked.session.train()
    worked.thread.send(Preparing("Compiling the training step"))
    assert (worked.status_bar.word, worked.controls.sentence) == ("Preparing…", "Compiling the training step…")
    train(worked)
    assert (worked.status_bar.word, worked.controls.sentence) == ("Training", "Learning 'BRAD'.")
    worked.session.stop()
    assert worked.status_bar.word == "Stopping…"
    worked.thread.send(finished(200, "stopped"))
    assert worked.status_bar.word == "Stopped"
    worked.session.resume()
    assert worked.status_bar.word == "Preparing…"


def test_paused_training_does_not_say_that_it_is_learning(worked: Worked) -> None:
    train(worked)
    worked.session.toggle_pause()
    assert worked.thread.calls[-1] == "pause"
    assert worked.status_bar.word == "Paused"
    assert worked.controls.sentence == "Paused while learning 'BRAD'."
    worked.session.toggle_pause()
    assert worked.thread.calls[-1] == "resume"
    assert worked.controls.sentence == "Learning 'BRAD'."


def test_running_training_says_what_a_restart_would_learn(worked: Worked) -> None:
    train(worked)
    worked.request.show_text("FLOW")
    assert worked.controls.sentence == "Learning 'BRAD'. Restart starts over with 'FLOW'."
    worked.request.show_text("")
    assert worked.controls.sentence == "Learning 'BRAD'."


def test_paused_training_says_what_restart_or_resume_would_learn(worked: Worked) -> None:
    train(worked)
    worked.session.toggle_pause()
    worked.request.show_text("FLOW")
    assert worked.controls.sentence == "Paused while learning 'BRAD'. Restart starts over with 'FLOW'."
    worked.request.set_follows(True)
    assert worked.controls.sentence == "Paused while learning 'BRAD'. Resume switches to 'FLOW'."


def test_ended_training_says_what_the_next_one_would_learn(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200))
    assert worked.controls.sentence == "Done: 200 steps."
    worked.request.show_text("FLOW")
    assert worked.controls.sentence == "Done: 200 steps. Still showing 'BRAD'. Train starts over with 'FLOW'."
    worked.request.show_text("BRAD")
    assert worked.controls.sentence == "Done: 200 steps."
    worked.request.update_page("text", weight=0.1)
    expected = "Done: 200 steps. Still showing the previous 'BRAD'. Train starts over with the current choices."
    assert worked.controls.sentence == expected
    worked.request.show_text("")
    assert worked.controls.sentence == "Done: 200 steps. Type a word: the flow needs something to learn."


def test_failed_training_says_what_the_next_one_would_learn(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200))
    worked.request.show_text("FLOW")
    worked.session.train()
    fail(worked)
    expected = "Press Train to try again. Still showing 'BRAD'. Train starts over with 'FLOW'."
    assert worked.controls.sentence == expected
    assert worked.status_bar.word == "Failed"


def test_long_title_is_shortened(worked: Worked) -> None:
    train(worked)
    worked.request.show_text("x" * 30)
    assert worked.controls.sentence == f"Learning 'BRAD'. Restart starts over with '{'x' * 23}…'."


def test_opened_project_says_what_its_next_training_would_learn(worked: Worked) -> None:
    project = example("two_moons").project()
    worked.session.show_project(project)
    before = worked.controls.sentence
    assert before.startswith("two moons, after")
    worked.request.show_target(TextSpec(text="Hi"))
    expected = f"{before} Still showing 'two moons'. Train starts over with 'Hi'."
    assert worked.controls.sentence == expected
    changed = worked.session.project()
    worked.session.show_project(project)
    assert worked.controls.sentence == before
    worked.session.show_project(changed)
    assert worked.controls.sentence == expected


def test_weight_between_two_slider_positions_is_no_other_target(worked: Worked) -> None:
    project = replace(example("two_moons").project(), target=TextSpec(text="Hi", weight=0.0123), next=None)
    worked.session.show_project(project)
    assert worked.controls.sentence.startswith("Hi, after")
    assert "Still" not in worked.controls.sentence


def test_project_saved_before_its_first_losses_shows_none(worked: Worked) -> None:
    project = example("two_moons").project()
    worked.session.show_project(project)
    assert worked.metrics.progress is not None
    early = replace(project, history=History(), checkpoint=checkpoint(50))
    worked.session.show_project(early)
    assert worked.controls.sentence == "two moons, after 50 steps: no losses yet."
    assert worked.metrics.progress is None


def test_next_target_is_not_announced_while_it_is_being_built(worked: Worked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worked.builder._worker, "ask", lambda *_: None)
    train(worked)
    worked.request.show_target(ShapeSpec(name="circles"))
    assert worked.controls.sentence == "Learning 'BRAD'."


def test_computing_earlier_moments_is_explained(worked: Worked) -> None:
    before = worked.controls.sentence
    worked.viewer.following_changed.emit(True)
    assert worked.controls.sentence == FOLLOWING
    worked.viewer.following_changed.emit(False)
    assert worked.controls.sentence == before


def test_missing_compiler_is_reported_once(worked: Worked) -> None:
    train(worked)
    worked.thread.send(Uncompiled())
    assert worked.status_bar.message == SLOWER
    worked.status_bar.message = ""
    worked.thread.send(Uncompiled())
    assert worked.status_bar.message == ""


def test_diverged_training_posts_its_advice_as_a_notice(worked: Worked) -> None:
    notices = list[Notice]()
    worked.status.notice_posted.connect(notices.append)
    train(worked)
    end: Finished = replace(finished(200, "diverged"), advice="Lower the rate.")
    worked.thread.send(end)
    assert [(notice.text, notice.advice) for notice in notices if notice.text] == [
        ("The training diverged.", "Lower the rate.")
    ]
    worked.session.train()
    assert notices[-1] == Notice("training"), "the next training withdraws it"


@pytest.mark.parametrize(("ending", "is_announced"), [("completed", True), ("diverged", True), ("stopped", False)])
def test_end_is_announced_unless_the_user_stopped(worked: Worked, ending: Ending, is_announced: bool) -> None:
    announced = list[str]()
    worked.status.ended.connect(announced.append)
    train(worked)
    worked.thread.send(finished(200, ending))
    assert bool(announced) == is_announced


def test_progress_is_announced_until_the_training_ends(worked: Worked) -> None:
    announced = list[float | None]()
    worked.status.progressed.connect(announced.append)
    train(worked)
    worked.thread.send(finished(200))
    assert announced[-1] is None
    assert announced[-2] == worked.controls.fraction == 0.02


def test_only_a_training_that_continues_has_time_left(worked: Worked) -> None:
    train(worked)
    assert worked.status_bar.has_time_left
    worked.session.toggle_pause()
    assert worked.status_bar.has_time_left
    worked.session.stop()
    assert not worked.status_bar.has_time_left
    worked.thread.send(finished(200, "stopped"))
    assert not worked.status_bar.has_time_left
    train(worked)
    fail(worked)
    assert (worked.status_bar.word, worked.status_bar.has_time_left) == ("Failed", False)


def test_opened_project_shows_how_its_training_ended(worked: Worked) -> None:
    worked.session.show_project(example("two_moons").project())
    assert worked.status_bar.word == "Finished"
    assert worked.status_bar.progress is not None
    assert worked.status_bar.progress.gap is None, "the entropy of this shape is unknown"
    worked.session.show_project(Project.untrained(TextSpec(text="A"), FlowSpec(), TrainingSpec(steps=9)))
    assert worked.status_bar.word == "Ready"
    assert worked.status_bar.progress is None

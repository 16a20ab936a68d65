"""The sentence and the state of the training, in a session without a window."""

from dataclasses import replace

import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.training.activity import FOLLOWING, GREETING, STOPPING, SWITCHES
from flowviz.app.training.status import SLOWER
from flowviz.projects import Project, example
from flowviz.records import Finished, History, Overfitting, Preparing, Uncompiled, WarmUp
from flowviz.records.events import Ending
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from tests.app.training.fakes import SessionHarness, checkpoint, fail, finished, progress, snapshot, train

DONE = "Done: 200 steps, test gap 0.250 ± 0.010 nats."


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


def test_greeting_is_replaced_by_the_problem_while_there_is_nothing_to_train_on(harness: SessionHarness) -> None:
    assert harness.controls.sentence == GREETING
    harness.request.show_text("")
    assert harness.controls.sentence == "Type a word: the flow needs something to learn."
    assert not harness.controls.can_train
    harness.request.show_text("Hi")
    assert harness.controls.sentence == GREETING
    assert harness.controls.can_train


def test_state_and_sentence_follow_the_training(harness: SessionHarness) -> None:
    assert harness.status_bar.state == "IDLE"
    harness.session.train()
    harness.thread.send(Preparing("Compiling the training step"))
    assert (harness.status_bar.state, harness.controls.sentence) == (
        "PREPARING",
        "Compiling the training step…",
    )
    train(harness)
    assert (harness.status_bar.state, harness.controls.sentence) == (
        "TRAINING",
        f"Learning 'BRAD'. {SWITCHES}",
    )
    harness.session.stop()
    assert harness.controls.sentence == STOPPING
    harness.thread.send(finished(200, "stopped"))
    assert harness.status_bar.state == "IDLE"
    harness.session.resume()
    assert harness.status_bar.state == "PREPARING"


def test_paused_training_does_not_say_that_it_is_learning(harness: SessionHarness) -> None:
    train(harness)
    harness.session.toggle_pause()
    assert harness.thread.calls[-1] == "pause"
    assert harness.status_bar.state == "PAUSED"
    assert harness.controls.sentence == "Paused while learning 'BRAD'."
    harness.session.toggle_pause()
    assert harness.thread.calls[-1] == "resume"
    assert harness.controls.sentence == f"Learning 'BRAD'. {SWITCHES}"


def test_warm_up_says_that_the_countdown_has_not_started(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(WarmUp(has_ended=False))
    warm = "Learning 'BRAD'. Warming up: the countdown starts at full speed."
    assert (harness.status_bar.state, harness.controls.sentence) == ("TRAINING", warm)
    harness.session.toggle_pause()
    assert (harness.status_bar.state, harness.controls.sentence) == (
        "PAUSED",
        "Paused while learning 'BRAD'.",
    )
    harness.session.toggle_pause()
    assert (harness.status_bar.state, harness.controls.sentence) == ("TRAINING", warm)
    assert harness.status_bar.has_time_left
    harness.thread.send(WarmUp(has_ended=True))
    assert (harness.status_bar.state, harness.controls.sentence) == (
        "TRAINING",
        f"Learning 'BRAD'. {SWITCHES}",
    )


def test_stopped_warm_up_is_not_that_of_the_next_training(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(WarmUp(has_ended=False))
    harness.session.stop()
    assert harness.controls.sentence == STOPPING
    harness.thread.send(finished(200, "stopped"))
    assert harness.status_bar.state == "IDLE"
    train(harness)
    assert (harness.status_bar.state, harness.controls.sentence) == (
        "TRAINING",
        f"Learning 'BRAD'. {SWITCHES}",
    )


def test_running_training_says_what_a_restart_would_learn(harness: SessionHarness) -> None:
    train(harness)
    harness.request.change(follows=False)
    harness.request.show_text("FLOW")
    assert harness.controls.sentence == "Learning 'BRAD'. Restart starts over with 'FLOW'."
    harness.request.show_text("")
    assert harness.controls.sentence == "Learning 'BRAD'."


def test_training_that_follows_does_not_announce_a_problem_as_a_choice(harness: SessionHarness) -> None:
    train(harness)
    harness.request.show_text("")
    assert harness.controls.sentence == "Learning 'BRAD'."


def test_paused_training_says_what_restart_or_resume_would_learn(harness: SessionHarness) -> None:
    harness.request.change(follows=False)
    train(harness)
    harness.session.toggle_pause()
    harness.request.show_text("FLOW")
    assert harness.controls.sentence == "Paused while learning 'BRAD'. Restart starts over with 'FLOW'."
    harness.request.change(follows=True)
    assert harness.controls.sentence == "Paused while learning 'BRAD'. Resume switches to 'FLOW'."


def test_ended_training_says_what_the_next_one_would_learn(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    assert harness.controls.sentence == DONE
    steps = harness.next_steps
    steps.clear()
    harness.request.show_text("FLOW")
    assert harness.controls.sentence == f"{DONE} Resume switches to 'FLOW'."
    assert steps == ["Showing 'BRAD' · Train on 'FLOW'"]
    harness.request.show_text("BRAD")
    assert harness.controls.sentence == DONE
    assert steps.pop() == ""
    harness.request.update_page("text", weight=0.1)
    assert harness.controls.sentence == f"{DONE} Resume switches to the current choices."
    assert steps.pop() == "Showing 'BRAD' · Train with the current choices"
    harness.request.show_text("")
    assert steps.pop() == ""
    assert harness.controls.sentence == "Type a word: the flow needs something to learn."


def test_failed_training_says_what_the_next_one_would_learn(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    harness.request.show_text("FLOW")
    harness.session.train()
    fail(harness)
    assert harness.controls.sentence == "Press Train to try again. Resume switches to 'FLOW'."
    assert harness.status.activity.value.next_step == "Showing 'BRAD' · Train on 'FLOW'"
    assert harness.status_bar.state == "IDLE"


def test_long_title_is_shortened(harness: SessionHarness) -> None:
    harness.request.change(follows=False)
    train(harness)
    harness.request.show_text("x" * 30)
    assert harness.controls.sentence == f"Learning 'BRAD'. Restart starts over with '{'x' * 23}…'."
    harness.thread.send(finished(200))
    assert harness.status.activity.value.next_step == f"Showing 'BRAD' · Train on '{'x' * 15}…'"


def test_opened_project_says_what_its_next_training_would_learn(harness: SessionHarness) -> None:
    project = example("two_moons").project()
    harness.session.show_project(project)
    before = harness.controls.sentence
    assert before.startswith("two moons, after")
    harness.request.show_target(TextSpec(text="Hi"))
    expected = "Showing 'two moons' · Train on 'Hi'"
    assert harness.status.activity.value.next_step == expected
    changed = harness.session.project()
    harness.session.show_project(project)
    assert harness.status.activity.value.next_step == ""
    harness.session.show_project(changed)
    assert harness.status.activity.value.next_step == expected
    assert harness.controls.sentence == before


def test_weight_between_two_slider_positions_is_no_other_target(harness: SessionHarness) -> None:
    project = replace(example("two_moons").project(), target=TextSpec(text="Hi", weight=0.0123), next=None)
    harness.session.show_project(project)
    assert harness.controls.sentence.startswith("Hi, after")
    assert harness.status.activity.value.next_step == ""


@pytest.mark.parametrize(("step", "steps"), [(0, "0 steps"), (1, "1 step"), (1500, "1,500 steps")])
def test_project_saved_before_its_first_losses_shows_none(harness: SessionHarness, step: int, steps: str) -> None:
    project = example("two_moons").project()
    harness.session.show_project(project)
    assert harness.metrics.progress is not None
    early = replace(project, history=History(), checkpoint=checkpoint(step), score=None)
    harness.session.show_project(early)
    assert harness.controls.sentence == f"two moons, after {steps}; no losses yet."
    assert harness.metrics.progress is None


def test_switch_of_a_resumed_training_to_the_next_target_is_announced(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(100, "stopped"))
    harness.request.show_text("FLOW")
    assert harness.controls.can_resume
    assert harness.controls.sentence.endswith("Resume switches to 'FLOW'.")
    assert harness.status.activity.value.next_step == "Showing 'BRAD' · Train on 'FLOW'"


def test_next_target_is_not_announced_while_it_is_being_built(
    harness: SessionHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness.builder._worker, "ask", lambda *_: None)
    train(harness)
    harness.request.change(follows=False)
    harness.request.show_target(ShapeSpec(name="circles"))
    assert harness.controls.sentence == "Learning 'BRAD'."


def test_computing_earlier_moments_is_explained(harness: SessionHarness) -> None:
    before = harness.controls.sentence
    harness.viewer.moments.is_following.set(True)
    assert harness.controls.sentence == FOLLOWING
    harness.viewer.moments.is_following.set(False)
    assert harness.controls.sentence == before


def test_missing_compiler_is_reported_once(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(Uncompiled())
    assert harness.status_bar.message == SLOWER
    harness.status_bar.message = ""
    harness.thread.send(Uncompiled())
    assert harness.status_bar.message == ""


def test_diverged_training_posts_its_advice_as_a_notice(harness: SessionHarness) -> None:
    notices = harness.notices = list[Notice]()
    train(harness)
    end: Finished = replace(finished(200, "diverged"), advice="Lower the rate.")
    harness.thread.send(end)
    assert [(notice.text, notice.advice) for notice in notices if notice.text] == [
        ("The training diverged.", "Lower the rate.")
    ]
    harness.session.train()
    assert notices[-1] == Notice("training"), "the next training withdraws it"


def test_overfitting_is_reported_until_a_better_state_is_found(harness: SessionHarness) -> None:
    train(harness)
    notices = harness.notices = list[Notice]()
    harness.thread.send(Overfitting(100, 350), replace(progress(300), kept_step=100))
    (notice,) = notices
    assert (notice.topic, notice.text) == ("overfitting", "The flow is beginning to memorize the 350 training points.")
    assert notice.advice.startswith("The best state, step 100, is kept: press Stop")
    harness.thread.send(replace(progress(500), kept_step=500))
    assert notices[1:] == [Notice("overfitting")]


@pytest.mark.parametrize(("ending", "is_announced"), [("completed", True), ("diverged", True), ("stopped", False)])
def test_end_is_announced_unless_the_user_stopped(harness: SessionHarness, ending: Ending, is_announced: bool) -> None:
    train(harness)
    harness.thread.send(finished(200, ending))
    assert bool(harness.ends) == is_announced


def test_progress_is_announced_until_the_training_ends(harness: SessionHarness) -> None:
    announced = list[int | None]()
    harness.status.activity.observe(lambda activity: activity.running_percent, announced.append)
    train(harness)
    harness.thread.send(finished(200))
    assert announced[:2] == [0, 1]
    assert announced.index(None) == len(announced) - 1
    assert harness.controls.fraction == 0.02


def test_spent_budget_is_shown_between_validations_and_after_opening(harness: SessionHarness) -> None:
    harness.request.set_budget("steps", 1000)
    train(harness, 100)
    announced = list[int | None]()
    harness.status.activity.observe(lambda activity: activity.running_percent, announced.append)
    harness.thread.send(snapshot(800), checkpoint(800))
    spent = harness.status_bar.progress
    assert spent is not None
    assert spent.step == 800
    assert spent.seconds_left == pytest.approx(0.5)
    assert harness.controls.fraction == 0.8
    assert announced == [80]
    assert harness.metrics.progress == progress(100, 1.9), "the latest validation"
    opened = SessionHarness()
    opened.session.show_project(harness.session.project())
    assert opened.controls.sentence == "BRAD, after 800 steps."
    assert opened.status_bar.progress is not None
    assert opened.status_bar.progress.step == 800


def test_opened_project_shows_the_score_of_its_training(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    assert harness.controls.sentence == DONE
    harness.session.show_project(harness.session.project())
    ended = "BRAD, after 200 steps: test gap 0.250 ± 0.010 nats."
    assert harness.controls.sentence == ended
    project = harness.session.project()
    harness.session.show_project(replace(project, score=replace(finished(200).score, step=150)))
    assert harness.controls.sentence == f"{ended} Kept the best state, step 150."


def test_no_speed_is_shown_before_the_first_step(harness: SessionHarness) -> None:
    harness.request.set_budget("steps", 1000)
    harness.session.train()
    harness.thread.send(snapshot(0), checkpoint(0))
    assert harness.status_bar.progress is None
    assert harness.controls.fraction == 0


def test_only_a_training_that_continues_has_time_left(harness: SessionHarness) -> None:
    train(harness)
    assert harness.status_bar.has_time_left
    harness.session.toggle_pause()
    assert harness.status_bar.has_time_left
    harness.session.stop()
    assert not harness.status_bar.has_time_left
    harness.thread.send(finished(200, "stopped"))
    assert not harness.status_bar.has_time_left
    train(harness)
    fail(harness)
    assert (harness.status_bar.state, harness.status_bar.has_time_left) == ("IDLE", False)


def test_opened_project_shows_how_its_training_ended(harness: SessionHarness) -> None:
    harness.session.show_project(example("two_moons").project())
    assert harness.status_bar.state == "IDLE"
    assert harness.status_bar.progress is not None
    assert harness.metrics.progress is not None
    assert harness.metrics.progress.validation_gap == pytest.approx(0.05, abs=0.05)
    harness.session.show_project(Project.untrained(TextSpec(text="A"), FlowSpec(), TrainingSpec(steps=9)))
    assert harness.status_bar.state == "IDLE"
    assert harness.status_bar.progress is None


def test_another_flow_is_announced_as_what_train_or_restart_starts_over_with(harness: SessionHarness) -> None:
    train(harness)
    harness.request.set_preset("sharp")
    assert harness.controls.sentence == "Learning 'BRAD'. Restart starts over with the chosen flow."
    harness.request.set_preset("post")
    assert harness.controls.sentence == f"Learning 'BRAD'. {SWITCHES}"
    harness.thread.send(finished(200))
    harness.request.set_preset("sharp")
    assert harness.controls.sentence == DONE
    assert harness.status.activity.value.next_step == "Showing 'BRAD' · Train the chosen flow"


def test_each_change_refreshes_the_controls_once(harness: SessionHarness) -> None:
    refreshed = list[int]()
    for act in (
        lambda: harness.session.train(),
        lambda: harness.thread.send(Preparing("Compiling the training step")),
        lambda: harness.thread.send(snapshot(100)),
        lambda: harness.thread.send(progress(100)),
        lambda: harness.thread.send(checkpoint(100)),
        lambda: harness.session.toggle_pause(),
        lambda: harness.session.toggle_pause(),
        lambda: harness.session.stop(),
        lambda: harness.thread.send(finished(200, "stopped")),
        lambda: harness.request.show_target(ShapeSpec(name="circles")),
        lambda: harness.request.set_preset("sharp"),
    ):
        harness.controls.shown.clear()
        act()
        refreshed.append(len(harness.controls.shown))
    assert refreshed == [1] * len(refreshed)

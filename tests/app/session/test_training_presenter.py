"""One training after another, stopped or failed before it has shown anything."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QPlainTextEdit, QPushButton, QSlider

from flowviz.app.target.built_target import build
from flowviz.app.training.worker import TrainingWorker
from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.app.viewer.subject import Subject
from flowviz.projects import Project, example
from flowviz.records import Selection, base_particles
from flowviz.records.trace import untrained_trace
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from tests.app.conftest import Window
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]


def choose(staged: Staged, flow: str, text: str) -> None:
    """Another flow, and another target."""
    staged.window.find(QComboBox, "flowFamily").setCurrentText(flow)
    staged.window.main.request.show_target(TextSpec(text=text))


def test_a_training_that_is_stopped_at_once_is_what_is_seen(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Subject] = []
    monkeypatch.setattr(FlowQueries, "report", lambda _, subject, *__: asked.append(subject))
    session, viewer = staged.window.main.session, staged.window.main.viewer
    choose(staged, "MAF", "ZZ")
    staged.press("train")
    staged.press("stop")
    staged.tell(staged.snapshot(0), PROGRESS)
    staged.wait("step 1,200")
    assert "Stopping…" in staged.window.status
    staged.tell(staged.finished("stopped"))
    staged.wait("Stopped")
    assert session.trained_title == "ZZ"
    assert session.project().flow.family == "maf"
    assert asked[-1].spec.family == "maf"
    assert [moment.step for moment in viewer.timeline.moments] == [0, 1200]


def test_figures_of_the_flow_that_is_still_seen_stay_when_the_next_training_fails(staged: Staged) -> None:
    names = "heldoutNllFigure", "onTargetFigure", "coverageFigure", "roundTripFigure"
    staged.begin()
    staged.tell(staged.finished(), None)
    staged.wait("Finished")
    before = [staged.window.find(QLabel, name).text() for name in names]
    assert "–" not in before
    staged.press("train")
    staged.tell(MemoryError())
    staged.wait("Failed")
    assert [staged.window.find(QLabel, name).text() for name in names] == before
    assert "to try again" in staged.window.status
    assert staged.window.notice


def test_a_training_that_fails_after_its_first_picture_is_what_is_kept(staged: Staged) -> None:
    session = staged.window.main.session
    staged.begin()
    staged.tell(staged.finished("stopped"), None)
    staged.wait("Stopped")
    assert staged.window.find(QPushButton, "pauseButton").isEnabled()
    choose(staged, "MAF", "ZZ")
    staged.press("train")
    seen = staged.snapshot(700)
    staged.tell(seen, replace(PROGRESS, step=700), MemoryError())
    staged.wait("Failed")
    project = session.project()
    assert session.trained_title == "ZZ"
    assert project.target == TextSpec(text="ZZ")
    assert project.flow.family == "maf"
    assert project.trace is seen.trace
    assert [moment.step for moment in project.timeline.moments] == [700]
    assert not staged.window.find(QPushButton, "pauseButton").isEnabled(), "there is nothing to go on from"


def test_what_is_selected_stays_marked_when_another_flow_is_chosen(window: Window) -> None:
    viewer, view = window.main.viewer, window.main.view
    view.set_selection(Selection(np.arange(view.value.particles) < 9))
    window.find(QComboBox, "flowFamily").setCurrentText("MAF")
    assert view.value.selection is not None
    assert viewer.scene.selection is view.value.selection


def test_after_a_first_training_has_failed_the_flow_that_is_chosen_is_seen(staged: Staged) -> None:
    viewer = staged.window.main.viewer
    staged.window.main.session.show_project(Project.untrained(TextSpec(text="Hi"), FlowSpec(), TrainingSpec(steps=9)))
    staged.press("train")
    choose(staged, "MAF", "ZZ")
    assert viewer.scene.trace.names == untrained_trace(FlowSpec(), base_particles()).names
    staged.tell(MemoryError())
    staged.wait("Failed")
    assert viewer.scene.trace.names == untrained_trace(FlowSpec(family="maf"), base_particles()).names
    choose(staged, "Glow", "ZZ")
    assert viewer.scene.trace.names == untrained_trace(FlowSpec(family="glow"), base_particles()).names


def test_a_training_does_not_turn_to_what_it_learns_already() -> None:
    first, again, other = (build(TextSpec(text=text)) for text in ("Hi", "Hi", "No"))
    plan = Project.untrained(first.spec, FlowSpec(), TrainingSpec(steps=9)).plan
    worker = TrainingWorker(1, first, plan, None, None)
    worker.follow(other)
    worker.follow(again)
    assert worker._take_next() is None
    worker.follow(other)
    assert worker._take_next() is not None


def test_a_training_that_is_paused_does_not_turn_to_what_it_shall_follow_no_more(staged: Staged) -> None:
    staged.begin()
    staged.press("pause")
    choose(staged, "MAF", "ZZ")
    run = staged.window.main.session.run
    assert run is not None
    for _ in range(2):
        staged.window.find(QCheckBox, "followBox").click()
    assert isinstance(run.worker, TrainingWorker)
    assert run.worker._take_next() is None


def test_numbers_of_a_stage_are_not_offered_again_once_tensorflow_is_loaded(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged.begin()
    asked: list[Subject] = []
    monkeypatch.setattr(FlowQueries, "report", lambda _, subject, *__: asked.append(subject))
    session = staged.window.main.session
    session.show_project(session.project())
    assert asked


def test_what_the_cloud_shows_and_train_would_learn_is_told_where_another_word_is_typed(staged: Staged) -> None:
    def told() -> str:
        return staged.window.find(QLabel, "statusLabel").text()

    choose(staged, "MAF", "BRAD")
    staged.begin()
    assert told() == "Learning 'BRAD'."
    choose(staged, "MAF", "FLOW")
    assert told() == "Learning 'BRAD'. Restart starts over with 'FLOW'."
    choose(staged, "MAF", "")
    assert told() == "Learning 'BRAD'."
    staged.press("pause")
    choose(staged, "MAF", "FLOW")
    assert told() == "Paused while learning 'BRAD'. Restart starts over with 'FLOW'."
    staged.window.find(QCheckBox, "followBox").click()
    assert told() == "Paused while learning 'BRAD'. Resume switches to 'FLOW'."
    staged.window.find(QCheckBox, "followBox").click()
    staged.press("pause")
    staged.tell(staged.finished(), None)
    staged.wait("Done:")
    end = told().split(".")[0]
    assert told() == f"{end}. Still showing 'BRAD'. Train starts over with 'FLOW'."
    choose(staged, "MAF", "BRAD")
    assert told() == f"{end}."
    staged.window.find(QSlider, "targetWeight").setValue(9)
    assert told() == f"{end}. Still showing the previous 'BRAD'. Train starts over with the present choices."
    staged.window.find(QPlainTextEdit, "targetText").clear()
    assert told() == f"{end}. Type a word: the flow needs something to learn."
    choose(staged, "MAF", "FLOW")
    staged.press("train")
    staged.tell(MemoryError())
    staged.wait("Failed")
    assert told() == "Press Train to try again. Still showing 'BRAD'. Train starts over with 'FLOW'."


def test_an_opened_project_tells_what_its_next_training_would_learn(staged: Staged) -> None:
    session = staged.window.main.session
    before = staged.window.find(QLabel, "statusLabel").text()
    staged.window.main.request.show_target(ShapeSpec(name="circles"))
    staged.wait("Still showing 'two moons'. Train starts over with 'circles'.")
    other = session.project()
    session.show_project(example("two_moons").project())
    assert staged.window.find(QLabel, "statusLabel").text() == before
    session.show_project(other)
    staged.wait("Still showing 'two moons'. Train starts over with 'circles'.")
    session.show_project(replace(other, target=TextSpec(text="Hi", weight=0.0123), next=None))
    told = staged.window.find(QLabel, "statusLabel").text()
    assert told.startswith("Hi, after")
    assert "still" not in told, "that the panel rounds the weight is no other choice"


def test_an_empty_box_asks_for_a_word_before_it_offers_train(window: Window) -> None:
    told, train = window.find(QLabel, "statusLabel"), window.find(QPushButton, "trainButton")
    assert told.text().startswith("Press Train")
    window.find(QPlainTextEdit, "targetText").clear()
    assert told.text() == "Type a word: the flow needs something to learn."
    assert not train.isEnabled()
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi")
    assert told.text().startswith("Press Train")
    assert train.isEnabled()

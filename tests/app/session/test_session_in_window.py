"""The project of the window: what it says of itself, comes back, and goes on."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.cloud_view import CloudView
from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.records import Finished, History, Moment, Selection, Snapshot, Timeline
from flowviz.specs import FlowSpec, Playback, Seen, TextSpec, TrainingSpec, ViewSpec
from flowviz.targets import build_target
from flowviz.training import train
from tests.app.conftest import Window
from tests.app.test_main_window import choose_steps, wait_for_status

SLOW_MS = 30_000
STEPS = 6000  # a second or two: it can be paused before they are over


@pytest.fixture
def past(project: Project) -> Project:
    """The trained project with two earlier moments, as a file has it: without their particles."""
    kept = project.checkpoint.kept if project.checkpoint else None
    assert kept is not None
    moments = tuple(Moment(step, kept.weights, 0.5, 0.25) for step in (100, 900))
    return replace(project, timeline=Timeline((*moments, Moment(2100, project.weights, 0.9, 0.8)), period=7))


def wait_for_end(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: f"Done: {STEPS:,} steps" in window.status, timeout=3 * SLOW_MS)


def test_before_any_training_the_project_is_what_the_panels_say(window: Window) -> None:
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi")
    window.find(QComboBox, "flowFamily").setCurrentIndex(2)
    choose_steps(window, 1234)
    project = window.main.session.project()
    assert project.target == TextSpec(text="Hi")
    assert project.flow == FlowSpec(family="glow")
    assert project.training == TrainingSpec(steps=1234)
    assert not project.weights.parameters
    assert project.next is None


def test_a_training_saved_before_its_first_losses_is_not_told_with_those_of_another(
    window: Window, project: Project
) -> None:
    session = window.main.session
    session.show_project(project)
    assert project.checkpoint is not None
    early = replace(project, history=History(), checkpoint=replace(project.checkpoint, step=50))
    session.show_project(early)
    status = window.find(QLabel, "statusLabel").text()
    assert status == f"{project.target.title}, after 50 steps: no losses yet."
    assert window.find(QLabel, "heldoutNllFigure").text() == "–"


def test_all_of_a_project_comes_back(window: Window, past: Project, qtbot: QtBot) -> None:
    chosen = np.zeros(8000, np.bool_)
    chosen[5:60] = True
    marks = frozenset({"points", "paths"})
    view = ViewSpec(center=(0.25, -1.5), half_extent=1.75, palette="plain", color_by="radius", marks=marks)
    seen = Seen(
        view=view,
        stage=7,
        playback=Playback(repeat="ping-pong", easing="linear", heading="backward", speed=3.0, through="both"),
        fitted=False,
    )
    saved = replace(past, seen=seen, selection=Selection(chosen))
    session = window.main.session
    assert session.show_project(saved) == ""
    again = session.project()
    of_window = {"theme": again.seen.view.theme, "word_height": again.seen.view.word_height}
    assert again.seen == seen.model_copy(update={"view": view.model_copy(update=of_window)})
    assert again.selection is not None
    np.testing.assert_array_equal(again.selection.chosen, chosen)
    for name in ("target", "flow", "training", "weights", "history", "trace", "checkpoint", "next"):
        assert getattr(again, name) is getattr(saved, name) or getattr(again, name) == getattr(saved, name), name
    assert [moment.step for moment in again.timeline.moments] == [100, 900, 2100]
    assert again.timeline.period == 7
    assert window.find(CloudView, "cloudView").stage == 7
    assert window.find(QSlider, "layerScrubber").value() == 7
    assert window.find(QSpinBox, "budgetAmount").value() == 2100


def test_what_shall_be_trained_next_comes_back_beside_what_was_trained(window: Window, project: Project) -> None:
    session = window.main.session
    session.show_project(project)
    assert session.project().next is None
    window.find(QPlainTextEdit, "targetText").setPlainText("No")
    changed = session.project()
    assert changed.target == project.target
    assert changed.next is not None
    assert changed.next.target == TextSpec(text="No")
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi")
    assert session.project().next is None
    session.show_project(changed)
    assert window.find(QPlainTextEdit, "targetText").toPlainText() == "No"
    assert session.trained_title == "Hi"
    assert session.project().next == changed.next


def test_what_no_panel_can_show_stays_until_it_is_changed(window: Window, project: Project) -> None:
    training = TrainingSpec(seconds=2.5, seed=9, learning_rate=3e-7, warmup_steps=7, clip_norm=1.0)
    flow = FlowSpec(batch_normalization_momentum=0.5, seed=2**40)
    untrained = Project.untrained(TextSpec(text="Hi", weight=0.0333), flow, training)
    session = window.main.session
    session.show_project(untrained)
    found = session.project()
    assert (found.target, found.flow, found.training) == (untrained.target, flow, training)
    window.find(QSpinBox, "budgetAmount").setValue(77)
    assert session.project().training.seconds == 77
    assert session.project().flow == flow


def test_an_earlier_moment_of_an_opened_project_is_followed_when_it_is_looked_at(
    window: Window, past: Project, qtbot: QtBot
) -> None:
    window.main.session.show_project(past)
    viewer, status = window.main.viewer, window.find(QLabel, "statusLabel")
    before = status.text()
    window.find(QSlider, "historyScrubber").setValue(1)
    assert "TensorFlow" in status.text()
    assert viewer.scene.trace is past.trace
    qtbot.waitUntil(lambda: viewer.scene.trace is not past.trace, timeout=SLOW_MS)
    expected = build_flow(past.flow, past.timeline.moments[1].weights).trace(past.trace.positions[0])
    np.testing.assert_allclose(viewer.scene.trace.positions, expected.positions, atol=1e-5)
    assert status.text() == before
    assert all(isinstance(moment, Snapshot) for moment in viewer.timeline.moments)
    assert window.main.session.project().seen.moment == 900
    assert window.find(QLabel, "onTargetFigure").text() == "50.0%"


def test_a_project_that_looks_at_an_earlier_moment_comes_back_to_it(
    window: Window, past: Project, qtbot: QtBot
) -> None:
    session = window.main.session
    session.show_project(past)
    window.find(QSlider, "historyScrubber").setValue(0)
    saved = session.project()
    session.show_project(past)
    session.show_project(saved)
    assert session.project().seen.moment == 100
    qtbot.waitUntil(lambda: window.main.viewer.scene.trace is not past.trace, timeout=SLOW_MS)
    assert window.find(QLabel, "momentLabel").text() == "step 100"


def test_a_training_that_is_stopped_saved_and_opened_again_ends_as_if_it_had_not_been(
    window: Window, qtbot: QtBot
) -> None:
    session, pause = window.main.session, window.find(QPushButton, "pauseButton")
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi")
    choose_steps(window, STEPS)
    window.find(QPushButton, "trainButton").click()

    def has_begun() -> bool:
        checkpoint = session.project().checkpoint
        return checkpoint is not None and checkpoint.step > 0

    qtbot.waitUntil(has_begun, timeout=SLOW_MS)
    pause.click()
    paused = from_bytes(to_bytes(session.project()))
    assert paused.checkpoint is not None
    assert 0 < paused.checkpoint.step < STEPS
    window.find(QPushButton, "stopButton").click()
    wait_for_status(window, qtbot, "Stopped")
    stopped = from_bytes(to_bytes(session.project()))
    steps = len(stopped.history.step)
    assert pause.text() == "Resume"
    window.find(QPlainTextEdit, "targetText").setPlainText("No")  # is not what goes on
    pause.click()
    wait_for_end(window, qtbot)
    in_place = session.project()
    assert not pause.isEnabled()
    assert len(in_place.history.step) > steps
    np.testing.assert_array_equal(in_place.history.step[:steps], stopped.history.step)
    session.show_project(paused)
    assert pause.text() == "Resume"
    (entry,) = [a for a in window.main.findChildren(QAction) if a.text() == "&Pause or Resume"]
    entry.trigger()
    wait_for_end(window, qtbot)
    reopened = session.project()
    *_, uninterrupted = train(build_target(TextSpec(text="Hi")), FlowSpec(), TrainingSpec(steps=STEPS))
    assert isinstance(uninterrupted, Finished)
    for found in (in_place, reopened):
        for name, array in uninterrupted.weights.parameters.items():
            np.testing.assert_array_equal(found.weights.parameters[name], array)
        assert found.checkpoint is not None
        np.testing.assert_array_equal(found.checkpoint.parameters, uninterrupted.checkpoint.parameters)


def test_a_probe_and_the_way_back_come_back_with_what_is_selected(
    window: Window, project: Project, qtbot: QtBot
) -> None:
    chosen = np.zeros(8000, np.bool_)
    chosen[:9] = True
    seen = Seen(stage=5, direction="encode", probe=(3, (0.5, 0.25)), overview=True)
    session, viewer = window.main.session, window.main.viewer
    session.show_project(replace(project, seen=seen, selection=Selection(chosen)))
    again = session.project()
    assert (again.seen.stage, again.seen.direction, again.seen.probe) == (5, "encode", (3, (0.5, 0.25)))
    assert again.seen.overview
    qtbot.waitUntil(lambda: viewer.scene.probe is not None, timeout=SLOW_MS)
    qtbot.waitUntil(lambda: viewer.scene.trace is not viewer.generated, timeout=SLOW_MS)
    assert again.selection is not None
    assert viewer.scene.selection == again.selection
    np.testing.assert_array_equal(again.selection.chosen, chosen)


def test_a_target_that_can_no_longer_be_made_is_said_and_the_flow_is_shown(
    window: Window, project: Project, qtbot: QtBot
) -> None:
    session = window.main.session
    gone = TextSpec(text="Hi", font="A Font That Nobody Has")
    problem = session.show_project(replace(project, target=gone))
    assert "A Font That Nobody Has" in problem
    assert window.main.viewer.scene.trace is project.trace
    assert session.project().target == gone
    assert not window.find(QPushButton, "pauseButton").isEnabled()

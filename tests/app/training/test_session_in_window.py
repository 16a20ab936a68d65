"""Real trainings and moments in the whole window."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event as Release
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.flows import build_flow
from flowviz.projects import Project, example
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.records import Checkpoint, Event, Finished, Moment, Progress, Snapshot, Timeline
from flowviz.specs import TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train
from tests.app.conftest import Window
from tests.app.test_main_window import choose_steps, wait_for_status
from tests.app.training.small_flow import SMALL, choose_small_flow

STEPS = 1300  # enough for a validation and some steps after it


@pytest.fixture
def past() -> Project:
    """Return a trained project with two earlier moments, without their particles, as in a file."""
    project = example("brad").project()
    moments = tuple(Moment(step, project.weights, 0.5, 0.25) for step in (100, 900))
    return replace(project, timeline=Timeline((*moments, Moment(2100, project.weights, 0.9, 0.8)), period=7))


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    """Let a training wait at its first checkpoint after a validation until this is set."""
    release = Release()

    def train_and_wait(*arguments: Any, **options: Any) -> Iterator[Event]:
        is_validated = False
        for event in train(*arguments, **options):
            yield event
            is_validated |= isinstance(event, Progress)
            if is_validated and isinstance(event, Checkpoint):
                release.wait(20)

    monkeypatch.setattr("flowviz.training.entrant_training.train", train_and_wait)
    monkeypatch.setattr("flowviz.app.training.worker.SNAPSHOT_SECONDS", 0)  # and a checkpoint after each chunk
    return release


def wait_for_end(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: f"Done: {STEPS:,} steps" in window.status)


def test_particles_of_an_earlier_moment_are_computed_when_it_is_shown(
    window: Window, past: Project, qtbot: QtBot
) -> None:
    window.main.session.show_project(past)
    viewer, status = window.main.viewer, window.find(QLabel, "statusLabel")
    before = status.text()
    window.find(QSlider, "historyScrubber").setValue(1)
    assert "TensorFlow" in status.text()
    assert viewer.scenes.scene.trace is past.trace
    qtbot.waitUntil(lambda: viewer.scenes.scene.trace is not past.trace)
    expected = build_flow(past.flow, past.timeline.moments[1].weights).trace(past.trace.positions[0])
    np.testing.assert_allclose(viewer.scenes.scene.trace.positions, expected.positions, atol=1e-5)
    qtbot.waitUntil(lambda: all(isinstance(moment, Snapshot) for moment in viewer.moments.timeline.moments))
    assert status.text() == before
    assert window.main.session.project().seen.moment == 900
    assert window.find(QLabel, "onTargetFigure").text() == "50.0%"


def test_resumed_training_ends_exactly_like_an_uninterrupted_one(
    window: Window, qtbot: QtBot, release: Release
) -> None:
    session, pause = window.main.session, window.find(QAction, "pauseAction")
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi")
    choose_small_flow(window)
    choose_steps(window, STEPS)
    window.find(QToolButton, "trainButton").click()

    def is_validated() -> bool:
        project = session.project()
        return project.checkpoint is not None and project.checkpoint.step > 0 and len(project.history.step) > 0

    qtbot.waitUntil(is_validated)
    pause.trigger()
    release.set()
    paused = from_bytes(to_bytes(session.project()))
    assert paused.checkpoint is not None
    assert 0 < paused.checkpoint.step < STEPS
    window.find(QAction, "stopAction").trigger()
    wait_for_status(window, qtbot, "Stopped")
    stopped = from_bytes(to_bytes(session.project()))
    assert stopped.checkpoint is not None
    validated = stopped.history.resumed(stopped.checkpoint).step
    assert pause.iconText() == "Resume"
    window.main.request.change(follows=False)
    window.find(QPlainTextEdit, "targetText").setPlainText("No")  # does not affect Resume
    pause.trigger()
    wait_for_end(window, qtbot)
    in_place = session.project()
    assert (pause.iconText(), pause.isEnabled()) == ("Extend", True)
    assert len(in_place.history.step) > len(validated)
    np.testing.assert_array_equal(in_place.history.step[: len(validated)], validated)
    session.show_project(paused)
    assert pause.iconText() == "Resume"
    pause.trigger()
    wait_for_end(window, qtbot)
    reopened = session.project()
    *_, uninterrupted = train(build_target(TextSpec(text="Hi")), SMALL, TrainingSpec(steps=STEPS))
    assert isinstance(uninterrupted, Finished)
    for resumed in (in_place, reopened):
        for name, array in uninterrupted.weights.parameters.items():
            np.testing.assert_array_equal(resumed.weights.parameters[name], array)
        assert resumed.checkpoint is not None
        np.testing.assert_array_equal(resumed.checkpoint.parameters, uninterrupted.checkpoint.parameters)

"""The sentence and the score below the cloud."""

import pytest
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.readout import Readout
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec
from tests.app.conftest import Window
from tests.app.session.fakes import SessionHarness, snapshot, train

FIRST = "Coupling 1 of 8: moves points up or down, depending on their horizontal position"


@pytest.fixture
def readout(qtbot: QtBot) -> Readout:
    readout = Readout()
    qtbot.addWidget(readout)
    readout.show_summary(untrained_trace(FlowSpec(), base_particles(9)), encoded=False, selected=0)
    readout.show_stage(1)
    readout.resize(1200, readout.sizeHint().height())
    readout.show()
    return readout


def test_readout_describes_the_layer_of_the_current_stage(readout: Readout) -> None:
    assert readout.text() == readout.toolTip() == FIRST
    readout.show_stage(0)
    assert readout.text().startswith("Base: ")


def test_selection_is_counted_behind_the_sentence(readout: Readout) -> None:
    readout.show_summary(untrained_trace(FlowSpec(), base_particles(9)), encoded=False, selected=7)
    assert readout.text() == f"{FIRST} · 7 selected"


def test_narrow_readout_draws_a_shorter_sentence_instead_of_cutting_it_off(readout: Readout) -> None:
    short = "Coupling 1 of 8: moves points up and down"
    width = readout.fontMetrics().horizontalAdvance(short) + 2
    readout.resize(width, readout.height())
    drawn = readout.grab().toImage()
    readout.resize(1200, readout.height())
    assert readout.grab().toImage().copy(0, 0, width, readout.height()) != drawn
    readout.show_texts(short)
    assert readout.grab().toImage().copy(0, 0, width, readout.height()) == drawn


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


def test_score_is_that_of_the_displayed_moment(harness: SessionHarness) -> None:
    score = harness.displays.score
    assert score.score == ""
    train(harness, 100, 970)
    assert score.score == "97% end on the letters"
    harness.view.set_moment(100)
    assert score.score == "10% end on the letters"
    harness.session.train()
    harness.thread.send(snapshot(0, 0.2))
    assert score.score == "20% end on the letters"


def test_score_says_nothing_about_encoded_points(harness: SessionHarness) -> None:
    train(harness, 970)
    harness.view.set_direction("encode")
    assert harness.displays.score.score == ""
    harness.view.set_direction("generate")
    assert harness.displays.score.score == "97% end on the letters"


def test_unknown_score_is_left_out(harness: SessionHarness) -> None:
    harness.session.train()
    harness.thread.send(snapshot(0, None))
    assert harness.displays.score.score == ""


def test_changing_texts_move_nothing_below_the_cloud(window: Window, qtbot: QtBot) -> None:
    readout, score = window.find(QLabel, "readout"), window.find(QLabel, "score")
    cloud = window.find(CloudView, "cloudView")
    before = readout.height(), cloud.geometry()
    window.main.viewer.show_score("97% end on the letters")
    window.main.view.set_stage(0)
    qtbot.waitUntil(lambda: score.width() >= score.sizeHint().width() > 0)
    assert (readout.height(), cloud.geometry()) == before
    assert readout.geometry().right() < score.geometry().left()

"""The sentence and the score below the cloud."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.readout import Numbers, Readout, Score, describe_layer, describe_particle, describe_probe
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.controls import row
from flowviz.records import Scene, Trace
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits
from tests.app.conftest import Window
from tests.app.training.fakes import SessionHarness, snapshot, train

FIRST = "Coupling 1 of 8: moves points up or down, depending on their horizontal position"


def show_particle(readout: Readout, trace: Trace, particle: int) -> None:
    readout.describe(partial(describe_particle, trace, particle, Numbers.of(Scene(trace))))


def show_probe(readout: Readout, probe: Trace) -> None:
    readout.describe(partial(describe_probe, probe, Numbers.of(Scene(probe))))


@pytest.fixture
def view() -> ViewState:
    view, trace = ViewState(), untrained_trace(FlowSpec(), base_particles(9))
    view.show_flow(trace.last_stage, 9)
    view.set_stage(1)
    return view


@pytest.fixture
def readout(view: ViewState, qtbot: QtBot) -> Readout:
    readout = Readout(view)
    qtbot.addWidget(readout)
    readout.summarize(partial(describe_layer, untrained_trace(FlowSpec(), base_particles(9)), Edits(), encoded=False))
    readout.resize(1200, readout.sizeHint().height())
    readout.show()
    return readout


def test_readout_describes_the_layer_of_the_current_stage(readout: Readout, view: ViewState) -> None:
    assert readout.text() == readout.toolTip() == FIRST
    view.set_stage(0)
    assert readout.text().startswith("Base: ")


def test_readout_says_that_a_density_belongs_to_a_stage_before_the_last(readout: Readout, view: ViewState) -> None:
    trace = untrained_trace(FlowSpec(), base_particles(9))
    for show in (lambda: show_probe(readout, trace), lambda: show_particle(readout, trace, 2)):
        show()
        for stage, text in ((1, " · log p of this stage −"), (trace.last_stage, " · log p −")):
            view.set_stage(stage)
            assert text in readout.text()


def test_readout_says_where_there_is_no_exact_density(readout: Readout) -> None:
    trace = untrained_trace(FlowSpec(family="flow_matching", integrator_steps=1), base_particles(9))
    folded = replace(trace, folded=np.arange(9) == 3)
    for particle, sentence in ((2, "log p −"), (3, "no exact density: increase the integrator steps")):
        show_particle(readout, folded, particle)
        assert sentence in readout.text()
    unknown = replace(trace, log_det=np.full_like(trace.log_det, np.nan))
    show_probe(readout, unknown)
    assert "no exact density: increase the integrator steps" in readout.text()


def test_readout_says_that_densities_are_not_known_yet(readout: Readout) -> None:
    trace = untrained_trace(FlowSpec(family="flow_matching", integrator_steps=1), base_particles(9))
    show_particle(readout, replace(trace, log_det=np.full_like(trace.log_det, np.nan)), 2)
    assert readout.text().startswith("Particle 2 · base (")
    assert readout.text().endswith(") · density not known yet")


def test_narrow_readout_draws_a_shorter_sentence_instead_of_cutting_it_off(readout: Readout) -> None:
    short = "Coupling 1 of 8: moves points up and down"
    width = readout.fontMetrics().horizontalAdvance(short) + 2
    readout.resize(width, readout.height())
    drawn = readout.grab().toImage()
    readout.resize(1200, readout.height())
    assert readout.grab().toImage().copy(0, 0, width, readout.height()) != drawn
    readout.show_texts(short)
    assert readout.grab().toImage().copy(0, 0, width, readout.height()) == drawn


@pytest.mark.parametrize("is_probed", [False, True])
def test_narrow_readout_leaves_out_places_and_keeps_the_numbers_of_the_stage(readout: Readout, is_probed: bool) -> None:
    trace = untrained_trace(FlowSpec(), base_particles(9))
    if is_probed:
        show_probe(readout, trace)
    else:
        show_particle(readout, trace, 2)
    whole, (start, base, target, *numbers) = readout.text(), readout.text().split(" · ")
    for places in ([base, target], [target], []):
        shorter = " · ".join((start, *places, *numbers))
        readout.resize(readout.fontMetrics().horizontalAdvance(shorter) + 2, readout.height())
        assert readout.drawn_text == shorter
    assert readout.text() == whole, "screen readers read all of it"


class Row(QWidget):
    """A row of a sentence and a score, which counts how often it is laid out."""

    def __init__(self, readout: Readout, score: Score) -> None:
        super().__init__()
        self.requests = 0
        self.setLayout(row(readout, score, stretched=readout))
        self.resize(1200, 40)
        self.show()

    def event(self, event: QEvent | None) -> bool:
        self.requests += event is not None and event.type() == QEvent.Type.LayoutRequest
        return super().event(event)


def test_other_sentences_and_shares_are_shown_without_a_layout(qtbot: QtBot) -> None:
    readout, score = Readout(ViewState()), Score()
    parent = Row(readout, score)
    qtbot.addWidget(parent)
    score.show_score("3% legible · 9% end on the letters")
    QApplication.processEvents()
    requests, place = parent.requests, score.geometry()
    for sentence, share in (("Base", 10), ("Coupling 1 of 8", 100)):
        readout.show_texts(sentence)
        score.show_score(f"{share}% legible · {share}% end on the letters")
        QApplication.processEvents()
    assert score.text() == score.accessibleName() == "100% legible · 100% end on the letters"
    assert score.fontMetrics().horizontalAdvance(score.text()) <= score.width()
    assert (parent.requests, score.geometry()) == (requests, place)
    score.show_score("100% legible · 100% end on the characters")
    QApplication.processEvents()
    assert score.width() > place.width()


def test_sentence_shortens_before_the_score_loses_its_words(view: ViewState, qtbot: QtBot) -> None:
    readout, score = Readout(view), Score()
    readout.summarize(partial(describe_layer, untrained_trace(FlowSpec(), base_particles(9)), Edits(), encoded=False))
    parent = Row(readout, score)
    qtbot.addWidget(parent)
    score.show_score("46% legible · 67% end on the letters")
    few = "46% legible · 67% on the letters"
    parent.resize(parent.minimumSizeHint().width(), 40)
    QApplication.processEvents()
    assert (readout.drawn_text, score.drawn_text) == ("Coupling 1 of 8", "46% legible")
    rest = score.fontMetrics().horizontalAdvance(few) - score.width() + 1
    parent.resize(parent.minimumSizeHint().width() + rest, 40)
    QApplication.processEvents()
    assert (readout.drawn_text, score.drawn_text) == ("Coupling 1 of 8", few)


def test_tooltip_changes_although_the_text_does_not(readout: Readout) -> None:
    readout.show_texts("Training", tip="At step 1")
    readout.show_texts("Training", tip="At step 2")
    assert readout.toolTip() == "At step 2"


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


def test_score_is_that_of_the_displayed_moment(harness: SessionHarness) -> None:
    score = harness.displays.score
    assert score.score == ""
    train(harness, 100, 970)
    assert score.score == "97% end on the letters"
    harness.view.update(moment=100)
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

"""Words that are typed or pasted on the start page, and the training that Return starts."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, Qt, QUrl
from PyQt6.QtGui import QColor, QImage, QInputMethodEvent
from PyQt6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.specs import TargetSpec, TextSpec
from tests.app.welcome.test_start_page import Welcome, start

__all__ = ["start"]

pytestmark = pytest.mark.shared_window


def test_return_starts_training_on_the_word(start: Welcome, qtbot: QtBot) -> None:
    qtbot.keyClicks(start.word, "Ada!")
    assert start.file_menu.text == "Ada!", "the target panel shows another word"
    assert start.is_shown
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    assert not start.is_shown
    session = start.window.main.session
    assert session.run is not None
    spec = session.run.project.target
    assert isinstance(spec, TextSpec)
    assert spec.text == "Ada!"
    assert "Preparing" in start.window.status
    assert start.window.find(QSlider, "layerScrubber").hasFocus(), "the arrow keys do not step through the layers"


@pytest.fixture
def can_build(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Set this to let the target of a word be built in the background."""
    flag = Event()

    def build(spec: TargetSpec) -> BuiltTarget | str:
        flag.wait(10)
        return build_or_explain(spec)

    monkeypatch.setattr("flowviz.targets.reads_fonts", lambda _: True)
    monkeypatch.setattr("flowviz.app.target.builder.build_or_explain", build)
    yield flag
    flag.set()


def test_return_trains_on_a_word_as_soon_as_its_target_is_built(start: Welcome, qtbot: QtBot, can_build: Event) -> None:
    qtbot.keyClicks(start.word, "Ada")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    assert start.is_shown
    can_build.set()
    qtbot.waitUntil(lambda: not start.is_shown)
    run = start.window.main.session.run
    assert run is not None
    assert run.project.target == TextSpec(text="Ada")


def test_train_command_leaves_the_page_and_trains_as_soon_as_the_target_is_built(
    start: Welcome, qtbot: QtBot, can_build: Event
) -> None:
    session = start.window.main.session
    qtbot.keyClicks(start.word, "Ada")
    qtbot.keyClick(start.word, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not start.is_shown
    assert session.run is None
    can_build.set()
    qtbot.waitUntil(lambda: session.run is not None)
    assert session.run is not None
    assert session.run.project.target == TextSpec(text="Ada")


def commit(widget: QWidget, text: str) -> None:
    """Enter text as an input method does, with a preview first."""
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))
    written = QInputMethodEvent()
    written.setCommitString(text)
    QApplication.sendEvent(widget, written)


@pytest.mark.parametrize("cleared", ["on the page", "in the panel"])
def test_return_trains_on_a_word_from_an_input_method_in_an_empty_box(
    start: Welcome, qtbot: QtBot, can_build: Event, cleared: str
) -> None:
    if cleared == "on the page":
        qtbot.keyClick(start.word, Qt.Key.Key_Delete)
    else:
        start.file_menu.type("")
    can_build.set()
    qtbot.waitUntil(lambda: not start.train.isEnabled())
    can_build.clear()
    commit(start.word, "мир")
    assert not start.window.find(QLabel, "startProblem").isVisible()
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    can_build.set()
    qtbot.waitUntil(lambda: not start.is_shown)
    run = start.window.main.session.run
    assert run is not None
    assert run.project.target == TextSpec(text="мир")


def test_train_waits_for_the_target_of_a_word_from_an_input_method(
    start: Welcome, qtbot: QtBot, can_build: Event
) -> None:
    start.press("startLeaveButton")
    text = start.window.find(QPlainTextEdit, "targetText")
    text.clear()
    can_build.set()
    train = start.window.find(QToolButton, "trainButton")
    qtbot.waitUntil(lambda: not train.isEnabled())
    can_build.clear()
    session = start.window.main.session
    for word in ("ми", "р"):
        commit(text, word)
        qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert session.run is None
    can_build.set()
    qtbot.waitUntil(lambda: session.run is not None)
    assert session.run is not None
    assert session.run.project.target == TextSpec(text="мир")


def test_return_does_not_train_on_a_target_that_cannot_be_built(
    start: Welcome, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: TargetSpec) -> BuiltTarget | str:
        raise RuntimeError

    monkeypatch.setattr("flowviz.targets.reads_fonts", lambda _: True)
    monkeypatch.setattr("flowviz.app.target.builder.build_or_explain", fail)
    qtbot.keyClicks(start.word, "Ada")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not start.train.isEnabled())
    assert start.is_shown
    assert not start.window.find(QToolButton, "trainButton").isEnabled()
    assert start.window.notice


def test_word_that_is_changed_or_left_before_its_target_is_built_is_not_trained(
    start: Welcome, qtbot: QtBot, can_build: Event
) -> None:
    main = start.window.main
    qtbot.keyClicks(start.word, "Ada")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    qtbot.keyClicks(start.word, "!")
    can_build.set()
    qtbot.waitUntil(lambda: main.target_builder.built is not None)
    assert start.is_shown
    can_build.clear()
    qtbot.keyClicks(start.word, "!")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    qtbot.keyClick(start.word, Qt.Key.Key_Escape)
    start.show()
    can_build.set()
    qtbot.waitUntil(lambda: main.target_builder.built is not None)
    assert start.is_shown
    assert main.session.run is None


def test_word_is_trained_although_another_kind_of_target_has_a_problem(start: Welcome) -> None:
    start.press("startLeaveButton")
    start.window.main.request.turn_to("image")
    assert start.window.main.target_builder.problem
    start.show()
    assert not start.window.find(QLabel, "startProblem").isVisible()
    start.press("startTrainButton")
    assert not start.is_shown
    run = start.window.main.session.run
    assert run is not None
    assert run.project.target == TextSpec(text="BRAD")


def test_first_word_is_trained_with_one_click(start: Welcome) -> None:
    assert (start.word.text(), start.word.selectedText()) == ("BRAD", "BRAD")
    start.press("startTrainButton")
    assert not start.is_shown
    assert start.window.main.session.run is not None


def test_empty_word_is_explained_and_not_trained(start: Welcome, qtbot: QtBot) -> None:
    qtbot.keyClick(start.word, Qt.Key.Key_Delete)
    assert not start.train.isEnabled()
    assert start.window.find(QLabel, "startProblem").text().endswith(".")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    assert start.is_shown
    qtbot.keyClicks(start.word, "B")
    assert start.train.isEnabled()
    assert not start.window.find(QLabel, "startProblem").isVisible()


def test_text_from_the_target_panel_is_shown_on_the_page(start: Welcome) -> None:
    start.file_menu.type("one\ntwo")
    assert start.word.text() == "one two"
    assert start.file_menu.text == "one\ntwo", "the text in the panel has changed"
    start.window.find(QToolButton, "trainButton").click()
    assert not start.is_shown


def test_other_kind_of_target_leaves_the_page_and_a_word_replaces_it(start: Welcome, qtbot: QtBot) -> None:
    start.window.main.request.turn_to("shape")
    qtbot.waitUntil(lambda: not start.is_shown)
    start.show()
    assert start.is_shown
    start.press("startTrainButton")
    assert start.window.main.request.plan.target == TextSpec(text="BRAD")
    assert not start.is_shown


def test_pasted_picture_becomes_the_target(start: Welcome, qtbot: QtBot) -> None:
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    picture = QImage(32, 32, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    for across in range(10, 20):
        picture.setPixelColor(across, 16, QColor("black"))
    clipboard.setImage(picture)
    qtbot.keyClick(start.word, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not start.is_shown)
    assert start.window.main.request.plan.target.kind == "image"
    clipboard.setText("typed elsewhere")
    start.show()
    qtbot.keyClick(start.word, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert start.file_menu.text == "typed elsewhere"
    clipboard.clear()


def test_pasted_file_is_opened(start: Welcome, qtbot: QtBot, tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(size=(50, 2)))
    media, clipboard = QMimeData(), QApplication.clipboard()
    media.setUrls([QUrl.fromLocalFile(str(tmp_path / "points.npy"))])
    assert clipboard is not None
    clipboard.setMimeData(media)
    qtbot.keyClick(start.word, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not start.is_shown)
    assert start.window.main.request.plan.target.kind == "points"
    assert start.file_menu.text == "BRAD"
    clipboard.clear()


def test_word_on_the_page_is_learned_by_the_training_that_goes_on(start: Welcome, qtbot: QtBot) -> None:
    session = start.window.main.session
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    run = session.run
    assert run is not None
    start.show()
    qtbot.keyClicks(start.word, "Ada")
    qtbot.keyClick(start.word, Qt.Key.Key_Return)
    assert not start.is_shown
    assert session.run is not None
    assert session.run.worker is run.worker, "the training starts over"


def test_return_trains_in_the_panel_too_and_shift_return_adds_a_line(start: Welcome, qtbot: QtBot) -> None:
    start.press("startLeaveButton")
    text = start.window.find(QPlainTextEdit, "targetText")
    text.clear()
    qtbot.keyClicks(text, "Ada")
    qtbot.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(text, "B")
    assert text.toPlainText() == "Ada\nB"
    assert "Shift+Return" in text.toolTip()
    session = start.window.main.session
    assert session.run is None
    qtbot.keyClick(text, Qt.Key.Key_Return)
    assert text.toPlainText() == "Ada\nB"
    assert session.run is not None
    assert session.run.project.target == TextSpec(text="Ada\nB")

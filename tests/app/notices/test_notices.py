"""What went wrong is told beside the thing that it is about, and no longer than it is true."""

from pathlib import Path

import pytest
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QLabel, QMessageBox, QPlainTextEdit, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.notices.notice_list import NoticeBar, NoticeList
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.viewer.flow_queries import FlowQueries
from flowviz.errors import FileError
from flowviz.projects import example
from flowviz.records import Uncompiled
from tests.app.conftest import FileMenu, Window
from tests.app.staged import Staged, staged

__all__ = ["staged"]

BROKEN = Notice("file", "It is broken.", "Take another.", "OSError: 5")


@pytest.fixture
def notices(qtbot: QtBot) -> NoticeList:
    found = NoticeList("notices")
    qtbot.addWidget(found)
    return found


def bars(notices: QWidget) -> list[NoticeBar]:
    return notices.findChildren(NoticeBar)


def press(bar: QWidget, name: str) -> None:
    found = bar.findChild(QToolButton, name)
    assert found is not None
    found.click()


def around(bar: NoticeBar) -> str:
    """The name of the column that a bar is in."""
    column = bar.parentWidget()
    assert column is not None
    return column.objectName()


def test_a_notice_says_what_happened_and_what_to_do_and_the_rest_on_request(notices: NoticeList) -> None:
    notices.post(BROKEN)
    (bar,) = bars(notices)
    details = bar.findChild(QPlainTextEdit, "noticeDetails")
    assert details is not None
    told = [label.text() for label in bar.findChildren(QLabel) if label.text()]
    assert told == ["It is broken.", "Take another."]
    assert bar.accessibleName() == "Problem: It is broken. Take another."
    assert not details.isVisible()
    press(bar, "noticeOpen")
    assert details.isVisible()
    assert details.toPlainText() == "OSError: 5"
    press(bar, "noticeCopy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "OSError: 5" in clipboard.text()
    press(bar, "noticeClose")
    assert not notices.isVisible()
    assert not bars(notices)


def test_there_is_one_bar_for_each_thing(notices: NoticeList) -> None:
    notices.post(BROKEN)
    notices.post(Notice("draft", "No copy is kept."))
    (bar, _) = bars(notices)
    notices.post(BROKEN)
    assert bar in bars(notices), "the same again changes nothing"
    notices.post(Notice("file", "It is gone."))
    assert [found.notice.text for found in bars(notices)] == ["No copy is kept.", "It is gone."]
    notices.post(Notice("file"))
    assert [found.notice.text for found in bars(notices)] == ["No copy is kept."]
    assert not bars(notices)[0].findChildren(QToolButton, "noticeOpen")[0].isVisible(), "it has no details"
    notices.clear()
    assert not bars(notices)


def test_a_long_path_breaks_into_lines(notices: NoticeList) -> None:
    notices.resize(300, 100)
    notices.post(Notice("file", f"{'/a folder/and-another' * 12} cannot be read."))
    assert notices.minimumSizeHint().width() < 300
    (label,) = notices.findChildren(QLabel, "noticeText")
    assert label.heightForWidth(label.width()) > 3 * label.fontMetrics().height()


def test_what_a_person_can_cause_says_itself_what_happened() -> None:
    cause = OSError("no space left")
    error = FileError("It cannot be written.")
    error.__cause__ = cause
    assert notice_of("file", error, "never said").text == "It cannot be written."
    assert "no space left" in notice_of("file", error).details
    assert notice_of("file", FileError("Gone.")) == Notice("file", "Gone.")
    unforeseen = notice_of("grid", ZeroDivisionError("slip"), "The grid cannot be computed.")
    assert unforeseen.text == "The grid cannot be computed."
    assert "Copy Details" in unforeseen.advice
    assert unforeseen.details == "ZeroDivisionError: slip"


def test_a_training_that_fails_is_told_in_its_panel_until_the_next_one(staged: Staged) -> None:
    staged.begin()
    staged.tell(MemoryError("no room"))
    staged.wait("Failed: gap")
    (bar,) = bars(staged.window.main)
    assert around(bar) == "trainingNotices"
    assert bar.notice.text == "Training ended unexpectedly."
    assert "MemoryError: no room" in bar.notice.details
    staged.press("train")
    assert not staged.window.notice
    staged.tell(None)


def test_a_training_that_diverges_says_what_to_change(staged: Staged) -> None:
    staged.begin()
    staged.tell(staged.finished("diverged", "Lower the learning rate."))
    staged.wait("Diverged: gap")
    (bar,) = bars(staged.window.main)
    assert (bar.notice.text, bar.notice.advice) == ("The training diverged.", "Lower the learning rate.")


def test_that_trainings_are_slower_on_this_machine_is_said_once_and_is_no_warning(staged: Staged) -> None:
    bar = staged.window.find(StatusBar, "statusBar")
    for said in (True, False):
        staged.begin()
        staged.tell(Uncompiled(), staged.finished("completed"))
        staged.wait("Finished:")
        assert ("slower" in bar.text) == said
        assert not staged.window.notice
        staged.tell(None)
        bar.tell("")


def test_a_notice_in_a_panel_that_is_closed_is_seen_above_the_cloud(staged: Staged) -> None:
    staged.window.main.findChildren(TrainingControls)[0].hide()
    staged.begin()
    staged.tell(MemoryError())
    staged.wait("Failed")
    (bar,) = bars(staged.window.main)
    assert around(bar) == "windowNotices"
    assert bar.isVisible()
    staged.press("train")
    assert not bars(staged.window.main), "from there, too, it goes"
    staged.tell(None)


def test_a_notice_behind_another_panel_is_seen_above_the_cloud(staged: Staged) -> None:
    main = staged.window.main
    main.tabifyDockWidget(main._layout.training, main._layout.flow)
    main._layout.flow.raise_()
    staged.qtbot.waitUntil(lambda: main._layout.training.visibleRegion().isEmpty())
    staged.begin()
    staged.tell(MemoryError())
    staged.wait("Failed")
    (bar,) = bars(main)
    assert around(bar) == "windowNotices"


def test_a_notice_whose_panel_is_closed_goes_above_the_cloud(staged: Staged) -> None:
    main = staged.window.main
    staged.begin()
    staged.tell(MemoryError())
    staged.wait("Failed")
    assert [around(bar) for bar in bars(main)] == ["trainingNotices"]
    main._layout.training.close()
    staged.qtbot.waitUntil(lambda: [around(bar) for bar in bars(main)] == ["windowNotices"])
    main._layout.training.show()
    staged.press("train")
    assert not bars(main)
    staged.tell(None)


def test_a_notice_far_down_is_scrolled_to(staged: Staged) -> None:
    staged.window.main.resize(1024, 640)
    staged.begin()
    staged.tell(MemoryError())
    staged.wait("Failed")
    staged.qtbot.waitUntil(lambda: not bars(staged.window.main)[0].visibleRegion().isEmpty())


def test_that_a_file_cannot_be_opened_is_no_longer_said_when_another_is_tried_or_saved(
    file_menu: FileMenu, tmp_path: Path
) -> None:
    main = file_menu.window.main
    main.discard_changes()
    main.document_actions.open(tmp_path / "gone.flowviz")
    file_menu.wait(lambda: "gone.flowviz" in file_menu.notice)
    (bar,) = bars(main)
    assert around(bar) == "windowNotices"
    file_menu.save_as(tmp_path / "new.flowviz")
    assert not file_menu.notice
    main.document_actions.open(tmp_path / "gone.flowviz")
    file_menu.wait(lambda: "gone.flowviz" in file_menu.notice)
    main.document_actions.open(example("two_moons").path)
    assert not file_menu.notice, "it is being read"


def test_a_file_that_cannot_be_saved_is_a_notice_and_no_box(file_menu: FileMenu, tmp_path: Path) -> None:
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", tmp_path / "no folder" / "x.flowviz")
    file_menu.wait(lambda: "no folder" in file_menu.notice)
    assert "Save it elsewhere" in file_menu.notice
    assert not file_menu.window.main.findChildren(QMessageBox)


def test_a_bad_picture_is_told_in_the_target_panel(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.main.target_builder.open_file(tmp_path / "gone.png")
    qtbot.waitUntil(lambda: "gone.png" in window.notice)
    assert [around(bar) for bar in bars(window.main)] == ["targetNotices"]
    window.find(QPlainTextEdit, "targetText").setPlainText("Other")
    assert not window.notice


def test_a_density_that_fails_is_told_above_the_cloud_until_one_is_there(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = [0]

    def ask(questions: FlowQueries, *_: object) -> None:
        questions._slow.ask("density", lambda: 1 // shares[0], lambda _: None)

    monkeypatch.setattr(FlowQueries, "density", ask)
    window.find(QAction, "densityAction").trigger()
    qtbot.waitUntil(lambda: "density cannot be computed" in window.notice)
    assert [around(bar) for bar in bars(window.main)] == ["windowNotices"]
    shares[0] = 1
    window.find(QSlider, "layerScrubber").setValue(3)
    qtbot.waitUntil(lambda: not window.notice)


def test_what_failed_with_one_flow_is_not_said_of_the_next(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(questions: FlowQueries, *_: object) -> None:
        questions._slow.ask("density", lambda: 1 // 0, lambda _: None)

    monkeypatch.setattr(FlowQueries, "density", ask)
    density = window.find(QAction, "densityAction")
    density.trigger()
    qtbot.waitUntil(lambda: "density cannot be computed" in window.notice)
    density.trigger()
    window.main.session.show_project(example("two_moons").project())
    assert not window.notice

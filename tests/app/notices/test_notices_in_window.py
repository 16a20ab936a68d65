"""Notices in the real window: where they appear and when they go."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QMessageBox, QPlainTextEdit, QSlider
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.training.activity import RETRY
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.status_bar import StatusBar
from flowviz.projects import example
from flowviz.records import Overfitting, Recovered, Score, Uncompiled
from tests.app.conftest import FileMenu, Window, text_of
from tests.app.notices.test_notices import bars
from tests.app.staged import Staged, staged
from tests.records.scores import scored

__all__ = ["staged"]


def list_of(bar: NoticeBar) -> str:
    """The object name of the list that a notice is in."""
    parent = bar.parentWidget()
    assert parent is not None
    return parent.objectName()


def test_failed_training_is_reported_in_its_panel_until_the_next_training(staged: Staged) -> None:
    staged.begin()
    staged.report(MemoryError("no room"))
    staged.wait(RETRY)
    (bar,) = bars(staged.window.main)
    assert list_of(bar) == "trainingNotices"
    assert bar.notice.text == "Training ended unexpectedly."
    assert "MemoryError: no room" in bar.notice.details
    staged.press("train")
    assert not staged.window.notice
    staged.report(None)


def test_diverged_training_comes_with_advice(staged: Staged) -> None:
    staged.begin()
    staged.report(staged.finished("diverged", "Lower the learning rate."))
    staged.wait("Diverged: ")
    (bar,) = bars(staged.window.main)
    assert (bar.notice.text, bar.notice.advice) == ("The training diverged.", "Lower the learning rate.")


def test_recoveries_are_marked_in_the_loss_plot_and_told_one_at_a_time(staged: Staged) -> None:
    staged.begin()
    early, late = (
        Recovered("loss exploded", 0, 1e-3, 1, 40, 0.4),
        Recovered("loss rose", 0, 5e-4, 2, 60, 0.6, 0.4),
    )
    staged.report(early, late)
    staged.qtbot.waitUntil(lambda: late.sentence() in staged.window.notice)
    assert len(bars(staged.window.main)) == 1, "the latest recovery replaces the one before"
    (line,) = staged.window.find(LossPlot, "lossPlot").graph.content()._settings._lines
    assert (line.value(), line.toolTip()) == (0, f"{early.sentence()}\n{late.sentence()}")
    staged.report(staged.finished("completed", "Lower the learning rate."))
    staged.wait("Done: ")
    (bar,) = bars(staged.window.main)
    assert (bar.notice.text, bar.notice.advice) == ("The training was unsteady.", "Lower the learning rate.")
    assert staged.window.main.session.project().history.recoveries == (early, late)


def test_overfitting_is_reported_in_the_panel_with_the_button_that_ends_it(staged: Staged) -> None:
    staged.begin()
    staged.report(Overfitting(800, 350))
    staged.qtbot.waitUntil(lambda: bool(bars(staged.window.main)))
    (bar,) = bars(staged.window.main)
    assert list_of(bar) == "trainingNotices"
    assert "press Stop" in bar.notice.advice


def test_slow_training_is_mentioned_once_and_not_as_a_notice(staged: Staged) -> None:
    bar = staged.window.find(StatusBar, "statusBar")
    for mentioned in (True, False):
        staged.begin()
        staged.report(Uncompiled(), staged.finished("completed"))
        staged.wait("Done: ")
        assert ("take longer" in text_of(bar)) == mentioned
        assert not staged.window.notice
        staged.report(None)
        bar.show_message("")


def test_notice_of_a_closed_panel_is_above_the_cloud_until_the_next_training(staged: Staged) -> None:
    main = staged.window.main
    main._layout.training.close()
    staged.begin()
    staged.report(MemoryError())
    staged.wait(RETRY)
    (bar,) = bars(main)
    assert list_of(bar) == "windowNotices"
    assert bar.isVisible()
    staged.press("train")
    assert not bars(main)
    staged.report(None)


def test_score_of_what_a_failure_left_does_not_replace_the_advice(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Callable[[Score], object]]()
    monkeypatch.setattr(FlowQueries, "scored", lambda *arguments: asked.append(arguments[-1]))
    staged.begin()
    staged.report(MemoryError())
    staged.wait(RETRY)
    (on_result,) = asked
    on_result(scored(1200, 1.625, 1.75, 0.01, 1.5))
    assert RETRY in staged.window.status
    assert "0.25" in staged.window.find(QLabel, "testGapFigure").text()


def test_panel_scrolls_to_a_notice_at_its_end(staged: Staged) -> None:
    staged.window.main.resize(1024, 640)
    staged.begin()
    staged.report(MemoryError())
    staged.wait(RETRY)
    staged.qtbot.waitUntil(lambda: not bars(staged.window.main)[0].visibleRegion().isEmpty())


def test_notice_about_opening_goes_when_a_file_is_saved_or_opened(file_menu: FileMenu, tmp_path: Path) -> None:
    main = file_menu.window.main
    main.discard_changes()
    main.document_actions.open(tmp_path / "gone.flowviz")
    file_menu.wait(lambda: "gone.flowviz" in file_menu.notice)
    (bar,) = bars(main)
    assert list_of(bar) == "windowNotices"
    file_menu.save_as(tmp_path / "new.flowviz")
    assert not file_menu.notice
    main.document_actions.open(tmp_path / "gone.flowviz")
    file_menu.wait(lambda: "gone.flowviz" in file_menu.notice)
    main.document_actions.open(example("two_moons").path)
    assert not file_menu.notice, "a notice about the previous file is shown while another one is read"


def test_failed_save_is_a_notice_and_not_a_message_box(file_menu: FileMenu, tmp_path: Path) -> None:
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", tmp_path / "no folder" / "x.flowviz")
    file_menu.wait(lambda: "no folder" in file_menu.notice)
    assert "elsewhere" in file_menu.notice
    assert not file_menu.window.main.findChildren(QMessageBox)


def test_bad_picture_is_reported_in_the_target_panel_until_the_target_changes(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window.main.target_importer.open_file(tmp_path / "gone.png")
    qtbot.waitUntil(lambda: "gone.png" in window.notice)
    assert [list_of(bar) for bar in bars(window.main)] == ["targetNotices"]
    window.find(QPlainTextEdit, "targetText").setPlainText("Other")
    assert not window.notice


def fail_while(monkeypatch: pytest.MonkeyPatch, broken: list[bool]) -> None:
    """Let the computation of densities fail while this holds True."""

    def density(queries: FlowQueries, *_: object) -> None:
        queries._slow.ask("density", lambda: 1 // (not broken[0]), lambda _: None)

    monkeypatch.setattr(FlowQueries, "density", density)


def test_failed_density_is_reported_above_the_cloud_until_one_succeeds(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [True]
    fail_while(monkeypatch, broken)
    window.find(QAction, "densityAction").trigger()
    qtbot.waitUntil(lambda: "density cannot be computed" in window.notice)
    assert [list_of(bar) for bar in bars(window.main)] == ["windowNotices"]
    broken[0] = False
    window.find(QSlider, "layerScrubber").setValue(3)
    qtbot.waitUntil(lambda: not window.notice)


def test_notice_about_one_flow_goes_with_it(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_while(monkeypatch, [True])
    density = window.find(QAction, "densityAction")
    density.trigger()
    qtbot.waitUntil(lambda: "density cannot be computed" in window.notice)
    density.trigger()
    window.main.session.show_project(example("two_moons").project())
    assert not window.notice

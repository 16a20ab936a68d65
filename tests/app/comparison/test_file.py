"""Comparisons are saved, opened and recovered like projects."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.comparison.file import ComparisonFile
from flowviz.errors import FileError
from flowviz.projects import Comparison, load_comparison, save_comparison
from flowviz.projects.drafts import Draft, Drafts
from tests.app.comparison.fakes import untrained
from tests.app.conftest import FileMenu, Window, work_is_running


class Saved:
    """A comparison that is saved and opened, without a window."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.widget, self.qtbot = QWidget(), qtbot
        qtbot.addWidget(self.widget)
        self.folder, self.comparison = folder, untrained("a", "b")
        self.file = ComparisonFile(lambda: self.comparison, Drafts(folder / "drafts"), self.widget)
        self.notices = list[str]()
        self.file.notice_posted.connect(lambda notice: self.notices.append(notice.text))
        self.file.opened.connect(self.show)

    def show(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.file.begin()

    def save_to(self, path: Path) -> None:
        self.file.save()
        (dialog,) = self.widget.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(path))
        dialog.done(0)
        self.wait(lambda: self.file.path == path)

    def press(self, button: str) -> None:
        (box,) = self.widget.findChildren(QMessageBox)
        found = box.findChild(QPushButton, f"{button}Button")
        assert found is not None
        found.click()

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)

    def drafts(self) -> list[Path]:
        return list((self.folder / "drafts").glob("*.flowviz"))


@pytest.fixture
def saved(tmp_path: Path, qtbot: QtBot) -> Iterator[Saved]:
    found = Saved(tmp_path, qtbot)
    yield found
    found.file.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=20_000)


def test_a_comparison_that_is_shown_during_a_save_does_not_get_the_file(saved: Saved) -> None:
    path = saved.folder / "ab.flowviz"
    saved.file._write(path, lambda: None)
    saved.show(untrained("c"))
    wait_for_file(saved)
    assert load_comparison(path).names == ("a", "b")
    assert saved.file.path is None


def test_a_save_that_waits_does_not_write_another_comparison_that_is_shown_by_then(saved: Saved, qtbot: QtBot) -> None:
    path = saved.folder / "ab.flowviz"
    for _ in range(2):
        saved.file._write(path, lambda: None)
    saved.show(untrained("c"))
    with qtbot.waitSignal(saved.file.saves_ended):
        pass
    assert load_comparison(path).names == ("a", "b")
    assert saved.file.path is None


def test_a_file_that_is_read_late_does_not_replace_another_comparison(saved: Saved) -> None:
    saved.save_to(saved.folder / "ab.flowviz")
    saved.file.open(saved.folder / "ab.flowviz")
    saved.show(untrained("c"))
    wait_for_file(saved)
    assert saved.comparison.names == ("c",)


def raise_full(*_: object) -> None:
    raise FileError("The disk is full.")


def wait_for_file(saved: Saved) -> None:
    """Wait until everything has been read and written."""
    ended = list[object]()
    saved.file._worker.ask("last", lambda: None, ended.append)
    saved.wait(lambda: bool(ended))


def test_a_saved_comparison_reopens(saved: Saved) -> None:
    saved.file.mark_changed()
    saved.save_to(saved.folder / "ab.flowviz")
    assert not saved.file.is_changed
    assert saved.file.name == "ab"
    saved.comparison = untrained("c")
    saved.file.open(saved.folder / "ab.flowviz")
    saved.wait(lambda: saved.comparison.names == ("a", "b"))
    saved.wait(lambda: saved.file.path == saved.folder / "ab.flowviz")


def test_a_damaged_file_is_a_sentence_and_changes_nothing(saved: Saved) -> None:
    path = saved.folder / "broken.flowviz"
    path.write_bytes(b"nothing")
    saved.file.open(path)
    saved.wait(lambda: bool(saved.notices))
    assert str(path) in saved.notices[-1]
    assert saved.file.path is None


def test_a_change_during_a_save_is_still_unsaved(saved: Saved) -> None:
    saved.file.mark_changed()
    saved.file.save()
    (dialog,) = saved.widget.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(saved.folder / "ab.flowviz"))
    saved.file.mark_changed()
    saved.wait(lambda: saved.file.path is not None)
    assert saved.file.is_changed


def test_unsaved_changes_are_asked_about(saved: Saved) -> None:
    left = list[bool]()
    saved.file.leave(lambda: left.append(True))
    assert left == [True]
    saved.file.mark_changed()
    saved.file.leave(lambda: left.append(True))
    assert left == [True]
    saved.press("discard")
    saved.wait(lambda: left == [True, True])


def test_a_crash_leaves_a_draft_that_is_recovered(saved: Saved, tmp_path: Path) -> None:
    saved.file.mark_changed()
    saved.file.save_draft()
    saved.wait(lambda: len(saved.drafts()) == 1)
    assert load_comparison(saved.drafts()[0]).names == ("a", "b")
    saved.file._drafts.close()  # as the end of the process would
    other = Drafts(tmp_path / "drafts")
    (draft,) = other.abandoned()
    loaded = draft.load()
    assert isinstance(loaded, Comparison)
    saved.comparison = untrained("c")
    saved.file.recover(draft, loaded)
    assert saved.comparison.names == ("a", "b")
    assert saved.file.is_changed
    saved.wait(lambda: not draft.path.exists() and len(saved.drafts()) == 1)
    other.close()


def test_a_clean_end_leaves_no_draft(saved: Saved) -> None:
    saved.file.mark_changed()
    saved.file.save_draft()
    saved.wait(lambda: len(saved.drafts()) == 1)
    saved.file.close()
    assert not saved.drafts()


def test_a_draft_that_cannot_be_written_is_tried_again(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    saved.file.mark_changed()
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "save", raise_full)
        saved.file.save_draft()
        saved.wait(lambda: bool(saved.notices))
    assert "disk is full" in saved.notices[-1]
    saved.file.save_draft()
    saved.wait(lambda: len(saved.drafts()) == 1)
    saved.wait(lambda: not saved.notices[-1])  # the notice is withdrawn


def test_the_end_of_the_program_does_not_skip_a_draft_that_waits(saved: Saved) -> None:
    release = Event()
    saved.file._worker.ask("slow", lambda: release.wait(20), lambda _: None)
    saved.file.mark_changed()
    saved.file.save_draft()
    assert not saved.drafts()
    saved.file.save_now()
    assert len(saved.drafts()) == 1
    release.set()


def test_a_draft_that_cannot_be_removed_does_not_prevent_closing(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    saved.file.mark_changed()
    saved.file.save_draft()
    saved.wait(lambda: len(saved.drafts()) == 1)
    with monkeypatch.context() as patch:
        patch.setattr(Draft, "discard", raise_full)
        saved.file.close()


def test_a_save_during_another_one_follows_it(saved: Saved, qtbot: QtBot) -> None:
    first, second = (saved.folder / f"{name}.flowviz" for name in ("first", "second"))
    saved.file._write(first, lambda: None)
    saved.comparison = untrained("c")
    saved.file._write(second, lambda: None)
    assert saved.file.is_saving
    with qtbot.waitSignal(saved.file.saves_ended):
        pass
    assert load_comparison(first).names == ("a", "b")
    assert load_comparison(second).names == ("c",)
    assert saved.file.path == second


def test_a_save_that_fails_inside_flowviz_ends(saved: Saved, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Comparison, __: Path) -> None:
        raise RuntimeError("a slip")

    monkeypatch.setattr("flowviz.app.comparison.file.save_comparison", fail)
    saved.file.mark_changed()
    with qtbot.waitSignals([saved.file.save_failed, saved.file.saves_ended]):
        saved.file._write(saved.folder / "ab.flowviz", lambda: None)
    assert saved.file.is_changed
    assert not saved.file.is_saving


def test_the_window_closes_when_the_comparison_is_saved(
    window: Window, file_menu: FileMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()

    def save_late(comparison: Comparison, path: Path) -> None:
        release.wait(20)
        save_comparison(comparison, path)

    monkeypatch.setattr("flowviz.app.comparison.file.save_comparison", save_late)
    window.main.comparisons.show(untrained("a", "b"))
    file_menu.choose("save")
    file_menu.answer_dialog("saveComparisonDialog", tmp_path / "two.flowviz")
    window.main.close()
    assert window.main.isVisible()
    release.set()
    file_menu.wait(lambda: not window.main.isVisible())
    assert load_comparison(tmp_path / "two.flowviz").names == ("a", "b")


def test_the_file_menu_saves_and_opens_the_comparison(window: Window, file_menu: FileMenu, tmp_path: Path) -> None:
    path = tmp_path / "two.flowviz"
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    file_menu.choose("save")
    file_menu.answer_dialog("saveComparisonDialog", path)
    file_menu.wait(lambda: window.main.windowTitle().startswith("two"))
    comparisons.show(untrained("c"))
    comparisons.leave()
    file_menu.choose("open")
    file_menu.answer_dialog("openDialog", path)
    assert comparisons.workbench is not None
    compared = comparisons.workbench.compared
    file_menu.wait(lambda: compared.value.names == ("a", "b"))
    assert comparisons.is_shown
    assert window.main.document_actions.recent.paths() == [path]


def test_closing_the_window_asks_about_the_comparison(window: Window, file_menu: FileMenu) -> None:
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("a")
    assert window.main.isWindowModified()
    window.main.close()
    file_menu.wait(lambda: "unsavedComparisonBox" in file_menu.boxes)
    assert window.main.isVisible()
    file_menu.press("unsavedComparisonBox", "discard")
    file_menu.wait(lambda: not window.main.isVisible())


def test_revert_is_off_while_a_comparison_hides_the_project(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    revert = window.find(QAction, "revertAction")
    file_menu.save_as(tmp_path / "one.flowviz")
    file_menu.type("No")
    assert revert.isEnabled()
    window.main.comparisons.show(untrained("a", "b"))
    assert not revert.isEnabled()
    window.main.comparisons.leave()
    assert revert.isEnabled()

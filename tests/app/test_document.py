"""The document of the real window: opened, saved, changed, asked about, and never lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSlider,
)
from pytestqt.qtbot import QtBot

from flowviz.app.cloud_view import CloudView
from flowviz.app.recent_files import MOST, RecentFiles
from flowviz.errors import FileError
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import Seen, ViewSpec
from tests.app.conftest import Window
from tests.app.test_window import choose_steps, pixels, wait_for_status


class Desk:
    """The File menu of the window, as a person uses it."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def choose(self, name: str) -> None:
        self.window.find(QAction, f"{name}Action").trigger()

    def open(self, path: Path) -> None:
        """Through the dialog."""
        self.choose("open")
        self.answer_dialog("openDialog", path)
        self.wait(lambda: self.window.main.desk.document.path == path)

    def save_as(self, path: Path) -> None:
        self.choose("saveas")
        self.answer_dialog("saveDialog", path)
        self.wait(lambda: self.window.main.desk.document.path == path and not self.is_changed)

    def answer_dialog(self, name: str, path: Path) -> None:
        dialog = self.window.find(QFileDialog, name)
        dialog.fileSelected.emit(str(path))
        dialog.done(0)
        self.wait(lambda: not self.window.main.findChildren(QFileDialog))

    def press(self, box: str, button: str) -> None:
        """Press a button of a box that is open."""
        self.wait(lambda: bool(self.window.main.findChildren(QMessageBox, box)))
        found = self.window.find(QMessageBox, box).findChild(QPushButton, f"{button}Button")
        assert found is not None
        found.click()
        self.wait(lambda: not self.window.main.findChildren(QMessageBox, box))

    def type(self, text: str) -> None:
        self.window.find(QPlainTextEdit, "targetText").setPlainText(text)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=20_000)

    @property
    def text(self) -> str:
        return self.window.find(QPlainTextEdit, "targetText").toPlainText()

    @property
    def notice(self) -> str:
        return self.window.find(QLabel, "noticeLabel").text()

    @property
    def boxes(self) -> list[str]:
        return [box.objectName() for box in self.window.main.findChildren(QMessageBox)]

    @property
    def is_changed(self) -> bool:
        return self.window.main.isWindowModified()


@pytest.fixture
def desk(window: Window, qtbot: QtBot) -> Desk:
    return Desk(window, qtbot)


def test_no_key_is_used_twice(window: Window) -> None:
    keys = [key.toString() for action in window.main.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Shift+C"} <= set(keys)


def test_a_file_opens_with_its_name_in_the_title_and_is_not_changed_by_looking(
    desk: Desk, project_file: Path, project: Project
) -> None:
    assert desk.window.main.windowTitle() == "BRAD[*] – flowviz"
    desk.open(project_file)
    main = desk.window.main
    assert main.windowTitle() == "hi[*] – flowviz"
    np.testing.assert_array_equal(main.exploration.scene.trace.positions, project.trace.positions)
    desk.window.find(QSlider, "layerScrubber").setValue(4)
    desk.window.find(QComboBox, "colorBox").setCurrentIndex(2)
    desk.window.find(CloudView, "cloudView").zoom(0.5)
    desk.window.find(QAction, "pathsAction").trigger()
    assert not desk.is_changed
    assert main.close()


CHANGES: dict[str, Callable[[Desk], object]] = {
    "target": lambda desk: desk.type("No"),
    "flow": lambda desk: desk.window.find(QComboBox, "flowFamily").setCurrentIndex(3),
    "budget": lambda desk: choose_steps(desk.window, 77),
    "selection": lambda desk: choose(desk, "Invert Selection"),
}


def choose(desk: Desk, title: str) -> None:
    (action,) = [found for found in desk.window.main.findChildren(QAction) if found.text().replace("&", "") == title]
    action.trigger()


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_worth_saving_is_a_change_and_saving_ends_it(desk: Desk, project_file: Path, change: str) -> None:
    desk.open(project_file)
    CHANGES[change](desk)
    assert desk.is_changed
    desk.choose("save")
    desk.wait(lambda: not desk.is_changed)
    CHANGES[change](desk)
    assert desk.is_changed == (change == "selection")


def test_a_change_that_is_taken_back_is_none(desk: Desk, project_file: Path) -> None:
    desk.open(project_file)
    desk.type("No")
    assert desk.is_changed
    desk.type("Hi")
    assert not desk.is_changed


def test_unsaved_changes_are_asked_about_before_another_takes_their_place(
    desk: Desk, project_file: Path, tmp_path: Path, project: Project
) -> None:
    desk.type("Mine")
    desk.window.main.desk.open(project_file)
    desk.press("unsavedBox", "cancel")
    assert desk.text == "Mine"
    desk.window.main.desk.open(project_file)
    desk.press("unsavedBox", "save")  # it has no file yet
    desk.window.find(QFileDialog, "saveDialog").reject()
    desk.qtbot.wait(100)
    assert desk.text == "Mine", "who calls the saving off calls all off"
    assert desk.is_changed
    desk.window.main.desk.open(project_file)
    desk.press("unsavedBox", "save")
    mine = tmp_path / "mine.flowviz"
    desk.answer_dialog("saveDialog", mine)
    desk.wait(lambda: desk.window.main.desk.document.path == project_file)
    assert desk.text == "Hi"
    assert load_project(mine).target.title == "Mine"
    desk.type("Lost")
    desk.choose("new")
    desk.press("unsavedBox", "discard")
    assert desk.text == "BRAD"
    assert not desk.boxes


def test_revert_goes_back_to_the_file(desk: Desk, project_file: Path) -> None:
    revert = desk.window.find(QAction, "revertAction")
    desk.open(project_file)
    assert not revert.isEnabled()
    desk.type("No")
    revert.trigger()
    desk.press("revertBox", "cancel")
    assert desk.text == "No"
    revert.trigger()
    desk.press("revertBox", "revert")
    desk.wait(lambda: desk.text == "Hi")
    assert not desk.is_changed


def test_a_file_that_another_program_has_changed_is_not_overwritten_unasked(
    desk: Desk, project_file: Path, project: Project, tmp_path: Path
) -> None:
    desk.open(project_file)
    theirs = replace(project, seen=Seen(stage=3))
    save_project(theirs, project_file)
    content = project_file.read_bytes()
    desk.type("Mine")
    desk.choose("save")
    desk.press("overtakenBox", "cancel")
    assert project_file.read_bytes() == content
    desk.choose("save")
    desk.press("overtakenBox", "save")
    elsewhere = tmp_path / "elsewhere.flowviz"
    desk.answer_dialog("saveDialog", elsewhere)
    desk.wait(lambda: not desk.is_changed)
    assert project_file.read_bytes() == content
    desk.open(project_file)
    save_project(project, project_file)
    theirs_on_disk = project_file.stat().st_ino
    desk.type("Mine")
    desk.choose("save")
    desk.press("overtakenBox", "overwrite")
    desk.wait(lambda: not desk.is_changed)
    assert project_file.stat().st_ino != theirs_on_disk


def test_a_save_that_fails_says_so_and_loses_nothing(
    desk: Desk, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(project_file)
    content = project_file.read_bytes()
    desk.type("Mine")

    def full(*_: object) -> None:
        raise FileError(f"{project_file} cannot be written: no space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.app.document.save_project", full)
        assert not desk.window.main.close()
        desk.press("unsavedBox", "save")
        desk.wait(lambda: desk.boxes == ["failedBox"])
        assert "no space left" in desk.window.find(QMessageBox, "failedBox").text()
        desk.press("failedBox", "close")
    assert desk.window.main.isVisible(), "it is not closed after all"
    assert desk.is_changed
    assert desk.text == "Mine"
    assert project_file.read_bytes() == content
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", tmp_path / "no folder" / "x.flowviz")
    desk.press("failedBox", "close")
    assert desk.is_changed
    desk.choose("save")
    desk.wait(lambda: not desk.is_changed)


def test_a_slip_while_it_saves_or_opens_is_told_and_can_be_mended(
    desk: Desk, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(project_file)
    desk.type("Mine")

    def slip(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.app.document.save_project", slip)
        patched.setattr("flowviz.app.document.load_project", slip)
        desk.choose("save")
        desk.press("failedBox", "close")
        desk.window.main.desk.document.open(project_file)
        desk.wait(lambda: "MemoryError" in desk.notice)
    assert desk.is_changed
    desk.choose("save")
    desk.wait(lambda: not desk.is_changed)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_disk_that_is_full_leaves_the_document_changed(desk: Desk, tmp_path: Path) -> None:
    desk.type("Mine")
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", Path("/dev/full"))
    desk.press("failedBox", "close")
    assert desk.is_changed


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_bad_file_is_a_sentence_and_what_is_here_stays(desk: Desk, tmp_path: Path, content: bytes | None) -> None:
    desk.type("Mine")
    desk.window.main.discard_changes()
    bad = tmp_path / "bad.flowviz"
    if content is not None:
        bad.write_bytes(content)
    desk.window.main.desk.recent.add(bad)
    desk.window.main.desk.open(bad)
    desk.wait(lambda: str(bad) in desk.notice)
    assert desk.text == "Mine"
    assert desk.window.main.desk.document.path is None
    assert RecentFiles().paths() == ([bad] if content is not None else [])


def test_recent_files_are_listed_opened_and_cleared(desk: Desk, project_file: Path, tmp_path: Path) -> None:
    recent = desk.window.main.desk.recent
    for number in range(20):
        recent.add(tmp_path / f"{number}.flowviz")
    assert len(RecentFiles().paths()) == MOST == 15
    desk.open(project_file)
    menu = desk.window.find(QMenu, "recentMenu")
    menu.aboutToShow.emit()
    first = menu.actions()[0]
    assert "hi.flowviz" in first.text()
    assert str(tmp_path) in first.text()
    desk.choose("new")
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    desk.wait(lambda: desk.window.main.desk.document.path == project_file)
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert RecentFiles().paths() == []
    menu.aboutToShow.emit()
    assert not menu.actions()[0].isEnabled()


def test_damaged_settings_are_no_recent_files() -> None:
    recent = RecentFiles()
    for text in ("[", "{}", "[1, null]", "7"):
        recent._settings.setValue("recentFiles", text)
        assert recent.paths() == []
    recent.add(Path("/a"))
    assert recent.paths() == [Path("/a")]


def test_a_project_that_is_dropped_opens(desk: Desk, project_file: Path) -> None:
    media = QMimeData()
    media.setUrls([QUrl.fromLocalFile(str(project_file))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    place, left = QPointF(9, 9), Qt.MouseButton.LeftButton
    QApplication.sendEvent(desk.window.main, QDragEnterEvent(place.toPoint(), copy, media, left, none))
    QApplication.sendEvent(desk.window.main, QDropEvent(place, copy, media, left, none))
    desk.wait(lambda: desk.window.main.desk.document.path == project_file)


def test_a_training_is_a_change_and_can_be_saved_while_it_runs(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "runs.flowviz"
    desk.type("Hi")
    choose_steps(desk.window, 1_000_000)
    desk.window.find(QPushButton, "trainButton").click()
    wait_for_status(desk.window, desk.qtbot, "steps/s")
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", path)
    desk.wait(path.exists)
    desk.wait(lambda: desk.window.main.desk.document.path == path)
    saved = load_project(path)
    assert saved.checkpoint is not None
    assert saved.next is None
    desk.wait(lambda: desk.is_changed)  # since it goes on
    desk.window.find(QPushButton, "stopButton").click()
    wait_for_status(desk.window, desk.qtbot, "Stopped")


def test_copy_image_puts_what_is_seen_on_the_clipboard(desk: Desk) -> None:
    cloud = desk.window.find(CloudView, "cloudView")
    desk.choose("copyImage")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    image = clipboard.image().convertToFormat(QImage.Format.Format_RGB888)
    size = cloud.size_in_pixels
    assert (image.width(), image.height()) == (size.width, size.height)
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.bytesPerLine())
    copied = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    np.testing.assert_array_equal(copied, pixels(cloud))


def test_the_view_of_a_file_keeps_the_theme_of_the_window(desk: Desk, project: Project) -> None:
    dark = replace(project, seen=Seen(stage=3, view=ViewSpec(theme="dark", background="transparent")))
    desk.window.main.session.show_project(dark)
    view = desk.window.find(CloudView, "cloudView").view
    assert (view.theme, view.background) == ("light", "solid")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    desk.type("Mine")
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", locked / "x.flowviz")
    desk.press("failedBox", "close")
    assert desk.is_changed


STARTED = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QSlider
import flowviz.app.main as main
create = main.create_window
def created():
    window = create()
    scrubber, notice = window.findChild(QSlider, "layerScrubber"), window.findChild(QLabel, "noticeLabel")
    def look():
        if notice.isVisible() or (window.desk.document.path and scrubber.value() == 0):
            watch.stop()
            print(window.windowTitle(), notice.text(), "tensorflow" in sys.modules, sep="|", flush=True)
            window.close()
        elif window.desk.document.path:
            scrubber.setValue(scrubber.value() - 1)
    watch = QTimer(window, interval=30)
    watch.timeout.connect(look)
    watch.start()
    return window
main.create_window = created
sys.exit(main.run(Path(sys.argv[1])))
"""


def started(path: Path) -> list[str]:
    """Title and notice of a window that the program opens with a file, and whether TensorFlow was loaded."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", STARTED, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
    return done.stdout.strip().split("|")


def test_a_file_given_at_the_start_is_opened_and_scrubbed_without_tensorflow(project_file: Path) -> None:
    assert started(project_file) == ["hi[*] – flowviz", "", "False"]


def test_a_bad_file_given_at_the_start_is_a_sentence_in_the_window(tmp_path: Path) -> None:
    title, notice, _ = started(tmp_path / "gone.flowviz")
    assert title == "BRAD[*] – flowviz"
    assert notice.endswith("cannot be read: no such file or directory.")


def test_what_is_saved_is_what_is_opened_again(desk: Desk, project: Project, tmp_path: Path) -> None:
    chosen = tmp_path / "seen.flowviz"
    desk.window.main.session.show_project(project)
    desk.window.find(QSlider, "layerScrubber").setValue(4)
    cloud = desk.window.find(CloudView, "cloudView")
    desk.wait(lambda: cloud.stage == 4)
    cloud.zoom(0.7)
    desk.window.find(QAction, "pathsAction").trigger()
    desk.window.find(QComboBox, "colorBox").setCurrentIndex(2)
    choose(desk, "Plain, as in the Post")
    seen, picture = desk.window.main.session.project().seen, pixels(cloud)
    desk.save_as(chosen)
    desk.choose("new")
    desk.wait(lambda: desk.window.main.desk.document.path is None)
    assert desk.text == "BRAD"
    desk.window.find(QComboBox, "colorBox").setCurrentIndex(0)
    desk.window.find(CloudView, "cloudView").zoom(3.0)
    desk.open(chosen)
    assert desk.window.main.session.project().seen == seen
    np.testing.assert_array_equal(pixels(cloud), picture)


def test_closing_asks_and_closes_after_the_answer(desk: Desk, project_file: Path) -> None:
    main = desk.window.main
    desk.open(project_file)
    desk.type("No")
    assert not main.close()
    assert main.isVisible()
    desk.press("unsavedBox", "cancel")
    assert main.isVisible()
    assert not main.close()
    desk.press("unsavedBox", "save")
    desk.wait(lambda: not main.isVisible())
    plan = load_project(project_file).next
    assert plan is not None
    assert plan.target.title == "No"

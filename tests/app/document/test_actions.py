"""The File menu of the window: opening, saving, reverting, and the questions before changes are lost."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from threading import Event

import numpy as np
import pytest
from PyQt6.QtGui import QAction, QGuiApplication, QImage
from PyQt6.QtWidgets import QComboBox, QFileDialog, QToolButton

from flowviz.app.pane.cloud_view import CloudView
from flowviz.errors import FileError
from flowviz.projects import Project, example, load_project, save_project
from flowviz.specs import Seen
from tests.app.conftest import FileMenu, Window
from tests.app.test_main_window import choose_steps, pixels, wait_for_status
from tests.app.training.small_flow import choose_small_flow

pytestmark = pytest.mark.shared_window


def test_shortcuts_are_unique(window: Window) -> None:
    keys = [key.toString() for action in window.main.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Shift+C"} <= set(keys)


CHANGES: dict[str, Callable[[FileMenu], object]] = {
    "target": lambda file_menu: file_menu.type("No"),
    "flow": lambda file_menu: file_menu.window.find(QComboBox, "flowFamily").setCurrentIndex(3),
    "budget": lambda file_menu: choose_steps(file_menu.window, 77),
    "selection": lambda file_menu: file_menu.choose_titled("Invert Selection"),
}


def test_edit_changes_the_document_until_it_is_saved(file_menu: FileMenu, project_file: Path) -> None:
    file_menu.open(project_file)
    for name, change in CHANGES.items():
        change(file_menu)
        assert file_menu.is_changed, name
        file_menu.choose("save")
        file_menu.wait(lambda: not file_menu.is_changed)
        change(file_menu)
        assert file_menu.is_changed == (name == "selection")


def test_edit_that_is_taken_back_is_no_change(file_menu: FileMenu, project_file: Path) -> None:
    file_menu.open(project_file)
    file_menu.type("No")
    assert file_menu.is_changed
    file_menu.type("Hi")
    assert not file_menu.is_changed


def test_unsaved_changes_are_asked_about_before_another_project_is_shown(
    file_menu: FileMenu, project_file: Path, tmp_path: Path, project: Project
) -> None:
    file_menu.type("Mine")
    file_menu.window.main.document_actions.open(project_file)
    file_menu.press("unsavedBox", "cancel")
    assert file_menu.text == "Mine"
    file_menu.window.main.document_actions.open(project_file)
    file_menu.press("unsavedBox", "save")  # asks for a file
    file_menu.window.find(QFileDialog, "saveDialog").reject()
    file_menu.wait(lambda: not file_menu.window.main.findChildren(QFileDialog))
    assert file_menu.text == "Mine", "cancelling the save cancels everything"
    assert file_menu.is_changed
    file_menu.window.main.document_actions.open(project_file)
    file_menu.press("unsavedBox", "save")
    mine = tmp_path / "mine.flowviz"
    file_menu.answer_dialog("saveDialog", mine)
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path == project_file)
    assert file_menu.text == "Hi"
    assert load_project(mine).target.title == "Mine"
    file_menu.type("Lost")
    file_menu.choose("new")
    file_menu.press("unsavedBox", "discard")
    file_menu.wait(lambda: file_menu.text == "BRAD")
    assert not file_menu.boxes


def test_changes_made_while_a_file_is_read_are_asked_about(
    file_menu: FileMenu, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()

    def load_late(path: Path) -> Project:
        release.wait(20)
        return load_project(path)

    monkeypatch.setattr("flowviz.projects.load_project", load_late)
    document = file_menu.window.main.document_actions.document
    for answer, text in (("cancel", "Mine"), ("discard", "Hi")):
        release.clear()
        file_menu.window.main.discard_changes()
        file_menu.window.main.document_actions.open(project_file)
        file_menu.type("Mine")
        file_menu.choose_titled("Invert Selection")
        release.set()
        file_menu.press("unsavedBox", answer)
        assert file_menu.text == text
    assert document.path == project_file


def test_revert_goes_back_to_the_saved_project(file_menu: FileMenu, project_file: Path) -> None:
    revert = file_menu.window.find(QAction, "revertAction")
    file_menu.open(project_file)
    assert not revert.isEnabled()
    file_menu.type("No")
    revert.trigger()
    file_menu.press("revertBox", "cancel")
    assert file_menu.text == "No"
    revert.trigger()
    file_menu.press("revertBox", "revert")
    file_menu.wait(lambda: file_menu.text == "Hi")
    assert not file_menu.is_changed


def test_file_changed_by_another_program_is_overwritten_only_after_asking(
    file_menu: FileMenu, project_file: Path, project: Project, tmp_path: Path
) -> None:
    file_menu.open(project_file)
    theirs = replace(project, seen=Seen(stage=3))
    save_project(theirs, project_file)
    content = project_file.read_bytes()
    file_menu.type("Mine")
    file_menu.choose("save")
    file_menu.press("overtakenBox", "cancel")
    assert project_file.read_bytes() == content
    file_menu.choose("save")
    file_menu.press("overtakenBox", "save")
    elsewhere = tmp_path / "elsewhere.flowviz"
    file_menu.answer_dialog("saveDialog", elsewhere)
    file_menu.wait(lambda: not file_menu.is_changed)
    assert project_file.read_bytes() == content
    file_menu.open(project_file)
    save_project(project, project_file)
    theirs_on_disk = project_file.stat().st_ino
    file_menu.type("Mine")
    file_menu.choose("save")
    file_menu.press("overtakenBox", "overwrite")
    file_menu.wait(lambda: not file_menu.is_changed)
    assert project_file.stat().st_ino != theirs_on_disk


def test_failed_save_keeps_the_window_open_and_the_changes(
    file_menu: FileMenu, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_menu.open(project_file)
    content = project_file.read_bytes()
    file_menu.type("Mine")

    def fail(*_: object) -> None:
        raise FileError(f"{project_file} cannot be written: no space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.projects.save_project", fail)
        assert not file_menu.window.main.close()
        file_menu.press("unsavedBox", "save")
        file_menu.wait(lambda: "no space left" in file_menu.notice)
        assert "not saved yet" in file_menu.notice
    assert file_menu.window.main.isVisible(), "the window stays open"
    assert file_menu.is_changed
    assert file_menu.text == "Mine"
    assert project_file.read_bytes() == content
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", tmp_path / "no folder" / "x.flowviz")
    file_menu.wait(lambda: "no folder" in file_menu.notice)
    assert file_menu.is_changed
    file_menu.choose("save")
    file_menu.wait(lambda: not file_menu.is_changed)
    assert not file_menu.notice


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_full_disk_leaves_the_document_changed(file_menu: FileMenu, tmp_path: Path) -> None:
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", Path("/dev/full"))
    file_menu.wait(lambda: "not saved yet" in file_menu.notice)
    assert file_menu.is_changed


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_folder_without_permission_is_reported(file_menu: FileMenu, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", locked / "x.flowviz")
    file_menu.wait(lambda: "not saved yet" in file_menu.notice)
    assert file_menu.is_changed


def test_training_is_a_change_and_is_saved_while_it_runs(file_menu: FileMenu, tmp_path: Path) -> None:
    path = tmp_path / "runs.flowviz"
    file_menu.type("Hi")
    choose_small_flow(file_menu.window)
    choose_steps(file_menu.window, 10_000_000)
    file_menu.window.find(QToolButton, "trainButton").click()
    wait_for_status(file_menu.window, file_menu.qtbot, "steps/s")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", path)
    file_menu.wait(path.exists)
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path == path)
    saved = load_project(path)
    assert saved.checkpoint is not None
    assert saved.next is None
    file_menu.wait(lambda: file_menu.is_changed)  # the training goes on
    file_menu.window.find(QAction, "stopAction").trigger()
    wait_for_status(file_menu.window, file_menu.qtbot, "Stopped")


def test_copy_image_puts_the_cloud_on_the_clipboard(file_menu: FileMenu) -> None:
    cloud = file_menu.window.find(CloudView, "cloudView")
    file_menu.choose("copyImage")
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


def test_a_project_with_another_suffix_is_saved_as_a_project(file_menu: FileMenu, tmp_path: Path) -> None:
    path = tmp_path / "word.flowviz.bak"
    copyfile(example("two_moons").path, path)
    file_menu.open(path)
    file_menu.choose("saveas")
    dialog = file_menu.window.find(QFileDialog, "saveDialog")
    assert dialog.defaultSuffix() == "flowviz"
    assert Path(dialog.selectedFiles()[0]).name == "word.flowviz.bak.flowviz"
    dialog.reject()

"""The document of the real window: opened, saved, changed, asked about, and never lost."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag

import numpy as np
import pytest
from PyQt6.QtGui import QAction, QGuiApplication, QImage
from PyQt6.QtWidgets import QComboBox, QFileDialog, QPushButton

from flowviz.app.document.document import opened
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.errors import FileError
from flowviz.files import fingerprint
from flowviz.projects import Project, load_project, save_project
from flowviz.specs import Seen, TextSpec
from tests.app.conftest import FileMenu, Window
from tests.app.test_main_window import choose_steps, pixels, wait_for_status


def test_no_key_is_used_twice(window: Window) -> None:
    keys = [key.toString() for action in window.main.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Shift+C"} <= set(keys)


CHANGES: dict[str, Callable[[FileMenu], object]] = {
    "target": lambda file_menu: file_menu.type("No"),
    "flow": lambda file_menu: file_menu.window.find(QComboBox, "flowFamily").setCurrentIndex(3),
    "budget": lambda file_menu: choose_steps(file_menu.window, 77),
    "selection": lambda file_menu: file_menu.choose_titled("Invert Selection"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_worth_saving_is_a_change_and_saving_ends_it(
    file_menu: FileMenu, project_file: Path, change: str
) -> None:
    file_menu.open(project_file)
    CHANGES[change](file_menu)
    assert file_menu.is_changed
    file_menu.choose("save")
    file_menu.wait(lambda: not file_menu.is_changed)
    CHANGES[change](file_menu)
    assert file_menu.is_changed == (change == "selection")


def test_a_change_that_is_taken_back_is_none(file_menu: FileMenu, project_file: Path) -> None:
    file_menu.open(project_file)
    file_menu.type("No")
    assert file_menu.is_changed
    file_menu.type("Hi")
    assert not file_menu.is_changed


def test_unsaved_changes_are_asked_about_before_another_takes_their_place(
    file_menu: FileMenu, project_file: Path, tmp_path: Path, project: Project
) -> None:
    file_menu.type("Mine")
    file_menu.window.main.document_actions.open(project_file)
    file_menu.press("unsavedBox", "cancel")
    assert file_menu.text == "Mine"
    file_menu.window.main.document_actions.open(project_file)
    file_menu.press("unsavedBox", "save")  # it has no file yet
    file_menu.window.find(QFileDialog, "saveDialog").reject()
    file_menu.qtbot.wait(100)
    assert file_menu.text == "Mine", "who calls the saving off calls all off"
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
    assert file_menu.text == "BRAD"
    assert not file_menu.boxes


def test_revert_goes_back_to_the_file(file_menu: FileMenu, project_file: Path) -> None:
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


def test_a_file_that_another_program_has_changed_is_not_overwritten_unasked(
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


def test_a_save_that_fails_says_so_and_loses_nothing(
    file_menu: FileMenu, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_menu.open(project_file)
    content = project_file.read_bytes()
    file_menu.type("Mine")

    def full(*_: object) -> None:
        raise FileError(f"{project_file} cannot be written: no space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.app.document.document.save_project", full)
        assert not file_menu.window.main.close()
        file_menu.press("unsavedBox", "save")
        file_menu.wait(lambda: "no space left" in file_menu.notice)
        assert "not saved yet" in file_menu.notice
    assert file_menu.window.main.isVisible(), "it is not closed after all"
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


def test_a_slip_while_it_saves_or_opens_is_told_and_can_be_mended(
    file_menu: FileMenu, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_menu.open(project_file)
    file_menu.type("Mine")

    def slip(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.app.document.document.save_project", slip)
        patched.setattr("flowviz.app.document.document.load_project", slip)
        file_menu.choose("save")
        file_menu.wait(lambda: "could not be saved" in file_menu.notice)
        file_menu.window.main.document_actions.document.open(project_file)
        file_menu.wait(lambda: "could not be opened" in file_menu.notice)
        assert "MemoryError" in file_menu.notice
    assert file_menu.is_changed
    file_menu.choose("save")
    file_menu.wait(lambda: not file_menu.is_changed)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_disk_that_is_full_leaves_the_document_changed(file_menu: FileMenu, tmp_path: Path) -> None:
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", Path("/dev/full"))
    file_menu.wait(lambda: "not saved yet" in file_menu.notice)
    assert file_menu.is_changed


def test_a_training_is_a_change_and_can_be_saved_while_it_runs(file_menu: FileMenu, tmp_path: Path) -> None:
    path = tmp_path / "runs.flowviz"
    file_menu.type("Hi")
    choose_steps(file_menu.window, 1_000_000)
    file_menu.window.find(QPushButton, "trainButton").click()
    wait_for_status(file_menu.window, file_menu.qtbot, "steps/s")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", path)
    file_menu.wait(path.exists)
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path == path)
    saved = load_project(path)
    assert saved.checkpoint is not None
    assert saved.next is None
    file_menu.wait(lambda: file_menu.is_changed)  # since it goes on
    file_menu.window.find(QPushButton, "stopButton").click()
    wait_for_status(file_menu.window, file_menu.qtbot, "Stopped")


def test_copy_image_puts_what_is_seen_on_the_clipboard(file_menu: FileMenu) -> None:
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


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_a_sentence(file_menu: FileMenu, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    file_menu.type("Mine")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", locked / "x.flowviz")
    file_menu.wait(lambda: "not saved yet" in file_menu.notice)
    assert file_menu.is_changed


def test_closing_asks_and_closes_after_the_answer(file_menu: FileMenu, project_file: Path) -> None:
    main = file_menu.window.main
    file_menu.open(project_file)
    file_menu.type("No")
    assert not main.close()
    assert main.isVisible()
    file_menu.press("unsavedBox", "cancel")
    assert main.isVisible()
    assert not main.close()
    file_menu.press("unsavedBox", "save")
    file_menu.wait(lambda: not main.isVisible())
    plan = load_project(project_file).next
    assert plan is not None
    assert plan.target.title == "No"


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flag]:
    """A disk that does nothing until this flag is set."""
    ready = Flag()

    def slowly(work: Callable[..., object]) -> Callable[..., object]:
        def waiting(*args: object) -> object:
            assert ready.wait(20)
            return work(*args)

        return waiting

    for name, work in (("save_project", save_project), ("load_project", load_project)):
        monkeypatch.setattr(f"flowviz.app.document.document.{name}", slowly(work))
    yield ready
    ready.set()


def test_what_was_being_saved_is_not_the_file_of_what_took_its_place(
    file_menu: FileMenu, project_file: Path, disk: Flag
) -> None:
    document = file_menu.window.main.document_actions.document
    disk.set()
    file_menu.open(project_file)
    disk.clear()
    file_menu.type("Mine")
    file_menu.choose("save")
    file_menu.choose("save")  # waits for the first one
    file_menu.choose("new")
    file_menu.press("unsavedBox", "discard")
    disk.set()
    file_menu.wait(lambda: load_project(project_file).asked.target.title == "Mine")
    file_menu.qtbot.wait(200)
    assert (file_menu.text, document.path, file_menu.is_changed) == ("BRAD", None, False)
    assert load_project(project_file).asked.target.title == "Mine"


def test_new_document_is_saved_after_the_running_save_of_the_old_one(
    file_menu: FileMenu, project_file: Path, tmp_path: Path, disk: Flag
) -> None:
    document, other = file_menu.window.main.document_actions.document, tmp_path / "other.flowviz"
    disk.set()
    file_menu.open(project_file)
    disk.clear()
    file_menu.type("Mine")
    file_menu.choose("save")
    file_menu.choose("new")
    file_menu.press("unsavedBox", "discard")
    file_menu.type("Other")
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", other)
    disk.set()
    file_menu.wait(lambda: document.path == other)
    assert load_project(other).asked.target.title == "Other"
    assert load_project(project_file).asked.target.title == "Mine"


def test_a_file_that_is_read_too_late_does_not_take_the_place_of_what_was_shown_since(
    file_menu: FileMenu, project_file: Path, project: Project, disk: Flag
) -> None:
    document = file_menu.window.main.document_actions.document
    document.open(project_file)
    recovered = replace(project, target=TextSpec(text="Recovered"))
    document.show(opened(recovered), changed=True)
    disk.set()
    file_menu.qtbot.wait(1000)
    assert (file_menu.text, document.path, file_menu.is_changed) == ("Recovered", None, True)


def test_a_second_save_while_the_first_one_writes_asks_nothing(file_menu: FileMenu, project_file: Path) -> None:
    document = file_menu.window.main.document_actions.document
    file_menu.open(project_file)
    file_menu.type("Mine")
    before = fingerprint(project_file)
    file_menu.choose("save")
    while fingerprint(project_file) == before:  # it is written, and the window has not heard of it
        time.sleep(0.01)
    file_menu.choose("save")
    assert not file_menu.boxes
    file_menu.wait(lambda: not file_menu.is_changed)
    assert not document.is_overtaken

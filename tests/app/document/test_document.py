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
from tests.app.conftest import Desk, Window
from tests.app.test_main_window import choose_steps, pixels, wait_for_status


def test_no_key_is_used_twice(window: Window) -> None:
    keys = [key.toString() for action in window.main.findChildren(QAction) for key in action.shortcuts()]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert {"Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+Shift+S", "Ctrl+Shift+C"} <= set(keys)


CHANGES: dict[str, Callable[[Desk], object]] = {
    "target": lambda desk: desk.type("No"),
    "flow": lambda desk: desk.window.find(QComboBox, "flowFamily").setCurrentIndex(3),
    "budget": lambda desk: choose_steps(desk.window, 77),
    "selection": lambda desk: desk.choose_titled("Invert Selection"),
}


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
        patched.setattr("flowviz.app.document.document.save_project", full)
        assert not desk.window.main.close()
        desk.press("unsavedBox", "save")
        desk.wait(lambda: "no space left" in desk.notice)
        assert "not saved yet" in desk.notice
    assert desk.window.main.isVisible(), "it is not closed after all"
    assert desk.is_changed
    assert desk.text == "Mine"
    assert project_file.read_bytes() == content
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", tmp_path / "no folder" / "x.flowviz")
    desk.wait(lambda: "no folder" in desk.notice)
    assert desk.is_changed
    desk.choose("save")
    desk.wait(lambda: not desk.is_changed)
    assert not desk.notice


def test_a_slip_while_it_saves_or_opens_is_told_and_can_be_mended(
    desk: Desk, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open(project_file)
    desk.type("Mine")

    def slip(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("flowviz.app.document.document.save_project", slip)
        patched.setattr("flowviz.app.document.document.load_project", slip)
        desk.choose("save")
        desk.wait(lambda: "could not be saved" in desk.notice)
        desk.window.main.desk.document.open(project_file)
        desk.wait(lambda: "could not be opened" in desk.notice)
        assert "MemoryError" in desk.notice
    assert desk.is_changed
    desk.choose("save")
    desk.wait(lambda: not desk.is_changed)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_disk_that_is_full_leaves_the_document_changed(desk: Desk, tmp_path: Path) -> None:
    desk.type("Mine")
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", Path("/dev/full"))
    desk.wait(lambda: "not saved yet" in desk.notice)
    assert desk.is_changed


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


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    desk.type("Mine")
    desk.choose("saveas")
    desk.answer_dialog("saveDialog", locked / "x.flowviz")
    desk.wait(lambda: "not saved yet" in desk.notice)
    assert desk.is_changed


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
    desk: Desk, project_file: Path, disk: Flag
) -> None:
    document = desk.window.main.desk.document
    disk.set()
    desk.open(project_file)
    disk.clear()
    desk.type("Mine")
    desk.choose("save")
    desk.choose("save")  # waits for the first one
    desk.choose("new")
    desk.press("unsavedBox", "discard")
    disk.set()
    desk.wait(lambda: load_project(project_file).asked.target.title == "Mine")
    desk.qtbot.wait(200)
    assert (desk.text, document.path, desk.is_changed) == ("BRAD", None, False)
    assert load_project(project_file).asked.target.title == "Mine"


def test_a_file_that_is_read_too_late_does_not_take_the_place_of_what_was_shown_since(
    desk: Desk, project_file: Path, project: Project, disk: Flag
) -> None:
    document = desk.window.main.desk.document
    document.open(project_file)
    recovered = replace(project, target=TextSpec(text="Recovered"))
    document.show(opened(recovered), changed=True)
    disk.set()
    desk.qtbot.wait(1000)
    assert (desk.text, document.path, desk.is_changed) == ("Recovered", None, True)


def test_a_second_save_while_the_first_one_writes_asks_nothing(desk: Desk, project_file: Path) -> None:
    document = desk.window.main.desk.document
    desk.open(project_file)
    desk.type("Mine")
    before = fingerprint(project_file)
    desk.choose("save")
    while fingerprint(project_file) == before:  # it is written, and the window has not heard of it
        time.sleep(0.01)
    desk.choose("save")
    assert not desk.boxes
    desk.wait(lambda: not desk.is_changed)
    assert not document.is_overtaken

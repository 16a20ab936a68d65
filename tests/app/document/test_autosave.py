"""What is not saved survives the end of the program, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.errors import FileError
from flowviz.projects import load_project
from flowviz.projects.drafts import Draft, Drafts, drafts_folder
from tests.app.conftest import FileMenu, work_is_running

TRAINED_AND_KILLED = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QPlainTextEdit, QPushButton
import flowviz.app.document.autosave as autosave, flowviz.app.main as main
autosave.PERIOD_MS = 300
create = main.create_window
def created():
    window = create()
    def train():
        window.findChild(QPlainTextEdit, "targetText").setPlainText("No")
        window.findChild(QPushButton, "trainButton").click()
    window.document_actions.document.opened.connect(train)
    return window
main.create_window = created
main.run(Path(sys.argv[1]))
"""


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it never happened")


def test_a_training_that_is_killed_is_offered_and_recovered(
    file_menu: FileMenu, project_file: Path, qtbot: QtBot
) -> None:
    content = project_file.read_bytes()
    killed = subprocess.Popen(
        [sys.executable, "-c", TRAINED_AND_KILLED, str(project_file)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    wait(lambda: any(load_project(draft).target.title == "No" for draft in drafts()))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert project_file.read_bytes() == content, "the person's file is as it was"
    main = file_menu.window.main
    main.recovery.look()
    file_menu.wait(lambda: file_menu.boxes == ["recoveryBox"])
    assert "unsaved work on 'hi'" in file_menu.window.find(QMessageBox, "recoveryBox").text()
    file_menu.press("recoveryBox", "later")
    long_ago = datetime(2020, 2, 29, 12, 34).timestamp()
    for draft in drafts():
        os.utime(draft, (long_ago, long_ago))
    main.recovery.look()
    file_menu.wait(lambda: file_menu.boxes == ["recoveryBox"])
    assert "of 29 February 2020, 12:34." in file_menu.window.find(QMessageBox, "recoveryBox").text()
    file_menu.press("recoveryBox", "recover")
    file_menu.wait(lambda: main.document_actions.document.path == project_file)
    recovered = main.session.project()
    assert recovered.target.title == "No"
    assert recovered.checkpoint is not None
    assert recovered.weights.parameters
    assert file_menu.is_changed
    assert not main.document_actions.document.is_overtaken
    file_menu.choose("save")
    file_menu.wait(lambda: not file_menu.is_changed)
    saved = load_project(project_file)
    for name, array in recovered.weights.parameters.items():
        np.testing.assert_array_equal(saved.weights.parameters[name], array)
    file_menu.wait(lambda: not drafts())


def drafts() -> list[Path]:
    """The files of drafts, of programs that run, too."""
    return list(Path(os.environ["XDG_DATA_HOME"]).rglob("[!.]*.flowviz"))


def test_a_draft_is_there_while_something_is_not_saved(file_menu: FileMenu, tmp_path: Path) -> None:
    autosave = file_menu.window.main.autosave
    autosave.save()
    file_menu.qtbot.wait(100)
    assert not drafts(), "nothing has changed"
    file_menu.type("Mine")
    autosave.save()
    file_menu.wait(lambda: len(drafts()) == 1)
    (draft,) = drafts()
    file_menu.wait(lambda: load_project(draft).target.title == "Mine")
    file_menu.wait(lambda: autosave._standing == file_menu.window.main.session.standing())  # the window has heard of it
    written = draft.stat().st_mtime_ns
    autosave.save()
    file_menu.qtbot.wait(100)
    assert draft.stat().st_mtime_ns == written, "nothing has changed since"
    assert not Drafts(drafts_folder()).abandoned(), "whose window is open is not abandoned"
    file_menu.save_as(tmp_path / "mine.flowviz")
    file_menu.wait(lambda: not drafts())


def test_a_draft_goes_with_the_changes_that_are_discarded(file_menu: FileMenu) -> None:
    main = file_menu.window.main
    file_menu.type("Mine")
    main.autosave.save()
    file_menu.wait(lambda: len(drafts()) == 1)
    assert not main.close()
    file_menu.press("unsavedBox", "discard")
    file_menu.wait(lambda: not main.isVisible())
    assert not drafts()


def test_draft_written_while_the_window_closes_is_discarded(
    file_menu: FileMenu, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, started, may_write, save = file_menu.window.main, Event(), Event(), Draft.save

    def save_slowly(draft: Draft, *arguments: Any) -> None:
        started.set()
        assert may_write.wait(20)
        save(draft, *arguments)

    monkeypatch.setattr(Draft, "save", save_slowly)
    monkeypatch.setattr("flowviz.app.document.autosave.CLOSING_PATIENCE_MS", 10)
    file_menu.type("Mine")
    main.autosave.save()
    assert started.wait(20)
    main.discard_changes()
    assert main.close()
    may_write.set()
    file_menu.wait(lambda: not work_is_running())
    assert not drafts()
    assert not Drafts(drafts_folder()).abandoned(), "the next start offers nothing to recover"


def test_an_autosave_that_fails_is_told_once_and_tried_again(
    file_menu: FileMenu, monkeypatch: pytest.MonkeyPatch
) -> None:
    autosave, told = file_menu.window.main.autosave, list[Notice]()
    autosave.notice_posted.connect(told.append)

    def full(*_: object) -> None:
        raise FileError("The draft cannot be written: no space left on device.")

    file_menu.type("Mine")
    with monkeypatch.context() as patched:
        patched.setattr(Draft, "save", full)
        for _ in range(3):
            autosave.save()
            file_menu.qtbot.wait(100)
        assert len(told) == 1
        assert "no space left" in file_menu.notice
    autosave.save()
    file_menu.wait(lambda: len(drafts()) == 1)
    file_menu.wait(lambda: not file_menu.notice)


def test_that_no_copy_is_kept_is_no_longer_said_when_it_is_saved(
    file_menu: FileMenu, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise FileError("The draft cannot be written: no space left on device.")

    monkeypatch.setattr(Draft, "save", full)
    file_menu.type("Mine")
    file_menu.window.main.autosave.save()
    file_menu.wait(lambda: "No copy is kept" in file_menu.notice)
    file_menu.save_as(tmp_path / "mine.flowviz")
    file_menu.wait(lambda: not file_menu.notice)


def test_a_slip_of_the_program_keeps_what_is_not_saved_at_once(file_menu: FileMenu) -> None:
    file_menu.type("Mine")
    file_menu.window.main.crash_handler.take(RuntimeError, RuntimeError("slip"), None)
    assert "RuntimeError" in file_menu.notice
    file_menu.wait(lambda: len(drafts()) == 1)

"""Drafts of unsaved work: when they are written, discarded and recovered."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from flowviz.app.document.autosave import Autosave
from flowviz.app.document.document import Document
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.notice import Notice
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.window.crash_handler import CrashHandler
from flowviz.errors import FileError
from flowviz.projects import load_comparison, load_project
from flowviz.projects.drafts import Draft, Drafts, drafts_folder
from flowviz.records import Selection
from tests.app.conftest import FileMenu, work_is_running
from tests.app.document.fakes import FakeSession, InlineWorker, comparison_of, content_of, project_in, untrained
from tests.app.workspace.fakes import untrained as entrants
from tests.projects.examples import whole_project
from tests.records.scores import scored

TRAINED_AND_KILLED = """
import sys
from pathlib import Path
from threading import Event
from PyQt6.QtWidgets import QPlainTextEdit, QToolButton
import flowviz.app.document.autosave as autosave, flowviz.app.main as main
import flowviz.training.entrant_training as training
from flowviz.app.desktop.settings import settings
from flowviz.app.training.warm_up import SETTING
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.projects import load_comparison, load_project
from flowviz.records import Snapshot
settings().setValue(SETTING, "false")  # to load TensorFlow would take long, as would reports of stages
FlowQueries.report = lambda *_: None
autosave.PERIOD_MS = 300
project = load_project(Path(sys.argv[1]))
def train(*_, **__):
    yield Snapshot(2100, project.weights, None, None, project.trace)
    yield project.checkpoint
    Event().wait()
training.train = train
create = main.create_window
def created():
    window = create()
    def begin():
        window.findChild(QPlainTextEdit, "targetText").setPlainText("No")
        window.findChild(QToolButton, "trainButton").click()
    window.document_actions.document.opened.connect(begin)
    return window
main.create_window = created
main.run(Path(sys.argv[1]))
"""

TYPED_AND_ENDED = """
import os, signal
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QPlainTextEdit
import flowviz.app.main as main
create = main.create_window
def created():
    window = create()
    def end():
        window.findChild(QPlainTextEdit, "targetText").setPlainText("Mine")
        os.kill(os.getpid(), signal.SIGTERM)
    QTimer.singleShot(0, end)
    return window
main.create_window = created
main.run()
"""

ENDED_EARLY = """
import os, signal
import flowviz.app.main as main
create = main.create_window
def created():
    window = create()
    show = window.show
    window.show = lambda: (show(), os.kill(os.getpid(), signal.SIGTERM))  # just before the event loop begins
    return window
main.create_window = created
main.run()
"""

UNABLE_TO_SAVE = """
import flowviz.app.document.autosave as autosave
def save_now(self):
    raise RuntimeError("cannot save")
autosave.Autosave.save_now = save_now
"""


def drafts() -> list[Path]:
    """Return the files of all drafts, also of running programs."""
    return list(Path(os.environ["XDG_DATA_HOME"]).rglob("[!.]*.flowviz"))


def titles() -> list[str]:
    """Return the titles of all drafts, apart from those that a program removes in the meantime."""
    return [title for draft in drafts() if (title := title_of(draft)) is not None]


def title_of(draft: Path) -> str | None:
    try:
        return project_in(draft).target.title
    except FileError:
        if draft.exists():
            raise
        return None


def has_notes() -> bool:
    """Return whether the draft is complete: a note beside the project says where it belongs."""
    return all(draft.with_suffix(".json").exists() for draft in drafts())


class Editor:
    """A document without a window, and its autosave."""

    def __init__(self, word: str, thread: LatestWorker) -> None:
        self.session, self.owner = FakeSession(), QObject()
        self.document = Document(content_of(self.session, word), RecentFiles(), lambda _: None, self.owner)
        self.notices = list[Notice]()
        self.autosave = Autosave(Drafts(drafts_folder()), thread, self.document, self.notices.append, self.owner)


WORDS = pytest.mark.parametrize("word", ["project", "comparison"])


@pytest.fixture(params=["project", "comparison"])
def editor(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Editor]:
    editor = Editor(request.param, InlineWorker())
    yield editor
    editor.autosave.close()
    editor.document.close()
    qtbot.waitUntil(lambda: not work_is_running())


def test_draft_is_written_for_unsaved_changes_only(editor: Editor) -> None:
    editor.autosave.save()
    assert not drafts(), "nothing has changed"
    editor.session.type("Yours")
    editor.autosave.save()
    assert titles() == ["Yours"]
    assert not Drafts(drafts_folder()).abandoned(), "the draft of a running program is not abandoned"
    (draft,) = drafts()
    written = draft.stat().st_ino
    editor.autosave.save()
    assert draft.stat().st_ino == written, "nothing has changed since"
    editor.session.type("Ours")
    editor.autosave.save()
    assert titles() == ["Ours"]


def test_draft_has_a_score_without_an_nll(editor: Editor) -> None:
    score = scored(400, None, None, None, -1.5, folded=0.626)
    editor.session.show_project(replace(whole_project(), score=score))
    editor.session.changed.emit()
    editor.autosave.save()
    (draft,) = drafts()
    assert project_in(draft).score == score
    assert not editor.notices


def test_draft_is_discarded_when_the_changes_are(editor: Editor) -> None:
    editor.session.type("Yours")
    editor.autosave.save()
    editor.document.discard_changes()
    assert not drafts()


def test_draft_is_discarded_when_the_project_is_saved(editor: Editor, qtbot: QtBot, tmp_path: Path) -> None:
    editor.session.type("Yours")
    editor.autosave.save()
    editor.document.save(tmp_path / "yours.flowviz")
    qtbot.waitUntil(lambda: not drafts())


def test_draft_is_discarded_on_close(editor: Editor) -> None:
    editor.session.type("Yours")
    editor.autosave.save()
    editor.autosave.close()
    assert not drafts()


def fail(*_: object) -> None:
    raise FileError("The draft cannot be written: no space left on device.")


def test_failure_is_reported_once_until_a_draft_is_written(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    editor.session.type("Yours")
    with monkeypatch.context() as patched:
        patched.setattr(Draft, "save", fail)
        for _ in range(3):
            editor.autosave.save()
    (notice,) = editor.notices
    assert notice.text.startswith("Unsaved changes could not be backed up: ")
    assert "no space left" in notice.text
    assert notice.advice.startswith("Save them with File ▸ Save.")
    editor.autosave.save()
    assert titles() == ["Yours"]
    assert not editor.notices[-1].text


def test_failure_is_withdrawn_when_the_project_is_saved(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> None:
    monkeypatch.setattr(Draft, "save", fail)
    editor.session.type("Yours")
    editor.autosave.save()
    assert editor.notices[-1].text
    editor.document.save(tmp_path / "yours.flowviz")
    qtbot.waitUntil(lambda: not editor.notices[-1].text)


@WORDS
def test_draft_written_while_the_window_closes_is_discarded(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    started, may_write, save, thread = Event(), Event(), Draft.save, LatestWorker()
    editor = Editor(word, thread)

    def save_slowly(draft: Draft, *arguments: Any) -> None:
        started.set()
        assert may_write.wait(20)
        save(draft, *arguments)

    monkeypatch.setattr(Draft, "save", save_slowly)
    monkeypatch.setattr("flowviz.app.document.autosave.CLOSING_PATIENCE_MS", 10)
    editor.session.type("Yours")
    editor.autosave.save()
    assert started.wait(20)
    editor.autosave.close()
    may_write.set()
    assert thread.wait(20_000)  # isRunning() is already false while the listeners of `finished` run
    assert not drafts()
    assert not Drafts(drafts_folder()).abandoned(), "the next start offers nothing to recover"


def test_draft_is_discarded_when_the_window_closes(file_menu: FileMenu) -> None:
    main = file_menu.window.main
    file_menu.type("Mine")
    main.autosave.save()
    file_menu.wait(lambda: len(drafts()) == 1)
    assert not main.close()
    file_menu.press("unsavedBox", "discard")
    file_menu.wait(lambda: not main.isVisible())
    assert not drafts()


def test_internal_error_writes_a_draft_at_once(file_menu: FileMenu) -> None:
    file_menu.type("Mine")
    file_menu.window.main.crash_handler.take(RuntimeError, RuntimeError("slip"), None)
    assert "RuntimeError" in file_menu.notice
    file_menu.wait(lambda: len(drafts()) == 1)


def test_changes_are_asked_about_before_a_draft_is_recovered(file_menu: FileMenu) -> None:
    crashed = Drafts(drafts_folder())
    crashed.own().save(untrained("Draft"), None)
    crashed.close()
    for answer, text in (("cancel", "Mine"), ("discard", "Draft")):
        file_menu.window.main.recovery.look()
        file_menu.wait(lambda: file_menu.boxes == ["recoveryBox"])
        file_menu.type("Mine")
        file_menu.press("recoveryBox", "recover")
        file_menu.press("unsavedBox", answer)
        assert file_menu.text == text
    file_menu.wait(lambda: titles() == ["Draft"])


def test_a_draft_of_a_comparison_is_recovered(file_menu: FileMenu) -> None:
    main, crashed = file_menu.window.main, Drafts(drafts_folder())
    crashed.own().save(comparison_of(untrained("Mine")), None)
    abandoned = crashed.own().path
    crashed.close()
    main.recovery.look()
    file_menu.press("recoveryBox", "recover")
    file_menu.wait(lambda: main.comparisons.is_shown)
    assert main.comparisons.compared.value.names == ("a",)
    assert file_menu.is_changed
    file_menu.wait(lambda: not abandoned.exists() and len(drafts()) == 1)
    main.discard_changes()
    file_menu.wait(lambda: not drafts())


def test_a_draft_keeps_how_a_comparison_is_viewed(file_menu: FileMenu) -> None:
    main, crashed, some = file_menu.window.main, Drafts(drafts_folder()), Selection(np.arange(8000) < 7)
    main.comparisons.show(entrants("a", "b"))
    main.comparisons.compared.select("b")
    main.view.set_stage(3)
    main.view.set_selection(some)
    main.autosaves[1].save_now()
    (draft,) = drafts()
    crashed.own().save(load_comparison(draft), None)
    crashed.close()
    main.comparisons.document.discard_changes()
    main.comparisons.show(entrants("c"))
    main.recovery.look()
    file_menu.press("recoveryBox", "recover")
    file_menu.wait(lambda: main.comparisons.compared.value.names == ("a", "b"))
    assert main.comparisons.compared.value.selected == "b"
    assert (main.view.value.stage, main.view.value.selection) == (3, some)
    main.discard_changes()
    file_menu.wait(lambda: not drafts())


def test_killed_training_is_offered_and_recovered(file_menu: FileMenu, project_file: Path, qtbot: QtBot) -> None:
    content = project_file.read_bytes()
    killed = subprocess.Popen(
        [sys.executable, "-c", TRAINED_AND_KILLED, str(project_file)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    qtbot.waitUntil(lambda: "No" in titles() and has_notes())
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert project_file.read_bytes() == content, "the user's file is unchanged"
    main = file_menu.window.main
    main.recovery.look()
    file_menu.wait(lambda: file_menu.boxes == ["recoveryBox"])
    box = file_menu.window.find(QMessageBox, "recoveryBox")
    assert box.text().startswith("Unsaved work on 'hi' from ")
    assert box.text().endswith(" was found. Recover it?")
    assert box.informativeText() == "You can save it afterwards."
    file_menu.press("recoveryBox", "later")
    long_ago = datetime(2020, 3, 5, 12, 34).timestamp()
    for draft in drafts():
        os.utime(draft, (long_ago, long_ago))
    main.recovery.look()
    file_menu.wait(lambda: file_menu.boxes == ["recoveryBox"])
    assert "from March 5, 2020, 12:34 was" in file_menu.window.find(QMessageBox, "recoveryBox").text()
    file_menu.press("recoveryBox", "recover")
    file_menu.wait(lambda: main.document_actions.document.path == project_file)
    recovered = main.session.project()
    assert recovered.target.title == "No"
    assert recovered.checkpoint is not None
    assert recovered.weights.parameters
    assert file_menu.is_changed
    assert not main.document_actions.document.is_changed_on_disk
    file_menu.choose("save")
    file_menu.wait(lambda: not file_menu.is_changed)
    saved = load_project(project_file)
    for name, array in recovered.weights.parameters.items():
        np.testing.assert_array_equal(saved.weights.parameters[name], array)
    file_menu.wait(lambda: not drafts())


@WORDS
def test_the_end_of_the_program_does_not_skip_a_draft_that_waits(qtbot: QtBot, word: str) -> None:
    release, thread = Event(), LatestWorker()
    editor = Editor(word, thread)
    thread.ask("slow", lambda: release.wait(20), lambda _: None)
    editor.session.type("Yours")
    editor.autosave.save()
    assert not drafts()
    editor.autosave.save_now()
    assert titles() == ["Yours"]
    release.set()
    editor.autosave.close()
    editor.document.close()
    qtbot.waitUntil(lambda: not work_is_running())


def test_two_documents_share_the_thread_of_their_drafts(qtbot: QtBot) -> None:
    thread, release = LatestWorker(), Event()
    editors = [Editor(word, thread) for word in ("project", "comparison")]
    thread.ask("slow", lambda: release.wait(20), lambda _: None)
    for editor in editors:
        editor.session.type("Yours")
        editor.autosave.save()
    release.set()
    qtbot.waitUntil(lambda: titles() == ["Yours", "Yours"] and has_notes())
    for editor in editors:
        editor.autosave.close()
        editor.document.close()
    assert not drafts()
    qtbot.waitUntil(lambda: not work_is_running())


def test_a_draft_that_cannot_be_removed_does_not_prevent_closing(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.session.type("Yours")
    editor.autosave.save()
    with monkeypatch.context() as patched:
        patched.setattr(Draft, "discard", fail)
        editor.autosave.close()


def test_an_error_in_one_draft_does_not_prevent_the_next_one(qapp: QApplication) -> None:
    owner, saved = QObject(), list[str]()

    def slip() -> None:
        raise RuntimeError("slip")

    handler = CrashHandler([lambda: saved.append("first"), slip, lambda: saved.append("last")], lambda _: None, owner)
    handler.take(RuntimeError, RuntimeError("crash"), None)
    assert sorted(saved) == ["first", "last"]


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a signal")
def test_sigterm_writes_a_draft_and_ends_the_window() -> None:
    command = [sys.executable, "-c", TYPED_AND_ENDED]
    ended = subprocess.run(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=False)
    assert ended.returncode == 143
    assert titles() == ["Mine"]
    assert has_notes()


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("program", [ENDED_EARLY, UNABLE_TO_SAVE + TYPED_AND_ENDED], ids=["early", "unable to save"])
def test_sigterm_always_ends_the_window(program: str) -> None:
    command, environment = [sys.executable, "-c", program], {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    assert subprocess.run(command, env=environment, check=False, timeout=60).returncode == 143

"""The document: what it reads and writes, and in which order, without a window, for all kinds of content."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PyQt6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from flowviz import projects
from flowviz.app.document.content import prepare
from flowviz.app.document.document import Document
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.notice import Notice
from flowviz.errors import FileError
from flowviz.files import fingerprint
from flowviz.specs.edits import Edits, LayerEdit
from tests.app.conftest import work_is_running
from tests.app.document.fakes import FakeSession, comparison_of, content_of, project_in, untrained


class Editor:
    """A document, the work that the user edits, and a disk that can be held up."""

    def __init__(self, word: str, folder: Path, qtbot: QtBot) -> None:
        self.word, self.session, self.owner = word, FakeSession(), QObject()
        self.notices = list[Notice]()
        self.document = Document(content_of(self.session, word), RecentFiles(), self._post, self.owner)
        self.file = folder / "mine.flowviz"
        self.disk = Event()
        self.disk.set()
        self._qtbot = qtbot

    def _post(self, notice: Notice) -> None:
        if notice.text:  # otherwise, it withdraws another one
            self.notices.append(notice)

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition)

    def save(self, path: Path | None = None) -> None:
        """Save, and wait until the document knows it."""
        with self._qtbot.waitSignal(self.document.saves_ended):
            self.document.save(path or self.file)
        assert self.document.path == (path or self.file)

    def show(self, text: str, *, changed: bool = False) -> None:
        project = untrained(text)
        work = project if self.word == "project" else comparison_of(project)
        self.document.show(prepare(work), changed=changed)


@pytest.fixture(params=["project", "comparison"])
def editor(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Editor]:
    editor = Editor(request.param, tmp_path, qtbot)

    def wait_for_disk(work: Callable[..., object]) -> Callable[..., object]:
        def waiting(*arguments: object) -> object:
            assert editor.disk.wait(20)
            return work(*arguments)

        return waiting

    for name in (f"save_{editor.word}", f"load_{editor.word}"):
        monkeypatch.setattr(projects, name, wait_for_disk(getattr(projects, name)))
    yield editor
    editor.disk.set()
    editor.document.close()
    editor.wait(lambda: not work_is_running())


def text_in(path: Path) -> str:
    return project_in(path).asked.target.title


def test_edited_document_is_changed_until_it_is_saved(editor: Editor) -> None:
    assert not editor.document.is_changed
    editor.session.type("Yours")
    assert editor.document.is_changed
    editor.save()
    assert not editor.document.is_changed
    assert editor.document.name == "mine"
    editor.session.type("Mine")
    assert editor.document.is_changed
    editor.session.type("Yours")
    assert not editor.document.is_changed


def test_state_change_is_announced_once(editor: Editor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.document.status.changed):
        editor.session.type("Yours")
    editor.save()
    with qtbot.assertNotEmitted(editor.document.status.changed):
        editor.session.type("Yours")


def test_edits_are_saved_that_are_not_computed_yet(editor: Editor) -> None:
    editor.session.edits_to_come = Edits(layers={1: LayerEdit(disabled=True)})
    editor.save()
    assert project_in(editor.file).edits == editor.session.edits_to_come


def test_new_document_is_saved_after_the_running_save_of_the_old_one(editor: Editor, tmp_path: Path) -> None:
    other = tmp_path / "other.flowviz"
    editor.disk.clear()
    editor.document.save(editor.file)
    editor.document.save(tmp_path / "dropped.flowviz")
    editor.show("Other")
    editor.document.save(other)
    editor.disk.set()
    editor.wait(lambda: editor.document.path == other)
    assert (text_in(editor.file), text_in(other)) == ("Mine", "Other")
    assert not (tmp_path / "dropped.flowviz").exists(), "the old project is not shown anymore"


def test_new_document_is_saved_after_the_save_of_the_old_one_failed(editor: Editor, tmp_path: Path) -> None:
    editor.disk.clear()
    editor.document.save(tmp_path / "no folder" / "mine.flowviz")
    editor.show("Other")
    editor.document.save(editor.file)
    editor.disk.set()
    editor.wait(lambda: editor.document.path == editor.file)
    assert text_in(editor.file) == "Other"
    assert "cannot be written" in editor.notices[0].text


def test_file_of_the_old_document_is_not_that_of_the_new_one(editor: Editor, qtbot: QtBot) -> None:
    editor.disk.clear()
    editor.document.save(editor.file)
    editor.show("Other")
    editor.disk.set()
    editor.wait(editor.file.exists)
    editor.save(editor.file.with_stem("other"))  # after the first save, in the same thread
    assert (text_in(editor.file), editor.session.text) == ("Mine", "Other")
    assert editor.document.name == "other"


def test_file_that_is_read_too_late_is_not_shown(editor: Editor) -> None:
    editor.save()
    editor.disk.clear()
    editor.document.open(editor.file)
    editor.show("Recovered", changed=True)
    editor.disk.set()
    editor.save(editor.file.with_stem("recovered"))  # after the file was read, in the same thread
    assert editor.session.text == "Recovered"


def test_file_is_not_shown_at_once_if_the_project_was_edited_while_it_was_read(editor: Editor) -> None:
    editor.save()
    shows = list[Callable[[], None]]()
    editor.document.edited_while_reading.connect(shows.append)
    editor.disk.clear()
    editor.document.open(editor.file)
    editor.session.type("Edited")
    editor.disk.set()
    editor.wait(lambda: bool(shows))
    assert editor.session.text == "Edited"
    shows[0]()
    assert editor.session.text == "Mine"


def test_file_is_shown_if_the_unsaved_changes_are_older(editor: Editor, qtbot: QtBot) -> None:
    editor.save()
    editor.session.type("Discarded")
    with qtbot.waitSignal(editor.document.opened):
        editor.document.open(editor.file)
    assert editor.session.text == "Mine"


def test_a_save_during_another_one_follows_it(editor: Editor, qtbot: QtBot) -> None:
    other = editor.file.with_stem("other")
    editor.disk.clear()
    editor.document.save(editor.file)
    editor.session.type("Yours")
    editor.document.save(other)
    assert editor.document.is_saving
    editor.disk.set()
    with qtbot.waitSignal(editor.document.saves_ended):
        pass
    assert (text_in(editor.file), text_in(other)) == ("Mine", "Yours")
    assert (editor.document.path, editor.document.is_saving) == (other, False)


def test_an_error_after_a_save_does_not_stop_the_next_one(editor: Editor, qtbot: QtBot) -> None:
    def slip() -> None:
        raise RuntimeError("slip")

    editor.disk.clear()
    editor.document.save(editor.file, slip)
    editor.document.save(editor.file)
    with qtbot.capture_exceptions() as caught, qtbot.waitSignal(editor.document.saves_ended):
        editor.disk.set()
    assert [str(error) for _, error, _ in caught] == ["slip"]


def test_work_is_prepared_in_the_background(editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    project, threads = untrained("Prepared"), list[object]()
    monkeypatch.setattr(type(project.trace), "measure", lambda _: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(editor.document.opened):
        editor.document.prepare_and_show(project if editor.word == "project" else comparison_of(project))
    assert editor.session.text == "Prepared"
    assert threads
    assert QThread.currentThread() not in threads


def test_continuation_runs_only_after_a_successful_save(editor: Editor, tmp_path: Path) -> None:
    calls = list[str]()
    editor.document.save(tmp_path / "no folder" / "mine.flowviz", lambda: calls.append("failed"))
    editor.wait(lambda: bool(editor.notices))
    editor.document.save(editor.file, lambda: calls.append("saved"))
    editor.wait(lambda: calls == ["saved"])


def test_invalid_file_is_refused_and_the_project_kept(editor: Editor, tmp_path: Path) -> None:
    invalid = tmp_path / "invalid.flowviz"
    invalid.write_bytes(b"nonsense")
    editor.document.open(invalid)
    editor.wait(lambda: bool(editor.notices))
    assert str(invalid) in editor.notices[0].text
    assert (editor.session.text, editor.document.path) == ("Mine", None)


def test_internal_error_is_reported_and_the_project_kept(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    editor.save()
    editor.session.type("Yours")

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(projects, f"save_{editor.word}", fail)
        patched.setattr(projects, f"load_{editor.word}", fail)
        editor.document.save(editor.file)
        editor.wait(lambda: len(editor.notices) == 1)
        editor.document.open(editor.file)
        editor.wait(lambda: len(editor.notices) == 2)
    saving, opening = editor.notices
    assert saving.text == f"The {editor.word} could not be saved: an internal error occurred."
    assert opening.text == "'mine.flowviz' could not be opened: an internal error occurred."
    assert "MemoryError" in opening.details
    assert editor.document.is_changed
    editor.save()
    assert text_in(editor.file) == "Yours"


def test_internal_error_of_reading_is_not_one_of_the_save_that_waits(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.save()
    reached = Event()

    def fail(*_: object) -> None:
        reached.set()
        assert editor.disk.wait(20)
        raise MemoryError

    editor.disk.clear()
    monkeypatch.setattr(projects, f"load_{editor.word}", fail)
    editor.document.open(editor.file)
    editor.wait(reached.is_set)
    other = editor.file.with_stem("other")
    editor.document.save(other)
    editor.disk.set()
    editor.wait(lambda: editor.document.path == other)
    assert [notice.text for notice in editor.notices] == [
        "'mine.flowviz' could not be opened: an internal error occurred."
    ]


def test_failed_save_leaves_the_document_changed(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    editor.save()
    content = editor.file.read_bytes()
    editor.session.type("Yours")

    def fail(*_: object) -> None:
        raise FileError("It cannot be written: no space left on device.")

    with monkeypatch.context() as patched:
        patched.setattr(projects, f"save_{editor.word}", fail)
        editor.document.save(editor.file)
        editor.wait(lambda: bool(editor.notices))
    assert editor.document.is_changed
    assert editor.file.read_bytes() == content


def test_own_save_is_not_a_change_on_disk(editor: Editor) -> None:
    editor.save()
    before = fingerprint(editor.file)
    editor.session.type("Yours")
    editor.document.save(editor.file)
    while fingerprint(editor.file) == before:  # without events: the document does not know of the result yet
        pass
    assert not editor.document.is_changed_on_disk
    editor.wait(lambda: not editor.document.is_changed)
    projects.save_project(untrained("Theirs"), editor.file)
    assert editor.document.is_changed_on_disk

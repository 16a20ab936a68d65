"""The desk: what the File menu does with the document, and the questions before anything is lost."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from PyQt6.QtCore import QObject, QStandardPaths, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMainWindow

from flowviz.app.document.document import FILE, Document, opened
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.notices.notice import Notice
from flowviz.app.session.session import Session
from flowviz.app.target.builder import POINTS_SUFFIXES
from flowviz.files import as_file_name
from flowviz.projects import Project
from flowviz.projects.project import PROJECT_SUFFIX
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.target import FIRST_TEXT
from flowviz.specs.training import DEFAULT_SECONDS

PATTERN = f"flowviz projects (*{PROJECT_SUFFIX})"
OPEN_ANOTHER = "What is in the window stays as it is. Open another file, or a copy of this one."
KEPT = "What is in the window stays as it is, and is not saved yet. Save it elsewhere, or mend that and save again."


class DocumentActions(QObject):
    """One document at a time: before another takes its place, or the window closes, it asks what shall become of it."""

    notice_posted = pyqtSignal(object)  # Notice; without a text, when a file is read or written again
    target_file_chosen = pyqtSignal(object)  # the Path of points or a picture, to learn

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self.document = Document(session, self)
        self.recent = RecentFiles()
        self.document.reading.connect(lambda: self.notice_posted.emit(Notice(FILE)))
        self.document.opened.connect(self._take_opened)
        self.document.saved.connect(self._take_saved)
        self.document.refused.connect(self._take_refusal)
        self.document.failed.connect(self._take_failure)

    def new(self) -> None:
        """Begin with nothing trained."""
        first = Project.untrained(TextSpec(text=FIRST_TEXT), FlowSpec(), TrainingSpec(seconds=DEFAULT_SECONDS))
        self.leave(lambda: self.document.show(opened(first)))

    def open_copy(self, path: Path) -> None:
        """Open a file of the program's own: saving asks for another."""
        self.leave(partial(self.document.open, path, is_copy=True))

    def choose(self) -> None:
        """Ask which file to open."""
        dialog = self._dialog("openDialog", "Open", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([PATTERN, "All files (*)"])
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open a project; offer to learn a file of points or a picture instead."""
        kind = _target_kind(path)
        if kind is None:
            self.leave(partial(self.document.open, path.absolute()))
            return
        ask(
            self._window, "openAsBox", f"Open '{path.name}' as {kind}?",
            "It is not a flowviz project, but a flow can learn it. It becomes the target.",
            Answer("&Open", SAVE, partial(self.target_file_chosen.emit, path.absolute())),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def revert(self) -> None:
        """Back to what the file holds."""
        path = self.document.path
        if path is not None:
            read = Answer("&Revert", DISCARD, partial(self.document.open, path))
            question = f"Go back to '{self.document.name}' as it was saved?"
            ask(
                self._window,
                "revertBox",
                question,
                "What has changed since then is lost.",
                read,
                Answer("Cancel", CANCEL),
            )

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Write the document to its file, or ask for one; then go on, unless that is called off or fails."""
        document = self.document
        if document.path is None:
            self.save_as(then)
        elif document.is_overtaken:
            ask(
                self._window, "overtakenBox",
                f"Another program has changed '{document.path.name}' since it was opened or saved here.",
                "Overwrite it with what is in the window, or save that under another name?",
                Answer("&Overwrite", DISCARD, partial(document.save, document.path, then)),
                Answer("Save &As…", SAVE, partial(self.save_as, then)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip
        else:
            document.save(document.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a file, and write the document there; then go on, unless that is called off or fails."""
        dialog = self._dialog("saveDialog", "Save As", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(PROJECT_SUFFIX.lstrip("."))
        dialog.selectFile(str(self.document.path or f"{as_file_name(self.document.name)}{PROJECT_SUFFIX}"))
        dialog.fileSelected.connect(lambda name: self.document.save(Path(name).absolute(), then))
        dialog.open()

    def leave(self, then: Callable[[], object]) -> None:
        """Go on if nothing would be lost by it; else ask first, and go on if the answer allows."""
        if not self.document.is_changed:
            then()
            return
        ask(
            self._window, "unsavedBox", f"Save the changes to '{self.document.name}'?",
            "Without that they are lost.",
            Answer("&Save", SAVE, partial(self.save, then)),
            Answer("&Discard", DISCARD, then),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def close(self) -> None:
        """End after what is being written."""
        self.document.close()

    def _dialog(self, name: str, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        path = self.document.path
        dialog = QFileDialog(self._window, title, str(path.parent if path else _documents()), PATTERN)
        dialog.setObjectName(name)
        dialog.setAcceptMode(mode)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _take_opened(self, problem: str) -> None:
        self.notice_posted.emit(Notice(FILE, problem))
        if self.document.path is not None:
            self.recent.add(self.document.path)

    def _take_saved(self) -> None:
        assert self.document.path is not None
        self.notice_posted.emit(Notice(FILE))
        self.recent.add(self.document.path)

    def _take_refusal(self, path: Path, notice: Notice) -> None:
        if not path.exists():
            self.recent.remove(path)
        self.notice_posted.emit(replace(notice, advice=notice.advice or OPEN_ANOTHER))

    def _take_failure(self, notice: Notice) -> None:
        self.notice_posted.emit(replace(notice, advice=f"{KEPT} {notice.advice}".rstrip()))


def _target_kind(path: Path) -> str | None:
    """Return what a file can be opened as if it is not a project."""
    if path.suffix.lower() in POINTS_SUFFIXES:
        return "points"
    media, _ = guess_type(path.name)
    return "an image" if media is not None and media.startswith("image/") else None


def _documents() -> Path:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(folder) if folder else Path.home()

"""The document actions of the File menu, and the questions before changes are lost."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from PyQt6.QtCore import QObject, QStandardPaths, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QMainWindow

from flowviz import projects
from flowviz.app.document.document import FILE, Document, LoadedProject, prepare
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.notices.notice import Notice
from flowviz.app.session.session import Session
from flowviz.app.state.request import first_plan
from flowviz.app.target import image_page, points_page
from flowviz.app.target.built_target import BuiltTarget
from flowviz.file_kinds import NUMBERS, PROJECT_SUFFIX
from flowviz.files import as_file_name
from flowviz.lessons import is_lesson
from flowviz.projects import Project

PROJECT_FILTER = f"flowviz projects (*{PROJECT_SUFFIX})"
TARGET_FILTERS = [page.PATTERNS.partition(";;")[0] for page in (points_page, image_page)]
AFTER_REFUSAL = "The open project is unchanged. Open another file, or a copy of this one."
AFTER_FAILURE = "The project is not saved yet. Save it elsewhere, or fix the problem and save again."


class DocumentActions(QObject):
    """Opens and saves projects; asks first where unsaved changes would be lost."""

    notice_posted = pyqtSignal(object)  # Notice; without a text, when a file is read or written again
    comparison_chosen = pyqtSignal(object, bool)  # Path of a comparison, and whether to open a copy
    target_file_chosen = pyqtSignal(object)  # Path of points or an image
    lesson_chosen = pyqtSignal(object)  # Path of a lesson

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self.document = Document(session, self)
        self.recent = RecentFiles()
        self.document.reading.connect(lambda: self.notice_posted.emit(Notice(FILE)))
        self.document.edited_while_reading.connect(self.leave)
        self.document.opened.connect(self._take_opened)
        self.document.saved.connect(self._take_saved)
        self.document.refused.connect(self._take_refusal)
        self.document.failed.connect(self._take_failure)

    def new(self) -> None:
        """Show a new, untrained project."""
        plan = first_plan()
        project = Project.untrained(plan.target, plan.flow, plan.training)
        self.leave(lambda: self.document.show(prepare(project)))

    def show_project(self, project: Project) -> None:
        """Show a project that has no file and is kept elsewhere, after asking about unsaved changes."""
        self.leave(lambda: self.document.show(prepare(project)))

    def show_unsaved(self, project: Project, built: BuiltTarget | None = None) -> None:
        """Show a project that has no file yet, after asking about unsaved changes; its target may be built already."""
        loaded = prepare(project) if built is None else LoadedProject(project, built)
        self.leave(lambda: self.document.show(loaded, changed=True))

    def open_copy(self, path: Path) -> None:
        """Open a project or a comparison without its file, so that saving asks for another one."""
        if projects.is_comparison(path):
            self.comparison_chosen.emit(path, True)
        else:
            self.leave(partial(self.document.open, path, is_copy=True))

    def choose(self) -> None:
        """Show the Open dialog."""
        dialog = self._dialog("openDialog", "Open", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_open_filters())
        dialog.fileSelected.connect(lambda name: self.open(Path(name)))
        dialog.open()

    def open(self, path: Path) -> None:
        """Open a project, a comparison or a lesson; offer to open points or an image as the target instead."""
        if projects.is_comparison(path):
            self.comparison_chosen.emit(path.absolute(), False)
            return
        if is_lesson(path):
            self.lesson_chosen.emit(path.absolute())
            return
        kind = _target_kind(path)
        if kind is None:
            self.leave(partial(self.document.open, path.absolute()))
            return
        ask(
            self._window, "openAsBox", f"Open '{path.name}' as {kind}?",
            "This file is not a flowviz project. Its contents will become the target that the flow learns.",
            Answer("&Open", SAVE, partial(self.target_file_chosen.emit, path.absolute())),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def revert(self) -> None:
        """Go back to the saved project, after asking."""
        if self.document.path is None:
            return
        ask(
            self._window, "revertBox", f"Revert to the saved version of '{self.document.name}'?",
            "Unsaved changes will be lost.",
            Answer("&Revert", DISCARD, partial(self.document.open, self.document.path)),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save the project to its file, or ask for one; call `then` if that succeeds."""
        document = self.document
        if document.path is None:
            self.save_as(then)
        elif document.is_changed_on_disk:
            ask(
                self._window, "overtakenBox",
                f"Another program has changed '{document.path.name}' since you opened or saved it.",
                "Overwrite it, or save your version under another name?",
                Answer("&Overwrite", DISCARD, partial(document.save, document.path, then)),
                Answer("Save &As…", SAVE, partial(self.save_as, then)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip
        else:
            document.save(document.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a file and save the project to it; call `then` if that succeeds."""
        dialog = self._dialog("saveDialog", "Save As", QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(PROJECT_SUFFIX.lstrip("."))
        dialog.selectFile(str(self.document.path or f"{as_file_name(self.document.name)}{PROJECT_SUFFIX}"))
        dialog.fileSelected.connect(lambda name: self.document.save(Path(name).absolute(), then))
        dialog.open()

    def leave(self, then: Callable[[], object]) -> None:
        """Call `then`; where there are unsaved changes, ask first."""
        if not self.document.is_changed:
            then()
            return
        ask(
            self._window, "unsavedBox", f"Save the changes to '{self.document.name}'?",
            "Unsaved changes will be lost.",
            Answer("&Save", SAVE, partial(self.save, then)),
            Answer("&Discard", DISCARD, then),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def close(self) -> None:
        """Stop reading and saving; see `Document.close`."""
        self.document.close()

    def _dialog(self, name: str, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        path = self.document.path
        folder = path.parent if path else _documents_folder()
        dialog = QFileDialog(self._window, title, str(folder), PROJECT_FILTER)
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
        self.notice_posted.emit(replace(notice, advice=notice.advice or AFTER_REFUSAL))

    def _take_failure(self, notice: Notice) -> None:
        self.notice_posted.emit(replace(notice, advice=f"{AFTER_FAILURE} {notice.advice}".rstrip()))


def _target_kind(path: Path) -> str | None:
    """Return what a file can be opened as if it is not a project."""
    if path.suffix.lower() in NUMBERS.suffixes:
        return "points"
    media, _ = guess_type(path.name)
    return "an image" if media is not None and media.startswith("image/") else None


def _open_filters() -> list[str]:
    """Return the file types of the Open dialog; the first one includes all that can be opened."""
    filters = [PROJECT_FILTER, *TARGET_FILTERS]
    patterns = " ".join(text[text.index("(") + 1 : -1] for text in filters)
    return [f"Projects, points and pictures ({patterns})", *filters, "All files (*)"]


def _documents_folder() -> Path:
    """Return the user's folder for documents, or the home folder if it does not exist."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(folder) if folder and Path(folder).is_dir() else Path.home()

"""The document: the project of the window and its file."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import projects
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.session.session import Session
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.files import Fingerprint, fingerprint
from flowviz.projects import Project

FILE, SAVING = "file", "saving"  # topics of the thread; all notices are about the file
INTERNAL_ERROR = "an internal error occurred."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedProject:
    """A project that is ready to be shown.

    `target` is a sentence where the target cannot be built; `mark` identifies the content of the file.
    """

    project: Project
    target: BuiltTarget | str
    mark: Fingerprint | None = None


@dataclass(frozen=True)
class _Save:
    """A save in progress: the number of the project in the window, its file, and its state."""

    number: int
    path: Path
    state: tuple[object, ...]


class Document(QObject):
    """Tracks the file of the window's project and its unsaved changes; reads and writes in a thread.

    The project in memory survives every failure.
    """

    state_changed = pyqtSignal()  # the name, the file, or whether there are unsaved changes
    opened = pyqtSignal(str)  # what could not be restored, or nothing
    saved = pyqtSignal()
    saves_ended = pyqtSignal()  # no save is running or waiting any more
    reading = pyqtSignal()
    edited_while_reading = pyqtSignal(object)  # function that shows the project that was read, despite the changes
    refused = pyqtSignal(object, object)  # the Path of a file that cannot be read, and a Notice
    failed = pyqtSignal(object)  # Notice of why the project could not be saved

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._background = LatestWorker()
        self._background.failed.connect(self._take_internal_error)
        self.path: Path | None = None
        self.mark: Fingerprint | None = None  # of the file, when it was opened or saved
        self._saved_state: tuple[object, ...] | None = session.content()  # None: never saved
        self._announced = False, self.name
        self._writing = False
        self._opening: Path | None = None  # the file requested last, until something is shown
        self._number = 0  # of the project that is shown
        self._next_save: Callable[[], None] | None = None  # runs after the save in progress
        session.changed.connect(self._update)

    @property
    def name(self) -> str:
        """Return the name shown to the user."""
        return self.path.stem if self.path else self._session.trained_title

    @property
    def is_changed(self) -> bool:
        """Return whether there are unsaved changes."""
        return self._saved_state != self._session.content()

    @property
    def is_saving(self) -> bool:
        """Return whether a save is running or waiting."""
        return self._writing or self._next_save is not None

    @property
    def is_changed_on_disk(self) -> bool:
        """Return whether another program has changed the file since it was opened or saved."""
        return self.path is not None and not self._writing and fingerprint(self.path) not in {self.mark, None}

    def open(self, path: Path, *, is_copy: bool = False) -> None:
        """Read a file, and show its project if it is valid; a copy is not saved to that file.

        If the project in the window is edited meanwhile, `edited_while_reading` is emitted instead.
        """
        self._opening = path
        self.reading.emit()
        self._background.ask(FILE, partial(_read, path), partial(self._take_read, path, is_copy, self._session.edits()))

    def show(self, loaded: LoadedProject, path: Path | None = None, *, changed: bool = False) -> None:
        """Show another project; `changed` means that it differs from its file.

        A file that is still being read is ignored, and a save in progress no longer concerns this document.
        """
        self._number += 1
        self._opening = self._next_save = None
        problem = self._session.show_project(loaded.project, loaded.target)
        self.path, self.mark = path, loaded.mark
        self._saved_state = None if changed else self._session.content()
        self._announce()
        self.opened.emit(problem)

    def save(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Write the project to a file, which becomes its own; call `then` if that succeeds."""
        if self._writing:
            self._next_save = partial(self.save, path, then)
            return
        self._writing = True
        project, save = self._session.complete(), _Save(self._number, path, self._session.content())
        self._background.ask(SAVING, partial(_write, project, path), partial(self._take_written, save, then))

    def discard_changes(self) -> None:
        """Treat the present state as saved."""
        self._saved_state = self._session.content()
        self._update()

    def close(self) -> None:
        """Stop the thread after its current work. Saves that wait are dropped, so wait for `saves_ended` first."""
        self._background.close()

    def _take_read(self, path: Path, is_copy: bool, edits: tuple[object, ...], result: LoadedProject | Notice) -> None:
        if path is not self._opening:
            return
        if isinstance(result, Notice):
            _log_failure("opened", path, result.text)
            self.refused.emit(path, result)
        else:
            log.info("opened %r", str(path))
            show = partial(self.show, result, None if is_copy else path)
            if self.is_changed and self._session.edits() != edits:
                self.edited_while_reading.emit(show)
            else:
                show()

    def _take_written(self, save: _Save, then: Callable[[], object], result: Fingerprint | Notice | None) -> None:
        self._writing = False
        if isinstance(result, Notice):
            _log_failure("saved", save.path, result.text)
            self.failed.emit(result)
        else:
            log.info("saved %r", str(save.path))
            if save.number == self._number:  # else another project is shown by now
                self.path, self.mark, self._saved_state = save.path, result, save.state
                self._announce()
                self.saved.emit()
                then()
        self._save_next()

    def _save_next(self) -> None:
        """Start the save that was requested while another one was in progress, or announce that there is none."""
        if self._next_save is not None:
            save, self._next_save = self._next_save, None
            save()
        elif not self._writing:
            self.saves_ended.emit()

    def _take_internal_error(self, notice: Notice) -> None:
        if notice.topic == SAVING:
            self._writing = False
            self.failed.emit(replace(notice, topic=FILE, text=f"The project could not be saved: {INTERNAL_ERROR}"))
            self._save_next()
        elif self._opening is not None:
            text = f"'{self._opening.name}' could not be opened: {INTERNAL_ERROR}"
            self.refused.emit(self._opening, replace(notice, topic=FILE, text=text))

    def _update(self) -> None:
        if self._announced != (self.is_changed, self.name):
            self._announce()

    def _announce(self) -> None:
        self._announced = self.is_changed, self.name
        self.state_changed.emit()


def prepare(project: Project, mark: Fingerprint | None = None) -> LoadedProject:
    """Do the slow part of showing a project. Large targets need a background thread."""
    project.trace.measure()
    return LoadedProject(project, build_or_explain(project.target), mark)


def _log_failure(action: str, path: Path, sentence: str) -> None:
    """Log a failure, with the path in quotes, so that a bug report can replace it."""
    log.warning("not %s: %s", action, sentence.replace(str(path), repr(str(path))))


def _read(path: Path) -> LoadedProject | Notice:
    try:
        mark = fingerprint(path)
        return prepare(projects.load_project(path), mark)
    except FlowvizError as error:
        return notice_of(FILE, error)


def _write(project: Callable[[], Project], path: Path) -> Fingerprint | Notice | None:
    try:
        projects.save_project(project(), path)
    except FlowvizError as error:
        return notice_of(FILE, error)
    return fingerprint(path)

"""The document: the project of the window and its file."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.session.session import Session
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.files import Fingerprint, fingerprint
from flowviz.projects import Project, load_project, save_project

CLOSING_PATIENCE_MS = 5000
FILE = "file"  # topic of the notices
SLIP = "something went wrong inside flowviz."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A project that was read, what it learned, or why that cannot be made, and the mark of its file."""

    project: Project
    found: BuiltTarget | str
    mark: Fingerprint | None = None


@dataclass(frozen=True)
class _Saved:
    """What is being written: the number of what was shown then, its file, and how it stood."""

    number: int
    path: Path
    standing: tuple[object, ...]


class Document(QObject):
    """Knows which file the window's project is in, and whether it has changed since; reads and writes in a thread.

    What is in memory stays as it is whatever fails.
    """

    state_changed = pyqtSignal()  # name, file, or whether it has changed
    opened = pyqtSignal(str)  # what could not be restored, or nothing
    saved = pyqtSignal()
    reading = pyqtSignal()  # a file, from now on
    refused = pyqtSignal(object, object)  # the Path that cannot be read, and a Notice of why
    failed = pyqtSignal(object)  # it could not be saved: a Notice of why

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._background = LatestWorker()
        self._background.failed.connect(self._take_slip)
        self.path: Path | None = None
        self.mark: Fingerprint | None = None  # of the file, when it was opened or saved
        self._standing: tuple[object, ...] | None = session.standing()  # when it was last saved; None: never
        self._said = False, self.name  # what was announced last
        self._writing = False
        self._opening: Path | None = None  # the file that was asked for last, until something is shown
        self._number = 0  # of what is shown
        self._next: Callable[[], None] | None = None  # to save, after what is being saved
        session.changed.connect(self._look)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.path.stem if self.path else self._session.trained_title

    @property
    def is_changed(self) -> bool:
        """Whether something would be lost."""
        return self._standing != self._session.standing()

    @property
    def is_overtaken(self) -> bool:
        """Whether another program has changed the file since it was opened or saved."""
        return self.path is not None and not self._writing and fingerprint(self.path) not in {self.mark, None}

    def open(self, path: Path, *, is_copy: bool = False) -> None:
        """Read a file; as soon as it is read it takes the place of what is here, if it is a good one.

        A copy is not to be saved to that file.
        """
        self._opening = path
        self.reading.emit()
        self._background.ask("file", partial(_read, path), partial(self._take_read, path, is_copy))

    def show(self, opened: Opened, path: Path | None = None, *, changed: bool = False) -> None:
        """Show a project in place of what is here; `changed` where it is not as its file has it.

        What is still being read comes too late; what is still being written is not what is here any more.
        """
        self._number += 1
        self._opening = self._next = None
        problem = self._session.show_project(opened.project, opened.found)
        self.path, self.mark = path, opened.mark
        self._standing = None if changed else self._session.standing()
        self._announce()
        self.opened.emit(problem)

    def save(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Write it to a file, which is its own from now on; then go on, unless that has failed."""
        if self._writing:
            self._next = partial(self.save, path, then)
            return
        self._writing = True
        project, saved = self._session.project(), _Saved(self._number, path, self._session.standing())
        self._background.ask("saving", partial(_written, project, path), partial(self._take_written, saved, then))

    def discard_changes(self) -> None:
        """What has changed is not worth keeping."""
        self._standing = self._session.standing()
        self._look()

    def close(self) -> None:
        """End after what is being written."""
        self._background.close()
        if self._writing:
            self._background.wait(CLOSING_PATIENCE_MS)

    def _take_read(self, path: Path, is_copy: bool, found: Opened | Notice) -> None:
        if path is not self._opening:
            return
        if isinstance(found, Notice):
            _log_failure("opened", path, found.text)
            self.refused.emit(path, found)
        else:
            log.info("opened %r", str(path))
            self.show(found, None if is_copy else path)

    def _take_written(self, saved: "_Saved", then: Callable[[], object], found: Fingerprint | Notice | None) -> None:
        self._writing = False
        if isinstance(found, Notice):
            _log_failure("saved", saved.path, found.text)
            self.failed.emit(found)
        else:
            log.info("saved %r", str(saved.path))
            if saved.number == self._number:  # else another project is shown by now
                self.path, self.mark, self._standing = saved.path, found, saved.standing
                self._announce()
                self.saved.emit()
                then()
        self._save_next()

    def _save_next(self) -> None:
        """Start the save that was requested while another one was running."""
        if self._next is not None:
            save, self._next = self._next, None
            save()

    def _take_slip(self, notice: Notice) -> None:
        """What could not be read or written for a reason that nobody has thought of."""
        if self._writing:
            self._writing = False
            self.failed.emit(replace(notice, about=FILE, text=f"It could not be saved: {SLIP}"))
            self._save_next()
        elif self._opening is not None:
            text = f"'{self._opening.name}' could not be opened: {SLIP}"
            self.refused.emit(self._opening, replace(notice, topic=FILE, text=text))

    def _look(self) -> None:
        if self._said != (self.is_changed, self.name):
            self._announce()

    def _announce(self) -> None:
        self._said = self.is_changed, self.name
        self.state_changed.emit()


def opened(project: Project, mark: Fingerprint | None = None) -> Opened:
    """A project, and what takes its time of showing it: not for the GUI thread, where a target is large."""
    project.trace.measure()
    return Opened(project, build_or_explain(project.target), mark)


def _log_failure(done: str, path: Path, sentence: str) -> None:
    """The path is in quotes, by which a bug report knows it."""
    log.warning("not %s: %s", done, sentence.replace(str(path), repr(str(path))))


def _read(path: Path) -> Opened | Notice:
    try:
        mark = fingerprint(path)
        return opened(load_project(path), mark)
    except FlowvizError as error:
        return notice_of(FILE, error)


def _written(project: Project, path: Path) -> Fingerprint | Notice | None:
    try:
        save_project(project, path)
    except FlowvizError as error:
        return notice_of(FILE, error)
    return fingerprint(path)

"""Autosave: what has changed is written beside the person's data now and then, never over the person's file."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from flowviz.app.document.document import Document
from flowviz.app.notices.notice import Notice
from flowviz.app.session.session import Session
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.files import Fingerprint
from flowviz.projects import Project
from flowviz.projects.drafts import Draft, Drafts

PERIOD_MS = 30_000
CLOSING_PATIENCE_MS = 1000
AUTOSAVE = "autosave"  # topic of the notices
ADVICE = "Save it, with File ▸ Save; it is tried again every 30 seconds."


class Autosave(QObject):
    """Keeps a draft while something is not saved; where the program ends unexpectedly, the next start finds it.

    `drafts` are used in the thread alone, for a disk may be slow.
    """

    notice_posted = pyqtSignal(object)  # Notice of what went wrong, once; without a text, where it has gone well again

    def __init__(
        self, drafts: Drafts, thread: LatestWorker, session: Session, document: Document, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._drafts, self._thread, self._session, self._document = drafts, thread, session, document
        self._standing: tuple[object, ...] | None = None  # of what is in the draft
        self._older: list[Draft] = []  # what is in them is here now
        self._own: Draft | None = None  # as soon as some of it may have been written
        self._has_told = False
        timer = QTimer(self)
        timer.timeout.connect(self.save)
        timer.start(PERIOD_MS)
        document.state_changed.connect(self._discard_saved)

    def save(self) -> None:
        """Write what has changed since it was last written, if it is not saved."""
        standing = self._session.standing()
        if self._document.is_changed and standing != self._standing:
            write = partial(self._write, self._session.project(), self._document.path, self._document.mark)
            self._thread.ask("draft", partial(_sentence, write), partial(self._take_written, standing))

    def take_over(self, draft: Draft) -> None:
        """What is in this draft is not saved yet, but here: the draft can go as soon as there is another."""
        self._older.append(draft)
        self.save()

    def close(self) -> None:
        """Stop saving, and discard the draft: unsaved changes are not wanted any more.

        A draft that is being written may outlast the patience, so the thread discards it once more at its end.
        """
        if self._thread.isRunning():
            in_thread = Qt.ConnectionType.DirectConnection
            self._thread.finished.connect(self._discard_and_release, in_thread)  # type: ignore[call-arg]  # not in stubs
            self._thread.close()
            if not self._thread.wait(CLOSING_PATIENCE_MS):
                _sentence(self._discard)
        else:
            self._thread.close()
            self._discard_and_release()

    def _write(self, project: Project, path: Path | None, mark: Fingerprint | None) -> None:
        self._own = self._drafts.own()
        self._own.save(project, path, mark)
        self._discard_older()

    def _discard(self) -> None:
        if self._own is not None:
            self._own.discard()
        self._discard_older()

    def _discard_older(self) -> None:
        with suppress(IndexError):  # both threads may empty it
            while self._older:
                self._older.pop().discard()

    def _discard_and_release(self) -> None:
        _sentence(self._discard)
        self._drafts.close()

    def _take_written(self, standing: tuple[object, ...], problem: str) -> None:
        if not problem:
            self._standing = standing
            self._forget()
            self._discard_saved()  # it may have been saved meanwhile
        elif self._document.is_changed and not self._has_told:
            self._has_told = True
            self.notice_posted.emit(Notice(AUTOSAVE, f"No copy is kept of what is not saved: {problem}", ADVICE))

    def _discard_saved(self) -> None:
        if self._document.is_changed:
            return
        self._forget()
        if self._standing is not None:
            self._standing = None
            self._thread.ask("draft", partial(_sentence, self._discard), lambda _: None)

    def _forget(self) -> None:
        if self._has_told:
            self._has_told = False
            self.notice_posted.emit(Notice(AUTOSAVE))


def _sentence(write: Callable[[], None]) -> str:
    """What went wrong, or nothing."""
    try:
        write()
    except FlowvizError as error:
        return str(error)
    return ""

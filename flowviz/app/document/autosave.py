"""Autosave: what has changed is written beside the person's data now and then, never over the person's file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

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
        self._is_kept = False
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
        """End, without a draft: what was not saved is not wanted any more."""
        self._thread.close()
        self._thread.wait(CLOSING_PATIENCE_MS)
        _sentence(self._discard)
        self._drafts.close()

    def _write(self, project: Project, path: Path | None, mark: Fingerprint | None) -> None:
        self._is_kept = True  # or a part of it
        self._drafts.own().save(project, path, mark)
        self._discard_older()

    def _discard(self) -> None:
        if self._is_kept:
            self._drafts.own().discard()
            self._is_kept = False
        self._discard_older()

    def _discard_older(self) -> None:
        while self._older:
            self._older.pop().discard()

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

"""Autosave: drafts of unsaved work in the user's data folder; the user's own files are never overwritten."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Generic

from PyQt6.QtCore import QObject, Qt

from flowviz.app.document.content import Work
from flowviz.app.document.document import Document
from flowviz.app.notices.notice import Notice, problem_of
from flowviz.app.threads.delay import repeated
from flowviz.app.threads.latest import LatestWorker
from flowviz.files import Fingerprint
from flowviz.projects.drafts import Draft, Drafts

PERIOD_MS = 30_000
CLOSING_PATIENCE_MS = 1000
ADVICE = "Save them with File ▸ Save. Autosave tries again every 30 seconds."


class Autosave(QObject, Generic[Work]):
    """Keeps a draft of the unsaved changes of a document, which the next start recovers after a crash.

    Drafts are written in the thread, since a disk may be slow. Only `close` discards them in the GUI thread, too, if
    the thread has ended or does not end in time.
    """

    def __init__(
        self,
        drafts: Drafts,
        thread: LatestWorker,
        document: Document[Work],
        post: Callable[[Notice], object],
        parent: QObject,
    ) -> None:
        """Save drafts of a document.

        Args:
            drafts: Its drafts.
            thread: Writes the drafts; documents may share it.
            document: The document.
            post: Shows a notice, or withdraws it if it has no text.
            parent: The owner.
        """
        super().__init__(parent)
        self._drafts, self._thread, self._document, self._post = drafts, thread, document, post
        word = document.content.word
        self._topic, self._notice_topic = f"draft of the {word}", f"autosave of the {word}"
        self._draft_state: object = None  # of the work in the draft
        self._recovered: list[Draft] = []  # superseded by the next draft
        self._own: Draft | None = None  # as soon as some of it may have been written
        self._has_reported = False
        repeated(self, self.save, PERIOD_MS).start()
        document.status.changed.connect(self._discard_if_saved)

    @property
    def is_current(self) -> bool:
        """Return whether the draft holds the present state of the document."""
        return self._draft_state == self._document.content.state()

    def save(self) -> None:
        """Write a draft if there are unsaved changes that it does not hold yet."""
        if self._document.is_changed and not self.is_current:
            content = self._document.content
            write, state = self._present_draft(content.complete()), content.state()
            self._thread.ask(self._topic, partial(problem_of, write), partial(self._take_written, state))

    def save_now(self) -> None:
        """Write such a draft in the GUI thread, because the program is about to end."""
        if self._document.is_changed and not self.is_current:
            problem_of(self._present_draft(self._document.content.present))

    def take_over(self, draft: Draft) -> None:
        """Write an own draft of recovered work, then discard the one that it came from."""
        self._recovered.append(draft)
        self.save()

    def close(self) -> None:
        """Stop saving, and discard the draft: unsaved changes are not wanted anymore.

        A draft that is being written may outlast the patience, so the thread discards it once more at its end.
        """
        if self._thread.isRunning():
            in_thread = Qt.ConnectionType.DirectConnection
            self._thread.finished.connect(self._discard_and_release, in_thread)  # type: ignore[call-arg]  # not in stubs
            self._thread.close()
            if not self._thread.wait(CLOSING_PATIENCE_MS):
                problem_of(self._discard)
        else:
            self._thread.close()
            self._discard_and_release()

    def _present_draft(self, work: Callable[[], Work]) -> Callable[[], None]:
        """Return a function that writes the present state of the document, which `work` returns."""
        return partial(self._write, work, self._document.path, self._document.mark)

    def _write(self, work: Callable[[], Work], path: Path | None, mark: Fingerprint | None) -> None:
        self._own = self._drafts.own()
        self._own.save(work(), path, mark)
        self._discard_recovered()

    def _discard(self) -> None:
        if self._own is not None:
            self._own.discard()
        self._discard_recovered()

    def _discard_recovered(self) -> None:
        with suppress(IndexError):  # two threads may empty the list at once
            while self._recovered:
                self._recovered.pop().discard()

    def _discard_and_release(self) -> None:
        problem_of(self._discard)
        self._drafts.close()

    def _take_written(self, state: object, problem: str) -> None:
        if not problem:
            self._draft_state = state
            self._withdraw_notice()
            self._discard_if_saved()  # the document may have been saved meanwhile
        elif self._document.is_changed and not self._has_reported:
            self._has_reported = True
            text = f"Unsaved changes could not be backed up: {problem}"
            self._post(Notice(self._notice_topic, text, ADVICE))

    def _discard_if_saved(self) -> None:
        if self._document.is_changed:
            return
        self._withdraw_notice()
        if self._draft_state is not None:
            self._draft_state = None
            self._thread.ask(self._topic, partial(problem_of, self._discard), lambda _: None)

    def _withdraw_notice(self) -> None:
        if self._has_reported:
            self._has_reported = False
            self._post(Notice(self._notice_topic))

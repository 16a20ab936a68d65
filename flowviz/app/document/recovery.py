"""Recovery: what a program that ended unexpectedly has left is offered at the next start."""

from datetime import datetime
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.document.autosave import Autosave
from flowviz.app.document.document import Document, Opened, opened
from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.threads.latest import LatestWorker
from flowviz.projects.drafts import Draft, Drafts


class Recovery(QObject):
    """Asks what shall become of each draft that is left over, one after the other, the newest first."""

    def __init__(
        self, drafts: Drafts, thread: LatestWorker, document: Document, autosave: Autosave, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._drafts, self._thread = drafts, thread
        self._document, self._autosave, self._window = document, autosave, window

    def look(self) -> None:
        """Look for drafts; ask, if there are any."""
        self._thread.ask("drafts", self._found, self._offer)

    def _found(self) -> list[tuple[Draft, str]]:
        """The drafts, and what is said of each."""
        return [(draft, _told(draft)) for draft in self._drafts.abandoned()]

    def _offer(self, found: list[tuple[Draft, str]]) -> None:
        if not found:
            return
        (draft, told), *others = found
        ask(
            self._window, "recoveryBox", f"flowviz ended unexpectedly. {told}",
            "Recovered, it is in the window as it was, and not saved yet.",
            Answer("&Recover", SAVE, partial(self._recover, draft)),
            Answer("&Discard", DISCARD, partial(self._discard, draft, others)),
            Answer("&Later", CANCEL, partial(self._offer, others)),
        )  # fmt: skip

    def _recover(self, draft: Draft) -> None:
        self._thread.ask(
            "draft that is left over", lambda: opened(draft.load(), draft.mark), partial(self._show, draft)
        )

    def _show(self, draft: Draft, found: Opened) -> None:
        self._document.show(found, draft.original, changed=True)
        self._autosave.take_over(draft)

    def _discard(self, draft: Draft, others: list[tuple[Draft, str]]) -> None:
        self._thread.ask(f"discarding {draft.name}", draft.discard, lambda _: None)
        self._offer(others)


def _told(draft: Draft) -> str:
    """What is in it, and of when, in a sentence."""
    name = draft.original.stem if draft.original else draft.title
    return f"There is unsaved work on '{name}', of {_moment(draft.saved_at)}."


def _moment(saved_at: datetime) -> str:
    """The time; of another day with its date."""
    today = saved_at.date() == datetime.now(saved_at.tzinfo).date()
    return f"{saved_at:%H:%M}" if today else f"{saved_at:%d %B %Y, %H:%M}"

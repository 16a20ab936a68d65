"""Recovery of unsaved work after a crash."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from PyQt6.QtWidgets import QMainWindow

from flowviz.app.document.autosave import Autosave
from flowviz.app.document.content import Loaded, prepare
from flowviz.app.document.dialogs import DocumentDialogs
from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.threads.latest import LatestWorker
from flowviz.projects import Comparison, Project
from flowviz.projects.drafts import Draft, Drafts

Owners = Mapping[type[Project | Comparison], tuple[DocumentDialogs[Any], Autosave[Any]]]


class Recovery:
    """Offers the drafts of crashed processes, the newest first, until one is recovered."""

    def __init__(self, drafts: Drafts, thread: LatestWorker, owners: Owners, window: QMainWindow) -> None:
        """Offer drafts in a window.

        Args:
            drafts: The drafts.
            thread: The thread in which drafts are read and deleted.
            owners: For each type of work, the dialogs of the document that shows it, and the saver of its drafts.
            window: The window.
        """
        self._drafts, self._thread, self._owners, self._window = drafts, thread, owners, window

    def look(self) -> None:
        """Look for abandoned drafts, and offer to recover them."""
        drafts = self._drafts
        self._thread.ask("drafts", lambda: [(draft, _describe(draft)) for draft in drafts.abandoned()], self._offer)

    def _offer(self, described: list[tuple[Draft, str]]) -> None:
        if not described:
            return
        (draft, description), *others = described
        ask(
            self._window, "recoveryBox", f"{description} Recover it?",
            "You can save it afterwards.",
            Answer("&Recover", SAVE, partial(self._recover, draft)),
            Answer("&Discard", DISCARD, partial(self._discard, draft, others)),
            Answer("&Later", CANCEL, partial(self._offer, others)),
        )  # fmt: skip

    def _recover(self, draft: Draft) -> None:
        self._thread.ask("recovered draft", lambda: prepare(draft.load(), draft.mark), partial(self._replace, draft))

    def _replace(self, draft: Draft, loaded: Loaded[Any]) -> None:
        """Show recovered work; ask first if the user has edited its document in the window meanwhile."""
        dialogs, autosave = self._owners[type(loaded.work)]
        dialogs.leave(partial(self._show, dialogs, autosave, draft, loaded))

    def _show(self, dialogs: DocumentDialogs[Any], autosave: Autosave[Any], draft: Draft, loaded: Loaded[Any]) -> None:
        dialogs.document.show(loaded, draft.original, changed=True)
        autosave.take_over(draft)

    def _discard(self, draft: Draft, others: list[tuple[Draft, str]]) -> None:
        self._thread.ask(f"discarding {draft.name}", draft.discard, lambda _: None)
        self._offer(others)


def _describe(draft: Draft) -> str:
    name = draft.original.stem if draft.original else draft.title
    return f"Unsaved work on '{name}' from {_time(draft.saved_at)} was found."


def _time(saved_at: datetime) -> str:
    """Return the time of day, with the date if it was not today."""
    today = saved_at.date() == datetime.now(saved_at.tzinfo).date()
    return f"{saved_at:%H:%M}" if today else f"{saved_at:%B} {saved_at.day}, {saved_at:%Y, %H:%M}"

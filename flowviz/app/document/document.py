"""The document: work that the user edits, such as a project or a comparison, and its file."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.document.content import Content, Loaded, Work, prepare
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.notice import OPENING, Notice, notice_of
from flowviz.app.state.state import State
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.files import Fingerprint, fingerprint

READING, SAVING = "reading", "saving"  # topics of the thread; all notices are about the file
INTERNAL_ERROR = "an internal error occurred."
AFTER_REFUSAL = "The open {} is unchanged. Open another file, or a copy of this one."
AFTER_FAILURE = "The {} is not saved yet. Save it elsewhere, or fix the problem and save again."
log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Opening:
    """A request to show other work.

    Attributes:
        name: What is opened, for messages.
        source: The file that is read. None if the work is known already.
        path: The file to which the work is saved. None if it has none.
        edits: The edits of the present work at the time of the request.
        then: Called when the work is shown.
    """

    name: str
    source: Path | None
    path: Path | None
    edits: object
    then: Callable[[], object]


class Document(QObject, Generic[Work]):
    """Tracks the file and the unsaved changes of work that the user edits; reads and writes in a thread.

    The work in memory survives every failure.

    Attributes:
        status: The name, the file, and whether there are unsaved changes.
    """

    opened = pyqtSignal(str)  # what could not be restored, or nothing
    saves_ended = pyqtSignal()  # no save is running or waiting anymore
    reading = pyqtSignal()  # other work is read or prepared
    edited_while_reading = pyqtSignal(object)  # function that shows the work that was read, despite the changes
    failed = pyqtSignal()  # the work could not be saved

    def __init__(
        self, content: Content[Work], recent: RecentFiles, post: Callable[[Notice], object], parent: QObject
    ) -> None:
        """Create a document.

        Args:
            content: Reads, writes and shows the work.
            recent: The files that were opened or saved recently.
            post: Shows a notice; without a text, when a file is read or written again.
            parent: The owner.
        """
        super().__init__(parent)
        self.content, self._recent, self._post = content, recent, post
        self.topic = f"{content.word} file"  # of the notices
        self._background = LatestWorker(self._take_internal_error)
        self.path: Path | None = None
        self.mark: Fingerprint | None = None  # of the file, when it was opened or saved
        self._saved_state: object = content.state()
        self.status: State[tuple[str, Path | None, bool]] = State((self.name, self.path, False), self)
        self._writing = False
        self._opening: _Opening | None = None  # the latest request, until something is shown
        self._number = 0  # of the work that is shown
        self._next_save: Callable[[], None] | None = None  # runs after the save in progress
        content.changed.connect(self.update)

    @property
    def name(self) -> str:
        """Return the name shown to the user."""
        return self.path.stem if self.path else self.content.title()

    @property
    def is_changed(self) -> bool:
        """Return whether there are unsaved changes."""
        return self._saved_state != self.content.state()

    @property
    def is_saving(self) -> bool:
        """Return whether a save is running or waiting."""
        return self._writing or self._next_save is not None

    @property
    def is_changed_on_disk(self) -> bool:
        """Return whether another program has changed the file since it was opened or saved."""
        return self.path is not None and not self._writing and fingerprint(self.path) not in {self.mark, None}

    def open(self, path: Path, *, is_copy: bool = False, then: Callable[[], object] = lambda: None) -> None:
        """Read a file, and show its work and call `then` if it is valid; a copy is not saved to that file.

        If the present work is edited meanwhile, `edited_while_reading` is emitted instead.
        """
        self._request(partial(self._read, path), f"'{path.name}'", path, None if is_copy else path, then)

    def prepare_and_show(self, work: Work, then: Callable[[], object] = lambda: None) -> None:
        """Prepare other work in the background, show it without a file, and call `then`."""
        self._request(partial(prepare, work), f"The {self.content.word}", None, None, then)

    def show(self, loaded: Loaded[Work], path: Path | None = None, *, changed: bool = False) -> None:
        """Show other work; `changed` means that it differs from its file.

        Work that is still being read is ignored, and a save in progress no longer concerns this document.
        """
        self._number += 1
        self._opening = self._next_save = None
        problem = self.content.show(loaded) or ""
        self.path, self.mark = path, loaded.mark
        self._saved_state = None if changed else self.content.state()
        self.update()
        self._take_used(problem)
        self.opened.emit(problem)

    def save(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Write the work to a file, which becomes its own; call `then` if that succeeds."""
        if self._writing:
            self._next_save = partial(self.save, path, then)
            return
        self._writing = True
        take = partial(self._take_written, self._number, path, self.content.state(), then)
        self._background.ask(SAVING, partial(self._write, self.content.complete(), path), take)

    def discard_changes(self) -> None:
        """Treat the present state as saved."""
        self._saved_state = self.content.state()
        self.update()

    def update(self, *_: object) -> None:
        """Update the status after a change of the content."""
        self.status.set((self.name, self.path, self.is_changed))

    def close(self) -> None:
        """Stop the thread after its current work. Saves that wait are dropped, so wait for `saves_ended` first."""
        self._background.close()

    def _request(
        self,
        load: Callable[[], Loaded[Work] | Notice],
        name: str,
        source: Path | None,
        path: Path | None,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        self._post(Notice(OPENING))
        self.reading.emit()
        opening = self._opening = _Opening(name, source, path, self.content.edits(), then)
        self._background.ask(READING, load, partial(self._take_loaded, opening))

    def _take_loaded(self, opening: _Opening, result: Loaded[Work] | Notice) -> None:
        if opening is not self._opening:
            return
        if isinstance(result, Notice):
            self._refuse(opening, result)
        elif self.is_changed and self.content.edits() != opening.edits:
            self.edited_while_reading.emit(partial(self._show_loaded, opening, result))
        else:
            self._show_loaded(opening, result)

    def _show_loaded(self, opening: _Opening, loaded: Loaded[Work]) -> None:
        self.show(loaded, opening.path)
        opening.then()

    def _take_written(
        self,
        number: int,
        path: Path,
        state: object,
        then: Callable[[], object],
        result: Fingerprint | Notice | None,
    ) -> None:
        """Take the result of a save. The file and the state are those of the document if it still shows that work.

        Args:
            number: Number of the work that was saved.
            path: The file.
            state: The state in which the work was saved.
            then: Called if the save has succeeded and the work is still shown.
            result: Fingerprint of the file, or why it could not be written.
        """
        self._writing = False
        try:
            if isinstance(result, Notice):
                self._fail(result)
            elif number == self._number:  # else other work is shown by now
                self.path, self.mark, self._saved_state = path, result, state
                self.update()
                self._post(Notice(OPENING))
                self._take_used()
                then()
        finally:
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
            text = f"The {self.content.word} could not be saved: {INTERNAL_ERROR}"
            self._fail(replace(notice, topic=self.topic, text=text))
            self._save_next()
        elif self._opening is not None:
            text = f"{self._opening.name} could not be opened: {INTERNAL_ERROR}"
            self._refuse(self._opening, replace(notice, text=text))

    def _take_used(self, problem: str = "") -> None:
        """Post what could not be restored, or withdraw the notice, and put the file first among the recent ones."""
        self._post(Notice(self.topic, problem))
        if self.path is not None:
            self._recent.add(self.path)

    def _refuse(self, opening: _Opening, notice: Notice) -> None:
        """Post why something could not be opened."""
        if opening.source is not None and not opening.source.exists():
            self._recent.remove(opening.source)
        advice = notice.advice or AFTER_REFUSAL.format(self.content.word)
        self._post(replace(notice, topic=OPENING, advice=advice))

    def _fail(self, notice: Notice) -> None:
        """Post why the work could not be saved."""
        advice = f"{AFTER_FAILURE.format(self.content.word)} {notice.advice}".rstrip()
        self._post(replace(notice, advice=advice))
        self.failed.emit()

    def _read(self, path: Path) -> Loaded[Work] | Notice:
        try:
            mark = fingerprint(path)
            loaded = prepare(self.content.read(path), mark)
        except FlowvizError as error:
            return self._failure("opened", path, error)
        log.info("opened %r", str(path))
        return loaded

    def _write(self, work: Callable[[], Work], path: Path) -> Fingerprint | Notice | None:
        try:
            self.content.write(work(), path)
        except FlowvizError as error:
            return self._failure("saved", path, error)
        log.info("saved %r", str(path))
        return fingerprint(path)

    def _failure(self, action: str, path: Path, error: FlowvizError) -> Notice:
        """Log a failure, with the path in quotes so that a bug report can replace it, and return a notice of it."""
        notice = notice_of(self.topic, error)
        log.warning("not %s: %s", action, notice.text.replace(str(path), repr(str(path))))
        return notice

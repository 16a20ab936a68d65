"""The file of a comparison: opening, saving, and drafts of unsaved changes."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QWidget

from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import Fingerprint, as_file_name, fingerprint
from flowviz.projects import Comparison, load_comparison, save_comparison
from flowviz.projects.drafts import Draft, Drafts

DRAFT_PERIOD_MS = 30_000
CLOSING_PATIENCE_MS = 1000
FILE = "comparison file"  # topic of its notices
SAVING, DRAFT = "saving the comparison", "draft of the comparison"  # topics of the thread
UNTITLED = "comparison"
AFTER_FAILURE = "The comparison is not saved yet. Save it elsewhere, or fix the problem and save again."
FILTER = f"flowviz comparisons (*{PROJECT_SUFFIX})"
log = logging.getLogger(__name__)


class ComparisonFile(QObject):
    """Tracks the file of the comparison and its unsaved changes; reads and writes in a thread.

    Attributes:
        path: The file. None if there is none.
        is_changed: Whether there are unsaved changes.
    """

    state_changed = pyqtSignal()
    opened = pyqtSignal(object)  # Comparison
    used = pyqtSignal(object)  # Path that was opened or saved
    saves_ended = pyqtSignal()  # no save is running or waiting any more
    save_failed = pyqtSignal()
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, content: Callable[[], Comparison], drafts: Drafts, window: QWidget) -> None:
        """Prepare to save what `content` returns, and drafts of it in the folder of `drafts`."""
        super().__init__(window)
        self._content, self._drafts, self._window = content, drafts, window
        self._worker = LatestWorker()
        self._worker.failed.connect(self._take_error)
        self._worker.succeeded.connect(lambda topic: self.notice_posted.emit(Notice(topic)))
        self.path: Path | None = None
        self._mark: Fingerprint | None = None  # of the file, when it was opened or saved
        self._revision = self._saved = self._drafted = 0  # numbers of changes
        self._may_have_draft = self._is_writing = False
        self._next_save: Callable[[], None] | None = None  # runs after the save in progress
        self._recovered: list[Draft] = []  # superseded by the next draft
        self._shown = object()  # identifies the comparison that is shown
        self._opening: Path | None = None  # the file requested last, until something is shown
        timer = QTimer(self)
        timer.timeout.connect(self.save_draft)
        timer.start(DRAFT_PERIOD_MS)

    @property
    def name(self) -> str:
        """Return the name shown to the user."""
        return self.path.stem if self.path else UNTITLED

    @property
    def is_changed(self) -> bool:
        """Return whether there are unsaved changes."""
        return self._revision != self._saved

    @property
    def is_saving(self) -> bool:
        """Return whether a save is running or waiting."""
        return self._is_writing or self._next_save is not None

    def begin(self) -> None:
        """Forget the file, because another comparison is shown, which has not been saved."""
        self.path = self._mark = self._opening = self._next_save = None
        self._shown = object()
        self._saved = self._revision
        self._discard_draft()
        self.state_changed.emit()

    def mark_changed(self) -> None:
        """Note that there is something new to save."""
        was_changed = self.is_changed
        self._revision += 1
        if not was_changed:
            self.state_changed.emit()

    def discard_changes(self) -> None:
        """Treat the present state as saved."""
        self._saved = self._revision
        self.state_changed.emit()

    def open(self, path: Path, *, is_copy: bool = False) -> None:
        """Read a comparison, and emit `opened` unless another is shown by then; a copy is not saved to that file."""
        self._opening = path
        self._worker.ask(FILE, partial(_read, path), partial(self._take_read, path, is_copy))

    def recover(self, draft: Draft, comparison: Comparison) -> None:
        """Show the comparison of a draft, which differs from its file."""
        self.opened.emit(comparison)
        self.path, self._mark = draft.original, draft.mark
        self._recovered.append(draft)
        self.mark_changed()
        self.save_draft()

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save the comparison to its file, or ask for one; call `then` if that succeeds."""
        if self.path is None:
            self.save_as(then)
        elif not self._is_writing and fingerprint(self.path) not in {self._mark, None}:
            ask(
                self._window, "overtakenComparisonBox",
                f"Another program has changed '{self.path.name}' since you opened or saved it.",
                "Overwrite it, or save your version under another name?",
                Answer("&Overwrite", DISCARD, partial(self._write, self.path, then)),
                Answer("Save &As…", SAVE, partial(self.save_as, then)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip
        else:
            self._write(self.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a file and save the comparison to it; call `then` if that succeeds."""
        folder = self.path.parent if self.path else Path.home()
        dialog = QFileDialog(self._window, "Save Comparison", str(folder), FILTER)
        dialog.setObjectName("saveComparisonDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(PROJECT_SUFFIX.lstrip("."))
        dialog.selectFile(str(self.path or f"{as_file_name(self.name)}{PROJECT_SUFFIX}"))
        dialog.fileSelected.connect(lambda name: self._write(Path(name).absolute(), then))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def leave(self, then: Callable[[], object]) -> None:
        """Call `then`; where there are unsaved changes, ask first."""
        if not self.is_changed:
            then()
            return
        ask(
            self._window, "unsavedComparisonBox", f"Save the changes to '{self.name}'?",
            "Otherwise, everything that the flows have learned will be lost.",
            Answer("&Save", SAVE, partial(self.save, then)),
            Answer("&Discard", DISCARD, then),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def save_draft(self) -> None:
        """Write a draft in the background if there are unsaved changes that it does not hold yet."""
        if self.is_changed and self._drafted != self._revision:
            self._may_have_draft = True
            self._worker.ask(DRAFT, self._draft_of(self._content()), partial(self._take_drafted, self._revision))

    def save_now(self) -> None:
        """Write such a draft in the GUI thread, because the program is about to end."""
        if self.is_changed and self._drafted != self._revision:
            self._draft_of(self._content())()

    def close(self) -> None:
        """Stop saving, and discard the draft: unsaved changes are no longer wanted."""
        self._worker.close()
        self._worker.wait(CLOSING_PATIENCE_MS)
        try:
            self._remove_draft()
        except FlowvizError:
            log.warning("the draft of the comparison was not removed", exc_info=True)
        self._drafts.close()

    def _draft_of(self, comparison: Comparison) -> Callable[[], None]:
        """Return what writes a draft of a comparison."""
        path, mark = self.path, self._mark

        def write() -> None:
            self._drafts.own().save(comparison, path, mark)
            self._discard_recovered()

        return write

    def _discard_recovered(self) -> None:
        with suppress(IndexError):  # two threads may empty the list at once
            while self._recovered:
                self._recovered.pop().discard()

    def _discard_draft(self) -> None:
        if self._may_have_draft:
            self._may_have_draft, self._drafted = False, 0
            self._worker.ask(DRAFT, self._remove_draft, lambda _: None)

    def _remove_draft(self) -> None:
        self._drafts.own().discard()
        self._discard_recovered()

    def _write(self, path: Path, then: Callable[[], object]) -> None:
        if self._is_writing:
            self._next_save = partial(self._write, path, then)
            return
        save = partial(_save, self._content(), path)
        self._is_writing = True
        self._worker.ask(SAVING, save, partial(self._take_written, path, self._shown, self._revision, then))

    def _write_next(self) -> None:
        """Start the save that was requested while another one was in progress, or announce that there is none."""
        save, self._next_save = self._next_save, None
        (save or self.saves_ended.emit)()

    def _take_error(self, notice: Notice) -> None:
        self.notice_posted.emit(notice)
        if notice.topic == SAVING:
            self._is_writing = False
            self.save_failed.emit()
            self._write_next()

    def _take_drafted(self, revision: int, _: None) -> None:
        self._drafted = revision

    def _take_read(self, path: Path, is_copy: bool, result: tuple[Comparison, Fingerprint | None] | Notice) -> None:
        if path is not self._opening:
            return
        if isinstance(result, Notice):
            self.notice_posted.emit(result)
            return
        comparison, mark = result
        self.opened.emit(comparison)
        self.notice_posted.emit(Notice(FILE))
        if not is_copy:
            self.path, self._mark = path, mark
            self._announce_use(path)

    def _take_written(
        self,
        path: Path,
        saved: object,
        revision: int,
        then: Callable[[], object],
        result: Fingerprint | Notice | None,
    ) -> None:
        self._is_writing = False
        try:
            if isinstance(result, Notice):
                self.notice_posted.emit(Notice(FILE, result.text, AFTER_FAILURE))
                self.save_failed.emit()
            elif saved is self._shown:  # else the file is not that of the comparison that is shown by now
                self.path, self._mark, self._saved = path, result, revision
                if not self.is_changed:
                    self._discard_draft()
                self._announce_use(path)
                then()
        finally:
            self._write_next()

    def _announce_use(self, path: Path) -> None:
        self.notice_posted.emit(Notice(FILE))
        self.used.emit(path)
        self.state_changed.emit()


def _read(path: Path) -> tuple[Comparison, Fingerprint | None] | Notice:
    try:
        mark = fingerprint(path)
        comparison = load_comparison(path)
    except FlowvizError as error:
        return notice_of(FILE, error)
    for project in comparison.projects.values():
        project.trace.measure()
    return comparison, mark


def _save(comparison: Comparison, path: Path) -> Fingerprint | Notice | None:
    try:
        save_comparison(comparison, path)
    except FlowvizError as error:
        return notice_of(FILE, error)
    return fingerprint(path)

"""The comparison runner: trains the entrants in one thread, or scores them, and drops outdated events."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from flowviz.app.comparison.worker import ComparisonWorker, ScoringWorker
from flowviz.app.notices.notice import Notice
from flowviz.projects import Comparison
from flowviz.training import Add, Change, Remove, Turn


class ComparisonThread(Protocol):
    """A thread that trains entrants, such as `ComparisonWorker`."""

    number: int

    @property
    def turn_taken(self) -> pyqtBoundSignal: ...
    @property
    def ended(self) -> pyqtBoundSignal: ...
    @property
    def failed(self) -> pyqtBoundSignal: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def change(self, change: Change, /) -> None: ...
    def stop(self) -> None: ...
    def abandon(self) -> None: ...


ThreadFactory = Callable[[int, Comparison, Any], ComparisonThread]


class ComparisonRunner(QObject):
    """Starts and ends runs, and forwards the turns of the current one.

    Attributes:
        current: The thread of the current run. None if there is none.
    """

    turn_taken = pyqtSignal(object)  # Turn of an entrant that has not left
    ended = pyqtSignal()
    failed = pyqtSignal(object)  # Notice
    scored = pyqtSignal(object)  # Turn with the result of an entrant whose training was stopped

    def __init__(
        self,
        parent: QObject,
        make_thread: ThreadFactory = ComparisonWorker,
        make_scorer: ThreadFactory = ScoringWorker,
    ) -> None:
        super().__init__(parent)
        self._make_thread, self._make_scorer, self._numbers = make_thread, make_scorer, count(1)
        self.current: ComparisonThread | None = None
        self._scorer: ComparisonThread | None = None
        self._abandoned: ComparisonThread | None = None  # may still be running
        self._leaving = Counter[str]()  # names of entrants whose removal the thread has yet to confirm

    def start(self, comparison: Comparison, *changes: Change) -> None:
        """Abandon the current run, and train the entrants of a comparison, after some changes."""
        self.abandon()
        thread = self.current = self._make_thread(next(self._numbers), comparison, self._abandoned)
        thread.turn_taken.connect(self._on_turn)
        thread.ended.connect(self._on_ended)
        thread.failed.connect(self._on_failed)
        for change in changes:
            thread.change(change)
        thread.start()

    def score(self, comparison: Comparison) -> None:
        """Compute the results that a comparison lacks because its training was stopped, unless a run begins."""
        self.abandon()
        scorer = self._scorer = self._make_scorer(next(self._numbers), comparison, self._abandoned)
        scorer.turn_taken.connect(self._on_scored)
        scorer.start()

    def change(self, change: Change) -> None:
        """Add or remove an entrant, or learn another target, in the current run."""
        assert self.current is not None
        if isinstance(change, Remove):
            self._leaving[change.name] += 1
        self.current.change(change)

    def replace(self, name: str, added: Add) -> None:
        """Replace an entrant in the current run by one that starts over."""
        self.change(Remove(name))
        self.change(added)

    def abandon(self) -> None:
        """End the current run, and what computes results; ignore the remaining turns of both."""
        for thread in filter(None, (self._scorer, self.current)):
            thread.abandon()
            self._abandoned = thread
        self.current = self._scorer = None
        self._leaving.clear()

    def _is_current(self, number: int) -> bool:
        return self.current is not None and number == self.current.number

    def _on_turn(self, number: int, turn: Turn) -> None:
        if not self._is_current(number):
            return
        if turn.event is None:
            self._leaving[turn.name] -= 1
        elif not self._leaving[turn.name]:
            self.turn_taken.emit(turn)

    def _on_scored(self, number: int, turn: Turn) -> None:
        if self._scorer is not None and number == self._scorer.number:
            self.scored.emit(turn)

    def _on_ended(self, number: int) -> None:
        if self._is_current(number):
            self._abandoned, self.current = self.current, None
            self._leaving.clear()
            self.ended.emit()

    def _on_failed(self, number: int, notice: Notice) -> None:
        if self._is_current(number):
            self._abandoned, self.current = self.current, None
            self._leaving.clear()
            self.failed.emit(notice)

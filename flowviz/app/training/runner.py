"""The training runner: trains one flow or several, or scores them, and drops outdated events."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.worker import TrainingWorker, Work
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.records import Finished, Snapshot
from flowviz.specs import TargetSpec
from flowviz.targets import Target
from flowviz.training import Add, Change, Remove, Retarget, Turn

FLOW = "flow"  # name of the only entrant
REMEMBERED = 12  # targets that were requested: typing requests one for each letter


class TrainingThread(Protocol):
    """A thread that trains, such as `TrainingWorker`."""

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
    def keep_target(self) -> None: ...
    def stop(self) -> None: ...
    def abandon(self) -> None: ...


ThreadFactory = Callable[[int, Work, Comparison, Mapping[TargetSpec, Target], Any], TrainingThread]


@dataclass(frozen=True)
class Run:
    """The training of a single flow.

    Attributes:
        worker: Its thread.
        built: The target that it learns.
        project: Its project as of the latest event.
        start: The variant with which it started, whose edits are part of the training.
        is_shown: Whether its first snapshot has arrived. Until then, the previous flow is shown.
    """

    worker: TrainingThread
    built: BuiltTarget
    project: Project
    start: Variant
    is_shown: bool = False

    def after(self, turn: Turn, requested: Iterable[BuiltTarget]) -> "Run":
        """Return this run after a turn; it keeps the variant that is shown until the next particles arrive."""
        project, shown = turn.project, self.project
        if not isinstance(turn.event, Snapshot | Finished):
            project = replace(project, flow=shown.flow, edits=shown.edits, trace=shown.trace)
        built = next((each for each in (self.built, *requested) if each.spec == project.target), self.built)
        return replace(self, project=project, built=built)


class TrainingRunner(QObject):
    """Starts and ends runs, and forwards the turns of the current one.

    Attributes:
        current: The thread of the current training. None if there is none.
        run: The current training of a single flow. None if there is none.
        scoring: The projects of entrants, by name, whose missing results have been computed or are being computed.
    """

    turn_taken = pyqtSignal(object)  # Turn of an entrant that has not left
    ended = pyqtSignal()
    failed = pyqtSignal(object)  # Notice; the run is current until it is discarded
    scored = pyqtSignal(object)  # Turn with the result of an entrant whose training was stopped

    def __init__(self, parent: QObject, make_thread: ThreadFactory = TrainingWorker) -> None:
        super().__init__(parent)
        self._make_thread, self._numbers = make_thread, count(1)
        self.current: TrainingThread | None = None
        self.run: Run | None = None
        self.scoring: Mapping[str, Project] = {}
        self._scorer: TrainingThread | None = None
        self._abandoned: TrainingThread | None = None  # may still be running
        self._leaving = Counter[str]()  # names of entrants whose removal the thread has yet to confirm
        self._requested = deque[BuiltTarget](maxlen=REMEMBERED)

    def train(self, built: BuiltTarget, project: Project) -> None:
        """Abandon the current run, and train one flow from its checkpoint, its edits, or the beginning."""
        self.current = self._thread("training", Comparison({FLOW: project}), [built])
        self.run = Run(self.current, built, project, Variant.of(project))
        self.current.start()

    def compare(
        self, comparison: Comparison, built: Iterable[BuiltTarget] = (), followed: BuiltTarget | None = None
    ) -> None:
        """Abandon the current run, and train the entrants of a comparison.

        Args:
            comparison: The comparison. Entrants with a checkpoint continue from it.
            built: Targets that have been built.
            followed: The target that all entrants learn from their first chunk on. None for their own.
        """
        self.current = self._thread("comparison", comparison, built)
        if followed is not None:
            self.follow(followed)
        self.current.start()

    def score(self, comparison: Comparison) -> None:
        """Compute the results that a comparison lacks because its training was stopped, unless a run begins."""
        self._scorer = self._thread("scores", comparison)
        self.scoring = {name: comparison[name] for name in comparison.unscored}
        self._scorer.start()

    def change(self, change: Change) -> None:
        """Request a change from the current run."""
        assert self.current is not None
        if isinstance(change, Remove):
            self._leaving[change.name] += 1
        self.current.change(change)

    def replace(self, name: str, added: Add) -> None:
        """Replace an entrant in the current run by one that starts over."""
        self.change(Remove(name))
        self.change(added)

    def follow(self, built: BuiltTarget) -> None:
        """Let the current run learn another target."""
        self._requested.append(built)
        self.change(Retarget(built.spec, built.target))

    def mark_shown(self) -> None:
        """Record that the first snapshot of the training of a single flow is shown."""
        assert self.run is not None
        self.run = replace(self.run, is_shown=True)

    def vary(self, variant: Variant, snapshot: Snapshot) -> None:
        """Replace the particles of a single flow by those of another variant, until its next snapshot."""
        assert self.run is not None
        project = replace(self.run.project, flow=variant.flow, edits=variant.edits, trace=snapshot.trace)
        self.run = replace(self.run, project=project)

    def abandon(self) -> None:
        """End the current run, and what computes results; ignore the remaining turns of both."""
        for thread in filter(None, (self._scorer, self.current)):
            thread.abandon()
            self._abandoned = thread
        self._scorer, self.scoring = None, {}
        self.discard()

    def discard(self) -> None:
        """Forget the current run, which has ended or is about to end."""
        self._abandoned = self.current or self._abandoned
        self.current = self.run = None
        self._leaving.clear()
        self._requested.clear()

    def _thread(self, work: Work, comparison: Comparison, built: Iterable[BuiltTarget] = ()) -> TrainingThread:
        """Abandon the current run, and return a thread for another one."""
        self.abandon()
        known = {each.spec: each.target for each in built}
        thread = self._make_thread(next(self._numbers), work, comparison, known, self._abandoned)
        thread.turn_taken.connect(self._on_turn)
        thread.ended.connect(self._on_ended)
        thread.failed.connect(self._on_failed)
        return thread

    def _is_current(self, number: int) -> bool:
        return self.current is not None and number == self.current.number

    def _on_turn(self, number: int, turn: Turn) -> None:
        if self._scorer is not None and number == self._scorer.number:
            self.scored.emit(turn)
        elif self._is_current(number) and turn.event is None:
            self._leaving[turn.name] -= 1
        elif self._is_current(number) and not self._leaving[turn.name]:
            self.run = self.run and self.run.after(turn, self._requested)
            self.turn_taken.emit(turn)

    def _on_ended(self, number: int) -> None:
        if self._is_current(number) and self.run is None:  # a single flow ends with its result
            self.discard()
            self.ended.emit()

    def _on_failed(self, number: int, notice: Notice) -> None:
        if self._is_current(number):
            self.failed.emit(notice)

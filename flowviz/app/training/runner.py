"""The training runner: trains one flow or several, or scores them, and drops outdated events."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.training_state import TrainingState
from flowviz.app.training.worker import TrainingWorker, Work
from flowviz.projects import Comparison, Project
from flowviz.projects.variant import Variant
from flowviz.records import Event, Finished, Snapshot, Trial
from flowviz.specs import TargetSpec
from flowviz.targets import Target
from flowviz.training import Change, Remove, Retarget, Turn

FLOW = "0"  # name of a flow that trains alone, which is the key of the first flow of a comparison
REMEMBERED = 12  # targets that were requested: typing requests one for each letter

Report = Turn | Notice | None  # None at the end
ThreadFactory = Callable[[int, Work, Comparison, Mapping[TargetSpec, Target], Any], TrainingWorker]


@dataclass(frozen=True)
class Run:
    """The training of the flow that is displayed.

    Attributes:
        worker: Its thread.
        built: The target that it learns.
        project: Its project as of the latest event.
        start: The variant with which it started, whose edits are part of the training.
        is_shown: Whether its first snapshot has arrived. Until then, the previous flow is shown.
    """

    worker: TrainingWorker
    built: BuiltTarget
    project: Project
    start: Variant
    is_shown: bool = False

    def after(self, turn: Turn, requested: Iterable[BuiltTarget]) -> "Run":
        """Return this run after a turn; it keeps the variant that is shown until the next particles arrive."""
        project = with_shown_variant(turn.project, turn.event, self.project)
        built = next((each for each in (self.built, *requested) if each.spec == project.target), self.built)
        return replace(self, project=project, built=built)


def with_shown_variant(project: Project, event: Event | Trial | None, shown: Project) -> Project:
    """Return a project after an event, with the variant that is shown until the next particles arrive.

    Args:
        project: The project after the event.
        event: The event of its training, or its result. A snapshot or a result has particles of its own.
        shown: The project before the event.
    """
    if isinstance(event, Snapshot | Finished | Trial):
        return project
    return replace(project, flow=shown.flow, edits=shown.edits, trace=shown.trace)


@dataclass
class Job:
    """A training, and the computation of results that are missing.

    Attributes:
        thread: The thread of the training. None if there is none.
        work: What is trained: the flow of an ordinary window, or a comparison.
        is_open: Whether other entrants can join the training.
        scorer: The thread that computes results. None if there is none.
        attended: Name of the entrant that is displayed.
        run: The training of this entrant. None if it is not being trained.
        scoring: The projects of entrants, by name, whose missing results have been computed or are being computed.
        leaving: Names of entrants whose removal the thread has yet to confirm.
        requested: Targets that were requested.
        waiting: The reports that arrived while the job was set aside, with the numbers of their runs.
    """

    thread: TrainingWorker | None = None
    work: Work = "training"
    is_open: bool = False
    scorer: TrainingWorker | None = None
    attended: str = FLOW
    run: Run | None = None
    scoring: Mapping[str, Project] = field(default_factory=dict)
    leaving: Counter[str] = field(default_factory=Counter)
    requested: deque[BuiltTarget] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    waiting: list[tuple[int, Report]] = field(default_factory=list)

    def toggle_pause(self, state: TrainingState, *, has_begun: bool) -> TrainingState:
        """Pause or resume the training, and return its new state. A training that is stopping stays as it is.

        Args:
            state: The state of the training.
            has_begun: Whether its preparation is complete.
        """
        if self.thread is not None and state == TrainingState.PAUSED:
            self.thread.resume()
            return TrainingState.TRAINING if has_begun else TrainingState.PREPARING
        if self.thread is not None and state in {TrainingState.PREPARING, TrainingState.TRAINING}:
            self.thread.pause()
            return TrainingState.PAUSED
        return state


class TrainingRunner(QObject):
    """Starts and ends runs, and forwards the turns of the current one.

    There are two jobs, one for the flow of a window and one for its comparison. One of them is current; the other is
    set aside, and its turns wait.

    Attributes:
        job: The current job.
    """

    turn_taken = pyqtSignal(object)  # Turn of an entrant that has not left
    ended = pyqtSignal()
    failed = pyqtSignal(object)  # Notice; the run is current until it is discarded
    scored = pyqtSignal(object)  # Turn with the result of an entrant whose training was stopped

    def __init__(self, parent: QObject, make_thread: ThreadFactory = TrainingWorker) -> None:
        super().__init__(parent)
        self._make_thread, self._numbers = make_thread, count(1)
        self.job, self._aside = Job(), Job()
        self._abandoned: TrainingWorker | None = None  # may still be running

    def share(self) -> None:
        """Let the training of the flow of the window go on as that of the first entrant of a comparison."""
        self.exchange()
        self.abandon()
        self.job, self._aside = self._aside, Job()
        self.job.work = "comparison"

    def exchange(self) -> None:
        """Set the current job aside, and make the other one current. Its turns wait until `catch_up`."""
        self.job, self._aside = self._aside, self.job

    def catch_up(self) -> None:
        """Forward the turns that arrived while the current job was set aside."""
        waiting, self.job.waiting = self.job.waiting, []
        for number, report in waiting:
            self._on_report(number, report)

    def attend(
        self,
        name: str,
        built: BuiltTarget | None = None,
        project: Project | None = None,
        start: Variant | None = None,
    ) -> None:
        """Follow another entrant.

        Args:
            name: Its name.
            built: The target that it learns. None if it is not being trained.
            project: Its project as of its latest event. None if it is not being trained.
            start: The variant with which its training started. None for that of the project.
        """
        job = self.job
        job.attended, job.run = name, None
        if job.thread is not None and built is not None and project is not None:
            job.run = Run(
                job.thread, built, project, start or Variant.of(project), is_shown=bool(project.weights.parameters)
            )

    def finish(self) -> None:
        """Forget the training of the flow that is displayed, which has ended; its thread ends if it has no other."""
        self.job.run = None
        if self.job.work == "training":
            self.abandon()

    def train(self, built: BuiltTarget, project: Project) -> None:
        """Abandon the current run, and train one flow from its checkpoint, its edits, or the beginning."""
        thread = self._thread("training", Comparison({FLOW: project}), [built])
        self.job.thread, self.job.work, self.job.is_open, self.job.attended = thread, "training", False, FLOW
        self.job.run = Run(thread, built, project, Variant.of(project))
        thread.start()

    def compare(
        self, comparison: Comparison, built: Iterable[BuiltTarget] = (), followed: BuiltTarget | None = None
    ) -> None:
        """Abandon the current run, and train the entrants of a comparison.

        Args:
            comparison: The comparison. Entrants with a checkpoint continue from it.
            built: Targets that have been built.
            followed: The target that all entrants learn from their first chunk on. None for their own.
        """
        thread = self.job.thread = self._thread("comparison", comparison, built)
        self.job.work, self.job.is_open = "comparison", True
        if followed is not None:
            self.follow(followed)
        thread.start()

    def score(self, comparison: Comparison) -> None:
        """Compute the results that a comparison lacks because its training was stopped, unless a run begins."""
        scorer = self.job.scorer = self._thread("scores", comparison)
        self.job.scoring = {name: comparison[name] for name in comparison.unscored}
        scorer.start()

    def change(self, change: Change) -> None:
        """Request a change from the current run."""
        if isinstance(change, Remove):
            self.job.leaving[change.name] += 1
        existing(self.job.thread).change(change)

    def follow(self, built: BuiltTarget, name: str | None = None) -> None:
        """Let an entrant of the current run learn another target. Without a name, let all of them learn it."""
        self.job.requested.append(built)
        self.change(Retarget(built.spec, built.target, name))

    def mark_shown(self) -> None:
        """Record that the first snapshot of the flow that is displayed is shown."""
        self.job.run = replace(existing(self.job.run), is_shown=True)

    def vary(self, variant: Variant, snapshot: Snapshot) -> None:
        """Replace the particles that are displayed with those of another variant, until the next snapshot."""
        run = existing(self.job.run)
        project = replace(run.project, flow=variant.flow, edits=variant.edits, trace=snapshot.trace)
        self.job.run = replace(run, project=project)

    def abandon(self) -> None:
        """End the current run, and what computes results; ignore the remaining turns of both."""
        job = self.job
        for thread in filter(None, (job.scorer, job.thread)):
            thread.abandon()
            self._abandoned = thread
        job.scorer, job.scoring = None, {}
        self.discard()

    def abandon_all(self) -> None:
        """End the runs of both jobs."""
        for _ in range(2):
            self.abandon()
            self.exchange()

    def discard(self) -> None:
        """Forget the current run, which has ended or is about to end."""
        job = self.job
        self._abandoned = job.thread or self._abandoned
        job.thread = job.run = None
        job.leaving.clear()
        job.requested.clear()

    def _thread(self, work: Work, comparison: Comparison, built: Iterable[BuiltTarget] = ()) -> TrainingWorker:
        """Abandon the current run, and return a thread for another one."""
        self.abandon()
        known = {each.spec: each.target for each in built}
        thread = self._make_thread(next(self._numbers), work, comparison, known, self._abandoned)
        for signal in (thread.turn_taken, thread.failed, thread.ended):
            signal.connect(self._on_report)
        return thread

    def _on_report(self, number: int, report: Report = None) -> None:
        """Take a report of a run, or keep it until the run is no longer set aside; ignore those of earlier runs."""
        job, aside = self.job, self._aside
        if any(each is not None and each.number == number for each in (aside.thread, aside.scorer)):
            aside.waiting.append((number, report))
        elif job.scorer is not None and number == job.scorer.number:
            if isinstance(report, Turn):
                self.scored.emit(report)
        elif job.thread is not None and number == job.thread.number:
            self._take(report)

    def _take(self, report: Report) -> None:
        """Forward a report of the current run, unless it is about an entrant that has left."""
        job = self.job
        if isinstance(report, Notice):
            self.failed.emit(report)
        elif report is None:
            if job.work == "comparison":  # a single flow ends with its result
                self.discard()
                self.ended.emit()
        elif report.event is None:
            job.leaving[report.name] -= 1
        elif not job.leaving[report.name]:
            if report.name == job.attended:
                job.run = job.run and job.run.after(report, job.requested)
            self.turn_taken.emit(report)

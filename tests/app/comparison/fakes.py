"""A comparison without a window: fake controls, and a thread whose turns are sent by the test."""

from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.comparison.controller import ComparisonController
from flowviz.app.comparison.entrants import ComparedState, EntrantRun
from flowviz.app.comparison.runner import ComparisonRunner
from flowviz.app.comparison.shared_view import SharedViewState
from flowviz.app.comparison.undo import ComparisonUndo
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Comparison, Project
from flowviz.records import Advanced, Event, Finished, Trial
from flowviz.specs import TextSpec, TrainingSpec, comparison_spec
from flowviz.training import Add, Change, Remove, Turn
from tests.app.session.fakes import FakeControls, SynchronousWorker, checkpoint, finished, progress, snapshot

TARGET = TextSpec(text="Hi")


def untrained(*names: str, **shared: Any) -> Comparison:
    """Return a comparison of flows that differ only in their names."""
    training = TrainingSpec(steps=1000)
    values = {"target": TARGET, "training": training, **shared, "entrants": [{"name": name} for name in names]}
    return Comparison.untrained(comparison_spec(values))


class FakeThread(QObject):
    """A thread that does nothing: a test sends its turns."""

    turn_taken = pyqtSignal(int, object)
    ended = pyqtSignal(int)
    failed = pyqtSignal(int, object)

    def __init__(self, number: int, comparison: Comparison, previous: Any) -> None:
        super().__init__()
        self.number, self.comparison, self.previous = number, comparison, previous
        self.calls, self.changes = list[str](), list[Change]()

    def send(self, name: str, *events: Event) -> None:
        """Send events of an entrant, and its result after the last one."""
        for event in events:
            project = self.comparison[name].after(event)
            self.comparison = self.comparison.with_project(name, project)
            self.turn_taken.emit(self.number, Turn(name, event, self.comparison))
            if isinstance(event, Finished):
                self._send_result(name, project, event)

    def _send_result(self, name: str, project: Project, event: Finished) -> None:
        trial = Trial(project.flow.family, 1e-3, project.training.seed, event.ending, True, event.figures(), name=name)
        self.comparison = self.comparison.with_trial(trial)
        self.turn_taken.emit(self.number, Turn(name, trial, self.comparison))

    def score(self, name: str, gap: float = 0.1) -> None:
        """Send the result of an entrant whose training was stopped."""
        project = self.comparison[name]
        assert project.checkpoint is not None
        trial = Trial(project.flow.family, 1e-3, project.training.seed, "stopped", True, {"gap": gap}, name=name)
        self.comparison = self.comparison.with_trial(trial)
        self.turn_taken.emit(self.number, Turn(name, trial, self.comparison))

    def take_changes(self) -> None:
        """Take the changes, as the engine does."""
        changes, self.changes = self.changes, []
        for change in changes:
            if isinstance(change, Remove):
                self.comparison = self.comparison.without(change.name)
                self.turn_taken.emit(self.number, Turn(change.name, None, self.comparison))
            elif isinstance(change, Add):
                self.comparison = self.comparison.with_project(change.name, change.project)

    def end(self) -> None:
        self.ended.emit(self.number)

    def start(self) -> None:
        self.calls.append("start")

    def pause(self) -> None:
        self.calls.append("pause")

    def resume(self) -> None:
        self.calls.append("resume")

    def change(self, change: Change, /) -> None:
        self.changes.append(change)

    def stop(self) -> None:
        self.calls.append("stop")

    def abandon(self) -> None:
        self.calls.append("abandon")


class ComparisonHarness:
    """A comparison, its states, and the fakes around it."""

    def __init__(self, comparison: Comparison | None = None, building: LatestWorker | None = None) -> None:
        """Show a comparison, by default of two flows; `building` builds requested targets, by default at once."""
        self.owner = owner = QObject()
        self.threads, self.scorers = list[FakeThread](), list[FakeThread]()
        self.compared, self.request, self.controls = ComparedState(owner), RequestState(owner), FakeControls()
        self.builder = TargetBuilder(self.request, owner, building or SynchronousWorker())
        runner = ComparisonRunner(owner, self._make_thread, self._make_scorer)
        self.controller = ComparisonController(
            self.compared, self.request, self.builder, runner, self.controls, owner, SynchronousWorker()
        )
        self.shared, self.view = SharedViewState(owner), ViewState(owner)
        self.undo = ComparisonUndo(
            self.compared, self.request, self.builder, self.view, self.shared, self.controller, owner
        )
        self.controller.show(comparison or untrained("a", "b"))
        self.undo.set_recording(True)

    def _make_thread(self, *args: Any) -> FakeThread:
        self.threads.append(FakeThread(*args))
        return self.threads[-1]

    def _make_scorer(self, *args: Any) -> FakeThread:
        self.scorers.append(FakeThread(*args))
        return self.scorers[-1]

    @property
    def thread(self) -> FakeThread:
        """The thread of the latest run."""
        return self.threads[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entrants that are shown."""
        return self.compared.value.names

    @property
    def edits(self) -> list[str]:
        """The titles of the edits that can be undone."""
        return [self.undo.stack.text(number) for number in range(self.undo.stack.index())]

    @property
    def state(self) -> TrainingState:
        """The state of the training."""
        return self.compared.value.state

    def run(self, name: str) -> EntrantRun:
        """Return an entrant."""
        found = self.compared.value.run(name)
        assert found is not None
        return found

    def train(self, *names: str) -> None:
        """Start to train, and send the first turns of some entrants, or of all of them."""
        self.controller.train()
        for name in names or self.names:
            self.advance(name, 100)

    def advance(self, name: str, step: int) -> None:
        """Send a report of an entrant."""
        self.thread.send(
            name, Advanced(step, step / 400, step / 1000), snapshot(step), progress(step), checkpoint(step)
        )

    def stop(self, step: int = 200) -> None:
        """Stop the training when all entrants have taken as many steps, and send their checkpoints."""
        self.controller.stop()
        for name in self.names:
            self.thread.send(name, checkpoint(step))
        self.thread.end()

    def finish(self, *names: str) -> None:
        """Send the ends of the trainings."""
        for name in names or self.names:
            self.thread.send(name, finished(1000))
        self.thread.end()

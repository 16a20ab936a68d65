"""A comparison without a window: fake controls, and a thread whose turns are sent by the test."""

from typing import Any

from PyQt6.QtCore import QObject

from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.app.training.worker import Work
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.comparison_undo import ComparisonUndo
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.projects import Comparison, Project
from flowviz.records import Advanced, Event, Retargeted
from flowviz.specs import TargetSpec, TextSpec, TrainingSpec, comparison_spec
from flowviz.training import Add, Remove, Turn
from tests.app.training import fake_thread as training
from tests.app.training.fakes import FakeControls, SynchronousWorker, checkpoint, finished, progress, snapshot

TARGET = TextSpec(text="Hi")


def untrained(*names: str, **shared: Any) -> Comparison:
    """Return a comparison of flows that differ only in their names."""
    training = TrainingSpec(steps=1000)
    values = {"target": TARGET, "training": training, **shared, "entrants": [{"name": name} for name in names]}
    return Comparison.untrained(comparison_spec(values))


class FakeThread(training.FakeThread):
    """A thread that trains several flows: a test sends their turns, and calls them by the names that they have."""

    def __init__(self, harness: "ComparisonHarness", *arguments: Any) -> None:
        super().__init__(*arguments)
        self._harness = harness
        self._keys = {run.name: run.key for run in harness.compared.value.runs}  # also of those that leave

    def project(self, name: str) -> Project:
        """Return the project of an entrant."""
        return self.comparison[self._key(name)]

    def send(self, name: str, *events: Event) -> None:
        """Send events of an entrant, and its result after the last one."""
        for event in events:
            self.take(self._key(name), event)

    def switch(self, name: str, target: TargetSpec, step: int) -> None:
        """Send that an entrant learns another target."""
        self.take(self._key(name), Retargeted(step, target.title), target=target)

    def score(self, name: str, gap: float = 0.1) -> None:
        """Send the result of an entrant whose training was stopped."""
        self.send_result(self._key(name), "stopped", {"gap": gap})

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

    def _key(self, name: str) -> str:
        run = self._harness.compared.value.run(name)
        return run.key if run else self._keys[name]


class ComparisonHarness:
    """A comparison, its states, and the fakes around it."""

    def __init__(
        self,
        comparison: Comparison | None = None,
        building: LatestWorker | None = None,
        restoring: LatestWorker | None = None,
    ) -> None:
        """Show a comparison, by default of two flows.

        Args:
            comparison: The comparison.
            building: Builds requested targets, by default at once.
            restoring: Builds targets that are restored, by default at once.
        """
        self.owner = owner = QObject()
        self.threads, self.scorers, self.left = list[FakeThread](), list[FakeThread](), list[EntrantRun]()
        self.compared, self.request = ComparedState(Compared(), owner), RequestState(Request(), owner)
        self.controls = FakeControls()
        self.builder = TargetBuilder(self.request, owner, building or SynchronousWorker())
        runner = TrainingRunner(owner, self._make_thread)
        self.controller = ComparisonController(
            self.compared,
            self.request,
            self.builder,
            runner,
            self.controls.show_activity,
            lambda _: None,
            restoring or SynchronousWorker(),
            owner,
            keep_alone=self.left.append,
        )
        self.view = ViewState(owner)
        self.undo = ComparisonUndo(self.compared, self.request, self.builder, self.view, self.controller, owner)
        self.controller.show(comparison or untrained("a", "b"))
        self.compared.change(is_shown=True)
        self.controller.editing.show_selected()
        self.undo.clear()

    def _make_thread(self, number: int, work: Work, *arguments: Any) -> Any:
        made = self.scorers if work == "scores" else self.threads
        made.append(FakeThread(self, number, work, *arguments))
        return made[-1]

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

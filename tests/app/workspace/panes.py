"""The main window with a comparison, whose trainings are threads that train nothing: a test sends their turns."""

from dataclasses import replace
from typing import Any

from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.main_window import MainWindow
from flowviz.app.pane.pane import Pane
from flowviz.app.training.session import Session
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.comparisons import Comparisons
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.workbench import Workbench
from flowviz.projects import Comparison, Project
from flowviz.records import Advanced
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from tests.app.conftest import Window
from tests.app.editing.reports import sparse_example
from tests.app.training.fake_thread import FakeThread
from tests.app.training.fakes import checkpoint, progress, snapshot

HI, TRAINING = TextSpec(text="Hi"), TrainingSpec(steps=1000)
LONG, SHORT = FlowSpec(), FlowSpec(family="spline", layers=4)


class Panes:
    """The window, which has shown no comparison yet, its panes, and what trains in them."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot, self.threads = window, qtbot, list[FakeThread]()
        self.main.session._runner._make_thread = self._make_thread
        self.compared.set(Compared())
        self.comparisons.document.discard_changes()
        self.main.viewer.reduce_motion(True)

    def _make_thread(self, *arguments: Any) -> Any:
        thread = FakeThread(*arguments)
        if thread.work != "scores":
            self.threads.append(thread)
        return thread

    @property
    def main(self) -> MainWindow:
        return self.window.main

    @property
    def session(self) -> Session:
        return self.main.session

    @property
    def comparisons(self) -> Comparisons:
        return self.main.comparisons

    @property
    def workbench(self) -> Workbench:
        found = self.comparisons.workbench
        assert found is not None
        return found

    @property
    def controller(self) -> ComparisonController:
        return self.workbench.controller

    @property
    def compared(self) -> ComparedState:
        return self.comparisons.compared

    @property
    def thread(self) -> FakeThread:
        """The thread of the latest training."""
        return self.threads[-1]

    @property
    def panes(self) -> list[Pane]:
        return self.comparisons.grid.panes

    @property
    def state(self) -> TrainingState:
        """The state of the training of all."""
        return self.compared.value.state

    def run(self, name: str) -> EntrantRun:
        """Return an entrant."""
        found = self.compared.value.run(name)
        assert found is not None
        return found

    def show(self, **flows: FlowSpec) -> None:
        """Show untrained flows."""
        self.comparisons.show(Comparison({name: Project.untrained(HI, flow, TRAINING) for name, flow in flows.items()}))

    def show_trained(self) -> None:
        """Show two flows that were trained, and whose few particles are moved at once."""
        self.comparisons.show(Comparison({name: trained() for name in ("a", "b")}))

    def wait_for_targets(self) -> None:
        """Wait until the targets of all entrants have been built."""
        self.qtbot.waitUntil(lambda: all(run.built is not None for run in self.compared.value.runs))

    def train_window(self, *steps: int) -> None:
        """Train the flow of the window up to some steps."""
        self.session.train()
        for step in steps:
            self.report("0", step)

    def report(self, key: str, step: int) -> None:
        """Send what a flow has learned up to a step."""
        flow = self.thread.comparison[key].flow
        shown = snapshot(step, step / 1000, flow)
        for event in (Advanced(step, step / 400, step / 1000), shown, progress(step), checkpoint(step)):
            self.thread.take(key, event)

    def step(self, name: str) -> int | None:
        """Return up to which step an entrant was trained."""
        last = self.run(name).project.checkpoint
        return last.step if last else None

    def trigger(self, name: str) -> None:
        """Trigger an entry of the menus."""
        self.window.find(QAction, f"{name}Action").trigger()


def trained() -> Project:
    """Return a trained flow that can be resumed."""
    return replace(sparse_example("brad"), checkpoint=checkpoint(2100))

"""A session without a window: fake widgets, and a training thread whose events are sent by the test."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from PyQt6.QtCore import QObject

from flowviz.app.desktop.existing import application
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.notices.notice import Notice
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.activity import Activity
from flowviz.app.training.commands import TrainingCommands
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.runner import FLOW, TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.training.status import TrainingStatus
from flowviz.app.training.status_bar import StatusBar
from flowviz.projects.variant import Variant
from flowviz.records import (
    Checkpoint,
    Event,
    Finished,
    History,
    Kept,
    Moment,
    Progress,
    Retargeted,
    Score,
    Snapshot,
    Trace,
)
from flowviz.records.events import Ending
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.training import Adjust, Vary
from tests.app.pane.fakes import WEIGHTS, FakeDisplays, FakeQueries, fake_viewer
from tests.app.training import fake_thread as training
from tests.records.scores import scored

Result = TypeVar("Result")
ENTROPY = 1.5
NOTHING = np.zeros(0, np.float32)


class FakeControls:
    def __init__(self) -> None:
        self.shown = list[Activity]()

    def show_activity(self, activity: Activity) -> None:
        self.shown.append(activity)
        self.state, self.fraction, self.sentence = activity.state, activity.fraction, activity.sentence
        self.can_train, self.can_resume = activity.can_train, activity.can_resume
        self.can_extend = activity.can_extend


class FakeLossPlot:
    history, previous, entropy = History(), History(), None
    drawn = 0  # reports, counted each time

    def show_history(self, history: History, entropy: float | None) -> None:
        self.history, self.entropy = history, entropy
        self.drawn += len(history.step)

    def show_previous(self, history: History) -> None:
        self.previous = history

    def show_best(self, best: float | None) -> None:
        self.best = best

    def show_moment(self, step: int | None) -> None:
        self.moment = step


class FakeMetrics:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.progress: Progress | None = None
        self.score: Score | None = None
        self.hits: tuple[float | None, float | None] = (None, None)
        self.stage: int | None = None
        self.flow = FlowSpec()

    def show_flow(self, flow: FlowSpec) -> None:
        self.flow = flow

    def show_progress(self, progress: Progress | None) -> None:
        self.progress = progress

    def show_score(self, score: Score | None, test_uses: int = 0) -> None:
        self.score, self.test_uses = score, test_uses

    def show_hits(self, moment: Moment) -> None:
        self.hits = moment.on_target, moment.coverage

    def show_round_trip(self, trace: Trace, stage: int) -> None:
        self.stage = stage


def idle_commands() -> TrainingCommands:
    """Return the commands of a training, which do nothing."""

    def do_nothing() -> None:
        pass

    return TrainingCommands(
        application(),
        train=do_nothing,
        train_all=do_nothing,
        pause=do_nothing,
        stop=do_nothing,
        return_to_previous=do_nothing,
    )


class FakeStatusBar:
    message = ""

    def show_activity(self, activity: Activity) -> None:
        self.state, self.has_time_left = activity.state.name, activity.has_time_left
        self.progress = activity.progress

    def show_message(self, sentence: str) -> None:
        self.message = sentence


class FakeThread(training.FakeThread):
    """A thread that trains a single flow: a test sends its events."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.project = self.comparison[FLOW]  # with which it started
        self.plan, self.checkpoint = self.project.plan, self.project.checkpoint
        self._shown = Variant.of(self.project)

    def send(self, *events: Event) -> None:
        """Send events, of which snapshots have the variant that was adopted last."""
        for event in events:
            changed = dict[str, Any]()
            if isinstance(event, Snapshot | Finished):
                is_end = isinstance(event, Finished)
                shown = self._shown.as_trained(Variant.of(self.project)) if is_end else self._shown
                changed = {"flow": shown.flow, "edits": shown.edits}
            if isinstance(event, Retargeted) and self.followed is not None:
                changed = {"target": self.followed}
            self.take(FLOW, event, **changed)

    def adopt(self, variant: Variant) -> None:
        """Move the particles of the following snapshots by a variant."""
        self._shown = variant

    @property
    def adjusted(self) -> list[TrainingSpec]:
        """The settings that it was asked to continue with."""
        return [each.training for each in self.changes if isinstance(each, Adjust)]

    @property
    def variant(self) -> Variant:
        """The variant by which it was asked to move the particles."""
        asked = (each.variant for each in reversed(self.changes) if isinstance(each, Vary))
        return next(asked, Variant.of(self.project))


class SynchronousWorker(LatestWorker):
    """Worker that computes in the thread that asks."""

    def ask(self, topic: str, compute: Callable[[], Result], on_result: Callable[[Result], object]) -> None:
        on_result(compute())


class SessionHarness:
    """A session, its states, and the fakes around it."""

    def __init__(self) -> None:
        self.owner = owner = QObject()
        self.threads = list[FakeThread]()
        self.request, self.view = RequestState(Request(), owner), ViewState(owner)
        self.displays, self.queries = FakeDisplays(), FakeQueries()
        self.controls, self.loss_plot = FakeControls(), FakeLossPlot()
        self.metrics, self.status_bar, self.next_steps = FakeMetrics(), FakeStatusBar(), list[str]()
        self.notices, self.hints, self.ends = list[Notice](), list[str](), list[str]()
        self.leave_comparison: Callable[[], object] = lambda: None
        self.viewer = fake_viewer(self.displays, self.view, self.queries, owner)
        self.viewer.reduce_motion(True)
        self.builder = TargetBuilder(self.request, owner, SynchronousWorker())
        self.status = TrainingStatus(
            cast("TrainingControls", self.controls), cast("LossPlot", self.loss_plot), cast("Metrics", self.metrics),
            cast("StatusBar", self.status_bar), self.next_steps.append,
            lambda notice: self.notices.append(notice), self.ends.append, owner,
        )  # fmt: skip
        self.runner = runner = TrainingRunner(owner, self._make_thread)
        self.edits = EditsState(Edits(), owner)
        self.editor = LayerEditor(self.view, self.edits, owner)
        self.session = Session(
            self.request, self.view, self.editor, self.builder, self.viewer, self.status, runner, owner,
            show_hint=self.hints.append, leave_comparison=lambda: self.leave_comparison(),
        )  # fmt: skip

    def _make_thread(self, *args: Any) -> Any:
        self.threads.append(FakeThread(*args))
        return self.threads[-1]

    @property
    def thread(self) -> FakeThread:
        """The thread of the latest training."""
        return self.threads[-1]


def progress(step: int, nll: float = 1.625) -> Progress:
    """Return a report of the losses of a step."""
    return Progress(
        step=step, seconds=step / 400, fraction=step / 10_000, train_nll=nll, validation_nll=nll, entropy=ENTROPY,
        steps_per_second=400.0, seconds_left=1.0,
    )  # fmt: skip


def snapshot(step: int, on_target: float | None = 0.9, flow: FlowSpec | None = None) -> Snapshot:
    """Return a picture of a flow at a step."""
    return Snapshot(step, WEIGHTS, on_target, 0.8, untrained_trace(flow or FlowSpec(), base_particles()))


def checkpoint(step: int) -> Checkpoint:
    """Return the state from which a training can be resumed."""
    kept = Kept(WEIGHTS, 1.625, step)
    return Checkpoint(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, step, step / 400, 1, 1.0, 0, {}, kept)


def finished(step: int, ending: Ending = "completed", flow: FlowSpec | None = None) -> Finished:
    """Return the end of a training."""
    kept, score = Kept(WEIGHTS, 1.625, step), scored(step, 1.625, 1.75, 0.01, ENTROPY)
    return Finished(ending, progress(step), snapshot(step, flow=flow), kept, score, 0, 1.0, checkpoint(step))


def train(harness: SessionHarness, *steps: int) -> None:
    """Train, with a snapshot, a report and a checkpoint at each step."""
    harness.session.train()
    flow = harness.thread.plan.flow
    for step in steps or (100,):
        harness.thread.send(snapshot(step, step / 1000, flow), progress(step, 2 - step / 1000), checkpoint(step))


def fail(harness: SessionHarness, reason: str = "Out of memory.") -> None:
    """End the current training with an error."""
    harness.thread.failed.emit(harness.thread.number, Notice("training", reason))

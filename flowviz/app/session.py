"""The session owns the work: a target, a flow, its training. What is looked at is the exploration's."""

from dataclasses import dataclass
from itertools import count

from PyQt6.QtCore import QObject

from flowviz.app.exploration import Exploration
from flowviz.app.figures import Figures
from flowviz.app.flow_panel import FlowPanel
from flowviz.app.loss_plot import LossPlot
from flowviz.app.run_controls import RunControls, RunState
from flowviz.app.target_panel import TargetPanel
from flowviz.app.workers import TrainingWorker, wait_for_work
from flowviz.errors import FlowvizError
from flowviz.records import Event, Finished, History, Preparing, Progress, Recovered, Snapshot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.view import Theme
from flowviz.targets import Ink, build_target

FIRST_TEXT = "BRAD"
CLOSING_PATIENCE_MS = 1000


@dataclass(frozen=True)
class Panels:
    """The widgets that the session speaks with."""

    target: TargetPanel
    flow: FlowPanel
    controls: RunControls
    losses: LossPlot
    figures: Figures


class Session(QObject):
    """One window's work: it hears the panels, starts and stops trainings, and tells the panels what to show."""

    def __init__(self, panels: Panels, exploration: Exploration, parent: QObject) -> None:
        super().__init__(parent)
        self._panels, self._exploration = panels, exploration
        self._target: Ink | None = None
        self._target_in_training: Ink | None = None
        self._text = self._text_in_training = ""
        self._history = History()
        self._numbers = count(1)
        self._worker: TrainingWorker | None = None
        self._state = RunState.IDLE
        self._flow_in_training = FlowSpec()
        self._connect()
        panels.target.set_text(FIRST_TEXT)
        panels.controls.set_status("Press Train and watch the cloud become the word.")

    @property
    def trained_text(self) -> str:
        """The text that the particles shown were trained on, or the one typed before the first training."""
        return self._text or self._panels.target.text()

    def train(self) -> None:
        """Start a training on the target that is shown; one that runs is dropped."""
        if self._target is None:
            return
        previous = self._abandon()
        spec = TrainingSpec(**self._panels.controls.budget(), **self._panels.flow.training_options())
        self._flow_in_training = self._panels.flow.flow_spec()
        worker = TrainingWorker(next(self._numbers), self._target, self._flow_in_training, spec, previous)
        worker.event_arrived.connect(self._take_event)
        worker.failed.connect(self._take_failure)
        self._worker, self._text_in_training = worker, self._panels.target.text()
        self._target_in_training = self._target
        self._history = History()
        self._panels.losses.show_history(self._history, self._target.entropy)
        self._panels.figures.clear()
        self._panels.controls.set_notice("")
        self._panels.controls.set_fraction(0)
        self._panels.controls.set_status("Preparing…")
        self._set_state(RunState.PREPARING)
        worker.start()
        self._exploration.leave_base()

    def toggle_pause(self) -> None:
        """Pause the training, or go on."""
        if self._worker is None:
            return
        if self._state == RunState.TRAINING:
            self._worker.pause()
            self._set_state(RunState.PAUSED)
        elif self._state == RunState.PAUSED:
            self._worker.resume()
            self._set_state(RunState.TRAINING)

    def stop(self) -> None:
        """Stop the training and keep what was learned."""
        if self._worker is not None:
            self._worker.stop()
            self._set_state(RunState.STOPPING)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything for a light or a dark ground."""
        self._exploration.set_theme(theme)
        self._panels.target.set_theme(theme)
        self._panels.flow.set_theme(theme)
        self._panels.losses.set_theme(theme)

    def shut_down(self) -> None:
        """End all work, and wait a moment for it."""
        self._abandon()
        self._exploration.close()
        wait_for_work(CLOSING_PATIENCE_MS)

    def _connect(self) -> None:
        panels = self._panels
        panels.target.text_changed.connect(self._take_text)
        panels.flow.flow_changed.connect(self._take_flow)
        panels.controls.train_requested.connect(self.train)
        panels.controls.pause_toggled.connect(self.toggle_pause)
        panels.controls.stop_requested.connect(self.stop)
        self._exploration.failed.connect(panels.controls.set_notice)
        self._exploration.stage_changed.connect(self._show_round_trip)

    def _take_text(self, text: str) -> None:
        try:
            self._target = build_target(TextSpec(text=text))
        except FlowvizError as error:
            self._target = None
            self._panels.target.show_problem(str(error))
        else:
            self._panels.target.show_ink(self._target.mask)
        self._panels.controls.set_can_train(self._target is not None)
        self._take_flow()

    def _take_flow(self) -> None:
        """A flow that was trained stays in view until the next training; before the first one, show what is chosen."""
        if not self._text and self._worker is None:
            self._show_untrained()

    def _take_event(self, number: int, event: Event) -> None:
        if self._worker is None or number != self._worker.number:
            return  # of an older run
        self._history = self._history.with_event(event)
        match event:
            case Preparing():
                self._panels.controls.set_status(f"{event.activity}…")
            case Progress():
                self._show_progress(event)
            case Snapshot():
                if self._state == RunState.PREPARING:
                    self._begin()
                self._show_snapshot(event)
            case Recovered():
                self._panels.controls.set_notice(event.sentence())
            case Finished():
                self._finish(event)

    def _begin(self) -> None:
        """The first picture of a training: from now on it is what is looked at."""
        assert self._target_in_training is not None
        self._set_state(RunState.TRAINING)
        self._text = self._text_in_training
        self._exploration.begin_training(self._flow_in_training, self._target_in_training)

    def _take_failure(self, number: int, sentence: str) -> None:
        if self._worker is None or number != self._worker.number:
            return
        self._panels.controls.set_status("Training ended.")
        self._panels.controls.set_notice(sentence)
        self._set_state(RunState.IDLE)

    def _finish(self, finished: Finished) -> None:
        self._show_progress(finished.progress)
        self._show_snapshot(finished.snapshot)
        self._exploration.refit()
        self._panels.controls.set_status(finished.sentence())
        self._set_state(RunState.IDLE)

    def _show_progress(self, progress: Progress) -> None:
        self._panels.controls.set_fraction(progress.fraction)
        self._panels.controls.set_status(
            f"Step {progress.step:,} · {progress.score()}\n"
            f"{progress.steps_per_second:,.0f} steps/s · {_duration(progress.seconds_left)} left"
        )
        self._panels.figures.show_progress(progress)
        self._panels.losses.show_history(self._history, progress.entropy)

    def _show_untrained(self) -> None:
        self._exploration.show_untrained(self._panels.flow.flow_spec(), self._target)

    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self._exploration.take_snapshot(snapshot)
        self._panels.figures.show_snapshot(snapshot)
        self._show_round_trip()

    def _show_round_trip(self) -> None:
        if self._text:  # a flow that was not trained has nothing to show
            self._panels.figures.show_round_trip(self._exploration.generated, self._exploration.stage)

    def _set_state(self, state: RunState) -> None:
        self._state = state
        self._panels.controls.set_state(state)

    def _abandon(self) -> TrainingWorker | None:
        """Let the present worker end, unheard; it is returned."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.abandon()
        return worker


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(min(seconds, 359_999)), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"

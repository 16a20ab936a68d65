"""The session owns the work: a target, a flow, its training. What is looked at is the exploration's."""

from dataclasses import dataclass, replace
from itertools import count

from PyQt6.QtCore import QObject

from flowviz.app.exploration import Exploration
from flowviz.app.figures import Figures
from flowviz.app.flow_panel import FlowPanel
from flowviz.app.goal import Goal
from flowviz.app.loss_plot import LossPlot
from flowviz.app.run_controls import RunControls, RunState
from flowviz.app.sources import Sources
from flowviz.app.target_panel import TargetPanel
from flowviz.app.workers import TrainingWorker, wait_for_work
from flowviz.projects import Project
from flowviz.records import Event, Finished, History, Preparing, Progress, Recovered, Retargeted, Snapshot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.view import Theme
from flowviz.targets import build_target

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


@dataclass(frozen=True)
class Run:
    """One training: the thread that it runs in, what is learned, and the flow that learns it."""

    worker: TrainingWorker
    goal: Goal
    flow: FlowSpec


class Session(QObject):
    """One window's work: it hears the panels, starts and stops trainings, and tells the panels what to show."""

    def __init__(self, panels: Panels, sources: Sources, exploration: Exploration, parent: QObject) -> None:
        super().__init__(parent)
        self._panels, self._sources, self._exploration = panels, sources, exploration
        self._run: Run | None = None
        self._abandoned: TrainingWorker | None = None  # it may not have ended yet
        self._progress: Progress | None = None  # the latest
        self._trained = ""  # what the flow that is shown was trained on
        self._history = History()
        self._numbers = count(1)
        self._state = RunState.IDLE
        self._connect()
        panels.target.show_spec(TextSpec(text=FIRST_TEXT))
        panels.controls.set_status("Press Train and watch the cloud become the target.")

    @property
    def trained_title(self) -> str:
        """What the particles shown were trained on, or what is chosen before the first training; for people."""
        goal = self._sources.goal
        return self._trained or (goal.title if goal else "")

    def train(self) -> None:
        """Start a training on the target that is shown; one that runs is dropped."""
        goal = self._sources.goal
        if goal is None:
            return
        self._abandon()
        spec = TrainingSpec(**self._panels.controls.budget(), **self._panels.flow.training_options())
        flow = self._panels.flow.flow_spec()
        worker = TrainingWorker(next(self._numbers), goal, flow, spec, self._abandoned)
        worker.event_arrived.connect(self._take_event)
        worker.goal_reached.connect(self._take_reached)
        worker.failed.connect(self._take_failure)
        self._run = Run(worker, goal, flow)
        self._show_history(History(), goal.target.entropy)
        self._panels.controls.set_status("Preparing…")
        self._set_state(RunState.PREPARING)
        worker.start()
        self._exploration.leave_base()

    def toggle_pause(self) -> None:
        """Pause the training, or go on."""
        if self._run is None:
            return
        if self._state == RunState.TRAINING:
            self._run.worker.pause()
            self._set_state(RunState.PAUSED)
        elif self._state == RunState.PAUSED:
            self._run.worker.resume()
            self._set_state(RunState.TRAINING)

    def stop(self) -> None:
        """Stop the training and keep what was learned."""
        if self._run is not None:
            self._run.worker.stop()
            self._set_state(RunState.STOPPING)

    def show_project(self, project: Project) -> None:
        """Show a flow that was trained before; a training that runs is dropped. Raises `FlowvizError`."""
        target = build_target(project.target)
        self._abandon()
        self._set_state(RunState.IDLE)
        self._trained = project.target.title
        self._panels.flow.show_flow(project.flow)
        self._panels.target.show_spec(project.target)
        self._show_history(project.history, target.entropy)
        self._exploration.show_project(project, target)
        ends = project.trace.positions[-1]
        self._panels.figures.show_hits(target.on_target(ends), target.coverage(ends))
        if (progress := project.history.last_progress(target.entropy)) is not None:
            self._progress = progress
            self._panels.figures.show_progress(progress)
            self._panels.controls.set_status(f"{self._trained}, after {progress.step:,} steps: {progress.score()}.")
        self._show_round_trip()
        self._exploration.leave_base()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything for a light or a dark ground."""
        self._exploration.set_theme(theme)
        self._panels.target.set_theme(theme)
        self._panels.flow.set_theme(theme)
        self._panels.losses.set_theme(theme)

    def shut_down(self) -> None:
        """End all work, and wait a moment for it."""
        self._abandon()
        self._sources.close()
        self._exploration.close()
        wait_for_work(CLOSING_PATIENCE_MS)

    def _connect(self) -> None:
        panels = self._panels
        self._sources.goal_changed.connect(self._take_goal)
        panels.controls.follow_toggled.connect(lambda: self._follow())
        panels.flow.flow_changed.connect(self._take_flow)
        panels.controls.train_requested.connect(self.train)
        panels.controls.pause_toggled.connect(self.toggle_pause)
        panels.controls.stop_requested.connect(self.stop)
        self._exploration.failed.connect(panels.controls.set_notice)
        self._exploration.stage_changed.connect(self._show_round_trip)
        self._exploration.moment_shown.connect(self._show_moment)

    def _take_goal(self, goal: Goal | None) -> None:
        self._panels.controls.set_can_train(goal is not None)
        self._follow()
        self._take_flow()

    def _follow(self) -> None:
        """Let the training that runs turn to what is chosen, where that is wanted."""
        goal, run = self._sources.goal, self._run
        if goal is None or run is None or goal is run.goal or not self._panels.controls.follows:
            return
        if self._state not in {RunState.IDLE, RunState.STOPPING}:
            run.worker.follow(goal)

    def _take_reached(self, number: int, goal: Goal) -> None:
        """The training that runs has turned to another goal."""
        if self._run is not None and number == self._run.worker.number:
            self._run = replace(self._run, goal=goal)
            self._trained = goal.title
            self._exploration.set_target(goal.target)

    def _take_flow(self) -> None:
        """A flow that was trained stays in view until the next training; before the first one, show what is chosen."""
        if not self._trained and self._run is None:
            self._show_untrained()

    def _take_event(self, number: int, event: Event) -> None:
        if self._run is None or number != self._run.worker.number:
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
                self._exploration.take_snapshot(event)
            case Retargeted():
                self._panels.losses.show_history(self._history, self._run.goal.target.entropy)
            case Recovered():
                self._panels.controls.set_notice(event.sentence())
            case Finished():
                self._finish(event)

    def _begin(self) -> None:
        """The first picture of a training: from now on it is what is looked at."""
        assert self._run is not None
        self._set_state(RunState.TRAINING)
        self._trained = self._run.goal.title
        self._exploration.begin_training(self._run.flow, self._run.goal.target)

    def _take_failure(self, number: int, sentence: str) -> None:
        if self._run is None or number != self._run.worker.number:
            return
        self._panels.controls.set_status("Training ended.")
        self._panels.controls.set_notice(sentence)
        self._set_state(RunState.IDLE)

    def _finish(self, finished: Finished) -> None:
        self._show_progress(finished.progress)
        self._exploration.take_snapshot(finished.snapshot)
        self._exploration.refit()
        self._panels.controls.set_status(finished.sentence())
        self._set_state(RunState.IDLE)

    def _show_progress(self, progress: Progress) -> None:
        self._panels.controls.set_fraction(progress.fraction)
        self._panels.controls.set_status(
            f"Step {progress.step:,} · {progress.score()}\n"
            f"{progress.steps_per_second:,.0f} steps/s · {_duration(progress.seconds_left)} left"
        )
        self._progress = progress
        if self._exploration.is_live:
            self._panels.figures.show_progress(progress)
        self._panels.losses.show_history(self._history, progress.entropy)

    def _show_history(self, history: History, entropy: float | None) -> None:
        """Show a training from its beginning, without the figures of the one before."""
        self._history, self._progress = history, None
        self._panels.losses.show_history(history, entropy)
        self._panels.figures.clear()
        self._panels.controls.set_notice("")
        self._panels.controls.set_fraction(0)

    def _show_untrained(self) -> None:
        goal = self._sources.goal
        self._exploration.show_untrained(self._panels.flow.flow_spec(), goal.target if goal else None)

    def _show_moment(self, snapshot: Snapshot, is_latest: bool) -> None:
        """Show the figures of the moment that is seen; of an earlier one, the losses are in the plot alone."""
        self._panels.figures.show_hits(snapshot.on_target, snapshot.coverage)
        self._panels.figures.show_progress(self._progress if is_latest else None)
        self._show_round_trip()

    def _show_round_trip(self) -> None:
        if self._trained:  # a flow that was not trained has nothing to show
            self._panels.figures.show_round_trip(self._exploration.generated, self._exploration.stage)

    def _set_state(self, state: RunState) -> None:
        self._state = state
        self._panels.controls.set_state(state)

    def _abandon(self) -> None:
        """Let the present worker end, unheard."""
        if self._run is not None:
            self._abandoned, self._run = self._run.worker, None
            self._abandoned.abandon()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(min(seconds, 359_999)), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"

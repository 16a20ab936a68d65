"""The training status: everything that the window shows about the training in words and numbers."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.training.displays import ControlsDisplay, LossDisplay, MetricsDisplay, StatusBarDisplay
from flowviz.app.training.training_state import TrainingState
from flowviz.records import (
    FLOW_UNITS,
    Finished,
    History,
    Moment,
    Overfitting,
    Progress,
    Recovered,
    Score,
    Trace,
    Uncompiled,
    Units,
)
from flowviz.specs import FlowSpec, TargetSpec
from flowviz.training.schedule import Budget

GREETING = "Press Train and watch the cloud become the target."
RETRY = "Press Train to try again."
FOLLOWING = "Computing the particles of earlier moments. This loads TensorFlow, which takes a few seconds…"
DEFERRED = "The picture follows with the next snapshot."
SLOWER = "The XLA compiler does not work on this computer: training will take longer, with the same results."
TRAINING, OVERFITTING = "training", "overfitting"  # topics of its notices
SWITCHES = "Type or choose another target to switch to it."
STARTS_OVER = {
    TrainingState.IDLE: "Train starts over with the chosen flow.",
    TrainingState.TRAINING: "Restart starts over with the chosen flow.",
    TrainingState.PAUSED: "Restart starts over with the chosen flow.",
}
MAX_TITLE = 24  # characters
STATES = {
    TrainingState.PREPARING: "Preparing…",
    TrainingState.TRAINING: "Training",
    TrainingState.PAUSED: "Paused",
    TrainingState.STOPPING: "Stopping…",
}
ENDINGS = {"completed": "Finished", "stopped": "Stopped", "diverged": "Diverged"}


class TrainingStatus(QObject):
    """Shows the training in the panel, the loss plot, the metrics and the status bar.

    NLLs and entropies arrive in flow units. They are shown in the units of the data, as the axes and readouts are.
    """

    notice_posted = pyqtSignal(object)  # Notice
    progressed = pyqtSignal(object)  # share of the budget that is spent, 0 to 1; None once training ends
    ended = pyqtSignal(str)  # reason, in a sentence; not emitted if the user stopped the training

    def __init__(
        self,
        controls: ControlsDisplay,
        loss_plot: LossDisplay,
        metrics: MetricsDisplay,
        status: StatusBarDisplay,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controls, self._loss_plot, self._metrics, self._status = controls, loss_plot, metrics, status
        self._state = TrainingState.IDLE
        self._progress: Progress | None = None  # latest report
        self._score: Score | None = None  # of the kept state, once training has ended
        self._history = History()
        self._entropy: float | None = None
        self._units = FLOW_UNITS
        self._overfitting_step: int | None = None  # of the notice that is shown
        self._idle_word = "Ready"  # in the status bar while no training runs
        self._sentence = GREETING
        self._target = ""  # title of the target of the training
        self._is_following = self._is_deferred = False
        self._shown: TargetSpec | None = None  # target of the trained flow that is shown
        self._requested: TargetSpec | None = None
        self._problem = ""  # why the requested target cannot be trained on
        self._follows = self._has_other_flow = False
        self._can_resume = False
        self._has_warned = False
        self._update_sentence()
        self._status.show_state(self._idle_word)

    def set_can_train(self, can_train: bool) -> None:
        """Enable or disable Train."""
        self._controls.set_can_train(can_train)

    def set_can_resume(self, can_resume: bool) -> None:
        """Offer to resume a training that was stopped or opened."""
        self._can_resume = can_resume
        self._controls.set_can_resume(can_resume)
        self._update_sentence()

    def set_can_extend(self, can_extend: bool) -> None:
        """Offer to train longer after the budget of a training is used up."""
        self._controls.set_can_extend(can_extend)

    def show_state(self, state: TrainingState) -> None:
        """Show the state of the training."""
        self._state = state
        self._controls.set_state(state)
        has_time_left = state not in {TrainingState.IDLE, TrainingState.STOPPING}
        self._status.show_state(STATES.get(state, self._idle_word), has_time_left=has_time_left)
        if state == TrainingState.IDLE:
            self.progressed.emit(None)
        self._update_sentence()

    def begin(self, history: History, entropy: float | None, units: Units = FLOW_UNITS) -> None:
        """Show a new training, with the losses up to its start; see `show_history`."""
        self._idle_word = "Ready"
        self._progress, self._score = None, None
        self._target = ""
        self._metrics.clear()
        self._status.show_progress(None)
        self.notice_posted.emit(Notice(TRAINING))
        self._withdraw_overfitting()
        self._controls.set_fraction(0)
        self._set_sentence(GREETING)
        self.show_history(history, entropy, units)

    def show_history(self, history: History, entropy: float | None, units: Units = FLOW_UNITS) -> None:
        """Show the losses so far.

        Args:
            history: The losses.
            entropy: The entropy of the current target in nats. None if unknown.
            units: The units of the data of the current target.
        """
        self._history, self._entropy, self._units = history, entropy, units
        self._loss_plot.show_history(history.in_units(units), units.nll(entropy))

    def show_activity(self, activity: str) -> None:
        """Show what is being prepared."""
        self._set_sentence(f"{activity}…")

    def show_target(self, title: str) -> None:
        """Show which target is being learned."""
        self._target = title
        self._set_sentence("")

    def show_next(
        self,
        shown: TargetSpec | None,
        requested: TargetSpec,
        problem: str,
        *,
        follows: bool,
        has_other_flow: bool = False,
    ) -> None:
        """Show what the next training would learn.

        Args:
            shown: The target of the trained flow that is shown. None before the first training.
            requested: The target of the next training.
            problem: Why the next training cannot start. Empty if it can.
            follows: Whether a running training switches to the requested target.
            has_other_flow: Whether the requested flow differs from the trained one that is shown.
        """
        self._has_other_flow = has_other_flow
        self._shown, self._requested, self._problem, self._follows = shown, requested, problem, follows
        self._update_sentence()

    def show_budget(self, budget: Progress | Budget) -> None:
        """Show the step, and how much of the budget is spent."""
        self._controls.set_fraction(budget.fraction)
        self._status.show_progress(budget if budget.step else None)  # no speed before the first step
        self.progressed.emit(budget.fraction)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the progress of a step, and its metrics only if the latest moment is shown."""
        self._progress = progress
        self.show_budget(progress)
        if progress.kept_step != self._overfitting_step:
            self._withdraw_overfitting()
        if is_live:
            self._show_metrics(progress)

    def show_moment(self, moment: Moment, *, is_latest: bool) -> None:
        """Show the metrics of the moment that is shown."""
        is_running = is_latest and self._score is None
        past = self._history.progress_at(moment.step, self._entropy)
        self._metrics.show_hits(moment)
        self._show_metrics(self._progress if is_running else past)
        self._show_score(self._score if is_latest else None)

    def set_score(self, score: Score | None) -> None:
        """Set the score of the latest moment, which is the kept state; None while training runs."""
        self._score = score

    def show_flow(self, flow: FlowSpec) -> None:
        """Show how losses are measured if that is not the integrator of the flow."""
        self._metrics.show_flow(flow)

    def show_round_trip(self, trace: Trace, stage: int) -> None:
        """Show how exactly a stage and its inverse cancel out."""
        self._metrics.show_round_trip(trace, stage)

    def show_warning(self, event: Recovered | Overfitting | Uncompiled) -> None:
        """Report that training went back to its last good state, overfits, or continues without XLA."""
        if isinstance(event, Recovered):
            self.notice_posted.emit(Notice(TRAINING, event.sentence()))
        elif isinstance(event, Overfitting):
            self._overfitting_step = event.step
            self.notice_posted.emit(_overfitting_notice(event))
        elif not self._has_warned:  # once, because the user cannot change it
            self._has_warned = True
            self._status.show_message(SLOWER)

    def _withdraw_overfitting(self) -> None:
        if self._overfitting_step is not None:
            self._overfitting_step = None
            self.notice_posted.emit(Notice(OVERFITTING))

    def show_end(self, finished: Finished) -> None:
        """Show how the training ended."""
        self._idle_word = ENDINGS[finished.ending]
        finished = finished.in_units(self._units)
        self._set_sentence(finished.ended())
        if finished.advice:
            self.notice_posted.emit(Notice(TRAINING, "The training diverged.", finished.advice))
        if finished.ending != "stopped":
            self.ended.emit(finished.sentence())

    def show_failure(self, notice: Notice) -> None:
        """Show that the training ended with an error."""
        self._idle_word = "Failed"
        self._set_sentence(RETRY)
        self.notice_posted.emit(notice)
        self.ended.emit(notice.text)

    def show_trained(
        self, title: str, budget: Progress | Budget | None, progress: Progress | None, score: Score | None
    ) -> None:
        """Show the title, the spent budget, the latest report and the score of a flow that was trained before."""
        step, fraction = (budget.step, budget.fraction) if budget else (0, 1.0)
        self._idle_word = ENDINGS["completed" if fraction >= 1 else "stopped"]
        self._progress, self._score = progress, score
        self._show_metrics(self._history.progress_at(score.step, self._entropy) if score else progress)
        self._show_score(score)
        self._status.show_progress(budget if step else None)
        self._status.show_state(self._idle_word)
        self._controls.set_fraction(fraction)
        steps = f"{step:,} {'step' if step == 1 else 'steps'}"
        result = f": {score.in_units(self._units).sentence()}" if score else "" if progress else "; no losses yet"
        kept = f" Kept the best state, step {score.step:,}." if score and score.step != step else ""
        self._set_sentence(f"{title}, after {steps}{result}.{kept}")

    def show_following(self, following: bool) -> None:
        """Explain why showing an earlier moment of a project takes a while."""
        self._is_following = following
        self._update_sentence()

    def show_deferred(self, deferred: bool) -> None:
        """Say that the picture follows the requested integrator only with the next snapshot, or no longer say so."""
        if deferred != self._is_deferred:
            self._is_deferred = deferred
            self._status.show_message(DEFERRED if deferred else "")

    def _show_metrics(self, progress: Progress | None) -> None:
        self._metrics.show_progress(progress.in_units(self._units) if progress else None)

    def _show_score(self, score: Score | None) -> None:
        self._metrics.show_score(score.in_units(self._units) if score else None)

    def _set_sentence(self, sentence: str) -> None:
        self._sentence = sentence
        self._update_sentence()

    def _update_sentence(self) -> None:
        """Show the current training, then what comes next."""
        problem = self._problem if self._state == TrainingState.IDLE else ""
        self._controls.set_status(" ".join(filter(None, (self._describe_current(), self._describe_next(), problem))))

    def _describe_current(self) -> str:
        if self._is_following:
            return FOLLOWING
        if self._problem and self._sentence in {GREETING, RETRY}:  # Train is disabled
            return ""
        if self._sentence:
            return self._sentence
        is_paused = self._state == TrainingState.PAUSED
        return f"{'Paused while learning' if is_paused else 'Learning'} {_quoted(self._target)}."

    def _describe_next(self) -> str:
        """Return what happens to another target: to the requested one, or to the one that the user may request."""
        if self._shown is None or self._requested is None or self._problem:
            return ""
        if self._has_other_flow and (self._follows or self._shown == self._requested):
            return STARTS_OVER.get(self._state, "")
        if self._state == TrainingState.TRAINING and self._follows:
            return SWITCHES
        if self._shown == self._requested:
            return ""
        shown, requested = _quoted(self._shown.title), _quoted(self._requested.title)
        is_same = shown == requested  # the title is, but not the spec
        starts_over = f"starts over with {'the current choices' if is_same else requested}."
        match self._state:
            case TrainingState.IDLE:
                still = f"Still showing {'the previous ' if is_same else ''}{shown}. Train {starts_over}"
                resumes = self._follows and self._can_resume
                return f"{still} Resume switches to {'them' if is_same else 'it'}." if resumes else still
            case TrainingState.PAUSED if self._follows:
                return f"Resume switches to {requested}."
            case TrainingState.PAUSED | TrainingState.TRAINING:
                return f"Restart {starts_over}"
        return ""


def _overfitting_notice(event: Overfitting) -> Notice:
    """Return a notice that leaves room for the loss plot, which shows the rest of the event."""
    text = f"The flow is beginning to memorize the {event.training_points:,} training points."
    kept = f"The best state, step {event.step:,}, is kept: press Stop to end with it."
    return Notice(OVERFITTING, text, f"{kept} More points or a shorter training would avoid this.")


def _quoted(title: str) -> str:
    return f"'{title if len(title) <= MAX_TITLE else f'{title[: MAX_TITLE - 1]}…'}'"

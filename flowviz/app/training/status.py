"""The training status: everything that the window shows about the training in words and numbers."""

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.training.status_sentence import GREETING, LOADING, RETRY, NextTraining, StatusSentence
from flowviz.app.training.training_metrics import TrainingMetrics
from flowviz.app.training.training_state import TrainingState
from flowviz.records import FLOW_UNITS, Finished, History, Overfitting, Progress, Recovered, Score, Uncompiled, Units
from flowviz.training.schedule import Budget

DEFERRED = "The picture changes with the next update from the training."
SLOWER = "The XLA compiler does not work on this computer: training will take longer, with the same results."
TRAINING, OVERFITTING = "training", "overfitting"  # topics of its notices
STATES = {
    TrainingState.PREPARING: "Preparing…",
    TrainingState.TRAINING: "Training",
    TrainingState.PAUSED: "Paused",
    TrainingState.STOPPING: "Stopping…",
}
ENDINGS = {"completed": "Finished", "stopped": "Stopped", "diverged": "Diverged"}


class TrainingStatus(QObject):
    """Shows the training in the panel, the loss plot, the metrics and the status bar.

    Attributes:
        metrics: The losses and metrics.
    """

    notice_posted = pyqtSignal(object)  # Notice
    progressed = pyqtSignal(object)  # share of the budget that is spent, 0 to 1; None once training ends
    state_shown = pyqtSignal()  # another state of the training
    ended = pyqtSignal(str)  # reason, in a sentence; not emitted if the user stopped the training

    def __init__(
        self,
        controls: TrainingControls,
        loss_plot: LossPlot,
        metrics: Metrics,
        status: StatusBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controls, self._status = controls, status
        self.metrics = TrainingMetrics(loss_plot, metrics)
        self._sentence = StatusSentence()
        self._overfitting_step: int | None = None  # of the notice that is shown
        self._idle_word = "Ready"  # in the status bar while no training runs
        self._is_deferred = self._is_loading = False
        self._has_warned = False
        self._say()
        self._status.show_state(self._idle_word)

    def set_can_train(self, can_train: bool) -> None:
        """Enable or disable Train."""
        self._controls.set_can_train(can_train)

    def set_can_resume(self, can_resume: bool) -> None:
        """Offer to resume a training that was stopped or opened."""
        self._controls.set_can_resume(can_resume)
        self._say(can_resume=can_resume)

    def set_can_extend(self, can_extend: bool) -> None:
        """Offer to train longer after the budget of a training is used up."""
        self._controls.set_can_extend(can_extend)

    def show_state(self, state: TrainingState) -> None:
        """Show the state of the training."""
        self._controls.set_state(state)
        if state != TrainingState.TRAINING:
            self.metrics.show_all_losses()
        self._say(state=state)
        self._show_word()
        if state == TrainingState.IDLE:
            self.progressed.emit(None)
        self.state_shown.emit()

    def show_warm_up(self, warming_up: bool) -> None:
        """Say that the training is still slow and does not use up its budget, or no longer say so."""
        self._say(is_warming_up=warming_up)
        self._show_word()

    def _show_word(self) -> None:
        state = self._sentence.state
        is_warm_up = self._sentence.is_warming_up and state == TrainingState.TRAINING
        word = "Warming up" if is_warm_up else STATES.get(state, self._idle_word)
        has_time_left = state not in {TrainingState.IDLE, TrainingState.STOPPING}
        self._status.show_state(word, has_time_left=has_time_left)

    def begin(self, history: History, entropy: float | None, units: Units = FLOW_UNITS) -> None:
        """Show a new training, with the losses up to its start; see `TrainingMetrics.show_history`."""
        self._idle_word = "Ready"
        self._status.show_progress(None)
        self.notice_posted.emit(Notice(TRAINING))
        self._withdraw_overfitting()
        self._controls.set_fraction(0)
        self._say(event=GREETING, target="", is_warming_up=False)
        self.metrics.begin(history, entropy, units)

    def show_activity(self, activity: str) -> None:
        """Show what is being prepared."""
        self._say(event=f"{activity}…")

    def show_target(self, title: str) -> None:
        """Show which target is being learned."""
        self._say(event="", target=title)

    def show_next(self, coming: NextTraining) -> None:
        """Show what the next training would learn."""
        self._say(next=coming)

    def show_budget(self, budget: Progress | Budget) -> None:
        """Show the step, and how much of the budget is spent."""
        self._controls.set_fraction(budget.fraction)
        self._status.show_progress(budget if budget.step else None)  # no speed before the first step
        self.progressed.emit(budget.fraction)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the progress of a step, and its metrics only if the latest moment is shown."""
        self.show_budget(progress)
        if progress.kept_step != self._overfitting_step:
            self._withdraw_overfitting()
        self.metrics.show_progress(progress, is_live=is_live)

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
        finished = finished.in_units(self.metrics.units)
        self._say(event=finished.ended())
        if finished.advice:
            how = "diverged" if finished.ending == "diverged" else "was unsteady"
            self.notice_posted.emit(Notice(TRAINING, f"The training {how}.", finished.advice))
        if finished.ending != "stopped":
            self.ended.emit(finished.sentence())

    def show_failure(self, notice: Notice) -> None:
        """Show that the training ended with an error."""
        self._idle_word = "Failed"
        self._say(event=RETRY)
        self.notice_posted.emit(notice)
        self.ended.emit(notice.text)

    def show_trained(
        self,
        title: str,
        budget: Progress | Budget | None,
        progress: Progress | None,
        score: Score | None,
        edited: str = "",
    ) -> None:
        """Show the title, the spent budget, the latest report and the score of a flow that was trained before.

        `edited` says how many layers are edited, or nothing.
        """
        step, fraction = (budget.step, budget.fraction) if budget else (0, 0.0)
        self._idle_word = ENDINGS["completed" if fraction >= 1 else "stopped"] if budget else "Ready"
        self.metrics.show_trained(progress, score)
        self._status.show_progress(budget if step else None)
        self._status.show_state(self._idle_word)
        self._controls.set_fraction(fraction)
        steps = f"{step:,} {'step' if step == 1 else 'steps'}"
        found = score.in_units(self.metrics.units) if score else None
        result = f": {found.sentence()}" if found else "" if progress else "; no losses yet"
        kept = f" Kept the best state, step {found.step:,}." if found and found.step != step else ""
        made = f"after {steps}" if budget else "built by hand"
        self._say(event=f"{title}, {', '.join(filter(None, (made, edited)))}{result}.{kept}")

    def show_following(self, following: bool) -> None:
        """Explain why showing an earlier moment of a project takes a while."""
        self._say(is_following=following)

    def show_loading(self, loading: bool) -> None:
        """Explain why showing the first edit takes a while, or no longer do so."""
        if loading != self._is_loading:
            self._is_loading = loading
            self._say(is_loading=loading)
            self._status.show_message(LOADING if loading else "")

    def show_message(self, message: str) -> None:
        """Show a message for a while."""
        self._status.show_message(message)

    def show_deferred(self, deferred: bool) -> None:
        """Say that the picture follows the requested integrator only with the next snapshot, or no longer say so."""
        if deferred != self._is_deferred:
            self._is_deferred = deferred
            self._status.show_message(DEFERRED if deferred else "")

    def _say(self, **changes: Any) -> None:
        self._sentence = replace(self._sentence, **changes)
        self._controls.set_status(self._sentence.text())


def _overfitting_notice(event: Overfitting) -> Notice:
    """Return a notice that leaves room for the loss plot, which shows the rest of the event."""
    text = f"The flow is beginning to memorize the {event.training_points:,} training points."
    kept = f"The best state, step {event.step:,}, is kept: press Stop to end with it."
    return Notice(OVERFITTING, text, f"{kept} More points or a shorter training would avoid this.")

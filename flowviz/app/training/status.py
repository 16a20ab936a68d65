"""The training status: shows what the training does in the panel, the status bar, the plot and the metrics."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.training.activity import LOADING, Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.training.training_metrics import TrainingMetrics
from flowviz.app.training.training_state import TrainingState
from flowviz.records import FLOW_UNITS, Finished, History, Overfitting, Progress, Recovered, Uncompiled, Units

DEFERRED = "The picture changes with the next update from the training."
SLOWER = "The XLA compiler does not work on this computer: training will take longer, with the same results."
TRAINING, OVERFITTING = "training", "overfitting"  # topics of its notices


class TrainingStatus(QObject):
    """Shows the activity and the events of the training.

    Attributes:
        activity: The activity that is shown.
        metrics: The losses and metrics.
    """

    progressed = pyqtSignal(object)  # share of the budget that is spent, 0 to 1; None while no training runs
    state_shown = pyqtSignal()  # another state of the training
    ended = pyqtSignal(str)  # reason, in a sentence; not emitted if the user stopped the training

    def __init__(
        self,
        controls: TrainingControls,
        loss_plot: LossPlot,
        metrics: Metrics,
        status_bar: StatusBar,
        show_next_step: Callable[[str], object],
        post: Callable[[Notice], object],
        parent: QObject,
    ) -> None:
        """Show the activity before any training.

        Args:
            controls: The controls of the training.
            loss_plot: The losses.
            metrics: The metrics.
            status_bar: The status bar.
            show_next_step: Shows what Train would train, or nothing while that is the flow that is shown.
            post: Shows a notice.
            parent: The owner.
        """
        super().__init__(parent)
        self._controls, self.status_bar = controls, status_bar
        self._show_next_step, self._post = show_next_step, post
        self.metrics = TrainingMetrics(loss_plot, metrics)
        self.activity = Activity()
        self._overfitting_step: int | None = None  # of the notice that is shown
        self._has_warned = False
        controls.show_activity(self.activity)
        status_bar.show_activity(self.activity)

    def show(self, activity: Activity) -> None:
        """Show what the training is doing."""
        old, self.activity = self.activity, activity
        if activity == old:
            return
        self._controls.show_activity(activity)
        self.status_bar.show_activity(activity)
        for text, was_shown, is_shown in (
            (LOADING, old.is_loading, activity.is_loading),
            (DEFERRED, old.is_deferred, activity.is_deferred),
        ):
            if was_shown != is_shown:
                self.status_bar.show_message(text if is_shown else "")
        if activity.next_step != old.next_step:
            self._show_next_step(activity.next_step)
        if activity.running_fraction != old.running_fraction:
            self.progressed.emit(activity.running_fraction)
        if activity.state != old.state:
            if activity.state != TrainingState.TRAINING:
                self.metrics.show_all_losses()
            self.state_shown.emit()

    def begin(self, history: History, entropy: float | None, units: Units = FLOW_UNITS) -> None:
        """Show the losses up to the start of a training, and withdraw the notices of the previous one."""
        self._post(Notice(TRAINING))
        self._withdraw_overfitting()
        self.metrics.begin(history, entropy, units)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the metrics of a step if the latest moment is shown."""
        if progress.kept_step != self._overfitting_step:
            self._withdraw_overfitting()
        self.metrics.show_progress(progress, is_live=is_live)

    def show_warning(self, event: Recovered | Overfitting | Uncompiled) -> None:
        """Report that training went back to its last good state, overfits, or continues without XLA."""
        if isinstance(event, Recovered):
            self._post(Notice(TRAINING, event.sentence()))
        elif isinstance(event, Overfitting):
            self._overfitting_step = event.step
            self._post(_overfitting_notice(event))
        elif not self._has_warned:  # once, because the user cannot change it
            self._has_warned = True
            self.status_bar.show_message(SLOWER)

    def _withdraw_overfitting(self) -> None:
        if self._overfitting_step is not None:
            self._overfitting_step = None
            self._post(Notice(OVERFITTING))

    def show_end(self, finished: Finished) -> None:
        """Give advice after a training that was unsteady, and announce the end unless the user stopped it."""
        if finished.advice:
            how = "diverged" if finished.ending == "diverged" else "was unsteady"
            self._post(Notice(TRAINING, f"The training {how}.", finished.advice))
        if finished.ending != "stopped":
            self.ended.emit(finished.sentence())

    def show_failure(self, notice: Notice) -> None:
        """Show that the training ended with an error."""
        self._post(notice)
        self.ended.emit(notice.text)


def _overfitting_notice(event: Overfitting) -> Notice:
    """Return a notice that leaves room for the loss plot, which shows the rest of the event."""
    text = f"The flow is beginning to memorize the {event.training_points:,} training points."
    kept = f"The best state, step {event.step:,}, is kept: press Stop to end with it."
    return Notice(OVERFITTING, text, f"{kept} More points or a shorter training would avoid this.")

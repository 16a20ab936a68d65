"""The training status: shows what the training does in the panel, the status bar, the plot and the metrics."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject

from flowviz.app.notices.notice import Notice
from flowviz.app.state.state import State
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

    def __init__(
        self,
        controls: TrainingControls,
        loss_plot: LossPlot,
        metrics: Metrics,
        status_bar: StatusBar,
        show_next_step: Callable[[str], object],
        post: Callable[[Notice], object],
        announce_end: Callable[[str], object],
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
            announce_end: Called with how a training ended, in a sentence, unless the user stopped it.
            parent: The owner.
        """
        super().__init__(parent)
        self.status_bar, self._post, self._announce_end = status_bar, post, announce_end
        self.metrics = TrainingMetrics(loss_plot, metrics)
        self.activity = State(Activity(), self)
        self._overfitting_step: int | None = None  # of the notice that is shown
        self._has_warned = False
        for show in (controls.show_activity, status_bar.show_activity):
            self.activity.watch(lambda activity: activity, show)
        parts: Iterable[tuple[Callable[[Activity], Any], Callable[[Any], object]]] = (
            (lambda activity: activity.is_loading, partial(self._show_delay, LOADING)),
            (lambda activity: activity.is_deferred, partial(self._show_delay, DEFERRED)),
            (lambda activity: activity.next_step, show_next_step),
            (lambda activity: activity.state == TrainingState.TRAINING, lambda _: self.metrics.show_all_losses()),
        )
        for part, update in parts:
            self.activity.observe(part, update)

    def _show_delay(self, text: str, is_delayed: bool) -> None:
        self.status_bar.show_message(text if is_delayed else "")

    def begin(self, history: History, entropy: float | None, units: Units = FLOW_UNITS) -> None:
        """Show the losses up to the start of a training, and withdraw the notices of the previous one."""
        for topic in (OVERFITTING, TRAINING):
            self._post(Notice(topic))
        self._overfitting_step = None
        self.metrics.begin(history, entropy, units)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the metrics of a step if the latest moment is shown."""
        if self._overfitting_step not in {None, progress.kept_step}:
            self._overfitting_step = None
            self._post(Notice(OVERFITTING))
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

    def show_end(self, finished: Finished) -> None:
        """Give advice after a training that was unsteady, and announce the end unless the user stopped it."""
        if finished.advice:
            how = "diverged" if finished.ending == "diverged" else "was unsteady"
            self._post(Notice(TRAINING, f"The training {how}.", finished.advice))
        if finished.ending != "stopped":
            self._announce_end(finished.sentence())

    def show_failure(self, notice: Notice) -> None:
        """Show that the training ended with an error."""
        self._post(notice)
        self._announce_end(notice.text)


def _overfitting_notice(event: Overfitting) -> Notice:
    """Return a notice that leaves room for the loss plot, which shows the rest of the event."""
    text = f"The flow is beginning to memorize the {event.training_points:,} training points."
    kept = f"The best state, step {event.step:,}, is kept: press Stop to end with it."
    return Notice(OVERFITTING, text, f"{kept} More points or a shorter training would avoid this.")

"""The training status: everything that the window says about the training."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.training.displays import ControlsDisplay, LossDisplay, MetricsDisplay, StatusBarDisplay
from flowviz.app.training.training_state import TrainingState
from flowviz.records import Finished, History, Progress, Recovered, Snapshot, Trace, Uncompiled
from flowviz.specs import TargetSpec

GREETING = "Press Train and watch the cloud become the target."
AGAIN = "Press Train to try again."
FOLLOWING = "Computing the particles of earlier moments. This loads TensorFlow, which takes a few seconds…"
SLOWER = "XLA does not work on this machine: trainings give the same results without it, but take longer."
TRAINING = "training"  # the topic of its notices
LONGEST_TITLE = 24  # characters
STATES = {
    TrainingState.PREPARING: "Preparing…",
    TrainingState.TRAINING: "Training",
    TrainingState.PAUSED: "Paused",
    TrainingState.STOPPING: "Stopping…",
}
ENDINGS = {"completed": "Finished", "stopped": "Stopped", "diverged": "Diverged"}


class TrainingStatus(QObject):
    """Shows the training in the panel, the loss plot, the metrics and the status bar."""

    notice_posted = pyqtSignal(object)  # Notice
    progressed = pyqtSignal(object)  # the share that is done, from 0 to 1, or None if nothing is being trained
    ended = pyqtSignal(str)  # how it ended, unless the user stopped it

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
        self._progress: Progress | None = None  # the latest
        self._history = History()
        self._entropy: float | None = None
        self._resting = "Ready"  # the word of the status bar while nothing is trained
        self._sentence = GREETING
        self._target = ""  # title of the target that is learned
        self._is_following = False
        self._shown: TargetSpec | None = None  # the target of the flow that is shown
        self._requested: TargetSpec | None = None
        self._problem = ""  # why the requested target cannot be trained on
        self._follows = False
        self._has_warned = False
        self._show_sentence()
        self._status.show_state(self._resting)

    def set_can_train(self, can_train: bool) -> None:
        """Enable Train if there is a target to train on."""
        self._controls.set_can_train(can_train)

    def set_can_resume(self, can_resume: bool) -> None:
        """Offer to resume a training that was stopped or opened."""
        self._controls.set_can_resume(can_resume)

    def show_state(self, state: TrainingState) -> None:
        """Show what the training is doing."""
        self._state = state
        self._controls.set_state(state)
        goes_on = state not in {TrainingState.IDLE, TrainingState.STOPPING}
        self._status.show_state(STATES.get(state, self._resting), goes_on=goes_on)
        if state == TrainingState.IDLE:
            self.progressed.emit(None)
        self._show_sentence()

    def begin(self, history: History, entropy: float | None) -> None:
        """Start over, with the losses up to now."""
        self._resting = "Ready"
        self._progress = None
        self._target = ""
        self._metrics.clear()
        self._status.show_progress(None)
        self.notice_posted.emit(Notice(TRAINING))
        self._controls.set_fraction(0)
        self._say(GREETING)
        self.show_history(history, entropy)

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses up to now."""
        self._history, self._entropy = history, entropy
        self._loss_plot.show_history(history, entropy)

    def show_activity(self, activity: str) -> None:
        """Say what is done before the first step."""
        self._say(f"{activity}…")

    def show_target(self, title: str) -> None:
        """Say what is learned from now on."""
        self._target = title
        self._say("")

    def show_next(self, shown: TargetSpec | None, requested: TargetSpec, problem: str, *, follows: bool) -> None:
        """Say what the next training learns if it is not what is shown, or why it cannot start."""
        self._shown, self._requested, self._problem, self._follows = shown, requested, problem, follows
        self._show_sentence()

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the numbers of a step; those beside the losses only while the latest moment is shown."""
        self._progress = progress
        self._controls.set_fraction(progress.fraction)
        self._status.show_progress(progress)
        if is_live:
            self._metrics.show_progress(progress)
        self.progressed.emit(progress.fraction)

    def show_moment(self, snapshot: Snapshot, *, is_latest: bool) -> None:
        """Show the metrics of the moment that is shown."""
        past = self._history.progress_at(snapshot.step, self._entropy)
        self._metrics.show_hits(snapshot.on_target, snapshot.coverage)
        self._metrics.show_progress(self._progress if is_latest else past)

    def show_round_trip(self, trace: Trace, stage: int) -> None:
        """Show how exactly a stage is undone."""
        self._metrics.show_round_trip(trace, stage)

    def show_warning(self, event: Recovered | Uncompiled) -> None:
        """Say that the training went back to its last good state, or continues without XLA."""
        if isinstance(event, Recovered):
            self.notice_posted.emit(Notice(TRAINING, event.sentence()))
        elif not self._has_warned:  # the user cannot change it: once is enough
            self._has_warned = True
            self._status.tell(SLOWER)

    def show_end(self, finished: Finished) -> None:
        """Say how the training ended."""
        self._resting = ENDINGS[finished.ending]
        self._say(finished.ended())
        if finished.advice:
            self.notice_posted.emit(Notice(TRAINING, "The training diverged.", finished.advice))
        if finished.ending != "stopped":
            self.ended.emit(finished.sentence())

    def show_failure(self, notice: Notice) -> None:
        """Say that the training ended with an error."""
        self._resting = "Failed"
        self._say(AGAIN)
        self.notice_posted.emit(notice)
        self.ended.emit(notice.text)

    def show_trained(self, title: str, step: int, progress: Progress | None, fraction: float) -> None:
        """Show the metrics of a flow that was trained before, if there are any."""
        self._resting = ENDINGS["completed" if fraction >= 1 else "stopped"]
        self._progress = progress
        self._metrics.show_progress(progress)
        self._status.show_progress(progress)
        self._status.show_state(self._resting)
        self._controls.set_fraction(fraction)
        self._say(f"{title}, after {step:,} steps{'.' if progress else ': no losses yet.'}")

    def show_following(self, following: bool) -> None:
        """Say why an earlier moment of a project takes a while."""
        self._is_following = following
        self._show_sentence()

    def _say(self, sentence: str) -> None:
        self._sentence = sentence
        self._show_sentence()

    def _show_sentence(self) -> None:
        """Show what is going on, and what comes next."""
        problem = self._problem if self._state == TrainingState.IDLE else ""
        self._controls.set_status(" ".join(filter(None, (self._describe_now(), self._describe_next(), problem))))

    def _describe_now(self) -> str:
        if self._is_following:
            return FOLLOWING
        if self._problem and self._sentence in {GREETING, AGAIN}:  # Train is disabled
            return ""
        if self._sentence:
            return self._sentence
        is_paused = self._state == TrainingState.PAUSED
        return f"{'Paused while learning' if is_paused else 'Learning'} '{self._target}'."

    def _describe_next(self) -> str:
        """Say what happens to the requested target if the cloud shows another one."""
        if self._shown is None or self._requested is None or self._problem or self._shown == self._requested:
            return ""
        now, then = _quoted(self._shown), _quoted(self._requested)
        starts_over = f"starts over with {then}." if then != now else "starts over with the present choices."
        match self._state:
            case TrainingState.IDLE:
                return f"Still showing {now if then != now else f'the previous {now}'}. Train {starts_over}"
            case TrainingState.PAUSED if self._follows:
                return f"Resume switches to {then}."
            case TrainingState.PAUSED | TrainingState.TRAINING if not self._follows:
                return f"Restart {starts_over}"
        return ""


def _quoted(spec: TargetSpec) -> str:
    title = spec.title
    return f"'{title if len(title) <= LONGEST_TITLE else f'{title[: LONGEST_TITLE - 1]}…'}'"

"""What is told of the training, wherever it is told."""

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.training.controls import TrainingControls, TrainingState
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status_bar import StatusBar
from flowviz.records import Finished, History, Progress, Recovered, Uncompiled
from flowviz.specs import TargetSpec

GREETING = "Press Train and watch the cloud become the target."
AGAIN = "Press Train to try again."
FOLLOWING = "Following the particles of earlier moments, for which TensorFlow is loaded: it takes some seconds…"
SLOWER = "XLA does not work on this machine: trainings come to the same end without it, but slower."
TRAINING = "training"  # topic of the notices
STATES = {
    TrainingState.PREPARING: "Preparing…",
    TrainingState.TRAINING: "Training",
    TrainingState.PAUSED: "Paused",
    TrainingState.STOPPING: "Stopping…",
}
ENDINGS = {"completed": "Finished", "stopped": "Stopped", "diverged": "Diverged"}


class TrainingStatus(QObject):
    """Tells it in the window: a sentence in the panel, curves, and figures; announces what is worth telling outside."""

    notice_posted = pyqtSignal(object)  # Notice
    progressed = pyqtSignal(object)  # how much is done, 0 to 1, or None where nothing is
    ended = pyqtSignal(str)  # how, unless a person has ended it

    def __init__(
        self, controls: TrainingControls, losses: LossPlot, figures: Metrics, status: StatusBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controls, self._losses, self._figures, self._status = controls, losses, figures, status
        self._progress: Progress | None = None  # the latest
        self._rest = "Ready"  # what it says while nothing is done
        self._told = self._said = GREETING  # of the training; and before something took its time
        self._next, self._lacking = "", ""  # what the next one would learn, and what it lacks
        self._has_told_slower = False
        self._say(GREETING)
        self._status.show_state(self._rest)

    def show_state(self, state: TrainingState) -> None:
        """What the training is doing."""
        self._controls.set_state(state)
        goes_on = state not in {TrainingState.IDLE, TrainingState.STOPPING}
        self._status.show_state(STATES.get(state, self._rest), goes_on=goes_on)
        if state == TrainingState.IDLE:
            self.progressed.emit(None)

    def begin(self, history: History, entropy: float | None) -> None:
        """Tell of a training from its beginning, without the figures of the one before."""
        self._rest = "Ready"
        self._progress = None
        self._figures.clear()
        self._status.show_progress(None)
        self.notice_posted.emit(Notice(TRAINING))
        self._controls.set_fraction(0)
        self._say(GREETING)
        self.show_history(history, entropy)

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses up to now."""
        self._losses.show_history(history, entropy)

    def tell_activity(self, activity: str) -> None:
        """Say what is done before the first step."""
        self._say(f"{activity}…")

    def show_target(self, title: str) -> None:
        """Say what is learned from now on."""
        self._say(f"Learning '{title}'.")

    def tell_next(self, sentence: str, lacking: str = "") -> None:
        """Say what the next training would learn, or what it lacks."""
        self._next, self._lacking = sentence, lacking
        self._say(self._told)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Show the figures of a step; beside the losses, only where the latest moment is looked at."""
        self._progress = progress
        self._controls.set_fraction(progress.fraction)
        self._status.show_progress(progress)
        if is_live:
            self._figures.show_progress(progress)
        self.progressed.emit(progress.fraction)

    def show_figures(self, *, is_live: bool) -> None:
        """Show the figures of the moment that is looked at; of an earlier one, the losses are in the plot alone."""
        self._figures.show_progress(self._progress if is_live else None)

    def tell_warning(self, event: Recovered | Uncompiled) -> None:
        """It went back to its last good state, or goes on without XLA: nobody can change that, so it is said once."""
        if isinstance(event, Recovered):
            self.notice_posted.emit(Notice(TRAINING, event.sentence()))
        elif not self._has_told_slower:
            self._has_told_slower = True
            self._status.tell(SLOWER)

    def tell_end(self, finished: Finished) -> None:
        """It has ended by itself, or was stopped."""
        self._rest = ENDINGS[finished.ending]
        self._say(finished.ended())
        if finished.advice:
            self.notice_posted.emit(Notice(TRAINING, "The training diverged.", finished.advice))
        if finished.ending != "stopped":
            self.ended.emit(finished.sentence())

    def tell_failure(self, notice: Notice) -> None:
        """It has ended for a reason that is no good one."""
        self._rest = "Failed"
        self._say(AGAIN)
        self.notice_posted.emit(notice)
        self.ended.emit(notice.text)

    def show_trained(self, title: str, step: int, progress: Progress | None, fraction: float) -> None:
        """Tell of a flow that was trained before, with its latest figures, if there are any."""
        self._rest = ENDINGS["completed" if fraction >= 1 else "stopped"]
        self._progress = progress
        self._figures.show_progress(progress)
        self._status.show_progress(progress)
        self._status.show_state(self._rest)
        self._controls.set_fraction(fraction)
        self._say(f"{title}, after {step:,} steps{'.' if progress else ': no losses yet.'}")

    def tell_following(self, following: bool) -> None:
        """Say why an earlier moment of an opened project takes its time."""
        if following:
            self._said = self._told
            self._say(FOLLOWING)
        elif self._told == FOLLOWING:
            self._say(self._said)

    def _say(self, sentence: str) -> None:
        """Say it of the training; Train is not to be pressed before there is something to learn."""
        self._told = sentence
        is_in_vain = self._lacking and sentence in {GREETING, AGAIN}
        said = "" if is_in_vain else sentence, self._next, self._lacking
        self._controls.set_status(" ".join(filter(None, said)))


LONGEST_TITLE = 24  # characters


def beside(shown: TargetSpec | None, chosen: TargetSpec, state: TrainingState, *, follows: bool) -> str:
    """What becomes of what is chosen, where the cloud has learned something else; nothing, where that is plain."""
    if shown is None or shown == chosen:
        return ""
    now, then = _named(shown), _named(chosen)
    anew = f"begins anew with {then}." if then != now else "begins anew with what is chosen now."
    match state:
        case TrainingState.IDLE:
            return f"The cloud still shows {now if then != now else f'the {now} of before'}; Train {anew}"
        case TrainingState.PAUSED if follows:
            return f"Resume turns it to {then}."
        case TrainingState.PAUSED | TrainingState.TRAINING if not follows:
            return f"Restart {anew}"
    return ""


def _named(spec: TargetSpec) -> str:
    title = spec.title
    return f"'{title if len(title) <= LONGEST_TITLE else f'{title[: LONGEST_TITLE - 1]}…'}'"

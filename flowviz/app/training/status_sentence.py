"""The sentences of the training panel: what the training does, and what comes next."""

from dataclasses import dataclass

from flowviz.app.training.training_state import TrainingState
from flowviz.specs import TargetSpec

GREETING = "Press Train and watch the cloud become the target."
RETRY = "Press Train to try again."
FOLLOWING = "Computing the particles of earlier moments. This loads TensorFlow, which takes a few seconds…"
LOADING = "Loading TensorFlow, which takes a few seconds the first time…"
WARMING_UP = " Warming up: the countdown starts at full speed."
SWITCHES = "Type or choose another target to switch to it."
STARTS_OVER = {
    TrainingState.IDLE: "Train starts over with the chosen flow.",
    TrainingState.TRAINING: "Restart starts over with the chosen flow.",
    TrainingState.PAUSED: "Restart starts over with the chosen flow.",
}
MAX_TITLE = 24  # characters


@dataclass(frozen=True)
class NextTraining:
    """The request for the next training, beside the flow that is shown.

    Attributes:
        shown: The target of the trained flow that is shown. None before the first training.
        requested: The target of the next training.
        problem: Why the next training cannot start. Empty if it can.
        follows: Whether a running training switches to the requested target.
        has_other_flow: Whether the requested flow differs from the trained one that is shown.
    """

    shown: TargetSpec | None = None
    requested: TargetSpec | None = None
    problem: str = ""
    follows: bool = False
    has_other_flow: bool = False


@dataclass(frozen=True)
class StatusSentence:
    """The current training in words, and what comes next.

    Attributes:
        state: The state of the training.
        event: What happened last, in a sentence. Empty while the training learns its target.
        target: Title of the target of the training.
        is_warming_up: Whether the training is still slow, and does not use up its budget.
        is_following: Whether particles of earlier moments are being computed.
        is_loading: Whether what is shown has to wait until TensorFlow is loaded.
        can_resume: Whether a training that was stopped or opened can be resumed.
        next: The next training.
    """

    state: TrainingState = TrainingState.IDLE
    event: str = GREETING
    target: str = ""
    is_warming_up: bool = False
    is_following: bool = False
    is_loading: bool = False
    can_resume: bool = False
    next: NextTraining = NextTraining()

    def text(self) -> str:
        """Return the sentences."""
        problem = self.next.problem if self.state == TrainingState.IDLE else ""
        return " ".join(filter(None, (self._current(), self._next(), problem)))

    def _current(self) -> str:
        if self.is_loading:
            return LOADING
        if self.is_following:
            return FOLLOWING
        if self.next.problem and self.event in {GREETING, RETRY}:  # Train is disabled
            return ""
        if self.event:
            return self.event
        if self.state == TrainingState.PAUSED:
            return f"Paused while learning {_quoted(self.target)}."
        return f"Learning {_quoted(self.target)}.{WARMING_UP if self.is_warming_up else ''}"

    def _next(self) -> str:
        """Return what happens to another target: to the requested one, or to the one that the user may request."""
        coming = self.next
        if coming.shown is None or coming.requested is None or coming.problem:
            return ""
        if coming.has_other_flow and (coming.follows or coming.shown == coming.requested):
            return STARTS_OVER.get(self.state, "")
        if self.state == TrainingState.TRAINING and coming.follows:
            return SWITCHES
        if coming.shown == coming.requested:
            return ""
        return self._other_target(coming.shown, coming.requested)

    def _other_target(self, shown_target: TargetSpec, requested_target: TargetSpec) -> str:
        shown, requested = _quoted(shown_target.title), _quoted(requested_target.title)
        is_same = shown == requested  # the title is, but not the spec
        starts_over = f"starts over with {'the current choices' if is_same else requested}."
        match self.state:
            case TrainingState.IDLE:
                still = f"Still showing {'the previous ' if is_same else ''}{shown}. Train {starts_over}"
                resumes = self.next.follows and self.can_resume
                return f"{still} Resume switches to {'them' if is_same else 'it'}." if resumes else still
            case TrainingState.PAUSED if self.next.follows:
                return f"Resume switches to {requested}."
            case TrainingState.PAUSED | TrainingState.TRAINING:
                return f"Restart {starts_over}"
        return ""


def _quoted(title: str) -> str:
    return f"'{title if len(title) <= MAX_TITLE else f'{title[: MAX_TITLE - 1]}…'}'"

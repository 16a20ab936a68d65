"""Events of a running training. Each event owns its arrays, which never change after it is sent."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flowviz.records.adjusted import Adjusted
from flowviz.records.bounds import Count, Duration, LearningRate
from flowviz.records.checkpoint import Checkpoint, Kept
from flowviz.records.measured import not_comparable
from flowviz.records.moment import Moment, Snapshot
from flowviz.records.score import Score
from flowviz.records.trace import Trace
from flowviz.records.units import Units
from flowviz.records.weights import Weights
from flowviz.specs.shares import counted, percent

Ending = Literal["completed", "patience", "stopped", "interrupted", "diverged"]  # interrupted by Ctrl+C
Cause = Literal["loss not finite", "loss exploded", "state not finite", "particles not finite", "loss rose"]

CAUSES: dict[Cause, str] = {
    "loss not finite": "The loss stopped being finite",
    "loss exploded": "The loss exploded",
    "state not finite": "A weight stopped being finite",
    "particles not finite": "Particles ran away to infinity",
    "loss rose": "The validation loss rose",
}
ENDINGS: dict[Ending, str] = {
    "completed": "Completed",
    "patience": "Ended early, without further improvement,",
    "stopped": "Stopped",
    "interrupted": "Interrupted",
    "diverged": "Diverged",
}
UNSTEADY_RISE = 0.1  # nats


def is_unsteady(recoveries: float | None, largest_rise: float | None) -> bool:
    """Return whether a training with these figures was unsteady: it went back, or its validation loss clearly rose.

    Args:
        recoveries: Number of recoveries.
        largest_rise: Largest rise of the validation NLL above the lowest one before it, in nats. None if unknown.
    """
    return bool(recoveries) or (largest_rise or 0.0) > UNSTEADY_RISE


@dataclass(frozen=True)
class Preparing:
    """A slow activity begins before the first step.

    Attributes:
        activity: Description of the activity: a sentence without its period.
    """

    activity: str


@dataclass(frozen=True)
class Uncompiled:
    """XLA cannot compile the steps on this machine, so they run as an ordinary TensorFlow graph."""

    def sentence(self) -> str:
        """Explain the consequences for the user."""
        return (
            "Training is slower on this machine, because TensorFlow's compiler (XLA) does not work here. "
            "The result is the same."
        )


@dataclass(frozen=True)
class WarmUp:
    """Slower steps, which run while XLA compiles and do not use up a budget of seconds, begin or have ended.

    Attributes:
        has_ended: Whether they have ended.
    """

    has_ended: bool


@dataclass(frozen=True)
class Progress:
    """The state of the training after a validation.

    NLLs, entropy and gap are in nats. Training reports NLLs and entropy per area in flow units.

    Attributes:
        step: Step after which the flow was validated.
        seconds: Training time so far.
        fraction: Share of the budget spent so far, from 0 to 1.
        train_nll: Mean NLL of the latest steps, or of some of their points if the loss is not the NLL. None if some of
            these points have no density.
        validation_nll: Mean NLL of the validation points, which are never trained on. None if some have no density.
        entropy: Entropy of the target. None if unknown.
        steps_per_second: Training speed.
        seconds_left: Estimated training time until the budget is spent.
        kept_step: Step of the best state so far, the one with the lowest validation NLL. None if unknown.
        loss: Mean loss of the latest steps, if it is not the NLL, such as the regression loss of flow matching.
        on_target: Share of the particles that land on the target. None if unknown.
        without_density: Share of the validation points without a density, because the flow has no inverse there.
    """

    step: int
    seconds: float
    fraction: float
    train_nll: float | None
    validation_nll: float | None
    entropy: float | None
    steps_per_second: float
    seconds_left: float
    kept_step: int | None = None
    loss: float | None = None
    on_target: float | None = None
    without_density: float = 0.0

    @property
    def validation_gap(self) -> float | None:
        """Return the validation NLL minus the entropy of the target, ideally 0. None if either is unknown."""
        nll = self.validation_nll
        return None if nll is None or self.entropy is None else nll - self.entropy

    def sentence(self) -> str:
        """Describe the validation gap for the user, or the validation NLL if the entropy is unknown."""
        if self.without_density:
            return f"validation NLL {not_comparable(self.without_density)}"
        if self.validation_nll is None:
            return "unknown validation NLL"
        gap = self.validation_gap
        return f"validation NLL {self.validation_nll:.3f} nats" if gap is None else f"validation gap {gap:.3f} nats"

    def in_units(self, units: Units) -> "Progress":
        """Return this report with its NLLs and entropy converted from flow units."""
        return replace(
            self,
            train_nll=units.nll(self.train_nll),
            validation_nll=units.nll(self.validation_nll),
            entropy=units.nll(self.entropy),
        )


@dataclass(frozen=True)
class InitialReport:
    """The flow was measured as it was before its first step, a moment later, so that the first picture does not wait.

    Attributes:
        report: The state of the training at step 0.
    """

    report: Progress


@dataclass(frozen=True)
class Advanced:
    """A chunk of steps has ended, successfully or not.

    Attributes:
        step: Number of steps so far.
        seconds: Training time so far.
        fraction: Share of the budget spent so far, from 0 to 1.
    """

    step: int
    seconds: float
    fraction: float


@dataclass(frozen=True)
class Recovered:
    """The training failed, returned to its best state, and continues at a lower learning rate.

    Attributes:
        cause: Cause of the failure.
        step: Step of the state that the training returned to.
        learning_rate: Peak learning rate from now on.
        recoveries: Number of recoveries so far.
        failed_step: Step after which the failure was noticed.
        seconds: Training time by then.
        rise: Rise of the validation NLL in nats, if it is the cause.
    """

    cause: Cause
    step: Count
    learning_rate: LearningRate
    recoveries: Count
    failed_step: Count
    seconds: Duration
    rise: float | None = None

    def label(self) -> str:
        """Return the cause in a few words."""
        return self.cause

    def sentence(self) -> str:
        """Explain the recovery to the user."""
        rise = "" if self.rise is None else f" by {self.rise:.1f} nats"
        return (
            f"{CAUSES[self.cause]}{rise} at step {self.failed_step:,}. Training went back to step {self.step:,}, "
            f"the best state so far, and continues at learning rate {self.learning_rate:.2g}."
        )


@dataclass(frozen=True)
class Overfitting:
    """The validation loss has risen since the kept step while the train loss has kept falling.

    Attributes:
        step: The kept step.
        training_points: Number of training points of the target.
    """

    step: int
    training_points: int

    def sentence(self) -> str:
        """Explain the overfitting to the user."""
        return (
            f"The validation loss has risen since step {self.step:,}: the flow is beginning to memorize the "
            f"{self.training_points:,} training points. The state of step {self.step:,} is kept."
        )


@dataclass(frozen=True)
class Retargeted:
    """The training switched to another target.

    Attributes:
        step: Last step with the previous target.
        title: Title of the new target.
    """

    step: Count
    title: str


@dataclass(frozen=True)
class Finished:
    """The result of a training.

    The flow keeps the state with the lowest validation NLL, which is not necessarily the last one. All numbers are
    finite, even if the training diverged.

    Attributes:
        ending: How the training ended. "patience" means early, because the validation NLL had stopped falling.
        progress: State of the training after its last validation.
        snapshot: Particles of the kept state.
        kept: The kept state.
        score: Score of the kept state.
        recoveries: Number of recoveries.
        prepare_seconds: Time for loading and compiling.
        checkpoint: State from which the training can resume.
        advice: What to change if the training diverged or was unsteady, or if a few points dominate the score. Empty
            otherwise.
        largest_rise: Largest rise of the validation NLL above the lowest one before it, in nats. The first tenth of the
            budget does not count, nor do rises on a finite set of training points, which may be overfitting, and of
            flows that can fold the plane over, whose NLL leaves out different points each time. None if none counts.
        test_nlls: NLL of each test point in flow units (n,), float32. None if the test NLL is unknown.
    """

    ending: Ending
    progress: Progress
    snapshot: Snapshot
    kept: Kept
    score: Score
    recoveries: int
    prepare_seconds: float
    checkpoint: Checkpoint
    advice: str = ""
    largest_rise: float | None = None
    test_nlls: NDArray[np.float32] | None = None

    @property
    def weights(self) -> Weights:
        """Return the weights of the kept state."""
        return self.kept.weights

    @property
    def trace(self) -> Trace:
        """Return the trace of the particles through the kept state."""
        return self.snapshot.trace

    def figures(self) -> dict[str, float | None]:
        """Return the figures of the training for scripts.

        NLLs, entropy and gap are in nats. None means unknown. The losses and shares are those of the kept state, except
        for train_nll, the mean NLL of the last steps.
        """
        return {
            "steps": self.progress.step,
            "seconds": self.progress.seconds,
            "steps_per_second": self.progress.steps_per_second,
            "train_nll": self.progress.train_nll,
            "loss": self.progress.loss,
            **self.score.figures(),
            "without_density": found.without_density if (found := self.score.best_known) else 0.0,
            **self.snapshot.figures(),
            "round_trip_error": self.trace.largest_round_trip_error,
            "folded": max(self.score.folded, self.trace.folded_share),
            "kept_step": self.kept.step,
            "recoveries": self.recoveries,
            "largest_rise": self.largest_rise,
            "unsteady": int(is_unsteady(self.recoveries, self.largest_rise)),
            "prepare_seconds": self.prepare_seconds,
        }

    def in_units(self, units: Units | None = None) -> "Finished":
        """Return this result with its NLLs and entropy converted from flow units, by default to those of the data."""
        units = units or self.score.data_units
        return replace(self, progress=self.progress.in_units(units), score=self.score.in_units(units))

    def sentence(self) -> str:
        """Describe the outcome for the user, including the score, the on-target share and advice."""
        sentence = f"{ENDINGS[self.ending]} after {self._steps}: {self.score.sentence()}"
        if self.snapshot.on_target is not None:
            sentence += f", {percent(self.snapshot.on_target)} of the particles on target"
            sentence += f" (leaked: {self.snapshot.leaked_words()})"
        return f"{sentence}.{self._kept} {self.advice}".rstrip()

    def ended(self) -> str:
        """Describe the outcome for the status display: like `sentence`, but without on-target share and advice."""
        words = {**ENDINGS, "completed": "Done", "patience": "Done early"}
        return f"{words[self.ending]}: {self._steps}, {self.score.sentence()}.{self._kept}"

    @property
    def _steps(self) -> str:
        return counted(self.progress.step, "step")

    @property
    def _kept(self) -> str:
        return "" if self.kept.step == self.progress.step else f" Kept the best state, step {self.kept.step:,}."


Event = (
    Preparing
    | Uncompiled
    | WarmUp
    | InitialReport
    | Progress
    | Advanced
    | Moment
    | Snapshot
    | Checkpoint
    | Recovered
    | Overfitting
    | Retargeted
    | Adjusted
    | Finished
)

"""What a training says while it runs. Every event owns its arrays: they are never changed after it was sent."""

from dataclasses import dataclass
from typing import Literal

from flowviz.records.checkpoint import Checkpoint, Kept
from flowviz.records.score import Score
from flowviz.records.trace import Trace
from flowviz.records.weights import Weights

Ending = Literal["completed", "stopped", "diverged"]
Cause = Literal["loss not finite", "loss exploded", "state not finite", "particles not finite"]

CAUSES: dict[Cause, str] = {
    "loss not finite": "The loss stopped being finite",
    "loss exploded": "The loss exploded",
    "state not finite": "A weight stopped being finite",
    "particles not finite": "Particles ran away to infinity",
}


@dataclass(frozen=True)
class Preparing:
    """Something slow begins before the first step. `activity` is a sentence without its period."""

    activity: str


@dataclass(frozen=True)
class Uncompiled:
    """XLA cannot compile for this machine: the steps are taken as a plain graph."""

    def sentence(self) -> str:
        """What that means, for a person."""
        return (
            "Training is slower on this machine, because TensorFlow's compiler (XLA) does not work here. "
            "The result is the same."
        )


@dataclass(frozen=True)
class Progress:
    """The state of the training after a validation.

    NLLs, entropy and gap are in nats.

    Attributes:
        step: The step after which the flow was validated.
        seconds: Training time so far.
        fraction: Share of the budget that is spent, from 0 to 1.
        train_nll: Mean NLL of the latest steps.
        validation_nll: Mean NLL of the validation points, which are never trained on.
        entropy: Entropy of the target. None if unknown.
        kept_step: Step of the best state so far, the one with the lowest validation NLL. None if unknown.
    """

    step: int
    seconds: float
    fraction: float
    train_nll: float
    validation_nll: float
    entropy: float | None
    steps_per_second: float
    seconds_left: float
    kept_step: int | None = None

    @property
    def validation_gap(self) -> float | None:
        """Validation NLL − entropy of the target: 0 is the best that any flow can do. None if unknown."""
        return None if self.entropy is None else self.validation_nll - self.entropy

    def sentence(self) -> str:
        """Return the validation gap, or else the validation NLL, for the user."""
        gap = self.validation_gap
        return f"validation NLL {self.validation_nll:.3f} nats" if gap is None else f"validation gap {gap:.3f} nats"


@dataclass(frozen=True)
class Moment:
    """The flow as it was at this step.

    `on_target` is the share of the particles that land on the target, `coverage` the share of the target that they
    reach; None where the target does not tell.
    """

    step: int
    weights: Weights
    on_target: float | None
    coverage: float | None


@dataclass(frozen=True)
class Snapshot(Moment):
    """A moment, and the particles after each bijector as its weights move them there."""

    trace: Trace

    def finite(self) -> bool:
        """Whether all particles are somewhere."""
        return self.trace.finite()


@dataclass(frozen=True)
class Recovered:
    """Something went wrong: the training went back to `step`, its last good state, at a lower rate."""

    cause: Cause
    step: int
    learning_rate: float
    recoveries: int

    def sentence(self) -> str:
        """What happened, for a person."""
        return (
            f"{CAUSES[self.cause]}: the training went back to step {self.step:,}, its last good state, "
            f"and continues at learning rate {self.learning_rate:.2g}."
        )


@dataclass(frozen=True)
class Overfitting:
    """The validation loss has risen since `step`, the kept one, while the train loss has fallen further."""

    step: int
    training_points: int

    def sentence(self) -> str:
        """Say what happened, for the user."""
        return (
            f"The validation loss has risen since step {self.step:,}: the flow begins to memorize the "
            f"{self.training_points:,} training points. The state of step {self.step:,} is kept."
        )


@dataclass(frozen=True)
class Retargeted:
    """After `step` steps the training turned to another target, which people call `title`."""

    step: int
    title: str


@dataclass(frozen=True)
class Finished:
    """The end of a training: the score, the trace and the weights of the state that was kept. All numbers are finite.

    The kept state is the one with the lowest validation NLL; `progress` and `checkpoint` are those of the last state.
    `prepare_seconds` is what loading and compiling took; `advice`, after it diverged, is what to change.
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

    @property
    def keeps_last(self) -> bool:
        """Whether the state that was kept is the last one."""
        return self.kept.step == self.progress.step

    @property
    def weights(self) -> Weights:
        """The weights of the state that was kept."""
        return self.kept.weights

    @property
    def trace(self) -> Trace:
        """The particles as the kept state moves them."""
        return self.snapshot.trace

    def figures(self) -> dict[str, float | None]:
        """Return the figures that scripts read. NLLs, entropy and gap are in nats; None means unknown.

        All are those of the kept state but steps, seconds and train_nll, the mean NLL of the last steps.
        """
        return {
            "steps": self.progress.step,
            "seconds": self.progress.seconds,
            "steps_per_second": self.progress.steps_per_second,
            "train_nll": self.progress.train_nll,
            "validation_nll": self.score.validation_nll,
            "test_nll": self.score.test_nll,
            "entropy": self.score.entropy,
            "gap": self.score.gap,
            "standard_error": self.score.standard_error,
            "on_target": self.snapshot.on_target,
            "coverage": self.snapshot.coverage,
            "round_trip_error": self.trace.largest_round_trip_error,
            "kept_step": self.kept.step,
            "recoveries": self.recoveries,
            "prepare_seconds": self.prepare_seconds,
        }

    def sentence(self) -> str:
        """How it ended, for a person."""
        told = f"{self._ended}: {self.score.sentence()}"
        if self.snapshot.on_target is not None:
            told += f", {self.snapshot.on_target:.0%} of the particles on target"
        return f"{told}.{self._kept} {self.advice}".rstrip()

    def ended(self) -> str:
        """Return how it ended, for a reader who has the metrics and the advice already."""
        words = {"completed": "Done", "stopped": "Stopped", "diverged": "Diverged"}
        return f"{words[self.ending]}: {self._steps}, {self.score.sentence()}.{self._kept}"

    @property
    def _ended(self) -> str:
        return f"{self.ending.capitalize()} after {self._steps}"

    @property
    def _steps(self) -> str:
        return f"{self.progress.step:,} step{'' if self.progress.step == 1 else 's'}"

    @property
    def _kept(self) -> str:
        return "" if self.keeps_last else f" Kept the best state, step {self.kept.step:,}."


Event = (
    Preparing | Uncompiled | Progress | Moment | Snapshot | Checkpoint | Recovered | Overfitting | Retargeted | Finished
)

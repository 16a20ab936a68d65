"""What a training says while it runs. Every event owns its arrays: they are never changed after it was sent."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from flowviz.records.trace import Trace
from flowviz.records.weights import Weights

Ending = Literal["completed", "stopped", "diverged"]


@dataclass(frozen=True)
class Preparing:
    """Something slow begins before the first step. `activity` is a sentence without its period."""

    activity: str


@dataclass(frozen=True)
class Progress:
    """The state of the training after some step.

    NLLs, entropy and gap in nats; the train NLL is the mean over the latest steps, the held-out NLL that of points
    never trained on; the gap is held-out NLL - entropy. `fraction` of the budget that is spent, 0 to 1.
    """

    step: int
    seconds: float
    fraction: float
    train_nll: float
    heldout_nll: float
    entropy: float
    steps_per_second: float
    seconds_left: float

    @property
    def gap(self) -> float:
        """Held-out NLL - entropy of the ink, in nats: 0 is the best that any flow can do."""
        return self.heldout_nll - self.entropy

    def finite(self) -> bool:
        """Whether no loss is NaN or infinite."""
        return isfinite(self.train_nll) and isfinite(self.heldout_nll)


@dataclass(frozen=True)
class Snapshot:
    """The particles after each bijector as the flow was at this step."""

    step: int
    trace: Trace

    def finite(self) -> bool:
        """Whether all particles are somewhere."""
        return self.trace.finite()


@dataclass(frozen=True)
class Recovered:
    """Numbers stopped being finite: the training went back to `step`, its last good state, at a lower rate."""

    step: int
    learning_rate: float
    recoveries: int

    def sentence(self) -> str:
        """What happened, for a person."""
        return (
            f"Numbers stopped being finite: the training went back to step {self.step}, its last good state, "
            f"and goes on at learning rate {self.learning_rate:.2g}."
        )


@dataclass(frozen=True)
class Finished:
    """The end: the figures, the weights and the last trace. All numbers are finite.

    `on_target` is the share of the particles that land on ink; `prepare_seconds` what loading and compiling took.
    """

    ending: Ending
    progress: Progress
    on_target: float
    recoveries: int
    prepare_seconds: float
    weights: Weights
    trace: Trace

    def figures(self) -> dict[str, float]:
        """The figures that scripts read: NLLs, entropy and gap in nats."""
        return {
            "steps": self.progress.step,
            "seconds": self.progress.seconds,
            "steps_per_second": self.progress.steps_per_second,
            "train_nll": self.progress.train_nll,
            "heldout_nll": self.progress.heldout_nll,
            "entropy": self.progress.entropy,
            "gap": self.progress.gap,
            "on_target": self.on_target,
            "recoveries": self.recoveries,
            "prepare_seconds": self.prepare_seconds,
        }


Event = Preparing | Progress | Snapshot | Recovered | Finished

"""The learning rate over a training, and the budget that it is spread over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records import Checkpoint
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.flow import TABLE_KNOTS

MOST_CHUNK_STEPS = 200
CHUNK_MULTIPLICATIONS = 2e9  # a fraction of a second
FLOOR = 1e-3  # of the peak: where the cosine ends


def learning_rates(spec: TrainingSpec, steps: NDArray[np.int64], fractions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Linear warm-up, then cosine decay (Loshchilov & Hutter 2017): the rate for each of the steps (n,).

    `steps` counts from 0; `fractions` (n,), 0 to 1, is how much of the budget is spent by then.
    """
    warmup = np.minimum(1.0, (steps + 1) / max(spec.warmup_steps, 1))
    cosine = 0.5 * (1 + np.cos(np.pi * np.clip(fractions, 0, 1)))
    return (spec.learning_rate * warmup * (cosine + FLOOR)).astype(np.float32)


def chunk_steps(flow: FlowSpec, spec: TrainingSpec) -> int:
    """How many steps a chunk has: fewer for a large flow, so that a stop is heard within a second or so."""
    outputs = 3 * flow.bins if flow.bins else 2
    hidden = flow.width * (flow.width * (flow.depth - 1) + outputs)
    layer = TABLE_KNOTS * outputs if flow.conditioner == "table" else hidden
    return int(np.clip(CHUNK_MULTIPLICATIONS / (layer * flow.layers * spec.batch), 1, MOST_CHUNK_STEPS))


@dataclass(frozen=True)
class Budget:
    """How far a training has come, of the steps or the seconds that it was given from `start_step` on."""

    spec: TrainingSpec
    step: int
    seconds: float
    start_step: int = 0
    start_seconds: float = 0.0

    @classmethod
    def at(cls, checkpoint: Checkpoint, spec: TrainingSpec) -> "Budget":
        """Return the budget of a training that continues from a checkpoint."""
        return cls(spec, checkpoint.step, checkpoint.seconds, checkpoint.start_step, checkpoint.start_seconds)

    @property
    def steps_per_second(self) -> float:
        """The speed since the start of the budget, or else since the first step; 0 before it."""
        if self._steps_spent > 0 and self._seconds_spent > 0:
            return self._steps_spent / self._seconds_spent
        return self.step / self.seconds if self.seconds > 0 else 0.0

    @property
    def fraction(self) -> float:
        """How much is spent, 0 to 1."""
        return min(1.0, self._fraction_after(0))

    @property
    def seconds_left(self) -> float:
        """The time to the end at the present speed."""
        if self.spec.seconds is not None:
            return max(0.0, self.spec.seconds - self._seconds_spent)
        assert self.spec.steps is not None
        return (self.spec.steps - self._steps_spent) / self.steps_per_second if self.step else float("inf")

    def steps_ahead(self, most: int) -> int:
        """How many steps the next chunk shall take, `most` at the most, so that the last one ends on the budget."""
        if self.spec.steps is not None:
            return min(most, self.spec.steps - self._steps_spent)
        if self.seconds_left <= 0:
            return 0
        affordable = round(self.seconds_left * self.steps_per_second) if self.step else most
        return min(most, max(1, affordable))

    def rates(self, count: int) -> NDArray[np.float32]:
        """The learning rates (count,) of the next steps."""
        fractions = np.array([self._fraction_after(ahead) for ahead in range(count)])
        return learning_rates(self.spec, self._steps_spent + np.arange(count), fractions)

    def _fraction_after(self, steps: int) -> float:
        if self.spec.steps is not None:
            return (self._steps_spent + steps) / self.spec.steps
        assert self.spec.seconds is not None
        ahead = steps / self.steps_per_second if self.step else 0.0
        return (self._seconds_spent + ahead) / self.spec.seconds

    @property
    def _steps_spent(self) -> int:
        return self.step - self.start_step

    @property
    def _seconds_spent(self) -> float:
        return self.seconds - self.start_seconds


def extended(spec: TrainingSpec, checkpoint: Checkpoint, *, steps: int | None, seconds: float | None) -> TrainingSpec:
    """Return a training with another budget, counted from the start of the training.

    The learning rate follows the schedule of the new budget from the checkpoint on.

    Raises:
        SpecError: If both steps and seconds are given, or less than the training has taken already.
    """
    changed = TrainingSpec(**{**spec.model_dump(), "steps": steps, "seconds": seconds})
    taken_steps = checkpoint.step - checkpoint.start_step
    taken_seconds = checkpoint.seconds - checkpoint.start_seconds
    if steps is not None and steps < taken_steps:
        raise SpecError(f"The training has taken {taken_steps:,} steps already. Give more of them than that.")
    if seconds is not None and seconds < taken_seconds:
        raise SpecError(f"The training has taken {taken_seconds:.1f} seconds already. Give more of them than that.")
    return changed

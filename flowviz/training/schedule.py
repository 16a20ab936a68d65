"""The schedules of the learning rate and of the blur, and the budget of a training."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Checkpoint, Settings
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.flow import TABLE_KNOTS

BLURRED_STEPS = 1_000  # 2,000 or more made the gap 0.01 to 0.02 nats larger
BLURRED_SHARE = 0.1  # of a short budget, in which the blur ends
MAX_CHUNK_STEPS = 200
CHUNK_MULTIPLICATIONS = 2e9  # in the networks or tables, per chunk: a fraction of a second
FLOOR = 1e-3  # final learning rate, relative to the peak


def learning_rates(
    spec: TrainingSpec, constant_steps: int, steps: NDArray[np.int64], fractions: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the learning rates of steps: linear warm-up × cosine decay over the budget × inverse square root.

    The last of these keeps the loss of a long training from jumping.

    References: Loshchilov & Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts",
    https://arxiv.org/abs/1608.03983; Vaswani et al. 2017, "Attention is all you need", section 5.3,
    https://arxiv.org/abs/1706.03762.

    Args:
        spec: The training, with the peak learning rate and the number of warm-up steps.
        constant_steps: Number of steps after which the inverse square root takes effect, unless the warm-up is longer.
        steps: Numbers of the steps (n,), counted from 0.
        fractions: Share of the budget that is spent at each step (n,), from 0 to 1.

    Returns:
        The learning rate of each step (n,).
    """
    warmup = np.minimum(1.0, (steps + 1) / max(spec.warmup_steps, 1))
    cosine = 0.5 * (1 + np.cos(np.pi * np.clip(fractions, 0, 1)))
    root = np.minimum(1.0, np.sqrt(max(constant_steps, spec.warmup_steps) / (steps + 1)))
    return (spec.peak_rate * warmup * root * (cosine + FLOOR)).astype(np.float32)


def chunk_steps(flow: FlowSpec, spec: TrainingSpec) -> int:
    """Return the number of steps per chunk: fewer for large flows, to respond to a stop within about a second.

    If the recipe looks ahead, all parameters move halfway back after each chunk, so it limits the number.
    """
    outputs = 3 * flow.bins if flow.bins else 2
    hidden = flow.width * (flow.width * (flow.depth - 1) + outputs)
    layer = TABLE_KNOTS * outputs if flow.conditioner == "table" else hidden if flow.recipe.has_network else outputs
    batch = Settings.of(spec, flow.recipe).batch
    most = min(MAX_CHUNK_STEPS, flow.recipe.lookahead or MAX_CHUNK_STEPS)
    return int(np.clip(CHUNK_MULTIPLICATIONS / (layer * flow.layers * batch), 1, most))


@dataclass(frozen=True)
class Budget:
    """The budget of a training and how much of it is spent.

    Attributes:
        spec: The training, with its budget of steps or seconds.
        step: Number of steps taken so far.
        seconds: Training time so far.
        start_step: Step at which the budget began; later than 0 if the target changed.
        start_seconds: Training time at which the budget began.
    """

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
        """Return the speed since the start of the budget, or else since the first step; 0 before the first step."""
        if self.steps_spent > 0 and self.seconds_spent > 0:
            return self.steps_spent / self.seconds_spent
        return self.step / self.seconds if self.seconds > 0 else 0.0

    @property
    def fraction(self) -> float:
        """Return the share of the budget that is spent, from 0 to 1."""
        return min(1.0, self._fraction_after(0))

    @property
    def seconds_left(self) -> float:
        """Return the remaining time. With a budget of steps, it is estimated, and infinite before the first step."""
        if self.spec.seconds is not None:
            return max(0.0, self.spec.seconds - self.seconds_spent)
        assert self.spec.steps is not None
        return (self.spec.steps - self.steps_spent) / self.steps_per_second if self.step else float("inf")

    def free_since(self, step: int, seconds: float) -> "Budget":
        """Return this budget without what has been spent since a step and a time, which does not count."""
        free_steps, free_seconds = self.step - step, self.seconds - seconds
        return replace(self, start_step=self.start_step + free_steps, start_seconds=self.start_seconds + free_seconds)

    def steps_ahead(self, most: int) -> int:
        """Return the number of steps of the next chunk, such that the last chunk ends with the budget.

        Args:
            most: Maximum number of steps.

        Returns:
            A number of steps, which is 0 once the budget is spent.
        """
        if self.spec.steps is not None:
            return min(most, self.spec.steps - self.steps_spent)
        if self.seconds_left <= 0:
            return 0
        affordable = round(self.seconds_left * self.steps_per_second) if self.step else most
        return min(most, max(1, affordable))

    def rates(self, count: int, constant_steps: int) -> NDArray[np.float32]:
        """Return the learning rates (count,) of the next `count` steps; see `learning_rates`."""
        return learning_rates(self.spec, constant_steps, self.steps_spent + np.arange(count), self._fractions(count))

    def blurs(self, count: int) -> NDArray[np.float64]:
        """Return the blur of the points of the next `count` steps (count,), relative to that of the first step, 1.

        It falls linearly to 0 in the first steps of a flow, or in the first share of a shorter budget. If another
        budget follows before those steps, it begins again at what would be left then.
        """
        steps = self.step + np.arange(count)
        return np.array(1 - np.clip(np.maximum(self._fractions(count) / BLURRED_SHARE, steps / BLURRED_STEPS), 0, 1))

    def _fractions(self, count: int) -> NDArray[np.float64]:
        """Return the share of the budget that is spent at each of the next `count` steps (count,)."""
        return np.array([self._fraction_after(ahead) for ahead in range(count)])

    def _fraction_after(self, steps: int) -> float:
        if self.spec.steps is not None:
            return (self.steps_spent + steps) / self.spec.steps
        assert self.spec.seconds is not None
        ahead = steps / self.steps_per_second if self.step else 0.0
        return (self.seconds_spent + ahead) / self.spec.seconds

    @property
    def steps_spent(self) -> int:
        """Return the number of steps since the start of the budget; 0 for an earlier state, as older files have it."""
        return max(0, self.step - self.start_step)

    @property
    def seconds_spent(self) -> float:
        """Return the training time since the start of the budget."""
        return self.seconds - self.start_seconds

"""Back to the last good state when the training goes wrong, and the best state for the end."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Checkpoint
from flowviz.records.events import Cause
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.training import LEARNING_RATE
from flowviz.training.step import State

MOST_IN_A_ROW = 5
CHUNKS_BETWEEN_CHECKS = 10
EXPLOSION_NATS = 20.0  # no step of a sound training makes a median loss so much worse


class Guard:
    """Where the training is, where it can go back to, and the factor by which every recovery halves the learning rate.

    A state is `finite` by its own numbers and its losses, which every chunk checks; it is `sound` if in addition the
    held-out NLL is finite and so are all particles on their way to the target, which is checked now and then.
    """

    def __init__(self, state: State, step: int = 0) -> None:
        self.finite, self.sound = (state, step), (state, step)
        self.rate_factor = 1.0
        self.recoveries = 0
        self.chunks = 0  # that went well
        self._bad_chunks, self._bad_checks = 0, 0  # in a row
        self._loss = np.inf  # of the last good chunk, the median

    @classmethod
    def restored(cls, state: State, checkpoint: Checkpoint) -> "Guard":
        """As it was at a checkpoint."""
        guard = cls(state, checkpoint.step)
        guard.rate_factor, guard.recoveries = checkpoint.rate_factor, checkpoint.recoveries
        guard.chunks = checkpoint.chunks
        guard._loss = float(np.median(checkpoint.losses)) if len(checkpoint.losses) else np.inf
        return guard

    @property
    def state(self) -> State:
        """Where the training is now."""
        return self.finite[0]

    @property
    def step(self) -> int:
        """How many steps led to `state`."""
        return self.finite[1]

    @property
    def wants_check(self) -> bool:
        """Whether it is time to check for soundness; by chunks, not by the clock, to be repeatable."""
        return self.chunks % CHUNKS_BETWEEN_CHECKS == 0

    @property
    def gives_up(self) -> bool:
        """Whether going back did not help, several times in a row."""
        return max(self._bad_chunks, self._bad_checks) >= MOST_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> Cause | None:
        """Go to `state`, if the chunk that led there went well; else stay, at half the rate, and say why."""
        cause = self._fault(state, losses)
        if cause is not None:
            self._bad_chunks += 1
            self._recover()
            return cause
        self.finite = state, step
        self._loss = float(np.median(losses))
        self._bad_chunks = 0
        self.chunks += 1
        return None

    def take_check(self, *, sound: bool) -> Cause | None:
        """Remember the present state, if it was found sound; else go back to the last one that was, and say why."""
        if not sound:
            self.finite = self.sound
            self._bad_checks += 1
            self._recover()
            return "particles not finite"
        self.sound = self.finite
        self._bad_checks = 0
        return None

    def begin_anew(self) -> None:
        """The target is another one: the present state is the one to go back to, and its loss tells nothing of the new.

        The learning rate has its full height again.
        """
        self.sound = self.finite
        self.rate_factor = 1.0
        self._bad_chunks, self._bad_checks = 0, 0
        self._loss = np.inf

    def _fault(self, state: State, losses: NDArray[np.float32]) -> Cause | None:
        if not np.isfinite(losses).all():
            return "loss not finite"
        if not state.finite():  # a gradient that is not finite shows here: Adam takes it into its moments
            return "state not finite"
        return "loss exploded" if np.median(losses) > self._loss + EXPLOSION_NATS else None

    def _recover(self) -> None:
        self.recoveries += 1
        self.rate_factor /= 2


def advice(flow: FlowSpec, spec: TrainingSpec) -> str:
    """What to change after a training gave up, as a sentence."""
    changes = []
    if flow.recipe.has_log_scale and flow.log_scale_bound is None:
        changes.append("bound the log-scale")
    if flow.normalization == "minibatch":
        changes.append("choose running normalization")
    if spec.learning_rate > LEARNING_RATE:
        changes.append(f"lower the learning rate to {LEARNING_RATE:g}")
    if not changes:
        changes.append(f"lower the learning rate to {spec.learning_rate / 10:.1g}, or look for points far outside")
    return f"It gave up after {MOST_IN_A_ROW} recoveries in a row. To train further, {' or '.join(changes)}."

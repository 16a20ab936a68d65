"""Back to the last good state when the training goes wrong, and the best state for the end."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import Checkpoint, Validated
from flowviz.records.events import Cause
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.training import LEARNING_RATE
from flowviz.training.step import State

MOST_IN_A_ROW = 5
EXPLOSION_NATS = 20.0  # no step of a sound training makes a median loss so much worse


class Guard:
    """Where the training is, where it can go back to, and the factor by which every recovery halves the learning rate.

    A state is finite by its own numbers and its losses, which every chunk checks. It is validated if in addition its
    validation NLL is finite and so are all particles on their way to the target.
    """

    def __init__(self, state: State, step: int = 0) -> None:
        self.state, self.step = state, step  # where the training is now
        self.rate_factor = 1.0
        self.recoveries = 0
        self.chunks = 0  # that succeeded
        self._validated = state, step
        self._failed_chunks, self._failed_validations = 0, 0  # in a row
        self._median_loss = np.inf  # of the last chunk that succeeded

    @classmethod
    def restored(cls, flow: Flow, checkpoint: Checkpoint) -> "Guard":
        """Return the guard as it was at a checkpoint. Raises `FileError` if the checkpoint is of another flow."""
        guard = cls(State.of_record(checkpoint, flow), checkpoint.step)
        guard.rate_factor, guard.recoveries = checkpoint.rate_factor, checkpoint.recoveries
        guard.chunks = checkpoint.chunks
        if (validated := checkpoint.validated) is not None:
            guard._validated = State.of_record(validated, flow), validated.step
        guard._failed_chunks = checkpoint.failed_chunks
        guard._failed_validations = checkpoint.failed_validations
        if checkpoint.median_loss is not None:
            guard._median_loss = checkpoint.median_loss
        elif len(checkpoint.losses):  # of an older file
            guard._median_loss = float(np.median(checkpoint.losses))
        return guard

    def record(self) -> dict[str, Any]:
        """Return what a checkpoint needs to restore this guard, by the names of its fields."""
        state, step = self._validated
        return {
            **self.state.arrays(),
            "step": self.step,
            "rate_factor": self.rate_factor,
            "recoveries": self.recoveries,
            "chunks": self.chunks,
            "validated": None if state is self.state else Validated(**state.arrays(), step=step),
            "failed_chunks": self._failed_chunks,
            "failed_validations": self._failed_validations,
            "median_loss": self._median_loss if np.isfinite(self._median_loss) else None,
        }

    @property
    def gives_up(self) -> bool:
        """Whether going back did not help, several times in a row."""
        return max(self._failed_chunks, self._failed_validations) >= MOST_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> Cause | None:
        """Go to `state`, if the chunk that led there went well; else stay, at half the rate, and say why."""
        cause = self._fault(state, losses)
        if cause is not None:
            self._failed_chunks += 1
            self._recover()
            return cause
        self.state, self.step = state, step
        self._median_loss = float(np.median(losses))
        self._failed_chunks = 0
        self.chunks += 1
        return None

    def take_validation(self, *, is_finite: bool) -> Cause | None:
        """Remember the present state if it is finite; else go back to the last validated one, and return the cause."""
        if not is_finite:
            self.state, self.step = self._validated
            self._failed_validations += 1
            self._recover()
            return "particles not finite"
        self._validated = self.state, self.step
        self._failed_validations = 0
        return None

    def begin_anew(self) -> None:
        """The target is another one: the present state is the one to go back to, and its loss tells nothing of the new.

        The learning rate has its full height again.
        """
        self._validated = self.state, self.step
        self.rate_factor = 1.0
        self._failed_chunks, self._failed_validations = 0, 0
        self._median_loss = np.inf

    def _fault(self, state: State, losses: NDArray[np.float32]) -> Cause | None:
        if not np.isfinite(losses).all():
            return "loss not finite"
        if not state.finite():  # a gradient that is not finite shows here: Adam takes it into its moments
            return "state not finite"
        return "loss exploded" if np.median(losses) > self._median_loss + EXPLOSION_NATS else None

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

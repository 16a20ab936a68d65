"""Recovery from a training that goes wrong: detect it, return to the last good state, and halve the learning rate."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.records import Checkpoint, Validated
from flowviz.records.events import Cause
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training.step import State

MAX_IN_A_ROW = 5  # recoveries
EXPLOSION_NATS = 20.0  # in a healthy training, the median loss never rises this much from one chunk to the next


class Guard:
    """The current state of a training, the last good state, and the learning-rate factor that each recovery halves.

    Each chunk of steps checks that the state and its losses are finite. A state counts as validated if, in addition,
    its validation NLL and the positions of all particles at every stage are finite.
    """

    def __init__(self, state: State, step: int = 0) -> None:
        self.state, self.step = state, step
        self.rate_factor = 1.0
        self.recoveries = 0
        self.chunks = 0  # successful ones
        self._validated = state, step
        self._failed_chunks, self._failed_validations = 0, 0  # consecutive ones
        self._median_loss = np.inf  # of the last successful chunk

    @classmethod
    def restored(cls, flow: Flow, checkpoint: Checkpoint) -> "Guard":
        """Return the guard as it was at a checkpoint.

        Raises:
            FileError: If the checkpoint belongs to a different flow.
        """
        guard = cls(State.of_record(checkpoint, flow), checkpoint.step)
        guard.rate_factor, guard.recoveries = checkpoint.rate_factor, checkpoint.recoveries
        guard.chunks = checkpoint.chunks
        if (validated := checkpoint.validated) is not None:
            guard._validated = State.of_record(validated, flow), validated.step
        guard._failed_chunks = checkpoint.failed_chunks
        guard._failed_validations = checkpoint.failed_validations
        if checkpoint.median_loss is not None:
            guard._median_loss = checkpoint.median_loss
        elif len(checkpoint.losses):  # older files do not store the median
            guard._median_loss = float(np.median(checkpoint.losses))
        return guard

    def record(self) -> dict[str, Any]:
        """Return the fields of a `Checkpoint` that restore this guard, by name."""
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
        """Return whether training should end, after too many consecutive recoveries."""
        return max(self._failed_chunks, self._failed_validations) >= MAX_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> Cause | None:
        """Accept the result of a chunk, or reject it and halve the learning rate.

        Args:
            state: The state after the chunk.
            step: The number of steps taken by then.
            losses: The loss of each step of the chunk (steps,).

        Returns:
            None if the chunk was accepted; otherwise, why it was rejected.
        """
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
        """Mark the current state as validated, or return to the last validated one and halve the learning rate.

        Args:
            is_finite: Whether the validation NLL and all particles of the current state are finite.

        Returns:
            None if the current state was marked as validated; otherwise, the cause of the recovery.
        """
        if not is_finite:
            self.state, self.step = self._validated
            self._failed_validations += 1
            self._recover()
            return "particles not finite"
        self._validated = self.state, self.step
        self._failed_validations = 0
        return None

    def begin_anew(self) -> None:
        """Prepare for a new target: recover to the current state from now on, and restore the full learning rate.

        The losses so far are forgotten, because they say nothing about those on the new target.
        """
        self._validated = self.state, self.step
        self._median_loss = np.inf
        self.restore_rate()

    def restore_rate(self) -> None:
        """Restore the full learning rate, as after a change of target or of the learning rate itself."""
        self.rate_factor = 1.0
        self._failed_chunks, self._failed_validations = 0, 0

    def _fault(self, state: State, losses: NDArray[np.float32]) -> Cause | None:
        if not np.isfinite(losses).all():
            return "loss not finite"
        if not state.finite():  # also catches a non-finite gradient, which Adam adds to its moments
            return "state not finite"
        return "loss exploded" if np.median(losses) > self._median_loss + EXPLOSION_NATS else None

    def _recover(self) -> None:
        self.recoveries += 1
        self.rate_factor /= 2


def advice(flow: FlowSpec, spec: TrainingSpec) -> str:
    """Return what to change after a training gave up, in two sentences for the user."""
    changes = []
    if flow.recipe.has_log_scale and flow.log_scale_bound is None:
        changes.append("bound the log-scale")
    if flow.normalization == "minibatch":
        changes.append("choose running normalization")
    if spec.peak_rate > flow.recipe.learning_rate:
        changes.append(f"lower the learning rate to {flow.recipe.learning_rate:g}")
    if not changes:
        changes.append(f"lower the learning rate to {spec.peak_rate / 10:.1g} or remove outliers from the points")
    return f"Training gave up after {MAX_IN_A_ROW} recoveries in a row. To train further, {' or '.join(changes)}."

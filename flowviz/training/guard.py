"""Recovery from a training that goes wrong: detect it, return to the best state, and halve the learning rate."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.flows import Flow
from flowviz.flows.objective import Objective
from flowviz.records import Checkpoint, Kept, Score, Validated
from flowviz.records.events import Cause, Ending
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.training.step import State

MAX_IN_A_ROW = 5  # recoveries without a successful validation between
EARLY_SHARE = 0.5  # share of the steps; if the kept state is from before, `cautions` says so
MAX_RISE = 0.3  # nats; a healthy training never rises this much above its best validation NLL, except at its beginning


class Fault(NamedTuple):
    """Why the state of a step was rejected, and the rise of its validation NLL in nats if that is the cause."""

    cause: Cause
    step: int
    rise: float | None = None


class Guard:
    """The current state of a training, its best one, and the learning-rate factor that each recovery halves.

    Each chunk of steps checks that the state and its losses are finite. A state counts as validated if, in addition,
    its validation NLL and the positions of all particles at every stage are finite, and the NLL has not risen much.
    Every recovery returns to the validated state with the lowest NLL, or to the first state if there is none yet. A
    state that is merely finite would not do: losses rise for a while before they explode.

    Attributes:
        state: The current state.
        step: Its step.
        rate_factor: The factor of the learning rate.
        recoveries: Number of recoveries so far.
        chunks: Number of successful chunks so far.
        kept: The best validated state so far, as it is kept. None before the first validation of the present target.
        validated_step: Step of the latest validated state.
        largest_rise: The largest rise of the validation NLL above the lowest one before it, in nats. None before the
            first validation whose rise counts.
        unimproved: Number of validations since the best validated state.
    """

    def __init__(self, state: State, step: int = 0, explosion: float = Objective.explosion) -> None:
        """Begin at a state. A rise of the median loss by more than `explosion` is a fault; see `Objective`."""
        self.state, self.step, self._explosion = state, step, explosion
        self.rate_factor = 1.0
        self.recoveries = self.chunks = 0
        self.kept: Kept | None = None
        self.validated_step = step
        self.largest_rise: float | None = None
        self.unimproved = 0
        self._best = state, step
        self._failed_chunks, self._failed_validations = 0, 0  # since the latest successful validation
        self._median_loss = np.inf  # of the last successful chunk

    @classmethod
    def restored(cls, flow: Flow, checkpoint: Checkpoint) -> "Guard":
        """Return the guard as it was at a checkpoint.

        Raises:
            FileError: If the checkpoint belongs to a different flow.
        """
        guard = cls(State.of_record(checkpoint, flow), checkpoint.step, flow.objective.explosion)
        guard.rate_factor, guard.recoveries = checkpoint.rate_factor, checkpoint.recoveries
        guard.chunks, guard.kept = checkpoint.chunks, checkpoint.kept
        guard.validated_step, guard.largest_rise = checkpoint.validated_step, checkpoint.largest_rise
        guard.unimproved = checkpoint.unimproved
        if (validated := checkpoint.validated) is not None:
            guard._best = State.of_record(validated, flow), validated.step
        guard._failed_chunks = checkpoint.failed_chunks
        guard._failed_validations = checkpoint.failed_validations
        if checkpoint.median_loss is not None:
            guard._median_loss = checkpoint.median_loss
        elif len(checkpoint.losses):  # older files do not store the median
            guard._median_loss = float(np.median(checkpoint.losses))
        return guard

    def record(self) -> dict[str, Any]:
        """Return the fields of a `Checkpoint` that restore this guard, by name."""
        state, step = self._best
        return {
            **self.state.arrays(),
            "step": self.step,
            "rate_factor": self.rate_factor,
            "recoveries": self.recoveries,
            "chunks": self.chunks,
            "kept": self.kept,
            "validated": None if state is self.state else Validated(**state.arrays(), step=step),
            "latest_validation": self.validated_step,
            "largest_rise": self.largest_rise,
            "unimproved": self.unimproved,
            "failed_chunks": self._failed_chunks,
            "failed_validations": self._failed_validations,
            "median_loss": self._median_loss if np.isfinite(self._median_loss) else None,
        }

    @property
    def gives_up(self) -> bool:
        """Return whether training should end, after too many recoveries without a successful validation between."""
        return self._failed_chunks + self._failed_validations >= MAX_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> Fault | None:
        """Accept the result of a chunk, or return to the best state and halve the learning rate.

        Args:
            state: The state after the chunk.
            step: The number of steps taken by then.
            losses: The loss of each step of the chunk (steps,).

        Returns:
            None if the chunk was accepted; otherwise, why it was rejected.
        """
        cause = self._cause(state, losses)
        if cause is not None:
            self._failed_chunks += 1
            return self._recover(Fault(cause, step))
        self.state, self.step = state, step
        self._median_loss = float(np.median(losses))
        self.chunks += 1
        return None

    def take_validation(
        self,
        validated: Kept,
        *,
        is_finite: bool,
        rise_counts: bool = False,
        max_rise: float = MAX_RISE,
        keeps_latest: bool = False,
    ) -> Fault | None:
        """Mark the current state as validated, or return to the best one and halve the learning rate.

        Args:
            validated: The current state and its validation NLL.
            is_finite: Whether the validation NLL and all particles of the current state are finite. Points without a
                density are no fault.
            rise_counts: Whether a rise of the validation NLL means that the training is unsteady.
            max_rise: The rise in nats from which on the state is rejected, if rises count.
            keeps_latest: Whether the latest state that was validated is the best one, whatever its validation NLL.

        Returns:
            None if the current state was marked as validated; otherwise, why it was rejected.
        """
        rise = validated.validation_nll - self.kept.validation_nll if self.kept else -np.inf
        self.unimproved += 1
        if is_finite and rise_counts:
            self.largest_rise = max(self.largest_rise or 0.0, rise)
        if not is_finite or (rise_counts and rise >= max_rise):
            self._failed_validations += 1
            cause: Cause = "loss rose" if is_finite else "particles not finite"
            return self._recover(Fault(cause, self.step, rise if is_finite else None))
        self.validated_step = self.step
        self._failed_chunks, self._failed_validations = 0, 0
        if self.kept is None or keeps_latest or validated.rank <= self.kept.rank:
            self.kept, self._best, self.unimproved = validated, (self.state, self.step), 0
        return None

    def begin_anew(self) -> None:
        """Prepare for a new target: recover to the current state from now on, and restore the full learning rate.

        The losses so far are forgotten, because they say nothing about those on the new target.
        """
        self.kept, self.validated_step, self.unimproved = None, self.step, 0
        self._best = self.state, self.step
        self._median_loss = np.inf
        self.restore_rate()

    def restore_rate(self) -> None:
        """Restore the full learning rate, as after a change of target or of the learning rate itself."""
        self.rate_factor = 1.0
        self._failed_chunks, self._failed_validations = 0, 0

    def _cause(self, state: State, losses: NDArray[np.float32]) -> Cause | None:
        if not np.isfinite(losses).all():
            return "loss not finite"
        if not state.finite():  # also catches a non-finite gradient, which Adam adds to its moments
            return "state not finite"
        return "loss exploded" if np.median(losses) > self._median_loss + self._explosion else None

    def _recover(self, fault: Fault) -> Fault:
        self.state, self.step = self._best
        self.validated_step = self.step
        self.recoveries += 1
        self.rate_factor /= 2
        self._median_loss = self._median_loss if self.kept else np.inf  # losses may be those of the beginning again
        return fault


def advice(flow: FlowSpec, spec: TrainingSpec, ending: Ending) -> str:
    """Return what to change after a training that diverged, or that was unsteady, in two sentences for the user."""
    rate, has_diverged = flow.recipe.learning_rate, ending == "diverged"
    unusual = {
        "bound the log-scale": flow.recipe.has_log_scale and flow.log_scale_bound is None,
        "choose running normalization": flow.normalization == "minibatch",
        f"lower the learning rate to {rate:g}": spec.peak_rate > rate,
    }
    changes = [change for change, is_unusual in unusual.items() if is_unusual]
    if not changes:
        changes.append(f"lower the learning rate to {spec.peak_rate / (10 if has_diverged else 3):.1g}")
        changes += ["remove outliers from the points"] * has_diverged
    if has_diverged:
        return f"Training gave up after {MAX_IN_A_ROW} recoveries in a row. To train further, {' or '.join(changes)}."
    return f"The loss did not fall steadily. To train more steadily, {' or '.join(changes)}."


def cautions(flow: FlowSpec, score: Score, last_step: int) -> Iterator[str]:
    """Yield sentences that warn of a score that is easily misread.

    Args:
        flow: The flow.
        score: The score of the state that was kept.
        last_step: Last step of the training.
    """
    found = score.best_known
    is_dominated = found is not None and found.is_dominated
    is_early = score.step < EARLY_SHARE * last_step
    if is_dominated:
        yield "A few points dominate the mean NLL; the median describes the other points better."
    if is_early:
        yield f"The flow fitted the validation points best at step {score.step:,} of {last_step:,}, and then got worse."
    if (is_dominated or is_early) and flow.base != "student_t":
        yield "If the data have far outliers, choose Student's t as the base (--base student_t)."

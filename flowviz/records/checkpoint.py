"""The complete state of a training, from which it resumes exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from flowviz.records.bounds import Count, Duration
from flowviz.records.equality import EqualByContent
from flowviz.records.weights import Weights
from flowviz.specs.edits import Edits


@dataclass(frozen=True)
class Kept:
    """The best state so far: the one with the fewest validation points without a density, then the lowest NLL.

    Attributes:
        weights: Weights of the flow.
        validation_nll: Mean NLL in nats of the validation points that have a density, 0 if none has. Unless all of them
            have one, it serves only to rank states, and is not shown.
        step: Step after which the flow had these weights.
        without_density: Share of the validation points that have no density, from 0 to 1, because the flow has no
            inverse there.
    """

    weights: Weights
    validation_nll: float
    step: int
    without_density: float = 0.0

    @property
    def rank(self) -> tuple[float, float]:
        """Return the sort key of states, the best first: the share of points without a density, then the NLL."""
        return self.without_density, self.validation_nll


@dataclass(frozen=True, eq=False)
class Validated(EqualByContent):
    """The best state whose validation succeeded, to which the training returns if it fails.

    The arrays have the same layout as those of a `Checkpoint`.
    """

    parameters: NDArray[np.float32]
    first_moment: NDArray[np.float32]
    second_moment: NDArray[np.float32]
    statistics: NDArray[np.float32]
    step: Count


def _of_numpy(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the state of a random generator. Raises `ValueError` if NumPy does not take it."""
    try:
        np.random.PCG64().state = cast("Any", state)
    except (TypeError, KeyError, OverflowError) as error:
        raise ValueError("The random state is not one of NumPy's PCG64.") from error
    return state


@dataclass(frozen=True, eq=False)
class Checkpoint(EqualByContent):
    """The complete state of a training between two chunks of steps.

    Attributes:
        parameters: Trainable parameters (P,), float32, flattened in the order of the flow.
        first_moment: First moments of Adam (P,), float32.
        second_moment: Second moments of Adam (P,), float32.
        statistics: Running averages (S,), float32, flattened in the order of the flow.
        losses: Losses of the latest steps: train NLLs in nats, or what else the family minimizes.
        step: Number of steps so far.
        seconds: Training time so far.
        chunks: Number of chunks that succeeded so far.
        rate_factor: Factor of the learning rate, which every recovery halves.
        recoveries: Number of recoveries so far.
        random_state: State of NumPy's bit generator, as JSON-compatible values.
        kept: The best validated state so far. None before the first validation of the present target.
        start_step: Step at which the learning rate schedule began: 0, or that of the latest change of the target. Steps
            of a warm-up delay it; see `WarmUp`.
        start_seconds: Training time at which the learning rate schedule began.
        validated: The best validated state, with the weights that are kept; in files of older versions, the latest one.
            None if it is the state of this checkpoint.
        failed_chunks: Number of chunks that failed since the latest successful validation.
        failed_validations: Number of validations that failed since the latest successful one.
        median_loss: Median loss of the latest chunk that succeeded. None if there is no such chunk, or
            if the checkpoint comes from a file of an older version.
        edits: Edits of the flow that is trained.
        latest_validation: Step of the latest validation that succeeded. None for files of older versions.
        largest_rise: Largest rise of the validation NLL so far, in nats; see `Finished`.
        unimproved: Number of validations since the lowest validation NLL; see `TrainingSpec.patience`.
    """

    parameters: NDArray[np.float32]
    first_moment: NDArray[np.float32]
    second_moment: NDArray[np.float32]
    statistics: NDArray[np.float32]
    losses: NDArray[np.float32]
    step: Count
    seconds: Duration
    chunks: Count
    rate_factor: Annotated[float, Field(gt=0)]
    recoveries: Count
    random_state: Annotated[Mapping[str, Any], AfterValidator(_of_numpy)]
    kept: Kept | None
    start_step: Count = 0
    start_seconds: Duration = 0.0
    validated: Validated | None = None
    failed_chunks: Count = 0
    failed_validations: Count = 0
    median_loss: float | None = None
    edits: Edits = field(default_factory=Edits)
    latest_validation: Count | None = None
    largest_rise: float | None = None
    unimproved: Count = 0

    @property
    def validated_step(self) -> int:
        """Return the step of the latest validated state; for files of older versions, the step of the checkpoint."""
        older = self.step if self.validated is None else self.validated.step
        return older if self.latest_validation is None else self.latest_validation

    def at_full_rate(self) -> "Checkpoint":
        """Return this checkpoint without the effects of recoveries on the learning rate."""
        return replace(self, rate_factor=1.0, failed_chunks=0, failed_validations=0)

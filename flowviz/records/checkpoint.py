"""Where a training stands, so that it can go on as if it had never been stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.records.weights import Weights


@dataclass(frozen=True)
class Kept:
    """The best state so far: the one with the lowest validation NLL (nats), and the step that led to it."""

    weights: Weights
    validation_nll: float
    step: int


@dataclass(frozen=True)
class Validated:
    """The latest state whose validation succeeded: the training goes back to it when a later one fails.

    The arrays are those of a `Checkpoint`.
    """

    parameters: NDArray[np.float32]
    first_moment: NDArray[np.float32]
    second_moment: NDArray[np.float32]
    statistics: NDArray[np.float32]
    step: int


@dataclass(frozen=True)
class Checkpoint:
    """All that a training carries from one chunk of steps to the next.

    parameters, first_moment, second_moment (P,) and statistics (S,), float32, flat in the order of the flow;
    losses, the latest train NLLs in nats; random_state, that of numpy's bit generator, as JSON has it;
    kept, the best of the states that were validated so far; start_step and start_seconds, where the schedule of the
    learning rate began, which is later than 0 where the target became another one. validated is None if the latest
    validation was that of this very state; failed_chunks and failed_validations count failures in a row; median_loss
    is that of the latest chunk that succeeded, None if there is none or if an older file lacks it.
    """

    parameters: NDArray[np.float32]
    first_moment: NDArray[np.float32]
    second_moment: NDArray[np.float32]
    statistics: NDArray[np.float32]
    losses: NDArray[np.float32]
    step: int
    seconds: float
    chunks: int
    rate_factor: float
    recoveries: int
    random_state: Mapping[str, Any]
    kept: Kept | None
    start_step: int = 0
    start_seconds: float = 0.0
    validated: Validated | None = None
    failed_chunks: int = 0
    failed_validations: int = 0
    median_loss: float | None = None

    @property
    def validated_step(self) -> int:
        """The step of the latest state whose validation succeeded; in an older file, that of the checkpoint."""
        return self.step if self.validated is None else self.validated.step

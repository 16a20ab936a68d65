"""Back to the last good state when numbers stop being finite."""

import numpy as np
from numpy.typing import NDArray

from flowviz.training.step import State

MOST_IN_A_ROW = 5
CHUNKS_BETWEEN_CHECKS = 10


class Guard:
    """Where the training is, where it can go back to, and the factor by which every recovery halves the learning rate.

    A state is `finite` by its own numbers and its losses, which every chunk checks; it is `sound` if in addition the
    held-out NLL is finite and so are all particles on their way to the target, which is checked now and then.
    """

    def __init__(self, state: State) -> None:
        self.finite, self.sound = (state, 0), (state, 0)  # each with its step
        self.rate_factor = 1.0
        self.recoveries = 0
        self._bad_chunks, self._bad_checks = 0, 0  # in a row
        self._chunks = 0

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
        return self._chunks % CHUNKS_BETWEEN_CHECKS == 0

    @property
    def gives_up(self) -> bool:
        """Whether going back did not help, several times in a row."""
        return max(self._bad_chunks, self._bad_checks) >= MOST_IN_A_ROW

    def take_chunk(self, state: State, step: int, losses: NDArray[np.float32]) -> bool:
        """Go to `state`, if a chunk led there by finite numbers; else stay, at half the rate."""
        if not (np.isfinite(losses).all() and state.finite()):
            self._bad_chunks += 1
            self._recover()
            return False
        self.finite = state, step
        self._bad_chunks = 0
        self._chunks += 1
        return True

    def take_check(self, *, sound: bool) -> bool:
        """Remember the present state, if it was found sound; else go back to the last one that was."""
        if not sound:
            self.finite = self.sound
            self._bad_checks += 1
            self._recover()
            return False
        self.sound = self.finite
        self._bad_checks = 0
        return True

    def _recover(self) -> None:
        self.recoveries += 1
        self.rate_factor /= 2

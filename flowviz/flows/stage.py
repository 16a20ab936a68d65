"""What every bijector's recipe offers to the flow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorflow_probability import bijectors as tfb

Tensors = Mapping[str, Any]  # name -> tf.Tensor
Arrays = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Stage:
    """The recipe of one bijector, without its numbers.

    The flow keeps the numbers of all stages in two flat vectors and hands each stage its own slices, so one
    recipe serves training (slices of a loop variable) and drawing (slices of a `tf.Variable`) alike.
    """

    name: str

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        """What gradient descent changes, by name, at its start."""
        return {}

    def initial_statistics(self) -> Arrays:
        """What is measured rather than learned, by name, at its start."""
        return {}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        """The bijector with these numbers; `forward` goes from the base to the target."""
        raise NotImplementedError

    def statistics_of(self, bijector: Any) -> Tensors:
        """The statistics that a bijector of this stage holds; the opposite of `bijector`."""
        return {}

"""The numbers of a flow, apart from the library that uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Weights:
    """All numbers of a flow by name, `stage/number`, each in its own shape.

    `parameters` are what gradient descent changes; `statistics` are what is measured (running averages).
    """

    parameters: Mapping[str, NDArray[Any]]
    statistics: Mapping[str, NDArray[Any]]

    def finite(self) -> bool:
        """Whether no number is NaN or infinite."""
        arrays = (*self.parameters.values(), *self.statistics.values())
        return all(np.isfinite(array).all() for array in arrays)

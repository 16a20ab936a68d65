"""The numbers of a flow, apart from the library that uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Weights:
    """All numbers of a flow by name, `stage/number`, each in its own shape.

    `parameters` are what gradient descent changes; `statistics` are what is measured (running averages).
    """

    parameters: Mapping[str, NDArray[Any]]
    statistics: Mapping[str, NDArray[Any]]

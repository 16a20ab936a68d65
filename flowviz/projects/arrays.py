"""Checks of the arrays of a file, which is not trusted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def checked(array: NDArray[Any], *dtypes: Any) -> NDArray[Any]:
    """Return the array. Raises `ValueError` if it has none of the types, or if a number is not finite."""
    if array.dtype not in dtypes or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        raise ValueError(f"an array {array.dtype} {array.shape} has the wrong type or is not finite")
    return array

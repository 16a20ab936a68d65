"""Checks of the arrays of a file, which is not trusted."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def checked(array: NDArray[Any], *dtypes: Any) -> NDArray[Any]:
    """Return the array. Raises `ValueError` if it has none of the types, or if a number is not finite."""
    if array.dtype not in dtypes or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        raise ValueError(f"an array {array.dtype} {array.shape} has the wrong type or is not finite")
    return array


def bits_of(flags: NDArray[np.bool_] | None) -> NDArray[np.uint8] | None:
    """Return flags (n,), if there are any, as bits, beginning with the highest bit of the first byte."""
    return None if flags is None else np.packbits(flags)


def flags_of(bits: NDArray[Any] | None, count: int) -> NDArray[np.bool_] | None:
    """Return flags (count,) from their bits, if there are any. Raises `ValueError` if their number differs."""
    if bits is None:
        return None
    if checked(bits, np.uint8).shape != (-(-count // 8),):
        raise ValueError(f"{bits.size} bytes do not match {count} flags")
    return np.unpackbits(bits, count=count).astype(np.bool_)

"""The numbers of the stages."""

import base64

import numpy as np
from flow import Array


def numbers(stage: str) -> dict[str, Array]:
    """Return what a stage has learned or measured, as arrays by name."""
    return {name: _array(*given) for name, given in NUMBERS[stage].items()}


def _array(shape: tuple[int, ...], values: list[float] | str) -> Array:
    """Return an array of numbers, or of the bytes of little-endian float32 numbers in base 85."""
    if isinstance(values, str):
        values = np.frombuffer(base64.b85decode("".join(values.split())), "<f4")
    return np.array(values, np.float32).reshape(shape).astype(np.float64)


BUMPS = {}
NUMBERS = {}

"""Calls of functions of torch with arrays of NumPy."""

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray


def draws(sample: Callable[[int], torch.Tensor], count: int, seed: int) -> torch.Tensor:
    """Draw a number of points with a seed. The random state of torch stays the same."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        return sample(count)


def on_arrays(function: Callable[[Any], Any], like: torch.Tensor) -> Any:
    """Return a function of tensors as one of arrays, without gradients.

    Args:
        function: Takes a tensor, and returns a tensor or a tuple of tensors.
        like: A tensor whose precision and device the function expects.
    """

    @torch.no_grad()
    def call(points: NDArray[Any]) -> Any:
        found = function(torch.as_tensor(points, dtype=like.dtype, device=like.device))
        return tuple(each.cpu().numpy() for each in found) if isinstance(found, tuple) else found.cpu().numpy()

    return call

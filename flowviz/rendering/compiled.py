"""Compilation of loops by numba, whose results are kept between starts."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any

import numba
from numba.core.caching import FunctionCache


def compiled(signature: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile for these types at the first call; kept beside the source, or in the user's cache, if they are open.

    What is kept is loaded in 20 ms, and compiled in about half a second: hence each for itself, when it is needed.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @cache
        def made() -> Callable[..., Any]:
            try:
                return jit(function, signature, keep=True)
            except Exception:  # no folder, a full disk, or what is kept is damaged: numba believes it
                with suppress(Exception):
                    FunctionCache(function).flush()  # the next start makes it anew
                return jit(function, signature, keep=False)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return made()(*arguments)

        return call

    return decorate


def jit(function: Callable[..., Any], signature: Any = None, keep: bool = False) -> Callable[..., Any]:
    """Compile a function that takes no lock of Python's: when it is first called, or now for a signature."""
    made: Callable[..., Any] = numba.njit(signature, nogil=True, error_model="numpy", cache=keep)(function)
    return made

"""Compilation of loops by numba, cached on disk."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache, wraps
from typing import Any

import numba
from numba.core.caching import FunctionCache


def compiled(signature: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function for the types of a signature when it is first called.

    The machine code is cached next to the source file or, if that folder is read-only, in the user's cache folder.
    Loading it takes about 20 ms, and compiling takes half a second, so each function is compiled only when needed.

    Args:
        signature: A numba signature.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @cache
        def made() -> Callable[..., Any]:
            try:
                return jit(function, signature, keep=True)
            except Exception:  # no writable folder, a full disk, or a damaged cache file, which numba does not detect
                with suppress(Exception):
                    FunctionCache(function).flush()  # so that the next run compiles it again
                return jit(function, signature, keep=False)

        @wraps(function)
        def call(*arguments: Any) -> Any:
            return made()(*arguments)

        return call

    return decorate


def jit(function: Callable[..., Any], signature: Any = None, keep: bool = False) -> Callable[..., Any]:
    """Compile a function that releases the GIL.

    Args:
        function: The function.
        signature: The numba signature to compile for now; None to compile when the function is first called.
        keep: Whether to cache the machine code on disk.
    """
    made: Callable[..., Any] = numba.njit(signature, nogil=True, error_model="numpy", cache=keep)(function)
    return made

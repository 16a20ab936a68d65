"""Type checks of the arguments of public functions. The error for a wrong type says what is expected.

The checks wrap functions, whose warnings therefore use `level_of_user` to show the line of the caller.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from itertools import repeat
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from reprlib import repr as shortened
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

from flowviz.errors import ArgumentError

NAMES = {NoneType: "None", str: "text", int: "a whole number", float: "a number", bool: "a truth value"}
WORDS = {Callable: "a function", Mapping: "a mapping"}  # of which the contents are not checked
# Including the numbers and truth values of NumPy.
ACCEPTED: Mapping[Any, Any] = {int: Integral, float: Real, Path: PathLike, bool: (bool, np.bool_)}

P = ParamSpec("P")
R = TypeVar("R")
_signature = cache(inspect.signature)


def level_of_user() -> int:
    """Return the `stacklevel` with which a warning of the caller shows the line of the user's own code."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals["__name__"].startswith("flowviz."):
        frame, level = frame.f_back, level + 1
    return level


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that raises `ArgumentError` if the type of an argument does not match its annotation.

    Annotations that are classes, literals, callables, mappings or unions of them are checked. Others, such as those of
    arrays, are left to the function.
    """

    @wraps(function)
    def with_check(*args: P.args, **kwargs: P.kwargs) -> R:
        parameters = _parameters(function)
        # Too many arguments, or unknown ones, are left to Python.
        for name, value in (*zip(_positional(function), args, strict=False), *kwargs.items()):
            if name in parameters and not _fits(value, parameters[name]):
                raise ArgumentError(
                    f"{function.__name__}() takes {_words(parameters[name])} as {name}, not {_given(value)}."
                )
        return function(*args, **kwargs)

    return with_check


def renamed(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that lets a function accept earlier names of its arguments, such as `renamed(old="new")`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def with_names(*args: P.args, **kwargs: P.kwargs) -> R:
            return function(*args, **{names.get(name, name): value for name, value in kwargs.items()})  # type: ignore[arg-type]

        return with_names

    return decorate


@cache
def _parameters(function: Callable[..., object]) -> dict[str, Any]:
    """Return the type of each parameter of a function by its name. Unannotated ones, like `self`, accept any type."""
    found = _signature(function).parameters.values()
    return {each.name: object if each.annotation is each.empty else each.annotation for each in found}


def unmasked(values: Any) -> Any:
    """Return values with NaN in place of those that a masked array hides. Return others as they are."""
    if not (isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values)):
        return values
    kind = np.float64 if values.dtype.kind in "biuf" else np.object_
    return np.where(np.ma.getmaskarray(values), np.nan, values.data.astype(kind))


def _positional(function: Callable[..., object]) -> Iterator[str]:
    """Yield the names of the parameters that positional arguments fill. Without end if their number is not limited."""
    for each in _signature(function).parameters.values():
        yield each.name
        if each.kind is each.VAR_POSITIONAL:
            yield from repeat(each.name)


def _fits(value: Any, kind: Any) -> bool:
    """Return whether a value has a type, or true if that type cannot be checked."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _fits(value, get_args(kind)[0])
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(kind))
    if origin is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if origin is Callable:
        return callable(value)
    if origin is Mapping:
        return isinstance(value, Mapping)
    is_class = isinstance(kind, type) and origin is None and kind is not Any
    is_boolean = isinstance(value, bool) and kind in {int, float}  # which are numbers for Python
    return not is_class or (isinstance(value, ACCEPTED.get(kind, kind)) and not is_boolean)


def _words(kind: Any) -> str:
    """Describe a type in words, such as "FlowSpec or None"."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _words(get_args(kind)[0])
    if origin in (Union, UnionType):
        return _listed([_words(each) for each in get_args(kind)])
    if origin is Literal:
        return _listed([repr(each) for each in get_args(kind)])
    if origin in WORDS:
        return WORDS[origin]
    return NAMES.get(kind) or kind.__name__


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[:-1] else words)


def _given(value: Any) -> str:
    return shortened(value) if isinstance(value, str | int | float | NoneType) else type(value).__name__

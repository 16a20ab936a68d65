"""The spec of a condition: what is known about each point, such as the word it belongs to."""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from flowviz.errors import SpecError
from flowviz.specs.fields import described
from flowviz.specs.shares import percent
from flowviz.specs.spec import Spec

MAX_CLASSES = 9
OCTAVES = 3  # of waves of a number, of which the first has twice its range as its period
SPREAD = 5  # values of a number to choose from
SCORED = 9  # values of a number at which a flow is scored
UNSEEN = " (never seen)"
ROUNDING = 1e-6  # distance from a class; beyond the ends of a range, relative to its length
DIGITS = 3  # of a number, relative to its range
ANY: Literal["any"] = "any"  # in place of a value that is left out: the flow learns all values together
CLOSE = 20.0  # times as many points as on average may be at one place for one value of a number

Value = float | Literal["any"]


class Condition(Spec):
    """One of several classes, or a number in a range. A conditional flow learns one density for each value.

    A value is a number: the index of a class, from 0, or the number itself. A value between two indices blends two
    classes; no point of the target has such a value. `ANY` in its place means that it is not known.
    """

    name: Annotated[str, described("Name", "What the value is, such as 'word'")]
    classes: Annotated[tuple[str, ...], described("Classes", "Names of the classes; none for a number")] = ()
    rarest: Annotated[
        float | None,
        described("Rarest class", "The share of the points that the rarest class has; by default, an equal one"),
    ] = None
    low: Annotated[float, described("Smallest value", "The smallest value of a number")] = 0.0
    high: Annotated[float, described("Largest value", "The largest value of a number")] = 1.0

    @property
    def inputs(self) -> int:
        """Return the number of network inputs that encode a value."""
        return len(self.classes) or 2 + 2 * OCTAVES

    @property
    def range(self) -> tuple[float, float]:
        """Return the smallest and the largest value."""
        return (0.0, len(self.classes) - 1.0) if self.classes else (self.low, self.high)

    @property
    def values(self) -> NDArray[np.float64]:
        """Return the values at which a flow is scored: all classes, or some numbers over the range."""
        return self.spread(len(self.classes) or SCORED)

    def spread(self, count: int | None = None) -> NDArray[np.float64]:
        """Return some values evenly spread over the range; by default all classes, or five numbers."""
        return np.linspace(*self.range, count or len(self.classes) or SPREAD)

    @property
    def most_likely(self) -> float:
        """Return the largest ratio of the density at one value to that of all values together.

        That of a class is the inverse of its share of all points. That of a number is an estimate.
        """
        return 1 / self.rarest if self.rarest else float(len(self.classes)) or CLOSE

    def features(self, values: ArrayLike) -> NDArray[np.float32]:
        """Return the inputs (n, inputs) of networks for values (n,).

        Those of classes are their shares. Those of a number are 1, its place from -1 to 1, and waves of that place.
        """
        given = np.asarray(values, np.float64).reshape(-1, 1)
        if self.classes:
            found = np.maximum(0, 1 - np.abs(given - np.arange(len(self.classes))))
        else:
            place = 2 * (given - self.low) / (self.high - self.low) - 1
            angles = np.pi / 2 * 2.0 ** np.arange(OCTAVES) * place
            found = np.hstack([np.ones_like(place), place, np.sin(angles), np.cos(angles)])
        return np.asarray(found, np.float32)

    def value(self, text: str | float) -> Value:
        """Return the value for the name of a class, for a number in the range, which may be text, or for `ANY`.

        If there are classes, a number between two of them is a mix of both. It is on the scale of the classes
        themselves if all of their names are increasing numbers, and otherwise on that of their indices.

        Raises:
            SpecError: If there is no such class, or if the number is not in the range.
        """
        if str(text) in self.classes:
            return float(self.classes.index(str(text)))
        if text == ANY:
            return ANY
        low, high = (self._scale[0], self._scale[-1]) if self.classes else self.range
        try:
            number = float(text)
        except ValueError:
            number = np.nan
        slack = ROUNDING * (high - low)
        if low - slack <= number <= high + slack:
            number = float(np.clip(number, low, high))
            return float(np.interp(number, self._scale, self.values)) if self.classes else number
        if self.classes:
            raise SpecError(
                f"There is no {self.name} {str(text)!r}. Give one of {', '.join(self.classes)}, or a number from "
                f"{low:g} to {high:g} for one in between."
            )
        raise SpecError(
            f"The {self.name} cannot be {str(text)!r}: give a number from {self.number(low)} to {self.number(high)}."
        )

    def told(self, value: Value) -> str | float:
        """Return what `value` reads as a value: the name of a class, a number, or `ANY`."""
        if isinstance(value, str) or not self.classes:
            return value
        return self.label(value) if self.is_learned(value) else float(np.interp(value, self.values, self._scale))

    @property
    def heading(self) -> str:
        """Return the name as a heading, which begins with a capital letter."""
        return f"{self.name[:1].upper()}{self.name[1:]}"

    @property
    def _scale(self) -> list[float]:
        """Return a number for each class: its own, if all classes are increasing numbers, or else its index."""
        try:
            own = [float(each) for each in self.classes]
        except ValueError:
            own = []
        return own if own and (np.diff(own) > 0).all() and np.isfinite(own).all() else [*map(float, self.values)]

    def number(self, value: float) -> str:
        """Return a number as text, with the digits that tell values in the range apart."""
        largest = max(abs(self.low), abs(self.high))
        digits = DIGITS + round(np.log10(largest / (self.high - self.low)) + 0.5)
        exact = 0.0 if abs(value) < ROUNDING * (self.high - self.low) else value
        return np.format_float_positional(exact, digits, unique=False, fractional=False, trim="-")

    def sentence(self) -> str:
        """Describe the condition for the user."""
        if self.classes:
            return f"The condition is {self.name!r}, one of {', '.join(self.classes)}."
        return f"The condition is {self.name!r}, a number from {self.number(self.low)} to {self.number(self.high)}."

    def label(self, value: Value) -> str:
        """Return a value as text, such as "KATIE", "75% BRAD, 25% KATIE", "turn 0.5", or "any word"."""
        if value == ANY:
            return f"{ANY} {self.name}"
        if not self.classes:
            return f"{self.name} {self.number(value)}"
        if self.is_learned(value):
            return self.classes[round(value)]
        index = int(value)
        share = value - index
        return f"{percent(1 - share)} {self.classes[index]}, {percent(share)} {self.classes[index + 1]}"

    def caption(self, value: Value) -> str:
        """Return a value as text that says so if no point of the target has such a value."""
        return self.label(value) if self.is_learned(value) else f"{self.label(value)}{UNSEEN}"

    def is_learned(self, value: Value) -> bool:
        """Return whether points of the target may have a value; none have one between two classes."""
        return not self.classes or value == ANY or abs(value - round(value)) < ROUNDING

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(self.classes) == 1 or len(self.classes) > MAX_CLASSES:
            raise ValueError(f"A condition has 2 to {MAX_CLASSES} classes, not {len(self.classes)}.")
        if twice := next((each for each in self.classes if self.classes.count(each) > 1), None):
            raise ValueError(f"Two classes are called {twice!r}. A flow could not tell them apart.")
        if not 0 < self.high - self.low < np.inf:
            raise ValueError(f"The {self.name} cannot be between {self.low:g} and {self.high:g}.")
        return self


def inputs_of(condition: Condition | None, given: Value | None) -> NDArray[np.float32]:
    """Return the inputs (k,) of networks at a value of a condition, by default its first; none without a condition.

    All inputs are 0 if the value is left out.
    """
    if condition is None or given == ANY:
        return np.zeros(condition.inputs if condition else 0, np.float32)
    return condition.features([condition.range[0] if given is None else given]).ravel()

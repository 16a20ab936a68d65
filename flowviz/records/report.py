"""What a stage is, with its present numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Curve:
    """A function of one coordinate that a stage has learned: x (m,), y (m,), both finite."""

    name: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]


@dataclass(frozen=True)
class StageReport:
    """A stage by its number and kind: its formula, line by line; the numbers in it by name; the curves that it learned.

    All curves of a stage are over the same coordinate, `across`.
    """

    stage: int
    kind: str
    formula: tuple[str, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    across: str = ""


def written(number: float) -> str:
    """A number with three significant digits: "−0.123", "1.2·10⁶"."""
    mantissa, _, exponent = f"{number:.3g}".replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    sign = "⁻" if exponent[0] == "−" else ""
    return f"{mantissa}·10{sign}{exponent[1:].lstrip('0').translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"

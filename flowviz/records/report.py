"""Reports on what a stage of a flow has learned."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Curve:
    """A function of one coordinate that a stage has learned.

    Attributes:
        name: Name of the function.
        x: Finite coordinates (m,), float32.
        y: Finite values (m,), float32, of the function.
    """

    name: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]


@dataclass(frozen=True)
class StageReport:
    """The formula, numbers and curves of a stage.

    Attributes:
        stage: Number of the stage.
        kind: Kind of the stage.
        formula: Lines of the formula.
        numbers: Current numbers of the stage, by name.
        curves: Learned functions, all of the same coordinate.
        across: Name of the coordinate that the curves depend on.
    """

    stage: int
    kind: str
    formula: tuple[str, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    across: str = ""


def written(number: float) -> str:
    """Format a number with three significant digits, such as "−0.123" or "1.2·10⁶"."""
    mantissa, _, exponent = f"{number:.3g}".replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    sign = "⁻" if exponent[0] == "−" else ""
    return f"{mantissa}·10{sign}{exponent[1:].lstrip('0').translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"

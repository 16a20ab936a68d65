"""Reports on what a stage of a flow has learned."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.records.equality import EqualByContent
from flowviz.specs.edits import BentCurve, Bump

ROUNDING = 1e-12  # smaller numbers are errors of rounding


@dataclass(frozen=True, eq=False)
class Curve(EqualByContent):
    """A function of one coordinate that a stage has learned.

    Attributes:
        name: Name of the function.
        x: Finite coordinates (m,), float32.
        y: Finite values (m,), float32, of the function, as it is bent by edits.
        bends: Name of the curve for bumps. None if this curve cannot be bent.
        at: The other coordinate of the points that the curve moves. None if the curve does not depend on it.
        learned: Values (m,) of the function as it was learned. None if no edit bends the curves of the stage.
    """

    name: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    bends: BentCurve | None = None
    at: float | None = None
    learned: NDArray[np.float32] | None = None

    def bump(self, x: float, rise: float, width: float) -> Bump:
        """Return the bump that moves the point of the curve at x by `rise`, and those nearby by less.

        A spline cannot rise by more than `MAX_SPLINE_RISE` widths.

        Args:
            x: A coordinate.
            rise: How far the point is moved.
            width: Standard deviation of the bump, along x; along the values for a spline.

        Raises:
            SpecError: If the curve cannot be bent, or not so far.
        """
        if self.bends is None:
            raise SpecError(f"The curve {self.name} cannot be bent.")
        center = (x,) if self.at is None else (self.at, float(np.interp(x, self.x, self.y)))
        return Bump(curve=self.bends, center=center, height=(rise,), width=width)


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
        disabled: Whether an edit disables the stage, which then moves nothing; numbers and curves are those without it.
    """

    stage: int
    kind: str
    formula: tuple[str, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    across: str = ""
    disabled: bool = False


def written(number: float) -> str:
    """Format a number with three significant digits, such as "−0.123" or "1.2·10⁶", and errors of rounding as "0"."""
    shown = 0.0 if abs(number) < ROUNDING else number
    mantissa, _, exponent = f"{shown:.3g}".replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    sign = "⁻" if exponent[0] == "−" else ""
    return f"{mantissa}·10{sign}{exponent[1:].lstrip('0').translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"

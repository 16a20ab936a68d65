"""Building blocks of stage reports: formulas as text, and curves over the spans of the particles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Base, Curve, StageReport, written
from flowviz.specs.edits import BentCurve
from flowviz.specs.recipes import BASE

CURVE_POINTS = 400
OUTSIDE = 0.001  # share of the particles that lie beyond each end of a span

Numbers = Mapping[str, NDArray[np.float64]]  # parameters and statistics of a stage, by name
# Maps points (n, 2) forward through a stage to their images (n, 2) and log|det J| (n,) in nats.
Forward = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
Spans = NDArray[np.float64]  # (2, 2): the range of the particles, [[x_low, x_high], [y_low, y_high]]
DEFAULT_SPANS: Spans = np.array([[-4.0, 4.0], [-4.0, 4.0]])
KEPT_AREA = "log|det J| = 0: areas stay"


def base_report(base: Base) -> StageReport:
    """Return the report of the base distribution, which is stage 0."""
    return StageReport(0, BASE, base.formula, {} if base.entropy is None else {"entropy": base.entropy})


def spans_of(positions: NDArray[np.floating]) -> Spans:
    """Return the horizontal and vertical range (2, 2) of particles (n, 2), without 0.1% of them at each end."""
    finite = positions[np.isfinite(positions).all(axis=1)].astype(np.float64)
    if not len(finite):
        return DEFAULT_SPANS
    low, high = np.quantile(finite, [OUTSIDE, 1 - OUTSIDE], axis=0)
    return np.stack([low, np.maximum(high, low + 1e-6)], axis=1)


def evenly(span: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return evenly spaced points (CURVE_POINTS,) over a span (2,)."""
    low, high = span
    return np.linspace(low, high, CURVE_POINTS)


def at(x: NDArray[np.float64], y: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Return points (m, 2) from their coordinates (m,). `y` may be one number for all points."""
    return np.stack(np.broadcast_arrays(x, y), axis=1)


def curve(
    name: str, x: NDArray[np.float64], y: NDArray[np.float64], bends: BentCurve | None = None, at: float | None = None
) -> Curve:
    """Return a curve through the points (x, y), without those whose y is not finite."""
    values = y.astype(np.float32)
    finite = np.isfinite(values)
    return Curve(name, x[finite].astype(np.float32), values[finite], bends, at)


def compared(bent: StageReport, learned: StageReport) -> StageReport:
    """Return the report of a bent stage, whose curves contain the learned ones."""
    curves = [
        replace(each, learned=np.interp(each.x, before.x, before.y).astype(np.float32))
        for each, before in zip(bent.curves, learned.curves, strict=True)
    ]
    return replace(bent, curves=tuple(curves))


def disabled(report: StageReport) -> StageReport:
    """Return the report of a stage that an edit disables."""
    return replace(report, formula=("disabled: points stay", KEPT_AREA), disabled=True)


def ranges(curves: Sequence[Curve]) -> tuple[str, ...]:
    """Return the minimum and maximum of each curve as a line of text, such as "−0.4 ≤ t(x) ≤ 1.2"."""
    return tuple(
        f"{written(float(each.y.min()))} ≤ {each.name.split()[-1]} ≤ {written(float(each.y.max()))}"
        for each in curves
        if len(each.y)
    )


def linear_part(forward: Forward) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return A (2, 2) and b (2,) of a stage that maps (x, y) to A·(x, y) + b."""
    origin, right, up = forward(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))[0]
    return np.stack([right - origin, up - origin], axis=1), origin


def horizontal_part(forward: Forward) -> tuple[float, float]:
    """Return a and b of a stage that maps x to a·x + b, independently of y."""
    matrix, shift = linear_part(forward)
    return float(matrix[0, 0]), float(shift[0])


def linear_lines(matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> tuple[str, str, str]:
    """Return the formula of A·(x, y) + b and its log-determinant, as lines of text."""
    determinant = abs(float(np.linalg.det(matrix)))
    kept = KEPT_AREA if determinant == 1 else f"log|det J| = {written(np.log(determinant))}"
    return (
        f"horizontal: x → {combination(matrix[0], shift[0])}",
        f"vertical: y → {combination(matrix[1], shift[1])}",
        kept,
    )


def diagonal_numbers(matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> Mapping[str, float]:
    """Return the scale and shift of each coordinate by name, for a diagonal matrix."""
    return {
        "horizontal scale": float(matrix[0, 0]),
        "horizontal shift": float(shift[0]),
        "vertical scale": float(matrix[1, 1]),
        "vertical shift": float(shift[1]),
    }


def combination(factors: Sequence[float] | NDArray[np.float64], constant: float) -> str:
    """Return a·x + b·y + c as text without terms that are zero, such as "1.2 · x − 0.3"."""
    terms = [(factor, name) for factor, name in zip(factors, ("x", "y"), strict=False) if factor]
    terms += [(constant, "")] if constant or not terms else []
    words: list[str] = []
    for value, name in terms:
        size = written(abs(value))
        term = f"{size} · {name}" if name and size != "1" else name or size
        sign = ("− " if value < 0 else "+ ") if words else ("−" if value < 0 else "")
        words.append(sign + term)
    return " ".join(words)

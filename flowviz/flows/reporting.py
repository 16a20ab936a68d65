"""What the reports of all stages share: numbers as a student reads them, and curves over where the particles are."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Curve, StageReport, written
from flowviz.specs.recipes import BASE

CURVE_POINTS = 400
OUTSIDE = 0.001  # the share of the particles that a span may leave out at each end

Numbers = Mapping[str, NDArray[np.float64]]  # the parameters and the statistics of a stage
Moved = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]  # (n, 2) -> images, log-dets
Spans = NDArray[np.float64]  # (2, 2): from where to where the particles are, horizontally and vertically
USUAL_SPANS: Spans = np.array([[-4.0, 4.0], [-4.0, 4.0]])
KEPT_AREA = "log|det J| = 0: areas stay"


def base_report() -> StageReport:
    """The base distribution, in the form of a stage."""
    formula = ("x, y ~ N(0, 1), independent", "p(x, y) = exp(−(x² + y²) / 2) / 2π")
    return StageReport(0, BASE, formula, {"entropy": float(1 + np.log(2 * np.pi))})


def spans_of(positions: NDArray[np.floating]) -> Spans:
    """From where to where particles (n, 2) are, but for one in a thousand at each end."""
    finite = positions[np.isfinite(positions).all(axis=1)].astype(np.float64)
    if not len(finite):
        return USUAL_SPANS
    low, high = np.quantile(finite, [OUTSIDE, 1 - OUTSIDE], axis=0)
    return np.stack([low, np.maximum(high, low + 1e-6)], axis=1)


def evenly(span: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points (m,) over a span at which a curve is known."""
    low, high = span
    return np.linspace(low, high, CURVE_POINTS)


def at(x: NDArray[np.float64], y: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Points (m, 2) with these coordinates."""
    return np.stack(np.broadcast_arrays(x, y), axis=1)


def curve(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> Curve:
    """A curve, where it is finite."""
    values = y.astype(np.float32)
    finite = np.isfinite(values)
    return Curve(name, x[finite].astype(np.float32), values[finite])


def ranges(curves: Sequence[Curve]) -> tuple[str, ...]:
    """The least and the greatest value of each curve, in a line each: "−0.4 ≤ t(x) ≤ 1.2"."""
    return tuple(
        f"{written(float(each.y.min()))} ≤ {each.name.split()[-1]} ≤ {written(float(each.y.max()))}"
        for each in curves
        if len(each.y)
    )


def linear_part(moved: Moved) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A (2, 2) and b (2,) of a stage that moves (x, y) to A·(x, y) + b."""
    origin, right, up = moved(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))[0]
    return np.stack([right - origin, up - origin], axis=1), origin


def horizontal_part(moved: Moved) -> tuple[float, float]:
    """A and b of a stage that moves x to a·x + b, whatever y."""
    matrix, shift = linear_part(moved)
    return float(matrix[0, 0]), float(shift[0])


def linear_lines(matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> tuple[str, str, str]:
    """A·(x, y) + b, written out, and what it does to areas."""
    determinant = abs(float(np.linalg.det(matrix)))
    kept = KEPT_AREA if determinant == 1 else f"log|det J| = {written(np.log(determinant))}"
    return (
        f"horizontal: x → {combination(matrix[0], shift[0])}",
        f"vertical: y → {combination(matrix[1], shift[1])}",
        kept,
    )


def diagonal_numbers(matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> Mapping[str, float]:
    """Scale and shift of each coordinate, by name."""
    return {
        "horizontal scale": float(matrix[0, 0]),
        "horizontal shift": float(shift[0]),
        "vertical scale": float(matrix[1, 1]),
        "vertical shift": float(shift[1]),
    }


def combination(factors: Sequence[float] | NDArray[np.float64], constant: float) -> str:
    """a·x + b·y + c, without the terms that are zero: "1.2 · x − 0.3"."""
    terms = [(factor, name) for factor, name in zip(factors, ("x", "y"), strict=False) if factor]
    terms += [(constant, "")] if constant or not terms else []
    words: list[str] = []
    for value, name in terms:
        size = written(abs(value))
        term = f"{size} · {name}" if name and size != "1" else name or size
        sign = ("− " if value < 0 else "+ ") if words else ("−" if value < 0 else "")
        words.append(sign + term)
    return " ".join(words)

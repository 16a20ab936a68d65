"""Neural spline flow: couplings that bend one coordinate along a rational-quadratic spline."""

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import Conditioner, in_graph, initial_weights
from flowviz.flows.reporting import Moved, Numbers, Spans, at, curve, evenly
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport, written
from flowviz.specs.recipes import SPLINE_COUPLING

REPORTED_MAPS = 5  # of the family that a stage is
BOUND = 3.0  # of the interval, in standard deviations of the target

MIN_WIDTH, MIN_SLOPE = 1e-3, 1e-3  # of a bin, as a share of the interval, and of the spline, as in the authors' code
UNIT_SLOPE = float(np.log(np.expm1(1 - MIN_SLOPE)))  # softplus of it, plus MIN_SLOPE, is 1


class Piece(NamedTuple):
    """The piece of a spline that each of n points falls into; every field is (n,).

    Where it starts and how long it is along the data's axis, y and width, and the base's, x and height, in shares of
    the interval; and the free slopes at its two ends.
    """

    y: tf.Tensor
    x: tf.Tensor
    width: tf.Tensor
    height: tf.Tensor
    left: tf.Tensor
    right: tf.Tensor


class SplineBijector(tfb.Bijector):
    """x_a = y_a,  x_b = g(y_b; conditioner(y_a)), g a monotone rational-quadratic spline; this is `inverse`.

    Between two knots, with ξ = (y - y_k) / w, s = h / w, w and h the width and height of the bin and d its slopes,

        g(y) = x_k + h·(s·ξ² + d_k·ξ(1-ξ)) / q,  q = s + (d_k+1 + d_k - 2s)·ξ(1-ξ),
        g'(y) = s²·(d_k+1·ξ² + 2s·ξ(1-ξ) + d_k·(1-ξ)²) / q².

    Outside [-bound, bound] it is the identity, and the slopes at ±bound are 1. Training goes from data to base, so
    that way has the closed form; `forward` solves a quadratic. No bin is lower than `min_height`, a share of the
    interval: 1e-5 lets a spline all but skip the space between letters. Conditioner: (3·bins - 1, n) for n points.
    Shapes: x, y (n, 2); log|det J| (n,) in nats. Source: Durkan et al. 2019, "Neural Spline Flows", eq. 4-8.
    """

    def __init__(
        self, conditioner: Conditioner, bins: int, bound: float, min_height: float, name: str = SPLINE_COUPLING
    ) -> None:
        parameters = dict(locals())
        self._conditioner, self._bins, self._bound = conditioner, bins, bound
        self._least = MIN_WIDTH, min_height
        self._last: tuple[Any, Any] = (None, None)
        super().__init__(forward_min_event_ndims=1, dtype=conditioner.dtype, parameters=parameters, name=name)

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        return tf.stack([y[:, 0], self._spline(y)[0]], axis=1)

    def _inverse_log_det_jacobian(self, y: tf.Tensor) -> tf.Tensor:
        return self._spline(y)[1]

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        return tf.stack([x[:, 0], self._solved(x)], axis=1)

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return -self._spline(tf.stack([x[:, 0], self._solved(x)], axis=1))[1]

    def _spline(self, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """G and log g' (n,) of points (n, 2) on the data's side; remembers its last answer in a graph."""
        answer: tuple[tf.Tensor, tf.Tensor]
        known, answer = self._last
        if known is points:
            return answer
        y = points[:, 1]
        share = self._share(y)
        x, log_slope = self._inside(share, self._conditioner(points))
        answer = y + 2 * self._bound * (x - share), log_slope
        if in_graph(points):
            self._last = points, answer
        return answer

    def _solved(self, points: tf.Tensor) -> tf.Tensor:
        """The inverse of g (n,) at points (n, 2) on the base's side."""
        x = points[:, 1]
        share = self._share(x)
        bins = Bins(self._conditioner(points), self._bins, self._least, share, column=1)
        return x + 2 * self._bound * (_solve(bins.piece(), share) - share)

    def _share(self, coordinate: tf.Tensor) -> tf.Tensor:
        """Where a coordinate stands in [-bound, bound], 0 to 1."""
        return tf.clip_by_value(coordinate / (2 * self._bound) + 0.5, 0, 1)

    def _inside(self, share: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """g, from [0, 1] to [0, 1], and log g' (n,), with a gradient that takes no sum over the bins a second time."""

        @tf.custom_gradient
        def evaluated(share: tf.Tensor, rows: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], Any]:
            bins = Bins(rows, self._bins, self._least, share, column=0)
            piece = bins.piece()

            def gradient(*upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                with tf.GradientTape() as tape:
                    tape.watch((share, piece))
                    values = _evaluate(piece, share)
                by_share, by_piece = tape.gradient(values, (share, piece), output_gradients=upstream)
                return by_share, bins.gradient(by_piece)

            return _evaluate(piece, share), gradient

        found: tuple[tf.Tensor, tf.Tensor] = evaluated(share, rows)
        return found


class Bins:
    """The bins of n splines, and which of them each of n points falls into: no gather, only sums over all bins.

    `rows` (3·bins - 1, n): logits of the widths, logits of the heights, free slopes at the inner knots. `share` (n,)
    are the points, 0 to 1, and `column` says what they are measured along: 0 the widths, 1 the heights. `least` are the
    smallest width and the smallest height.
    """

    def __init__(self, rows: tf.Tensor, count: int, least: tuple[float, float], share: tf.Tensor, column: int) -> None:
        self._count, self._least = count, least
        *logits, self._slopes = tf.split(rows, [count, count, count - 1])
        self._sizes = [_free_sizes(each, smallest) for each, smallest in zip(logits, least, strict=True)]
        inner = np.arange(1, count)[:, np.newaxis] * least[column]
        passed = tf.cast(share >= inner + _running_sums(self._sizes[column]), rows.dtype)
        none, all_ = tf.zeros_like(passed[:1]), tf.ones_like(passed[:1])
        self._before = tf.concat([passed, none], axis=0)  # 1 for a bin that ends before the point
        self._here = tf.concat([all_, passed], axis=0) - self._before
        self._passed = _sum(passed)
        self._starts = [_sum(self._before * sizes) for sizes in self._sizes]
        self._lengths = [_sum(self._here * sizes) for sizes in self._sizes]

    def piece(self) -> "Piece":
        """The bin of each point."""
        (y, x), (width, height) = (
            [free + least * times for free, least in zip(frees, self._least, strict=True)]
            for frees, times in ((self._starts, self._passed), (self._lengths, 1))
        )
        left, right = _sum(self._here[1:] * self._slopes), _sum(self._here[:-1] * self._slopes)
        return Piece(y, x, width, height, left, right)

    def gradient(self, by: "Piece") -> tf.Tensor:
        """The gradient by `rows`, given that by the piece.

        That of a softmax p is p·(u - Σ p·u); here u is a sum of two masks, and their sums with p are known.
        """
        by_rows = []
        for k, (by_start, by_length) in enumerate(((by.y, by.width), (by.x, by.height))):
            mean = (by_start * self._starts[k] + by_length * self._lengths[k]) / (1 - self._least[k] * self._count)
            by_rows.append(self._sizes[k] * (self._before * by_start + self._here * by_length - mean))
        by_rows.append(self._here[1:] * by.left + self._here[:-1] * by.right)
        return tf.concat(by_rows, axis=0)


def _free_sizes(logits: tf.Tensor, least: float) -> tf.Tensor:
    """The sizes (bins, n) of all bins without their least: a softmax times what the least leaves."""
    powers = tf.exp(logits - tf.reduce_max(logits, axis=0))
    return powers * ((1 - least * logits.shape[0]) / _sum(powers))


def _running_sums(sizes: tf.Tensor) -> tf.Tensor:
    """The sums (bins - 1, n) of the first bin, of the first two and so on, by a product with a triangular matrix."""
    return tf.constant(np.tri(sizes.shape[0] - 1, sizes.shape[0]), sizes.dtype) @ sizes


def _sum(terms: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(terms, axis=0)


def _slope(free: tf.Tensor) -> tf.Tensor:
    return MIN_SLOPE + tf.math.softplus(free + UNIT_SLOPE)


def _evaluate(piece: Piece, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """G and log g' at a share of the interval."""
    y, x, width, height = piece[:4]
    left, right = _slope(piece.left), _slope(piece.right)
    xi = tf.clip_by_value((share - y) / width, 0, 1)  # rounding may put a point next to a knot outside its bin
    mixed = xi * (1 - xi)
    slope = height / width
    q = slope + (left + right - 2 * slope) * mixed
    numerator = right * xi**2 + 2 * slope * mixed + left * (1 - xi) ** 2
    return x + height * (slope * xi**2 + left * mixed) / q, tf.math.log(numerator * (slope / q) ** 2)


def _solve(piece: Piece, share: tf.Tensor) -> tf.Tensor:
    """Return the y with g(y) = share: the root of aξ² + bξ + c in [0, 1].

    Of its two forms, 2c / (-b - √(b² - 4ac)) and (-b + √(b² - 4ac)) / 2a, the first cancels where b < 0, the second
    where b > 0.
    """
    y, x, width, height = piece[:4]
    left, right = _slope(piece.left), _slope(piece.right)
    slope = height / width
    rise = share - x
    bent = rise * (left + right - 2 * slope)
    a = height * (slope - left) + bent
    b = height * left - bent
    c = -slope * rise
    larger = tf.abs(b) + tf.sqrt(tf.maximum(b**2 - 4 * a * c, 0))
    xi = tf.math.divide_no_nan(tf.where(b < 0, larger, -2 * c), tf.where(b < 0, 2 * a, larger))
    return y + width * tf.clip_by_value(xi, 0, 1)


class SplineCoupling(Stage):
    """The recipe of a `SplineBijector`, which starts as the identity."""

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return initial_weights(self.spec, 3 * self._bins - 1, rng)

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        assert self.spec.min_bin_height is not None
        conditioner = Conditioner(self.spec, parameters)
        return SplineBijector(conditioner, self._bins, BOUND, self.spec.min_bin_height)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        """Its map y -> f(y; x) for some x: the middles of equal parts of where the particles are."""
        y, (low, high) = evenly(spans[1]), spans[0]
        x = low + (high - low) * (np.arange(REPORTED_MAPS) + 0.5) / REPORTED_MAPS
        images, log_slopes = moved(at(np.repeat(x, len(y)), np.tile(y, len(x))))
        slopes = np.exp(log_slopes)
        formula = (
            "horizontal: x → x",
            f"vertical: y → f(y; x), for |y| ≤ {BOUND:g} in {self._bins} pieces; else y → y",
            "log|det J| = log ∂f/∂y",
            f"{written(slopes.min())} ≤ ∂f/∂y ≤ {written(slopes.max())}",
            *self.table_line(),
        )
        maps = images[:, 1].reshape(len(x), len(y))
        curves = tuple(curve(f"x = {written(at_x)}", y, image) for at_x, image in zip(x, maps, strict=True))
        return self.reported(formula, {"bins": self._bins, "bound": BOUND}, curves, "vertical y")

    @property
    def _bins(self) -> int:
        assert self.spec.bins is not None
        return self.spec.bins

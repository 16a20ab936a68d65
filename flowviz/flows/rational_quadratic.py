"""Monotone rational-quadratic splines of one coordinate."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from flowviz.flows.table import Lookup

MIN_WIDTH = 1e-3  # of a bin, as a share of the interval
MIN_SLOPE = 1e-3  # at a knot; both as in https://github.com/bayesiains/nsf
UNIT_SLOPE = float(np.log(np.expm1(1 - MIN_SLOPE)))  # its softplus, plus MIN_SLOPE, is 1
SMALLEST = float(np.finfo(np.float32).tiny)  # keeps the derivative of a square root finite


@dataclass(frozen=True)
class RationalQuadraticSpline:
    """x = g(y): a smooth increasing function, rational between two knots.

    With ξ = (y - y_k) / w, s = h / w, w and h the width and height of the bin and d_k the slope at a knot,

        g(y) = x_k + h·(s·ξ² + d_k·ξ(1-ξ)) / q,  q = s + (d_k+1 + d_k - 2s)·ξ(1-ξ),
        g'(y) = s²·(d_k+1·ξ² + 2s·ξ(1-ξ) + d_k·(1-ξ)²) / q².

    Outside [-bound, bound] g is the identity, and its slopes at ±bound are 1. Inside, it is computed in shares of the
    interval, from 0 to 1. Each of n points has a spline of its own, given by a column of θ (3·bins - 1, n): logits of
    the widths, logits of the heights, free slopes at the inner knots; θ = 0 gives the identity. If θ is a table, the
    spline of a point is interpolated between those at two knots of the table, which needs fewer exponentials.
    Reference: Durkan et al. 2019, "Neural Spline Flows", https://arxiv.org/abs/1906.04032, eq. 4-8.
    """

    bins: int
    bound: float
    min_height: float  # of a bin, as a share of the interval; 1e-5 lets g almost skip the space between letters
    min_width: float = MIN_WIDTH

    def __call__(self, theta: tf.Tensor | Lookup, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return x = g(y) and log g'(y), both (n,), in closed form."""
        share = self._share(y)
        evaluate = self._evaluate_between if isinstance(theta, Lookup) else self._evaluate
        x, log_slope = evaluate(theta, share)
        return y + 2 * self.bound * (x - share), log_slope

    def inverse(self, theta: tf.Tensor | Lookup, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return y = g⁻¹(x) and the log-slope -log g'(y) of g⁻¹, both (n,), by solving a quadratic equation."""
        share = self._share(x)
        reached = tf.where(share < 1, share, 2)  # passes the last knots, though rounding may put them beyond 1
        is_table = isinstance(theta, Lookup)
        piece = _between(theta, self, reached, axis=1) if is_table else Bins(theta, self, reached, axis=1).piece()
        xi = _root(piece, share)
        return x + 2 * self.bound * (piece.y + piece.width * xi - share), -_evaluated(piece, xi)[1]

    def _share(self, coordinate: tf.Tensor) -> tf.Tensor:
        """Return the positions of coordinates in [-bound, bound], from 0 to 1."""
        return tf.clip_by_value(coordinate / (2 * self.bound) + 0.5, 0, 1)

    def _evaluate(self, theta: tf.Tensor, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return g and log g', with an explicit gradient that does not sum over the bins a second time."""

        @tf.custom_gradient
        def evaluate(share: tf.Tensor, theta: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], Any]:
            bins = Bins(theta, self, share, axis=0)
            piece = bins.piece()

            def gradient(*upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                with tf.GradientTape() as tape:
                    tape.watch((share, piece))
                    values = _evaluated(piece, _fraction(share, piece.y, piece.width))
                by_share, by_piece = tape.gradient(values, (share, piece), output_gradients=upstream)
                return by_share, bins.gradient(by_piece)

            return _evaluated(piece, _fraction(share, piece.y, piece.width)), gradient

        found: tuple[tf.Tensor, tf.Tensor] = evaluate(share, theta)
        return found

    def _evaluate_between(self, lookup: Lookup, share: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return g and log g', interpolated between the splines of a table."""
        piece = _between(lookup, self, share, axis=0)
        return _evaluated(piece, _fraction(share, piece.y, piece.width))


class Piece(NamedTuple):
    """The piece of a spline between two knots, for each of n points; every field is (n,).

    `y` and `x` are where it starts, `width` and `height` its extents along y and x, in shares of the interval; `left`
    and `right` are the free slopes at its ends.
    """

    y: tf.Tensor
    x: tf.Tensor
    width: tf.Tensor
    height: tf.Tensor
    left: tf.Tensor
    right: tf.Tensor


class Bins:
    """The bins of n splines and, for each, the bin that contains a point, found by sums over all bins without a gather.

    `axis` is 0 if the points `share` (n,) lie along the widths, 1 if along the heights.
    """

    def __init__(self, theta: tf.Tensor, spline: RationalQuadraticSpline, share: tf.Tensor, axis: int) -> None:
        self._count = spline.bins
        self._minima = spline.min_width, spline.min_height
        *self._sizes, self._slopes = _free(theta, spline)
        passed = tf.cast(share >= _inner_knots(self._sizes[axis], self._minima[axis]), theta.dtype)
        none, all_ = tf.zeros_like(passed[:1]), tf.ones_like(passed[:1])
        self._before = tf.concat([passed, none], axis=0)  # 1 for a bin that ends before the point
        self._here = tf.concat([all_, passed], axis=0) - self._before  # 1 for the bin that contains the point
        self._passed = _sum(passed)
        self._starts = [_sum(self._before * sizes) for sizes in self._sizes]
        self._extents = [_sum(self._here * sizes) for sizes in self._sizes]

    def piece(self) -> Piece:
        """Return the piece of each spline that contains the point."""
        (y, x), (width, height) = (
            [free + minimum * times for free, minimum in zip(frees, self._minima, strict=True)]
            for frees, times in ((self._starts, self._passed), (self._extents, 1))
        )
        left, right = _sum(self._here[1:] * self._slopes), _sum(self._here[:-1] * self._slopes)
        return Piece(y, x, width, height, left, right)

    def gradient(self, by: Piece) -> tf.Tensor:
        """Return the gradient by θ, given that by the piece.

        The gradient of a softmax p is p·(u - Σ p·u). Here u is a sum of two masks, whose sums with p are known.
        """
        by_theta = []
        for k, (by_start, by_extent) in enumerate(((by.y, by.width), (by.x, by.height))):
            mean = (by_start * self._starts[k] + by_extent * self._extents[k]) / (1 - self._minima[k] * self._count)
            by_theta.append(self._sizes[k] * (self._before * by_start + self._here * by_extent - mean))
        by_theta.append(self._here[1:] * by.left + self._here[:-1] * by.right)
        return tf.concat(by_theta, axis=0)


def _between(lookup: Lookup, spline: RationalQuadraticSpline, share: tf.Tensor, axis: int) -> Piece:
    """Return the pieces of splines, each between the two at adjacent knots of a table, that contain points.

    The starts and sizes of the bins and the slopes at their ends are interpolated, so the bins again fill the interval
    and the spline increases. `share` and `axis` are those of `Bins`.
    """
    *sizes, slopes = _free(lookup.values, spline)
    minima = spline.min_width, spline.min_height
    knots = lookup._replace(values=_inner_knots(sizes[axis], minima[axis])).interpolated()
    passed = tf.math.count_nonzero(share >= knots, axis=0, dtype=tf.int32)
    zeros = tf.zeros_like(slopes[:1])
    starts = [tf.concat([zeros, _running_sums(each)], axis=0) for each in sizes]
    fields = [*starts, *sizes, tf.concat([zeros, slopes], axis=0), tf.concat([slopes, zeros], axis=0)]
    place = lookup.left + passed * slopes.shape[1], lookup.way  # in a table of one bin after the other
    y, x, width, height, left, right = (Lookup(tf.reshape(each, [1, -1]), *place).interpolated()[0] for each in fields)
    times = tf.cast(passed, share.dtype)
    return Piece(y + minima[0] * times, x + minima[1] * times, width + minima[0], height + minima[1], left, right)


def _free(theta: tf.Tensor, spline: RationalQuadraticSpline) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the widths and heights of the bins above their minima (bins, n), and the free slopes (bins - 1, n)."""
    widths, heights, slopes = tf.split(theta, [spline.bins, spline.bins, spline.bins - 1])
    return _free_sizes(widths, spline.min_width), _free_sizes(heights, spline.min_height), slopes


def _inner_knots(sizes: tf.Tensor, minimum: float) -> tf.Tensor:
    """Return the knots between the bins (bins - 1, n), given the sizes of the bins above their minimum (bins, n)."""
    return np.arange(1, sizes.shape[0])[:, np.newaxis] * minimum + _running_sums(sizes)


def _free_sizes(logits: tf.Tensor, minimum: float) -> tf.Tensor:
    """Return the sizes (bins, n) of all bins above their minimum: a softmax times what the minima leave."""
    powers = tf.exp(logits - tf.reduce_max(logits, axis=0))
    return powers * ((1 - minimum * logits.shape[0]) / _sum(powers))


def _running_sums(sizes: tf.Tensor) -> tf.Tensor:
    """Return the sums (bins - 1, n) of the first bin, of the first two, …, by a product with a triangular matrix."""
    return tf.constant(np.tri(sizes.shape[0] - 1, sizes.shape[0]), sizes.dtype) @ sizes


def _sum(terms: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(terms, axis=0)


def _slope(free: tf.Tensor) -> tf.Tensor:
    return MIN_SLOPE + tf.math.softplus(free + UNIT_SLOPE)


def _fraction(share: tf.Tensor, start: tf.Tensor, extent: tf.Tensor) -> tf.Tensor:
    """Return the fraction of a bin before a point, from 0 to 1.

    Rounding may place a point next to a knot outside its bin, and the end of the last bin next to the interval's.
    """
    return tf.where(share < 1, tf.clip_by_value((share - start) / extent, 0, 1), 1)


def _evaluated(piece: Piece, xi: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return g and log g' at ξ."""
    left, right = _slope(piece.left), _slope(piece.right)
    mixed = xi * (1 - xi)
    slope = piece.height / piece.width
    q = slope + (left + right - 2 * slope) * mixed
    numerator = right * xi**2 + 2 * slope * mixed + left * (1 - xi) ** 2
    return piece.x + piece.height * (slope * xi**2 + left * mixed) / q, tf.math.log(numerator * (slope / q) ** 2)


def _root(piece: Piece, share: tf.Tensor) -> tf.Tensor:
    """Return the ξ in [0, 1] with g(ξ) = share: exactly 0 and 1 at the ends of the piece.

    With ρ the fraction of the height below the share, the odds t = ξ / (1-ξ) are the positive root of
    s(1-ρ)·t² + b·t - sρ, b = d_k·(1-ρ) - d_k+1·ρ. It is (√D - b) / 2s(1-ρ) = 2sρ / (√D + b), D = b² + 4s²ρ(1-ρ).
    Nothing cancels in the first form if b < 0, nor in the second otherwise; each is used where it does not.
    """
    left, right = _slope(piece.left), _slope(piece.right)
    below = _fraction(share, piece.x, piece.height)
    above = 1 - below
    double = 2 * (piece.height / piece.width)
    b = left * above - right * below
    negative = b < 0
    size = tf.where(negative, -b, b)  # |b|, but its derivative at b = 0 is that of the form used there
    larger = size + tf.sqrt(tf.maximum(b**2 + double**2 * (below * above), SMALLEST))
    smaller = double * tf.where(negative, above, below)
    return tf.where(negative, larger, smaller) / (larger + smaller)

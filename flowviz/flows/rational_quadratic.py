"""Monotone rational-quadratic splines of one coordinate."""

from dataclasses import dataclass
from typing import NamedTuple

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
        piece = self._piece(theta, share, axis=0)
        x, log_slope = _evaluated(piece, _fraction(share, piece.y, piece.width))
        return y + 2 * self.bound * (x - share), log_slope

    def inverse(self, theta: tf.Tensor | Lookup, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return y = g⁻¹(x) and the log-slope -log g'(y) of g⁻¹, both (n,), by solving a quadratic equation."""
        share = self._share(x)
        reached = tf.where(share < 1, share, 2)  # passes the last knots, though rounding may put them beyond 1
        piece = self._piece(theta, reached, axis=1)
        xi = _root(piece, share)
        return x + 2 * self.bound * (piece.y + piece.width * xi - share), -_evaluated(piece, xi)[1]

    def _share(self, coordinate: tf.Tensor) -> tf.Tensor:
        """Return the positions of coordinates in [-bound, bound], from 0 to 1."""
        return tf.clip_by_value(coordinate / (2 * self.bound) + 0.5, 0, 1)

    def _piece(self, theta: tf.Tensor | Lookup, share: tf.Tensor, axis: int) -> "Piece":
        """Return the pieces that contain points.

        Between two knots of a table, the starts and sizes of the bins and the slopes at their ends are interpolated, so
        the bins again fill the interval and the spline increases.

        Args:
            theta: θ of each point, or a table of it.
            share: Positions of the points (n,), from 0 to 1.
            axis: 0 if they lie along the widths of the bins, 1 if along the heights.
        """
        lookup = theta if isinstance(theta, Lookup) else Lookup.of_columns(theta)
        minima = self.min_width, self.min_height
        *logits, slopes = tf.split(lookup.values, [self.bins, self.bins, self.bins - 1])
        sizes = [_free_sizes(each, minimum) for each, minimum in zip(logits, minima, strict=True)]
        starts = [_running_sums(each) for each in sizes]
        knots = np.arange(self.bins)[1:, np.newaxis] * minima[axis] + starts[axis][1:]
        passed = tf.math.count_nonzero(share >= lookup._replace(values=knots).interpolated(), axis=0, dtype=tf.int32)
        none = tf.zeros_like(slopes[:1])
        fields = [*starts, *sizes, tf.concat([none, slopes], axis=0), tf.concat([slopes, none], axis=0)]
        left = lookup.left + passed * tf.shape(slopes)[1]  # in a table of one bin after the other
        y, x, width, height, *ends = (
            Lookup(tf.reshape(each, [1, -1]), left, lookup.way).interpolated()[0] for each in fields
        )
        times = tf.cast(passed, share.dtype)
        return Piece(y + minima[0] * times, x + minima[1] * times, width + minima[0], height + minima[1], *ends)


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


def _free_sizes(logits: tf.Tensor, minimum: float) -> tf.Tensor:
    """Return the sizes (bins, n) of all bins above their minimum: a softmax times what the minima leave."""
    powers = tf.exp(logits - tf.reduce_max(logits, axis=0))
    return powers * ((1 - minimum * logits.shape[0]) / _sum(powers))


def _running_sums(sizes: tf.Tensor) -> tf.Tensor:
    """Return 0, the first size, the sum of the first two, … (bins, n), by a product with a triangular matrix."""
    return tf.constant(np.tri(sizes.shape[0], k=-1), sizes.dtype) @ sizes


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

"""Conditioners that are multilayer perceptrons of one coordinate."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from flowviz.flows.stage import Arrays, Tensors
from flowviz.flows.table import Lookup
from flowviz.records.weights import FIRST_BIAS, OF_GIVEN
from flowviz.specs import FlowSpec
from flowviz.specs.condition import inputs_of

FEW = 4  # maximum outputs of a layer for which elementwise products are faster than a matrix product
MAX_WAVE = 8.0  # wavelength in standard deviations, about the width of the cloud
HAT_NOISE, WAVE_NOISE, GIVEN_NOISE = 0.1, 0.3, 0.5  # standard deviation of the initial weights
GIVEN = "given"  # inputs (k, n) for the condition of each point of a batch, beside the weights of a network
TABULATED = "tabulated"  # the `Tabulated` outputs of a network, beside its weights
KNOTS = 129  # for a batch; with 257, a step takes twice as long
FEWEST_KNOTS = 33  # of the table of a class
FINE_KNOTS = 2049  # for particles: 99% of those of a long-trained flow end within 0.005 of where its networks move them
FARTHEST = 1 - 1e-6  # |u| of a knot; 0.999999 is about 2,000 standard deviations away
LARGEST = 1e9  # |x_a|, whose square is finite in float32
NARROWEST = 1e-7  # spacing, if all points of a batch are the same
DIGITS = 997.0  # times a coordinate, whose fraction is then random
SCALE = 3.0  # c in u = x_a / √(c² + x_a²): knots are nearly even within three standard deviations


class Tabulated(NamedTuple):
    """θ of a network as a piecewise linear function of u = x_a / √(c² + x_a²), over the range of some points.

    Attributes:
        first: The first knot.
        spacing: Distance between adjacent knots.
        values: θ at the knots (outputs, knots), of one table after the other.
    """

    first: tf.Tensor
    spacing: tf.Tensor
    values: tf.Tensor


@dataclass(frozen=True)
class Network:
    """θ = W_d·relu(… relu(W_0·φ(x_a) + b_0) …) + b_d: a multilayer perceptron with features φ of x_a.

    φ(x_a) contains x_a and two optional sets of features, which let the network learn sharp edges sooner:

    - `hats`: The number of hat functions. Each is 1 at one node of an evenly spaced grid over [-reach, reach] and 0 at
      and beyond the adjacent nodes. The first layer can then be any piecewise linear function over the grid.
    - `waves`: The number of octaves. Each contributes two triangle waves of x_a, a quarter of a period apart. The first
      octave has the wavelength MAX_WAVE, and each octave halves it. A few waves resolve as much detail as many
      hats. This is the positional encoding of Mildenhall et al. 2020, "NeRF" (https://arxiv.org/abs/2003.08934,
      eq. 4), with triangle waves instead of sines, which are slow.

    Internally, points run along the last axis, (width, n). The gradient's sums over points then read contiguous memory,
    which makes a compiled step on the CPU 1.7 times as fast as with (n, width).
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,), interpolated if the weights contain a table of it."""
        if TABULATED in weights:
            return self.looked_up(weights, x_a).interpolated()
        layers = range(self.spec.depth + 1)
        flat = [weights[f"{kind}_{i}"] for i in layers for kind in ("kernel", "bias")]
        flat[1] = first_bias(weights)
        return _perceptron(self._features(tf.expand_dims(x_a, 0)), *flat)

    def looked_up(self, weights: Tensors, x_a: tf.Tensor) -> Lookup:
        """Return the points x_a (n,) in the table that the weights contain."""
        first, spacing, values = weights[TABULATED]
        place = (_squashed(x_a) - first) / spacing
        return Lookup.at(values, place + self._first_knots(weights, values.shape[1]))

    def tabulated(self, weights: Tensors, x_a: tf.Tensor) -> Tensors:
        """Return the weights with a table of θ over the range of a batch x_a (n,), if that is faster than θ itself.

        The network is then evaluated at KNOTS knots instead of at all n points; they are shared out among the classes
        of a condition, each of which has a table, after the one of values that are left out, if any are. The knots are
        offset at random, by the digits of the first point, so that the network learns its values everywhere.
        """
        classes = len(self.spec.condition.classes) if self.spec.condition else 1
        if (x_a.shape[0] or 0) <= KNOTS or not classes:
            return weights
        tables = classes + self._leaves_out
        count = max(KNOTS // tables, FEWEST_KNOTS)
        x_a = tf.stop_gradient(x_a)
        low, spacing = _spread(x_a, count - 1)
        first = low - spacing * tf.math.floormod(DIGITS * x_a[0], 1.0)
        knots = tf.tile(_places(first, spacing, count), [tables])
        inputs = np.repeat(np.eye(classes, tables, self._leaves_out), count, axis=1)
        given = {GIVEN: tf.constant(inputs, x_a.dtype)} if classes > 1 else {}
        values = self({**weights, **given}, knots)
        return {**weights, TABULATED: Tabulated(first, spacing, values)}

    def finely_tabulated(self, weights: Tensors, x_a: tf.Tensor) -> Tensors:
        """Return the weights with a table of θ at FINE_KNOTS knots over the range of many points x_a (n,)."""
        numbers = tf.where(tf.math.is_nan(x_a), tf.zeros_like(x_a), x_a)
        first, spacing = _spread(tf.clip_by_value(numbers, -LARGEST, LARGEST), FINE_KNOTS)
        values = self(weights, _places(first, spacing, FINE_KNOTS))
        return {**weights, TABULATED: Tabulated(first, spacing, values)}

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return initial weights, with zeros in the last layer, so that θ is 0 everywhere.

        The other layers use He initialization. The biases of the first layer are uniform over [-1, 1], so that its
        units have kinks at different places; its weights for hats and waves are noise with a fixed scale.
        Reference: He et al. 2015, "Delving deep into rectifiers", https://arxiv.org/abs/1502.01852.

        Args:
            outputs: Number of rows of θ.
            rng: Random generator.

        Returns:
            kernel_i (width_out, width_in) and bias_i (width_out, 1) of each layer i.
        """
        spec, weights = self.spec, Arrays()
        for i, (width_in, width_out) in enumerate(pairwise((1, *[spec.width] * spec.depth, outputs))):
            last = i == spec.depth
            kernel = rng.normal(scale=0 if last else np.sqrt(2 / width_in), size=(width_out, width_in))
            if i == 0:
                scales = np.repeat([HAT_NOISE, WAVE_NOISE], [spec.hats, 2 * spec.waves])
                kernel = np.hstack([kernel, rng.normal(scale=scales, size=(width_out, len(scales)))])
            weights[f"kernel_{i}"] = kernel
            weights[f"bias_{i}"] = rng.uniform(-1, 1, (width_out, 1)) if i == 0 else np.zeros((width_out, 1))
        return weights | given_weights(spec, rng)

    def _first_knots(self, weights: Tensors, knots: int) -> Any:
        """Return the number of the first knot of the table of each point, (n,), or 0 if there is one table for all."""
        if GIVEN not in weights:
            return 0
        first, tables = self._leaves_out, weights[GIVEN].shape[0] + self._leaves_out
        return tf.linalg.matvec(
            weights[GIVEN], tf.range(first, tables, dtype=tf.float32) * (knots // tables), transpose_a=True
        )

    @property
    def _leaves_out(self) -> int:
        """Return 1 if the class of some points is hidden from the network in training, or else 0."""
        return int(self.spec.leave_out > 0)

    def _features(self, x_a: tf.Tensor) -> tf.Tensor:
        hats = [_hats(x_a, self.spec.hats, self.spec.reach)] if self.spec.hats else []
        waves = [_waves(x_a, self.spec.waves)] if self.spec.waves else []
        return tf.concat([x_a, *hats, *waves], axis=0) if hats or waves else x_a


def given_weights(spec: FlowSpec, rng: np.random.Generator) -> Arrays:
    """Return the initial kernel of the condition of a flow, by name; none without a condition."""
    inputs = spec.condition.inputs if spec.condition else 0
    return {OF_GIVEN: rng.normal(scale=GIVEN_NOISE, size=(spec.width, inputs))} if inputs else {}


def given_constants(spec: FlowSpec) -> dict[str, float]:
    """Return the inputs for the condition at which a flow is shown, by name; none without a condition."""
    return {f"{GIVEN}_{i}": float(each) for i, each in enumerate(inputs_of(spec.condition, spec.given))}


def first_bias(weights: Tensors) -> tf.Tensor:
    """Return the biases of the first layer (width, 1), or (width, n) for a batch whose points have own conditions."""
    bias = weights[FIRST_BIAS]
    if OF_GIVEN not in weights:
        return bias
    kernel = weights[OF_GIVEN]
    given = weights.get(GIVEN)
    if given is None:
        constants = [tf.cast(weights[f"{GIVEN}_{i}"], kernel.dtype) for i in range(kernel.shape[1])]
        given = tf.stack(constants)[:, tf.newaxis]
    return bias + kernel @ given


def is_later(name: str) -> bool:
    """Return whether a name, `stage/weight`, is that of a kernel after the first layer of a network.

    Its gradients often agree, so a step of Adam moves the output of the layer by its width times the learning rate.
    Reference: Yang et al. 2022, "Tensor programs V", https://arxiv.org/abs/2203.03466.
    """
    return "/kernel_" in name and not name.endswith(("/kernel_0", f"/{OF_GIVEN}"))


def _hats(x_a: tf.Tensor, count: int, reach: float) -> tf.Tensor:
    """Return hat functions (count, n) of x_a (1, n), between 0 and 1, over [-reach, reach]."""
    nodes = tf.constant(np.linspace(-reach, reach, count)[:, np.newaxis], x_a.dtype)
    distance = tf.abs(tf.clip_by_value(x_a, -reach, reach) - nodes) * ((count - 1) / (2 * reach))
    return tf.nn.relu(1 - distance)


def _waves(x_a: tf.Tensor, octaves: int) -> tf.Tensor:
    """Return triangle waves (2·octaves, n) of x_a (1, n), between -1 and 1."""
    periods = x_a * tf.constant(2.0 ** np.arange(octaves)[:, np.newaxis] / MAX_WAVE, x_a.dtype)
    shifted = tf.concat([periods, periods + 0.25], axis=0)
    return 4 * tf.abs(shifted - tf.stop_gradient(tf.round(shifted))) - 1


def _squashed(x_a: tf.Tensor) -> tf.Tensor:
    """Return u = x_a / √(c² + x_a²), between -1 and 1."""
    return tf.clip_by_value(x_a * tf.math.rsqrt(SCALE**2 + tf.square(x_a)), -FARTHEST, FARTHEST)


def _spread(x_a: tf.Tensor, count: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the first of `count` knots that cover the range of x_a, and the distance between adjacent ones, as u."""
    u = _squashed(x_a)  # of every point, as for a lookup, so that none is outside the table
    low = tf.reduce_min(u)
    return low, tf.maximum((tf.reduce_max(u) - low) / (count - 1), NARROWEST)


def _places(first: tf.Tensor, spacing: tf.Tensor, count: int) -> tf.Tensor:
    """Return the coordinates x_a (count,) of `count` knots."""
    numbers = tf.constant(np.arange(count), first.dtype)
    u = tf.clip_by_value(first + spacing * numbers, -FARTHEST, FARTHEST)
    return SCALE * u * tf.math.rsqrt(1 - tf.square(u))


@tf.custom_gradient
def _perceptron(features: tf.Tensor, *flat: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return θ (outputs, n) of features (k, n), given alternating kernels and biases, with a custom gradient.

    The gradient uses operations that are fast on a CPU: sums over points are matrix products, with a row of ones for
    the biases and one output at a time if there are few, and the gradient of few outputs is propagated to a layer in
    one elementwise pass.
    """
    kernels, biases = flat[::2], flat[1::2]
    layers = [features]
    for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
        layers.append(tf.nn.relu(kernel @ layers[-1] + bias))

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        ones = tf.ones_like(features[:1])
        found: list[tf.Tensor] = []
        for i in reversed(range(len(kernels))):
            is_own = biases[i].shape[1] != 1  # each point has a bias of its own
            by_bias = upstream if is_own else tf.matmul(upstream, ones, transpose_b=True)
            found += [by_bias, _by_kernel(upstream, layers[i])]
            below = _by_input(kernels[i], upstream)
            upstream = tf.where(layers[i] > 0, below, 0) if i else below
        return upstream, found[::-1]

    return kernels[-1] @ layers[-1] + biases[-1], gradient


def _by_kernel(upstream: tf.Tensor, below: tf.Tensor) -> tf.Tensor:
    if upstream.shape[0] <= FEW:
        return tf.concat([tf.matmul(row, below, transpose_b=True) for row in tf.split(upstream, upstream.shape[0])], 0)
    return tf.matmul(upstream, below, transpose_b=True)


def _by_input(kernel: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    if kernel.shape[0] <= FEW:
        rows = zip(tf.unstack(kernel), tf.unstack(upstream), strict=True)
        return tf.add_n([tf.expand_dims(weights, 1) * row for weights, row in rows])
    return tf.matmul(kernel, upstream, transpose_a=True)

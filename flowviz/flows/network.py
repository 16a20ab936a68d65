"""A network as a conditioner: a multilayer perceptron of one number."""

from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec

FEW = 4  # outputs of a layer, up to which elementwise work beats a product of matrices
REACH = 3.0  # of the grid of hats, in standard deviations
LONGEST_WAVE = 8.0  # standard deviations: about as wide as the cloud
HAT_NOISE, WAVE_NOISE = 0.1, 0.3


class Network(tf.Module):
    """rows = network(x_a): a multilayer perceptron with ReLU.

    With `hats` it sees, beside x_a, that many hat functions of it: 1 at a node of an even grid over [-REACH, REACH] and
    falling to 0 at the nodes beside. The first layer is then any broken line over the grid, so it can be as sharp as
    the edge of a letter from the first steps on; of x_a alone, sharp edges come late.
    With `waves`, its input also contains two triangle waves of x_a, a quarter of a period apart, for each of that many
    octaves. The first wave has the length LONGEST_WAVE, and each further one half the length of the one before. A few
    waves resolve as much detail as many hats.
    This is the positional encoding of Mildenhall et al. 2020, "NeRF", eq. 4, without its sines, which are slow.
    Inside, points run along the last axis, (width, n): the sums over points that the gradient needs are then over
    contiguous memory, which makes a compiled step on the CPU 1.7 times as fast as with (n, width).
    """

    def __init__(self, spec: FlowSpec, weights: Tensors) -> None:
        super().__init__(name="network")
        layers = range(sum(name.startswith("kernel_") for name in weights))
        self._flat = [weights[f"{kind}_{i}"] for i in layers for kind in ("kernel", "bias")]
        self._waves = spec.waves
        self._hats = self._flat[0].shape[1] - 1 - 2 * spec.waves
        self.dtype = self._flat[0].dtype

    def __call__(self, x_a: tf.Tensor) -> tf.Tensor:
        """Return the rows (outputs, n) at x_a (n,)."""
        return _network(self._features(x_a[tf.newaxis]), *self._flat)

    @classmethod
    def initial_weights(cls, spec: FlowSpec, outputs: int, rng: np.random.Generator) -> Arrays:
        """He initialization (He et al. 2015); the last layer is zero, so that the flow's layer starts as the identity.

        The first layer sees a single number: its biases are spread over [-1, 1] so that its units bend at different
        places. Its weights for hats and waves, where it has any, start as noise.
        Shapes: kernel (out, in), bias (out, 1).
        """
        weights: Arrays = {}
        for i, (width_in, width_out) in enumerate(pairwise((1, *[spec.width] * spec.depth, outputs))):
            last = i == spec.depth
            kernel = rng.normal(scale=0 if last else np.sqrt(2 / width_in), size=(width_out, width_in))
            if i == 0:
                scales = np.repeat([HAT_NOISE, WAVE_NOISE], [spec.hats, 2 * spec.waves])
                kernel = np.hstack([kernel, rng.normal(scale=scales, size=(width_out, len(scales)))])
            weights[f"kernel_{i}"] = kernel
            weights[f"bias_{i}"] = rng.uniform(-1, 1, (width_out, 1)) if i == 0 else np.zeros((width_out, 1))
        return weights

    def _features(self, x_a: tf.Tensor) -> tf.Tensor:
        seen = [x_a]
        if self._hats:
            seen.append(self._hats_of(x_a))
        if self._waves:
            seen.append(_waves_of(x_a, self._waves))
        return tf.concat(seen, axis=0) if len(seen) > 1 else x_a

    def _hats_of(self, x_a: tf.Tensor) -> tf.Tensor:
        nodes = tf.constant(np.linspace(-REACH, REACH, self._hats)[:, np.newaxis], x_a.dtype)
        distance = tf.abs(tf.clip_by_value(x_a, -REACH, REACH) - nodes) * ((self._hats - 1) / (2 * REACH))
        return tf.nn.relu(1 - distance)


def _waves_of(x_a: tf.Tensor, octaves: int) -> tf.Tensor:
    """Triangle waves (2·octaves, n) of x_a (1, n), between -1 and 1."""
    periods = x_a * tf.constant(2.0 ** np.arange(octaves)[:, np.newaxis] / LONGEST_WAVE, x_a.dtype)
    shifted = tf.concat([periods, periods + 0.25], axis=0)
    return 4 * tf.abs(shifted - tf.stop_gradient(tf.round(shifted))) - 1


@tf.custom_gradient
def _network(features: tf.Tensor, *flat: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """The network of features (k, n) with its gradient written out, in the shapes of product that are fast on a CPU.

    Sums over points are products of a matrix and a vector, also those for the biases, by a vector of ones; a gradient
    that comes from few outputs spreads over a layer in one elementwise pass.
    """
    kernels, biases = flat[::2], flat[1::2]
    layers = [features]
    for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
        layers.append(tf.nn.relu(kernel @ layers[-1] + bias))

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        ones = tf.ones_like(features[0])
        found: list[tf.Tensor] = []
        for i in reversed(range(len(kernels))):
            found += [tf.expand_dims(tf.linalg.matvec(upstream, ones), 1), _by_kernel(upstream, layers[i])]
            below = _by_input(kernels[i], upstream)
            upstream = tf.where(layers[i] > 0, below, 0) if i else below
        return upstream, found[::-1]

    return kernels[-1] @ layers[-1] + biases[-1], gradient


def _by_kernel(upstream: tf.Tensor, below: tf.Tensor) -> tf.Tensor:
    if below.shape[0] == 1:
        return tf.expand_dims(tf.linalg.matvec(upstream, below[0]), 1)
    if upstream.shape[0] <= FEW:
        return tf.stack([tf.linalg.matvec(below, row) for row in tf.unstack(upstream)])
    return tf.matmul(upstream, below, transpose_b=True)


def _by_input(kernel: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    if kernel.shape[0] <= FEW:
        rows = zip(tf.unstack(kernel), tf.unstack(upstream), strict=True)
        return tf.add_n([tf.expand_dims(weights, 1) * row for weights, row in rows])
    return tf.matmul(kernel, upstream, transpose_a=True)

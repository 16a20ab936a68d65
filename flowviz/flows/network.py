"""Networks as conditioners: multilayer perceptrons of one number."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec

FEW = 4  # outputs of a layer, up to which elementwise products are faster than a product of matrices
REACH = 3.0  # end of the grid of hat functions, in standard deviations
LONGEST_WAVE = 8.0  # wavelength in standard deviations: about as wide as the cloud
HAT_NOISE, WAVE_NOISE = 0.1, 0.3  # standard deviation of the initial weights


@dataclass(frozen=True)
class Network:
    """θ = W_d·relu(… relu(W_0·φ(x_a) + b_0) …) + b_d: a multilayer perceptron with features φ of x_a.

    φ(x_a) contains x_a and two optional sets of features, with which sharp edges are learned early rather than late:

    - `hats`: that many hat functions, each 1 at a node of an even grid over [-REACH, REACH] and 0 from the next nodes
      on. The first layer can then be any piecewise linear function over the grid.
    - `waves`: for each of that many octaves, two triangle waves of x_a that are a quarter of a period apart. The first
      octave has the wavelength LONGEST_WAVE, each further one half of the one before. A few waves resolve as much
      detail as many hats. This is the positional encoding of Mildenhall et al. 2020, "NeRF"
      (https://arxiv.org/abs/2003.08934, eq. 4), without sines, which are slow.

    Inside, points run along the last axis, (width, n). The sums over points in the gradient then read contiguous
    memory; a compiled step on the CPU is 1.7 times as fast as with (n, width).
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x_a: tf.Tensor) -> tf.Tensor:
        """Return θ (outputs, n) at x_a (n,)."""
        layers = range(self.spec.depth + 1)
        flat = [weights[f"{kind}_{i}"] for i in layers for kind in ("kernel", "bias")]
        return _perceptron(self._features(x_a[tf.newaxis]), *flat)

    def initial_weights(self, outputs: int, rng: np.random.Generator) -> Arrays:
        """Return weights by He initialization, with 0 in the last layer, so that θ is 0 everywhere.

        The biases of the first layer are spread over [-1, 1], so that its units bend at different places; its weights
        for hats and waves are noise. Reference: He et al. 2015, https://arxiv.org/abs/1502.01852.

        Args:
            outputs: The number of rows of θ.
            rng: The source of random numbers.

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
        return weights

    def _features(self, x_a: tf.Tensor) -> tf.Tensor:
        hats = [_hats(x_a, self.spec.hats)] if self.spec.hats else []
        waves = [_waves(x_a, self.spec.waves)] if self.spec.waves else []
        return tf.concat([x_a, *hats, *waves], axis=0) if hats or waves else x_a


def _hats(x_a: tf.Tensor, count: int) -> tf.Tensor:
    """Return hat functions (count, n) of x_a (1, n), between 0 and 1."""
    nodes = tf.constant(np.linspace(-REACH, REACH, count)[:, np.newaxis], x_a.dtype)
    distance = tf.abs(tf.clip_by_value(x_a, -REACH, REACH) - nodes) * ((count - 1) / (2 * REACH))
    return tf.nn.relu(1 - distance)


def _waves(x_a: tf.Tensor, octaves: int) -> tf.Tensor:
    """Return triangle waves (2·octaves, n) of x_a (1, n), between -1 and 1."""
    periods = x_a * tf.constant(2.0 ** np.arange(octaves)[:, np.newaxis] / LONGEST_WAVE, x_a.dtype)
    shifted = tf.concat([periods, periods + 0.25], axis=0)
    return 4 * tf.abs(shifted - tf.stop_gradient(tf.round(shifted))) - 1


@tf.custom_gradient
def _perceptron(features: tf.Tensor, *flat: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return θ (outputs, n) of features (k, n), given kernels and biases in turn, with an explicit gradient.

    The gradient uses the products that are fast on a CPU: sums over points are products of a matrix and a vector, for
    the biases with a vector of ones; the gradient of few outputs is spread over a layer in one elementwise pass.
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

"""The velocity field of a continuous flow: a network of place and time."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.network import MAX_WAVE, first_bias, given_weights
from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec

TIME_OCTAVES = 3  # the first has a period of 2, twice the time that the flow takes
WAVE_NOISE = 0.3  # standard deviation of the initial weights of waves


@dataclass(frozen=True)
class VelocityField:
    """v(x, t) = W_d·silu(… silu(W_0·φ(x, t) + b_0) …) + b_d: a multilayer perceptron with Fourier features φ.

    φ contains each coordinate and `spec.waves` octaves of its sine and cosine, of which the first has the wavelength
    MAX_WAVE, and the same of the time. Waves let the network learn sharp edges.
    References: Tancik et al. 2020, "Fourier features let networks learn high frequency functions in low dimensional
    domains", https://arxiv.org/abs/2006.10739; Lipman et al. 2023, "Flow matching for generative modeling",
    https://arxiv.org/abs/2210.02747.

    Points run along the last axis, (2, n), as in `Network`.
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
        """Return v (2, n) at x (2, n) and at the times t, (n,) or (1,)."""
        z = self._first(weights, self._waves_of(x)[0], t)
        for i in range(1, self.spec.depth + 1):
            z = weights[f"kernel_{i}"] @ (z * tf.sigmoid(z)) + weights[f"bias_{i}"]
        return z

    def with_derivatives(
        self, weights: Tensors, x: tf.Tensor, directions: tf.Tensor, t: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return v (2, n) at x and its derivatives along directions, both (directions, 2, n), at one time t (1,).

        They are found by forward-mode differentiation of the network.
        """
        features, slopes = self._waves_of(x)
        z = self._first(weights, features, t)
        kernel, _ = self._first_kernels(weights)
        tangents = [kernel @ _flat(slopes * each[:, tf.newaxis]) for each in tf.unstack(directions)]
        for i in range(1, self.spec.depth + 1):
            gate = tf.sigmoid(z)
            unit = z * gate
            slope = gate + unit * (1 - gate)
            kernel = weights[f"kernel_{i}"]
            tangents = [kernel @ (slope * each) for each in tangents]
            z = kernel @ unit + weights[f"bias_{i}"]
        return z, tf.stack(tangents)

    def is_zero(self, weights: Tensors) -> tf.Tensor:
        """Return whether the last layer is 0, and with it the velocity everywhere."""
        last = weights[f"kernel_{self.spec.depth}"], weights[f"bias_{self.spec.depth}"]
        return tf.reduce_all(tf.concat(last, axis=1) == 0)

    def initial_weights(self, rng: np.random.Generator) -> Arrays:
        """Return initial weights, with zeros in the last layer, so that the velocity is 0 everywhere.

        The other layers use He initialization, with a fixed scale for waves.

        Returns:
            kernel_i (width_out, width_in) and bias_i (width_out, 1) of each layer i.
        """
        spec, weights = self.spec, Arrays()
        coordinate, time = ([1.0] + [WAVE_NOISE] * (2 * octaves) for octaves in (spec.waves, TIME_OCTAVES))
        scales = np.array([*coordinate, *coordinate, *time])
        for i, (width_in, width_out) in enumerate(pairwise((len(scales), *[spec.width] * spec.depth, 2))):
            scale = scales if i == 0 else 0 if i == spec.depth else np.sqrt(2 / width_in)
            weights[f"kernel_{i}"] = rng.normal(scale=scale, size=(width_out, width_in))
            weights[f"bias_{i}"] = rng.uniform(-1, 1, (width_out, 1)) if i == 0 else np.zeros((width_out, 1))
        return weights | given_weights(spec, rng)

    def _waves_of(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the features (2·(1 + 2·waves), n) of points, and their derivatives (2, 1 + 2·waves, n).

        Each feature depends on one coordinate, those of the first coordinate come first.
        """
        frequencies = tf.constant(2 * np.pi / MAX_WAVE * 2.0 ** np.arange(self.spec.waves)[:, np.newaxis], x.dtype)
        coordinates = x[:, tf.newaxis]
        angles = frequencies * coordinates
        sines, cosines = tf.sin(angles), tf.cos(angles)
        slopes = [tf.ones_like(coordinates), frequencies * cosines, -frequencies * sines]
        return _flat(tf.concat([coordinates, sines, cosines], axis=1)), tf.concat(slopes, axis=1)

    def _first(self, weights: Tensors, features: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
        """Return the first layer before its activation. One time for all points is only a bias."""
        angles = tf.constant(np.pi * 2.0 ** np.arange(TIME_OCTAVES)[:, np.newaxis], t.dtype) * t
        times = tf.concat([t[tf.newaxis], tf.sin(angles), tf.cos(angles)], axis=0)
        if t.shape == [1]:
            of_place, of_time = self._first_kernels(weights)
            return of_place @ features + (of_time @ times + first_bias(weights))
        return weights["kernel_0"] @ tf.concat([features, times], axis=0) + first_bias(weights)

    def _first_kernels(self, weights: Tensors) -> Any:
        """Return the parts of the first kernel that belong to the features of the place and of the time."""
        return tf.split(weights["kernel_0"], [2 * (1 + 2 * self.spec.waves), 1 + 2 * TIME_OCTAVES], axis=1)


def _flat(features: tf.Tensor) -> tf.Tensor:
    """Return the features (2, k, n) of two coordinates as (2·k, n)."""
    return tf.reshape(features, [2 * features.shape[1], -1])

"""The velocity field of a continuous flow: a network of place and time."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.network import LONGEST_WAVE
from flowviz.flows.stage import Arrays, Tensors
from flowviz.specs import FlowSpec

TIME_OCTAVES = 3  # the first has a period of 2, twice the time that the flow takes
WAVE_NOISE = 0.3  # standard deviation of the initial weights of waves


@dataclass(frozen=True)
class VelocityField:
    """v(x, t) = W_d·silu(… silu(W_0·φ(x, t) + b_0) …) + b_d: a multilayer perceptron with Fourier features φ.

    φ contains each coordinate and `spec.waves` octaves of its sine and cosine, of which the first has the wavelength
    LONGEST_WAVE, and the same of the time. Waves let the network learn sharp edges.
    References: Tancik et al. 2020, "Fourier features let networks learn high frequency functions in low dimensional
    domains", https://arxiv.org/abs/2006.10739; Lipman et al. 2023, "Flow matching for generative modeling",
    https://arxiv.org/abs/2210.02747.

    Points run along the last axis, (2, n), as in `Network`.
    """

    spec: FlowSpec

    def __call__(self, weights: Tensors, x: tf.Tensor, t: tf.Tensor) -> tf.Tensor:
        """Return v (2, n) at x (2, n) and at the times t, (n,) or (1,)."""
        values, _ = self._waves_of(x)
        z = self._first(weights, values, t)
        for i in range(1, self.spec.depth + 1):
            z = weights[f"kernel_{i}"] @ (z * tf.sigmoid(z)) + weights[f"bias_{i}"]
        return z

    def with_jacobian(self, weights: Tensors, x: tf.Tensor, t: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Return v, ∂v/∂x_1 and ∂v/∂x_2, each (2, n), by forward-mode differentiation of the network."""
        n = tf.shape(x)[1]
        values, slopes = self._waves_of(x)
        z = self._first(weights, values, t)
        kernels = self._kernels_of_coordinates(weights)
        tangents = [kernel @ slope for kernel, slope in zip(kernels, slopes, strict=True)]
        for i in range(1, self.spec.depth + 1):
            gate = tf.sigmoid(z)
            unit = z * gate
            slope = gate * (1 + z - unit)
            together = weights[f"kernel_{i}"] @ tf.concat([unit, slope * tangents[0], slope * tangents[1]], axis=1)
            z, tangents = together[:, :n] + weights[f"bias_{i}"], [together[:, n : 2 * n], together[:, 2 * n :]]
        return z, tangents[0], tangents[1]

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
        return weights

    def _waves_of(self, x: tf.Tensor) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Return the features (1 + 2·waves, n) of each coordinate and their derivatives."""
        values, slopes = [], []
        frequencies = tf.constant(2 * np.pi / LONGEST_WAVE * 2.0 ** np.arange(self.spec.waves)[:, np.newaxis], x.dtype)
        for coordinate in (x[:1], x[1:]):
            angles = frequencies * coordinate
            sines, cosines = tf.sin(angles), tf.cos(angles)
            values.append(tf.concat([coordinate, sines, cosines], axis=0))
            slopes.append(tf.concat([tf.ones_like(coordinate), frequencies * cosines, -frequencies * sines], axis=0))
        return values, slopes

    def _first(self, weights: Tensors, values: list[tf.Tensor], t: tf.Tensor) -> tf.Tensor:
        """Return the first layer before its activation. One time for all points is only a bias."""
        angles = tf.constant(np.pi * 2.0 ** np.arange(TIME_OCTAVES)[:, np.newaxis], t.dtype) * t[tf.newaxis]
        time = tf.concat([t[tf.newaxis], tf.sin(angles), tf.cos(angles)], axis=0)
        if t.shape == [1]:
            places = 2 * (1 + 2 * self.spec.waves)
            kernel, bias = weights["kernel_0"], weights["bias_0"]
            return kernel[:, :places] @ tf.concat(values, axis=0) + (kernel[:, places:] @ time + bias)
        return weights["kernel_0"] @ tf.concat([*values, time], axis=0) + weights["bias_0"]

    def _kernels_of_coordinates(self, weights: Tensors) -> tuple[Any, Any]:
        count = 1 + 2 * self.spec.waves
        kernel = weights["kernel_0"]
        return kernel[:, :count], kernel[:, count : 2 * count]

"""Glow: affine couplings, linear mixings and actnorms; the coupling is RealNVP's."""

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.reporting import Moved, Numbers, Spans, diagonal_numbers, linear_lines, linear_part
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport, written
from flowviz.specs.recipes import ACTNORM, LINEAR_MIXING

SMALLEST_DEVIATION = 1e-4


class LinearMixing(Stage):
    """y = P·L·(U + diag(exp(s)))·x, P the permutation of the two coordinates, L and U with one free number each.

    The exponent keeps the matrix invertible. It starts as the bare permutation, which it makes learnable.
    Shapes: x, y (n, 2); log|det J| = s_1 + s_2. Source: Kingma & Dhariwal 2018, eq. 10-11.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"lower": np.zeros(1), "upper": np.zeros(1), "log_scale": np.zeros(2)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        scale = tf.exp(parameters["log_scale"])
        rows = tf.stack([scale[0], parameters["upper"][0], parameters["lower"][0], scale[1]])
        return tfb.ScaleMatvecLU(tf.reshape(rows, [2, 2]), permutation=[1, 0], name=LINEAR_MIXING)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        matrix, shift = linear_part(moved)
        determinant = float(np.linalg.det(matrix))
        found = {
            "horizontal from x": float(matrix[0, 0]),
            "horizontal from y": float(matrix[0, 1]),
            "vertical from x": float(matrix[1, 0]),
            "vertical from y": float(matrix[1, 1]),
            "determinant": determinant,
        }
        return self.reported((*linear_lines(matrix, shift), f"det J = {written(determinant)}"), found)


class ActNorm(Stage):
    """y = x · exp(s) + t, a number s and a number t for each coordinate.

    They start where the inverse standardizes the data, and are learned from there on.
    Shapes: x, y (n, 2); s, t (2,). Source: Kingma & Dhariwal 2018, section 3.1.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"shift": np.zeros(2), "log_scale": np.zeros(2)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Chain([tfb.Shift(parameters["shift"]), tfb.Scale(log_scale=parameters["log_scale"])], name=ACTNORM)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        linear = linear_part(moved)
        return self.reported(linear_lines(*linear), diagonal_numbers(*linear))

    def fitted(self, parameters: Tensors, points: tf.Tensor) -> Tensors:
        mean, variance = tf.nn.moments(points, axes=[0])
        deviation = tf.maximum(tf.sqrt(variance), SMALLEST_DEVIATION)
        return {"shift": mean, "log_scale": tf.math.log(deviation)}

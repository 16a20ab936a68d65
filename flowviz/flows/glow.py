"""Glow: affine couplings, linear mixings and actnorms."""

import numpy as np
import tensorflow as tf

from flowviz.flows.affine import spread
from flowviz.flows.family import Family
from flowviz.flows.real_nvp import AffineCoupling
from flowviz.flows.reporting import Forward, Numbers, Spans, linear_lines, linear_part
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport, written
from flowviz.specs import recipes


class LinearMixing(Stage):
    """y = P·L·(U + diag(exp(s)))·x: log|det J| = s_1 + s_2.

    P is the permutation of the two coordinates; L and U have one free number each, s two. The exponent keeps the matrix
    invertible. The stage starts as the permutation.
    Reference: Kingma & Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions",
    https://arxiv.org/abs/1807.03039, eq. 10-11.
    """

    kind = recipes.LINEAR_MIXING

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"lower": np.zeros(1), "upper": np.zeros(1), "log_scale": np.zeros(2)}

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        log_scale = numbers["log_scale"]
        scaled = x * tf.exp(log_scale)
        u_1 = scaled[:, 0] + numbers["upper"] * x[:, 1]
        u_2 = scaled[:, 1] + numbers["lower"] * u_1
        return tf.stack([u_2, u_1], axis=1), spread(tf.reduce_sum(log_scale), x)

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        log_scale = numbers["log_scale"]
        u_2, u_1 = tf.unstack(y, axis=1)
        scale_1, scale_2 = tf.unstack(tf.exp(-log_scale))
        x_2 = (u_2 - numbers["lower"] * u_1) * scale_2
        x_1 = (u_1 - numbers["upper"] * x_2) * scale_1
        return tf.stack([x_1, x_2], axis=1), spread(-tf.reduce_sum(log_scale), y)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        matrix, shift = linear_part(forward)
        determinant = float(np.linalg.det(matrix))
        found = {
            "horizontal from x": float(matrix[0, 0]),
            "horizontal from y": float(matrix[0, 1]),
            "vertical from x": float(matrix[1, 0]),
            "vertical from y": float(matrix[1, 1]),
            "determinant": determinant,
        }
        return self.reported((*linear_lines(matrix, shift), f"det J = {written(determinant)}"), found)


GLOW = Family("glow", AffineCoupling, LinearMixing)

"""Radial flow: layers that move points toward a center or away from it."""

import numpy as np
import tensorflow as tf

from flowviz.flows.family import Family
from flowviz.flows.monotone import slope, slope_change
from flowviz.flows.reporting import Forward, Numbers, Spans, curve, evenly, ranges
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport, written
from flowviz.specs import recipes


class RadialLayer(Stage):
    """x = y + β · (y − c) / (α + |y − c|): log|det J⁻¹| = log(1 + β/α · h) + log(1 + β/α · h²), h = α / (α + |y − c|).

    As in planar layers, the formula of the paper goes from data to base. β/α is kept above −1, so that the distance
    from c increases with the one before. Forward takes it from the only positive root of a quadratic equation.
    Reference: Rezende & Mohamed 2015, "Variational inference with normalizing flows", https://arxiv.org/abs/1505.05770,
    eq. 14 and appendix A.2.
    """

    kind = recipes.RADIAL_LAYER

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"center": rng.normal(size=2), "log_alpha": np.zeros(1), "ratio": np.zeros(1)}

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        ratio, offset = slope_change(numbers["ratio"]), x - numbers["center"]
        h = 1 / (1 + root(_relative_distance(numbers, offset), ratio))
        scale = slope(ratio, h)
        log_det = tf.math.log(scale) + tf.math.log(slope(ratio, h**2))
        return numbers["center"] + offset / scale[:, tf.newaxis], -log_det

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        ratio, offset = slope_change(numbers["ratio"]), y - numbers["center"]
        h = 1 / (1 + _relative_distance(numbers, offset))
        log_det = tf.math.log(slope(ratio, h)) + tf.math.log(slope(ratio, h**2))
        return y + (ratio * h)[:, tf.newaxis] * offset, log_det

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        """Describe the change of the distance from the center, and log|det J|, as functions of this distance r."""
        center, alpha = numbers["center"], float(np.exp(numbers["log_alpha"][0]))
        beta = alpha * float(slope_change(numbers["ratio"])[0])
        r = evenly(np.array([0, np.linalg.norm(np.abs(spans - center[:, np.newaxis]).max(axis=1))]))
        images, log_det = forward(center + r[:, np.newaxis] * np.array([1.0, 0.0]))
        curves = curve("change d(r)", r, images[:, 0] - center[0] - r), curve("log-scale ℓ(r)", r, log_det)
        formula = (
            "back: p → p + β · (p − c) / (α + |p − c|)",
            "forward: r → r + d(r)",
            f"r = |p − c|, c = ({written(center[0])}, {written(center[1])})",
            "log|det J| = ℓ(r)",
            *ranges(curves),
        )
        found = {"horizontal c": float(center[0]), "vertical c": float(center[1]), "α": alpha, "β": beta}
        return self.reported(formula, found, curves, across="distance r from c")


def root(target: tf.Tensor, ratio: tf.Tensor) -> tf.Tensor:
    """Return s ≥ 0 (n,) with s + ratio · s / (1 + s) = target, for target ≥ 0 (n,) and a ratio > −1.

    The quadratic formula is written such that nothing cancels.
    """
    q = target - 1 - ratio
    larger = tf.abs(q) + tf.sqrt(q**2 + 4 * target)
    return tf.where(q < 0, 2 * target / larger, larger / 2)


def _relative_distance(numbers: Tensors, offset: tf.Tensor) -> tf.Tensor:
    """Return the length of each offset (n, 2) from the center as a multiple of α (n,)."""
    smallest = np.finfo(offset.dtype.as_numpy_dtype).tiny  # the square root has no gradient at 0
    return tf.sqrt(tf.maximum(tf.reduce_sum(offset**2, axis=1), smallest)) * tf.exp(-numbers["log_alpha"])


RADIAL = Family("radial", RadialLayer)

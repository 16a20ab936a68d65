"""NICE: additive couplings, and one scale."""

import numpy as np
import tensorflow as tf

from flowviz.flows.affine import ElementwiseAffine
from flowviz.flows.bumps import BUMPS, added
from flowviz.flows.coupling import Coupling
from flowviz.flows.family import Family
from flowviz.flows.permutation import Permutation
from flowviz.flows.reporting import KEPT_AREA, Forward, Numbers, Spans, at, curve, evenly, ranges
from flowviz.flows.stage import Arrays, Tensors
from flowviz.records import StageReport
from flowviz.specs import recipes


class AdditiveCoupling(Coupling):
    """y_a = x_a,  y_b = x_b + t(x_a): log|det J| = 0, areas do not change.

    Reference: Dinh et al. 2014, "NICE: Non-linear independent components estimation", https://arxiv.org/abs/1410.8516,
    eq. 9.
    """

    kind = recipes.ADDITIVE_COUPLING
    outputs = 1

    def theta(self, numbers: Tensors, x_a: tf.Tensor) -> tuple[tf.Tensor]:
        shift = super().theta(numbers, x_a)[0]
        return (shift + added(numbers[BUMPS], x_a)[0] if BUMPS in numbers else shift,)

    def transform(self, theta: tuple[tf.Tensor], x_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return x_b + theta[0], tf.zeros_like(x_b)

    def inverse_transform(self, theta: tuple[tf.Tensor], y_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return y_b - theta[0], tf.zeros_like(y_b)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        x = evenly(spans[0])
        curves = (curve("shift t(x)", x, forward(at(x))[0][:, 1], "shift"),)
        formula = "horizontal: x → x", "vertical: y → y + t(x)", KEPT_AREA, *ranges(curves), *self.table_line()
        return self.reported(formula, {}, curves, across="horizontal x")


class Scale(ElementwiseAffine):
    """y = x · exp(s), with a number s for each coordinate: the only stage of NICE itself that changes areas.

    Reference: Dinh et al. 2014, "NICE: Non-linear independent components estimation", https://arxiv.org/abs/1410.8516,
    section 3.3.
    """

    kind = recipes.SCALE

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"log_scale": np.zeros(2)}

    def log_scale_and_shift(self, numbers: Tensors) -> tuple[tf.Tensor, tf.Tensor]:
        return numbers["log_scale"], tf.zeros_like(numbers["log_scale"])


NICE = Family("nice", AdditiveCoupling, Scale, Permutation)

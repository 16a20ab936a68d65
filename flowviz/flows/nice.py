"""NICE: additive couplings, and one scale."""

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import Conditioner, initial_weights
from flowviz.flows.reporting import (
    KEPT_AREA,
    Moved,
    Numbers,
    Spans,
    at,
    curve,
    diagonal_numbers,
    evenly,
    linear_lines,
    linear_part,
    ranges,
)
from flowviz.flows.stage import Arrays, Stage, Tensors
from flowviz.records import StageReport
from flowviz.specs.recipes import ADDITIVE_COUPLING, SCALE


class AdditiveCoupling(Stage):
    """y_a = x_a,  y_b = x_b + t(x_a): areas do not change, log|det J| = 0.

    Shapes: x, y (n, 2). Source: Dinh et al. 2014, eq. 9.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return initial_weights(self.spec, 1, rng)

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        conditioner = Conditioner(self.spec, parameters)
        return tfb.RealNVP(
            num_masked=1,
            bijector_fn=lambda x_a, *_, **__: tfb.Shift(tf.transpose(conditioner(x_a))),
            is_constant_jacobian=True,
            name=ADDITIVE_COUPLING,
        )

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        x = evenly(spans[0])
        curves = (curve("shift t(x)", x, moved(at(x))[0][:, 1]),)
        formula = "horizontal: x → x", "vertical: y → y + t(x)", KEPT_AREA, *ranges(curves), *self.table_line()
        return self.reported(formula, {}, curves, across="horizontal x")


class Scale(Stage):
    """y = x · exp(s), a number s for each coordinate: the only stage of NICE by itself that changes areas.

    Shapes: x, y (n, 2); s (2,). Source: Dinh et al. 2014, section 3.3.
    """

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return {"log_scale": np.zeros(2)}

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        return tfb.Scale(log_scale=parameters["log_scale"], name=SCALE)

    def report(self, numbers: Numbers, spans: Spans, moved: Moved) -> StageReport:
        linear = linear_part(moved)
        return self.reported(linear_lines(*linear), diagonal_numbers(*linear))

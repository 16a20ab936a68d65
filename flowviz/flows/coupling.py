"""Affine coupling."""

from dataclasses import dataclass

import numpy as np
from tensorflow_probability import bijectors as tfb

from flowviz.flows.conditioner import Conditioner, initial_weights
from flowviz.flows.stage import Arrays, Stage, Tensors


@dataclass(frozen=True)
class AffineCoupling(Stage):
    """y_a = x_a,  y_b = x_b · exp(s(x_a)) + t(x_a).

    Here x_a is the horizontal coordinate and x_b the vertical one: only the vertical one moves.
    Shapes: x, y (n, 2); log|det J| (n,) in nats. Source: Dinh et al. 2017, eq. 7-8.
    """

    hidden: tuple[int, ...]
    log_scale_bound: float

    def initial_parameters(self, rng: np.random.Generator) -> Arrays:
        return initial_weights(self.hidden, rng)

    def bijector(self, parameters: Tensors, statistics: Tensors) -> tfb.Bijector:
        conditioner = Conditioner(parameters, self.log_scale_bound)
        return tfb.RealNVP(num_masked=1, shift_and_log_scale_fn=conditioner)

"""Neural spline flow: couplings along rational-quadratic splines."""

from typing import Any

import numpy as np
import tensorflow as tf

from flowviz.flows.bumps import BUMPS, pulled, pushed
from flowviz.flows.coupling import Coupling
from flowviz.flows.family import Family
from flowviz.flows.network import TABULATED, Network
from flowviz.flows.permutation import Permutation
from flowviz.flows.rational_quadratic import MIN_WIDTH, RationalQuadraticSpline
from flowviz.flows.reporting import Forward, Numbers, Spans, at, curve, evenly
from flowviz.flows.stage import Tensors
from flowviz.records import StageReport, written
from flowviz.specs import recipes

MIN_WIDTHS = {"box": 1e-4}  # of a bin, as a share of the interval, by normalization: edges of ink need narrow bins
REPORTED_MAPS = 5


class SplineCoupling(Coupling):
    """x_a = y_a,  x_b = g(y_b; θ(y_a)), g a monotone rational-quadratic spline: log|det J⁻¹| = log g'(y_b).

    Training evaluates the inverse, from data to base, so this direction has the closed form of the spline.
    Reference: Durkan et al. 2019, "Neural Spline Flows", https://arxiv.org/abs/1906.04032.
    """

    kind = recipes.SPLINE_COUPLING

    @property
    def outputs(self) -> int:
        return 3 * self._spline.bins - 1

    def theta(self, numbers: Tensors, x_a: tf.Tensor) -> Any:
        return Network(self.spec).looked_up(numbers, x_a) if TABULATED in numbers else super().theta(numbers, x_a)

    def forward_and_log_det(self, numbers: Tensors, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        y, log_det = super().forward_and_log_det(numbers, x)
        if BUMPS not in numbers:
            return y, log_det
        y, log_slope = pushed(numbers[BUMPS], y)
        return y, log_det + log_slope

    def inverse_and_log_det(self, numbers: Tensors, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        if BUMPS not in numbers:
            return super().inverse_and_log_det(numbers, y)
        y, log_slope = pulled(numbers[BUMPS], y)
        x, log_det = super().inverse_and_log_det(numbers, y)
        return x, log_det + log_slope

    def transform(self, theta: tf.Tensor, x_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return self._spline.inverse(theta, x_b)

    def inverse_transform(self, theta: tf.Tensor, y_b: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return self._spline(theta, y_b)

    def report(self, numbers: Numbers, spans: Spans, forward: Forward) -> StageReport:
        """Describe the map y → f(y; x) for a few x, the centers of equal parts of the span of the particles."""
        y, (low, high) = evenly(spans[1]), spans[0]
        x = low + (high - low) * (np.arange(REPORTED_MAPS) + 0.5) / REPORTED_MAPS
        images, log_slopes = forward(at(np.repeat(x, len(y)), np.tile(y, len(x))))
        slopes, bins = np.exp(log_slopes), self._spline.bins
        formula = (
            "horizontal: x → x",
            f"vertical: y → f(y; x), for |y| ≤ {self.spec.reach:g} in {bins} pieces; else y → y",
            "log|det J| = log ∂f/∂y",
            f"{written(slopes.min())} ≤ ∂f/∂y ≤ {written(slopes.max())}",
            *self.table_line(),
        )
        maps = images[:, 1].reshape(len(x), len(y))
        curves = tuple(curve(f"x = {written(a)}", y, image, "spline", a) for a, image in zip(x, maps, strict=True))
        return self.reported(formula, {"bins": bins, "bound": self.spec.reach}, curves, "vertical y")

    @property
    def _spline(self) -> RationalQuadraticSpline:
        spec = self.spec
        assert spec.bins is not None
        assert spec.min_bin_height is not None
        min_width = MIN_WIDTHS.get(spec.normalization, MIN_WIDTH)
        return RationalQuadraticSpline(spec.bins, spec.reach, spec.min_bin_height, min_width)


SPLINE = Family("spline", SplineCoupling, Permutation)

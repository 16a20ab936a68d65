"""Flows as bijectors and distributions of TensorFlow Probability."""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import bijectors as tfb
from tensorflow_probability import distributions as tfd
from tensorflow_probability import random as tfp_random
from tensorflow_probability import util as tfp_util

from flowviz.flows.chain import Chain
from flowviz.records import Base, Units
from flowviz.records.base_distribution import DEGREES_OF_FREEDOM, EDGE, HALF_SIDE, StudentT, Uniform
from flowviz.records.mixture import Mixture


class FlowBijector(tfb.Bijector):
    """f = stage_k ∘ … ∘ stage_1: all stages of a flow, from the base to the data, for points (..., 2).

    The parameters of the flow are its trainable variables. A bijector remembers the results for a tensor, as all
    bijectors of TensorFlow Probability do; after a change of the parameters, pass a new tensor.
    """

    def __init__(
        self, chain: Callable[[], Chain], flow_parameters: tf.Variable, statistics: tf.Variable, name: str = "flow"
    ) -> None:
        """Create the bijector of a flow.

        Args:
            chain: Returns the current chain of its stages, which edits replace.
            flow_parameters: The flat vector of its parameters.
            statistics: The flat vector of its statistics.
            name: The name of the bijector.
        """
        parameters = dict(locals())
        self._chain, self._numbers, self._statistics = chain, flow_parameters, statistics
        super().__init__(forward_min_event_ndims=1, dtype=flow_parameters.dtype, parameters=parameters, name=name)

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> dict[str, Any]:
        return {}

    def _forward(self, x: tf.Tensor) -> tf.Tensor:
        return self._mapped("forward_and_log_det", x)[0]

    def _forward_log_det_jacobian(self, x: tf.Tensor) -> tf.Tensor:
        return self._mapped("forward_and_log_det", x)[1]

    def _inverse(self, y: tf.Tensor) -> tf.Tensor:
        return self._mapped("inverse_and_log_det", y)[0]

    def _inverse_log_det_jacobian(self, y: tf.Tensor) -> tf.Tensor:
        return self._mapped("inverse_and_log_det", y)[1]

    def _mapped(self, function: str, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return what a function of the chain returns for points (..., 2): images of that shape, and log|det J|."""
        shape, flat = tf.shape(points), tf.reshape(points, [-1, 2])
        images, log_det = getattr(self._chain(), function)(self._numbers, self._statistics, flat)
        return tf.reshape(images, shape), tf.reshape(log_det, shape[:-1])


class SmoothSquare(tfd.Distribution):
    """A uniform base: a square with smooth edges."""

    def __init__(self, base: Uniform, dtype: tf.DType, name: str = "SmoothSquare") -> None:
        parameters = dict(locals())
        self._base = base
        super().__init__(
            dtype,
            tfd.FULLY_REPARAMETERIZED,
            validate_args=False,
            allow_nan_stats=True,
            parameters=parameters,
            name=name,
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any, num_classes: int | None = None) -> dict[str, Any]:
        return {}

    def _event_shape(self) -> tf.TensorShape:
        return tf.TensorShape([2])

    def _log_prob(self, points: tf.Tensor) -> tf.Tensor:
        found = self._base.log_prob(tf.reshape(points, [-1, 2]), tf.math)
        return tf.reshape(found, tf.shape(points)[:-1])

    def _sample_n(self, n: tf.Tensor, seed: Any = None) -> tf.Tensor:
        flat_seed, smooth_seed = tfp_random.split_seed(seed)
        flat = tf.random.stateless_uniform([n, 2], flat_seed, -HALF_SIDE, HALF_SIDE, self.dtype)
        least = np.finfo(self.dtype.as_numpy_dtype).tiny  # 0 has no logit
        smooth = tf.random.stateless_uniform([n, 2], smooth_seed, least, 1, self.dtype)
        return flat + EDGE * (tf.math.log(smooth) - tf.math.log1p(-smooth))


def distribution_of(
    chain: Callable[[], Chain], parameters: tf.Variable, statistics: tf.Variable, base: Base, units: Units
) -> tfd.TransformedDistribution:
    """Return the distribution of a flow in the given units: its base, transformed by its stages and the conversion.

    Args:
        chain: Returns the stages.
        parameters: The flat vector of the parameters.
        statistics: The flat vector of the statistics.
        base: The base distribution.
        units: The units of the points; the density is per area in these units.
    """
    bijector: tfb.Bijector = FlowBijector(chain, parameters, statistics)
    if not units.are_flow_units:
        origin, scale = (tf.constant(values, parameters.dtype) for values in (units.origin, units.scale))
        bijector = tfb.Chain([tfb.Shift(origin), tfb.ScaleMatvecDiag(scale), bijector])
    return tfd.TransformedDistribution(_base_distribution(base, chain(), parameters), bijector)


def _base_distribution(base: Base, chain: Chain, parameters: tf.Variable) -> tfd.Distribution:
    """Return a base of a flow, which follows the flat vector of the parameters if it is learned."""
    dtype = parameters.dtype
    match base:
        case Uniform():
            return SmoothSquare(base, dtype)
        case StudentT():
            scale = tf.linalg.LinearOperatorScaledIdentity(2, tf.constant(base.scale, dtype))
            freedom = tf.constant(DEGREES_OF_FREEDOM, dtype)
            return tfd.MultivariateStudentTLinearOperator(freedom, tf.zeros(2, dtype), scale)
        case Mixture():
            return _mixture(chain, parameters)
    return tfd.MultivariateNormalDiag(tf.zeros(2, dtype), tf.ones(2, dtype))


def _mixture(chain: Chain, parameters: tf.Variable) -> tfd.MixtureSameFamily:
    def components(parameters: tf.Tensor) -> tf.Tensor:
        """Return the numbers of the components (components, 4)."""
        base = chain.base(parameters)
        assert isinstance(base, Mixture)
        return tf.convert_to_tensor([astuple(each) for each in base.components], parameters.dtype)

    def numbers(choose: Callable[[tf.Tensor], tf.Tensor]) -> Any:
        def chosen(parameters: tf.Tensor) -> tf.Tensor:
            return choose(components(parameters))

        if chain.spec.arrangement != "learned":
            return chosen(parameters)
        return tfp_util.DeferredTensor(parameters, chosen, shape=chosen(parameters).shape)

    logits = numbers(lambda found: found[:, 3] + 2 * tf.math.log(found[:, 2]))
    means, scales = numbers(lambda found: found[:, :2]), numbers(lambda found: tf.repeat(found[:, 2:3], 2, axis=1))
    return tfd.MixtureSameFamily(tfd.Categorical(logits), tfd.MultivariateNormalDiag(means, scales))

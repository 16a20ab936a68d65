"""Distributions of TensorFlow Probability, which is not imported: their own methods suffice."""

from typing import Any

import numpy as np

from flowviz.adapters.walk import Layer, Map, Walk, inverted


def walk(distribution: Any) -> Walk:
    """Return the walk through a distribution of TensorFlow Probability, whose bijector maps draws of its base."""
    base, layers, dtype = distribution, list[Layer](), distribution.dtype.as_numpy_dtype
    while _kinds(base)[0] == "TransformedDistribution" or not layers:  # a MultivariateNormalDiag is a base, though one
        layers = [*_layers(base.bijector, dtype), *layers]
        base = base.distribution
    return Walk(
        layers,
        lambda points: base.log_prob(points.astype(dtype)),
        lambda count, seed: base.sample(count, seed=np.array([seed, 0], np.int32)),
    )


def _layers(bijector: Any, dtype: Any) -> list[Layer]:
    kinds = _kinds(bijector)
    if "Chain" in kinds:  # it applies the last bijector first
        return [layer for each in reversed(bijector.bijectors) for layer in _layers(each, dtype)]
    if "Invert" in kinds:
        return inverted(_layers(bijector.bijector, dtype))
    return [
        (
            kinds[0],
            _map(bijector.forward, bijector.forward_log_det_jacobian, dtype),
            _map(bijector.inverse, bijector.inverse_log_det_jacobian, dtype),
        )
    ]


def _map(function: Any, log_det: Any, dtype: Any) -> Map:
    return lambda points: (function(given := points.astype(dtype)), log_det(given, event_ndims=1))


def _kinds(found: object) -> list[str]:
    """Return the names of the classes of an object. TFP has each class twice, once with an underscore."""
    return [each.__name__.lstrip("_") for each in type(found).__mro__]

"""Distributions of flowjax."""

from typing import Any

import jax
import numpy as np
from equinox import filter_jit, is_array
from flowjax.bijections import Chain, Invert, Scan
from flowjax.distributions import Transformed
from jax.tree_util import tree_leaves, tree_map
from numpy.typing import NDArray
from paramax import unwrap

from flowviz.adapters.walk import Layer, Walk, inverted
from flowviz.records.trace import TOGETHER


def walk(distribution: Any) -> Walk:
    """Return the walk through a distribution of flowjax, whose bijection maps draws of its base."""
    base, layers = unwrap(distribution), list[Layer]()
    while type(base) is Transformed or not layers:  # a Normal is a base, though transformed
        layers = [*_layers(base.bijection), *layers]
        base = base.base_dist
    return Walk(
        layers,
        lambda points: _call(base, "log_prob", points),
        lambda count, seed: base.sample(jax.random.key(seed), (count,)),
    )


def _layers(bijection: Any) -> list[Layer]:
    match bijection:
        case Chain():
            return [layer for each in bijection.bijections for layer in _layers(each)]
        case Invert():
            return inverted(_layers(bijection.bijection))
        case Scan():  # the arrays of all bijections are stacked
            count = next(len(leaf) for leaf in tree_leaves(bijection.bijection) if is_array(leaf))
            return [layer for at in range(count) for layer in _layers(_at(bijection.bijection, at))]
    return [
        (
            type(bijection).__name__,
            lambda points: _call(bijection, "transform_and_log_det", points),
            lambda points: _call(bijection, "inverse_and_log_det", points),
        )
    ]


def _at(stacked: Any, number: int) -> Any:
    return tree_map(lambda leaf: leaf[number] if is_array(leaf) else leaf, stacked)


def _call(module: Any, method: str, points: NDArray[Any]) -> Any:
    """Call a method of a module for each point, always for the same number, so that it is compiled only once."""
    found = _compiled(module, method, np.resize(points, (TOGETHER, 2)))
    return tree_map(lambda each: np.asarray(each)[: len(points)], found)


@filter_jit  # once for all layers of the same structure, because they are arguments
def _compiled(module: Any, method: str, points: Any) -> Any:
    return jax.vmap(getattr(module, method))(points)

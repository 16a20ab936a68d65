"""Flows of zuko."""

from copy import deepcopy
from typing import Any

from zuko.distributions import NormalizingFlow
from zuko.lazy import Flow
from zuko.transforms import ComposedTransform

from flowviz.adapters.torch_calls import draws, on_arrays
from flowviz.adapters.walk import Layer, Walk, inverted


def walk(flow: Any) -> Walk:
    """Return the walk through a flow of zuko, which stores its transforms in the order from the data to the base."""
    base, transforms = deepcopy(flow).eval()(None) if isinstance(flow, Flow) else flow, list[Any]()
    while isinstance(base, NormalizingFlow):  # the base can be a flow, too
        transforms += _parts(base.transform)
        base = base.base
    like = draws(lambda count: base.sample((count,)), 1, 0)
    return Walk(
        inverted([_layer(each, like) for each in transforms]),
        on_arrays(base.log_prob, like),
        lambda count, seed: draws(lambda count: base.sample((count,)), count, seed).cpu().numpy(),
    )


def _parts(transform: Any) -> list[Any]:
    """Return the transforms of a composition, in the order in which they are applied, or a single one."""
    if isinstance(transform, ComposedTransform):
        return [each for part in transform.transforms for each in _parts(part)]
    return [transform]


def _layer(transform: Any, like: Any) -> Layer:
    # The name of an inverse is that of its transform, and that of a DependentTransform the one of each coordinate.
    name, other = (type(getattr(each, "base", each)).__name__ for each in (transform, transform.inv))
    own, inverse = (on_arrays(each.call_and_ladj, like) for each in (transform, transform.inv))
    return other if name.strip("_").startswith("Inverse") else name, own, inverse

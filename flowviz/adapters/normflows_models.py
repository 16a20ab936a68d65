"""Models of normflows."""

from copy import deepcopy
from typing import Any

from normflows.flows import Composite, Reverse

from flowviz.adapters.torch_calls import draws, on_arrays
from flowviz.adapters.walk import Layer, Walk, inverted


def walk(model: Any) -> Walk:
    """Return the walk through a model of normflows, whose flows are in the order from the base to the data."""
    found = deepcopy(model).eval()  # the first call of an ActNorm sets its parameters
    like = draws(found.q0.sample, 1, 0)
    return Walk(
        [layer for each in found.flows for layer in _layers(each, like)],
        on_arrays(found.q0.log_prob, like),
        lambda count, seed: draws(found.q0.sample, count, seed).cpu().numpy(),
    )


def _layers(flow: Any, like: Any) -> list[Layer]:
    match flow:
        case Reverse():
            return inverted(_layers(flow.flow, like))
        case Composite():  # its only child is the list of its flows
            return [layer for each in next(flow.children()) for layer in _layers(each, like)]
    return [(type(flow).__name__, on_arrays(flow, like), on_arrays(flow.inverse, like))]

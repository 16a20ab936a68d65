"""The subject of a query: a flow with its weights."""

from dataclasses import dataclass

from flowviz.records import Weights
from flowviz.specs import FlowSpec


@dataclass(frozen=True)
class Subject:
    """Spec of a flow and its weights, which are None before the first training."""

    spec: FlowSpec
    weights: Weights | None = None

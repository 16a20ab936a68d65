"""The flow that a query is about."""

from dataclasses import dataclass

from flowviz.records import Weights
from flowviz.specs import FlowSpec


@dataclass(frozen=True)
class Subject:
    """A flow: its spec and its weights, which are None before any training."""

    spec: FlowSpec
    weights: Weights | None = None

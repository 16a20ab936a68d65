"""The subject of a query: a flow with its weights."""

from dataclasses import dataclass

from flowviz.records import Weights
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits


@dataclass(frozen=True)
class Subject:
    """Spec of a flow, its weights, which are None before the first training, and its edits, if there are any."""

    spec: FlowSpec
    weights: Weights | None = None
    edits: Edits | None = None

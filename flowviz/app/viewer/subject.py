"""The subject of a query: a flow with its weights."""

from dataclasses import dataclass, field

from flowviz.app.state.variant import Variant
from flowviz.records import Weights
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits


@dataclass(frozen=True)
class Subject:
    """Spec of a flow, its weights, which are None before the first training, and the edits of its layers."""

    spec: FlowSpec
    weights: Weights | None = None
    edits: Edits = field(default_factory=Edits)

    @classmethod
    def of(cls, variant: Variant, weights: Weights) -> "Subject":
        """Return a variant of a flow with its weights."""
        return cls(variant.flow, weights, variant.edits)

    @property
    def variant(self) -> Variant:
        """Return the flow without its weights."""
        return Variant(self.spec, self.edits)

"""The subject of a query: a flow with its weights, and particles that it moves."""

from dataclasses import dataclass, field

from flowviz.projects.variant import Variant
from flowviz.records import Trace, Weights
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


@dataclass(frozen=True)
class Move:
    """A motion of particles through some stages.

    Attributes:
        trace: Particles at all stages of a variant of the flow.
        first: The first stage to move them through, because the flow differs there.
        last: The last one, or None for that of the flow. At later stages, the particles stay where they are.
    """

    trace: Trace
    first: int = 1
    last: int | None = None

"""A variant of a flow: how it is shown, apart from its weights."""

from dataclasses import dataclass, field

from flowviz.projects import Project
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits


@dataclass(frozen=True)
class Variant:
    """A flow with an integrator and edits of its layers. All variants of a flow have the same weights.

    Attributes:
        flow: The flow.
        edits: The edits.
    """

    flow: FlowSpec
    edits: Edits = field(default_factory=Edits)

    @classmethod
    def of(cls, project: Project) -> "Variant":
        """Return the variant that a project shows."""
        return cls(project.flow, project.edits)

"""A variant of a flow: how it is shown, apart from its weights."""

from dataclasses import dataclass, field

from flowviz.errors import SpecError
from flowviz.projects.project import Project
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

    @property
    def is_possible(self) -> bool:
        """Return whether the edits fit the flow."""
        try:
            self.edits.checked(self.flow)
        except SpecError:
            return False
        return True

    @property
    def as_scored(self) -> "Variant":
        """Return this variant at the first value of its condition: the score is that of all values."""
        return Variant(self.flow.at_first_value(), self.edits)

    def as_trained(self, start: "Variant") -> "Variant":
        """Return this variant with the edits that are part of a training.

        Args:
            start: The variant with which the training started. Its edits, if any, belong to the steps of its
                integrator.
        """
        return start if start.edits else Variant(self.flow)

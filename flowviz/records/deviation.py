"""How far a flow is from a law that holds for every normalizing flow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """How far a flow is from a law.

    Attributes:
        law: The law, as a phrase.
        precision: The data type in which the flow was evaluated, "float32" or "float64".
        error: The largest error found; infinite if the flow could not be evaluated or had results that are not finite.
        limit: The largest error that is allowed.
        stage: Name of the stage with this error; empty if the law is about the whole flow.
        problem: Why the flow could not be evaluated; empty if it could.
    """

    law: str
    precision: str
    error: float
    limit: float
    stage: str = ""
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Return whether the law holds."""
        return self.error <= self.limit

    def sentence(self) -> str:
        """Return the law and the error in a line, without a period."""
        found = self.problem or f"largest error {self.error:.2g}"
        place = f", at stage {self.stage}" if self.stage else ""
        return f"{self.law} ({self.precision}): {found}{place}; allowed {self.limit:g}"

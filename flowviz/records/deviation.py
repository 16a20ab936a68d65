"""How far a flow is from a law that holds for every normalizing flow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """How far a flow is from a law.

    Attributes:
        law: The law, as a clause.
        precision: The data type in which the flow was evaluated, "float32" or "float64".
        error: The largest error found; infinite if the flow could not be evaluated, or had results that are not finite.
        limit: The largest error that is allowed.
        problem: What is wrong, as a clause; empty if the law holds.
    """

    law: str
    precision: str
    error: float
    limit: float
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Return whether the law holds."""
        return self.error <= self.limit

    def sentence(self) -> str:
        """Describe the deviation in a line, without a period."""
        found = f"largest error {self.error:.1e}, {self.limit:.0e} allowed" if self.holds else self.problem
        return f"{self.law} ({self.precision}): {found}"

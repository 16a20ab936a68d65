"""Deviations of flows from the laws that hold for every normalizing flow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """The deviation of a flow from a law.

    Attributes:
        law: The law, as a clause.
        precision: The data type in which the flow was evaluated, "float32" or "float64".
        error: The largest error. Infinity if the flow could not be evaluated, or if a result was not finite.
        limit: The largest allowed error.
        problem: The problem, as a clause. Empty if the law holds.
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
        """Return a line that describes the deviation, without a period."""
        found = f"largest error {self.error:.1e}, {self.limit:.0e} allowed" if self.holds else self.problem
        return f"{self.law} ({self.precision}): {found}"

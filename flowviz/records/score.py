"""Scores of trained flows."""

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from flowviz.records.bounds import Count
from flowviz.records.units import Units

NEGLIGIBLE = 1e-3  # share of folded points that changes the NLL by less than its standard error


@dataclass(frozen=True)
class Score:
    """The score of the state that a training kept.

    NLLs, entropy and gap are in nats; the NLLs and the entropy of a project's score are per area in flow units. The
    validation NLL is slightly optimistic, because it selected the state. The test NLL is unbiased: its points were used
    neither to train the flow nor to select its state.

    Attributes:
        step: Step of the kept state.
        validation_nll: Mean NLL of the validation points. None if it overflows, or if it is unknown at half of them,
            because a layer folds the plane over there.
        test_nll: Mean NLL of the test points. None if there are none, or for the same reasons.
        standard_error: Standard error of the test NLL, and so of the gap. None if there is no test NLL.
        entropy: Entropy of the target. None if unknown.
        folded: Share of the test points, from 0 to 1, at which a layer folds the plane over. Their densities are
            inexact: of several particles that the flow moves there, one counts; if none is found, the point does not.

    Raises:
        ValueError: If only one of the test NLL and its standard error is given.
    """

    step: Count
    validation_nll: float | None
    test_nll: float | None
    standard_error: Annotated[float, Field(ge=0)] | None
    entropy: float | None
    folded: Annotated[float, Field(ge=0, le=1)] = 0.0

    def __post_init__(self) -> None:
        if (self.test_nll is None) != (self.standard_error is None):
            raise ValueError("A test NLL requires a standard error, and vice versa.")

    @property
    def gap(self) -> float | None:
        """Return the test NLL minus the entropy of the target, ideally 0. None if either is unknown."""
        return None if self.test_nll is None or self.entropy is None else self.test_nll - self.entropy

    def in_units(self, units: Units) -> "Score":
        """Return this score with its NLLs and entropy converted from flow units."""
        return replace(
            self,
            validation_nll=units.nll(self.validation_nll),
            test_nll=units.nll(self.test_nll),
            entropy=units.nll(self.entropy),
        )

    def sentence(self) -> str:
        """Describe the score for the user by the first that is known: the gap, the test NLL or the validation NLL."""
        if self.test_nll is not None:
            name, value = ("test NLL", self.test_nll) if self.gap is None else ("test gap", self.gap)
            return f"{name} {value:.3f} ± {self.standard_error:.3f} nats{self._caveat}"
        if self.validation_nll is not None:
            return f"validation NLL {self.validation_nll:.3f} nats{self._caveat}"
        return f"unknown NLL{self._caveat}"

    @property
    def _caveat(self) -> str:
        return inexact_note(self.folded)


def inexact_note(folded: float) -> str:
    """Return the note after an NLL that is inexact, or an empty string.

    Args:
        folded: Share of the points, from 0 to 1, at which a layer folds the plane over.
    """
    if folded < NEGLIGIBLE:
        return ""
    return f" (inexact: steps fold the plane over at about {folded:.1%} of the points; increase the integrator steps)"

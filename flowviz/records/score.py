"""Scores of trained flows."""

from dataclasses import dataclass, field, replace

from flowviz.records.bounds import Count
from flowviz.records.measured import Measured, Share
from flowviz.records.units import FLOW_UNITS, Units
from flowviz.specs.shares import folded_share

NEGLIGIBLE = 1e-3  # share of folded points that changes the NLL by less than its standard error

FEW = 4  # values of a condition that a sentence lists
CHANCE = 3.0  # number of standard errors by which a gap may be below 0 by chance


@dataclass(frozen=True)
class ScoreGiven:
    """The score of a conditional flow at one value of its condition.

    Attributes:
        value: The value, as the user reads it.
        nll: Mean NLL in nats of the test points with this value, or to which no other scored value is nearer. None if
            there are none, or if some of them have no density.
        entropy: Entropy of the target at this value. None if unknown.
    """

    value: str
    nll: float | None
    entropy: float | None

    @property
    def gap(self) -> float | None:
        """Return the NLL minus the entropy, ideally 0. None if either is unknown."""
        return None if self.nll is None or self.entropy is None else self.nll - self.entropy


@dataclass(frozen=True)
class Score:
    """The score of a flow.

    NLLs, entropy and gap are in nats; those of a project's score are per area in flow units. The validation NLL is
    slightly optimistic, because it selected the state. The test NLL is unbiased: its points were used neither to train
    the flow nor to select its state. It is measured only at the end of a training, so edits and other integrators are
    scored on validation points.

    Attributes:
        step: Step of the state.
        validation: Measurement on the validation points. None if unknown.
        test: Measurement on the test points. None if there are none, or if the flow was changed after its training.
        entropy: Entropy of the target. None if unknown.
        folded: Share of the points, from 0 to 1, at which a layer folds the plane over. Their densities are inexact: if
            the flow moves several particles to a point, only one counts; if none is found, the point has no density.
        given: The scores on the test points at each value of a condition, of which the test NLL is the mean. Empty
            without a condition.
        data_units: The units of the data of the target. Files do not store them, because they have the target.
    """

    step: Count
    validation: Measured | None
    test: Measured | None = None
    entropy: float | None = None
    folded: Share = 0.0
    given: tuple[ScoreGiven, ...] = ()
    data_units: Units = field(default=FLOW_UNITS, compare=False, repr=False)

    @property
    def validation_nll(self) -> float | None:
        """Return the mean NLL of the validation points. None if unknown, or if some of them have no density."""
        return self.validation.mean if self.validation else None

    @property
    def test_nll(self) -> float | None:
        """Return the mean NLL of the test points. None if there are none, or if some of them have no density."""
        return self.test.mean if self.test else None

    @property
    def standard_error(self) -> float | None:
        """Return the standard error of the test NLL, and so of the gap. None if there is no test NLL."""
        return self.test.standard_error if self.test else None

    @property
    def gap(self) -> float | None:
        """Return the test NLL minus the entropy of the target, ideally 0. None if either is unknown."""
        return None if self.test_nll is None or self.entropy is None else self.test_nll - self.entropy

    @property
    def validation_gap(self) -> float | None:
        """Return the validation NLL minus the entropy of the target. None if either is unknown."""
        nll = self.validation_nll
        return None if nll is None or self.entropy is None else nll - self.entropy

    @property
    def best_known(self) -> Measured | None:
        """Return the measurement on the test points, or else on the validation points. None if both are unknown."""
        return self.test or self.validation

    @property
    def gaps(self) -> dict[str, float | None]:
        """Return the gap at each value of a condition, against the entropy of the target there."""
        return {each.value: each.gap for each in self.given}

    @property
    def nlls(self) -> dict[str, float | None]:
        """Return the NLL at each value of a condition."""
        return {each.value: each.nll for each in self.given}

    def figures(self) -> dict[str, float | None]:
        """Return the NLLs, the entropy and the gap for scripts, in nats. None means unknown."""
        return {
            "validation_nll": self.validation_nll,
            "test_nll": self.test_nll,
            "entropy": self.entropy,
            "gap": self.gap,
            "standard_error": self.standard_error,
            "test_nll_median": self.test.median if self.test else None,
        }

    def in_units(self, units: Units | None = None) -> "Score":
        """Return this score with its NLLs and entropy converted from flow units.

        Args:
            units: The units; see `flowviz.units`. None for those of the data.

        Raises:
            TypeError: If it has already been converted.
        """
        units = units or self.data_units
        return replace(
            self,
            validation=self.validation and self.validation.in_units(units),
            test=self.test and self.test.in_units(units),
            entropy=units.nll(self.entropy),
            given=tuple(replace(each, nll=units.nll(each.nll), entropy=units.nll(each.entropy)) for each in self.given),
        )

    def sentence(self) -> str:
        """Describe the score on the test or else the validation points: the gap if it is known, or else the NLL.

        Raises:
            TypeError: If the score has not been converted to the units of the data.
        """
        found = self.best_known
        words = found.sentence(self.entropy) if found else "unknown NLL"
        return f"{words}{self._at_values()}{inexact_note(self.folded)}{impossible_note(self.gap, self.standard_error)}"

    def _at_values(self) -> str:
        """Return a note on the gaps at the values of a condition, or on the NLLs if the entropy is unknown."""
        figures = self.nlls if self.entropy is None else self.gaps
        known = {value: figure for value, figure in figures.items() if figure is not None}
        if len(known) > FEW:
            lowest, *_, highest = sorted(known, key=known.__getitem__)
            return f" (lowest {known[lowest]:.3f} at {lowest}, highest {known[highest]:.3f} at {highest})"
        listed = ", ".join(f"{value} {figure:.3f}" for value, figure in known.items())
        return f" ({listed})" if known else ""


def impossible_note(gap: float | None, standard_error: float | None) -> str:
    """Return a note for a gap that is too far below 0 to be due to chance, or else an empty string.

    Args:
        gap: The gap in nats, or None if it is unknown.
        standard_error: Its standard error in nats, or None if it is unknown.
    """
    if gap is None or standard_error is None or gap >= -CHANCE * standard_error:
        return ""
    return " (impossible: no flow has a gap below 0, so the entropy of the target or a log-det of the flow is wrong)"


def inexact_note(folded: float) -> str:
    """Return the note after an NLL that is inexact, or an empty string.

    Args:
        folded: Share of the points, from 0 to 1, at which a layer folds the plane over.
    """
    if folded < NEGLIGIBLE:
        return ""
    share = folded_share(folded)
    return f" (inexact: steps fold the plane over at {share} of the points; increase the integrator steps)"

"""How good a trained flow is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """The score of the state that a training kept. NLLs, entropy and gap are in nats.

    The validation NLL selected the state among those that were validated, so it is slightly optimistic. The test NLL
    is that of points which neither trained the flow nor selected its state.

    Attributes:
        step: The step of the kept state.
        validation_nll: Mean NLL of the validation points.
        test_nll: Mean NLL of the test points. None for a target with too few points for a test, or with one so far
            out that it is not finite.
        standard_error: Standard error of the test NLL, and so of the gap. None without a test.
        entropy: Entropy of the target. None if unknown.
    """

    step: int
    validation_nll: float
    test_nll: float | None
    standard_error: float | None
    entropy: float | None

    @property
    def gap(self) -> float | None:
        """Test NLL − entropy of the target: 0 is the best that any flow can do. None if either is unknown."""
        return None if self.test_nll is None or self.entropy is None else self.test_nll - self.entropy

    def sentence(self) -> str:
        """Return the gap, or else the test NLL, or else the validation NLL, for the user."""
        if self.test_nll is None:
            return f"validation NLL {self.validation_nll:.3f} nats"
        name, value = ("test NLL", self.test_nll) if self.gap is None else ("test gap", self.gap)
        return f"{name} {value:.3f} ± {self.standard_error:.3f} nats"

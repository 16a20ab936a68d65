"""Scores for tests."""

from flowviz.records import Measured, Score


def scored(
    step: int,
    validation_nll: float | None = None,
    test_nll: float | None = None,
    standard_error: float | None = None,
    entropy: float | None = None,
    folded: float = 0.0,
) -> Score:
    """Return a score of 10,000 validation and test points, whose NLLs are None if unknown."""
    validation = Measured("validation", 10_000, validation_nll)
    test = None if test_nll is None else Measured("test", 10_000, test_nll, standard_error, median=test_nll)
    return Score(step, validation, test, entropy, folded)

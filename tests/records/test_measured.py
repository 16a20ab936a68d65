"""Measurements state on which points and in which units they were made."""

import numpy as np
import pytest

from flowviz.records import Measured, Score, Units

NLLS = np.array([1.0, 2.0, 3.0, 6.0])
DATA = Units(scale=(2.0, 2.0))


def test_measurement_of_points() -> None:
    found = Measured.of(NLLS, "test")
    assert (found.split, found.points, found.mean, found.median, found.units) == ("test", 4, 3.0, 2.5, "flow")
    assert found.standard_error == pytest.approx(NLLS.std(ddof=1) / 2)
    assert found.tail == 3.0 - 2.0, "without the largest one, the mean would be 2"


def test_points_without_a_density_never_lower_an_nll() -> None:
    """The mean over all points is unknown if any of them has no density."""
    everywhere = Measured.of(NLLS, "test", can_fold=True)
    for count in range(1, 5):
        folded = np.where(np.arange(4) >= 4 - count, np.nan, NLLS)
        found = Measured.of(folded, "test", can_fold=True)
        assert everywhere.mean is not None
        assert (found.mean, found.standard_error, found.median) == (None, None, None)
        assert found.without_density == count / 4


def test_a_flow_that_cannot_fold_has_overflowed_where_its_nll_is_not_a_number() -> None:
    found = Measured.of(np.array([1.0, np.nan]), "validation")
    assert (found.mean, found.without_density) == (None, 0.0)
    assert found.in_units(DATA).sentence() == "unknown validation NLL"


def test_users_never_read_flow_units() -> None:
    found = Measured.of(NLLS, "test")
    with pytest.raises(TypeError, match="by `in_units` before it is displayed"):
        found.sentence()
    shown = found.in_units(DATA)
    assert shown.mean == pytest.approx(3.0 + np.log(4))
    assert shown.sentence().startswith("test NLL 4.386 ± 1.080 nats")
    with pytest.raises(TypeError, match="already"):
        shown.in_units(DATA)
    with pytest.raises(TypeError, match="Convert"):
        Score(1, None, found).sentence()


def test_sentence_names_the_points_and_the_gap() -> None:
    score = Score(1, Measured("validation", 4, 1.0), Measured("test", 4, 1.25, 0.01), entropy=1.0)
    assert score.in_units(Units()).sentence() == "test gap 0.250 ± 0.010 nats"
    edited = Score(1, Measured("validation", 4, 1.5, 0.02), entropy=1.0)
    assert edited.in_units(Units()).sentence() == "validation gap 0.500 ± 0.020 nats"
    assert (edited.gap, edited.validation_gap) == (None, 0.5)


def test_a_share_without_densities_is_named_instead_of_an_nll() -> None:
    nlls = np.where(np.arange(1000) < 64, np.nan, 1.0)
    found = Score(1, None, Measured.of(nlls, "test", can_fold=True), entropy=0.0).in_units(Units())
    assert found.sentence() == "not comparable: 6.4% of the points have no density"


def test_median_is_named_where_a_few_points_dominate() -> None:
    nlls = np.full(10_000, 1.0)
    assert not Measured.of(nlls, "test").is_dominated
    nlls[:5] = 2000.0
    found = Measured.of(nlls, "test").in_units(Units())
    assert found.is_dominated
    assert found.sentence().endswith("nats (median NLL 1.000)")


def test_the_largest_of_a_few_points_does_not_dominate_by_chance() -> None:
    """Otherwise, every small table would look heavy-tailed."""
    rng = np.random.default_rng(0)
    for count in (6, 15, 75, 150, 1500):
        nlls = 1.8 + rng.exponential(size=(200, count))  # those of a Gaussian, in the plane
        assert not any(Measured.of(each, "validation").is_dominated for each in nlls)
        assert Measured.of(np.append(nlls[0], 400.0), "validation").is_dominated

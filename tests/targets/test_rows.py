"""Tables of points with a condition: each row keeps its value, and the table its frequencies."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import FLOW_UNITS
from flowviz.specs import ConditionalSpec
from flowviz.specs.condition import Condition
from flowviz.targets import Points, Target, build_target, points_spec, spec_units, split_sentences, target_units
from flowviz.targets.rows import Rows
from flowviz.targets.target import Draws, Use

RNG = np.random.default_rng(0)
COUNT = 2000
USES: tuple[Use, ...] = "sample", "validation", "test"


def built(values: NDArray[np.float64]) -> tuple[ConditionalSpec, Target]:
    """Return the spec and the target of points whose y is the value of their condition, and random to within 1e-3."""
    points = np.column_stack([np.random.default_rng(1).normal(size=COUNT), values])
    spec = points_spec(points + 1e-3 * np.random.default_rng(2).normal(size=(COUNT, 2)), given=values)
    return spec, build_target(spec)


def heights(target: Target, use: Use) -> NDArray[np.floating]:
    """Return the y of points in the units of the data."""
    found = target.drawn(use, 10**5, RNG)
    assert len(found.points)
    return target_units(target, "data").values(found.points)[:, 1]


def given(target: Target, use: Use) -> NDArray[np.float64]:
    """Return the values of points."""
    found = target.drawn(use, 10**5, RNG)
    assert found.values is not None
    return found.values


CLASSES = np.repeat([0.0, 1.0, 2.0], [1500, 480, 20])
NUMBERS = np.random.default_rng(3).exponential(size=COUNT)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("values", [CLASSES, NUMBERS])
def test_points_keep_their_values(values: NDArray[np.float64], use: Use) -> None:
    target = built(values)[1]
    found = target.drawn(use, 1000, RNG)
    assert found.values is not None
    y: NDArray[np.floating] = target_units(target, "data").values(found.points)[:, 1]
    np.testing.assert_allclose(y, found.values, atol=1e-2)


@pytest.mark.parametrize("use", USES)
def test_classes_have_the_frequencies_of_the_table_in_each_set(use: Use) -> None:
    found = given(built(CLASSES)[1], use)
    shares = np.bincount(found.astype(int), minlength=3) / len(found)
    assert shares == pytest.approx([0.75, 0.24, 0.01], abs=0.005)


def test_numbers_of_all_sets_have_the_same_quantiles() -> None:
    levels, target = np.linspace(0.05, 0.95, 10), built(NUMBERS)[1]
    for use in USES:
        assert np.quantile(given(target, use), levels) == pytest.approx(np.quantile(NUMBERS, levels), abs=0.1)


def test_no_point_is_in_two_sets() -> None:
    target = built(NUMBERS)[1]
    assert isinstance(target, Points)
    sets = [np.unique(given(target, use)) for use in USES]
    assert sum(map(len, sets)) == len(np.unique(np.concatenate(sets))) == COUNT
    assert [target.training_points, *map(len, sets[1:])] == [1400, 300, 300]


def test_target_of_a_class_has_its_rows_in_the_same_places() -> None:
    _, target = built(CLASSES)
    for value, count in ((0.0, 1050), (0.9, 336), (2.0, 14)):
        rows = target.given(value)
        for use in USES:
            np.testing.assert_allclose(heights(rows, use), round(value), atol=1e-2)
        assert rows.training_points == count
        assert rows.condition is None
        assert rows.extent == target.extent
        assert rows.preview().shape == target.preview().shape
        assert (rows.preview().any(axis=1)).mean() < 0.05, "the class is narrow"


def test_target_at_a_number_has_the_nearest_rows_and_enough_of_them() -> None:
    _, target = built(NUMBERS)
    for value in (0.0, 1.0, NUMBERS.max()):
        nearest = np.sort(np.abs(NUMBERS - value))[199]
        found = np.concatenate([heights(target.given(value), use) for use in USES])
        assert np.abs(found - value).max() <= nearest + 1e-2
    few = build_target(points_spec(RNG.normal(size=(50, 2)), given=RNG.normal(size=50)))
    assert few.given(0.0).training_points == 40, "a small table is shown as a whole"


def test_all_rows_are_shown_without_a_value_or_a_condition() -> None:
    _, target = built(NUMBERS)
    assert target.given(None) is target
    plain = build_target(points_spec(RNG.normal(size=(50, 2))))
    assert plain.given(0.5) is plain
    assert plain.condition is None


def test_units_and_sentences_are_those_of_the_table() -> None:
    spec, target = built(CLASSES)
    assert spec_units(spec, "data") == spec_units(spec.sources[0], "data") == target_units(target, "data")
    assert target_units(target.given(1.0), "data") == target_units(target, "data")
    assert split_sentences(target) == [
        "The condition is 'condition', one of 0, 1, 2.",
        "1,400 of the points train the flow, 300 validate it and 300 test it.",
    ]
    assert split_sentences(built(NUMBERS)[1])[0].startswith("The condition is 'condition', a number from 0.000")


def test_a_class_that_is_too_rare_to_be_shown_has_its_training_points() -> None:
    rows = Draws(np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32), np.repeat([0.0, 1.0], 50))
    condition = Condition(name="kind", classes=("cat", "dog"))
    shown = rows.part(slice(50))  # no dog among them
    target = Rows(dict.fromkeys(USES, rows), shown, FLOW_UNITS, condition).given(1.0)
    assert len(target.preview()) > 0
    assert len(target.sample(10, RNG)) == 10

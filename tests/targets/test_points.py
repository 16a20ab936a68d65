"""A cloud of points is split into points to train on, to validate and to test."""

import numpy as np
import pytest

from flowviz.specs import PointsSpec
from flowviz.targets import Points, build_target, points_spec

RNG = np.random.default_rng(0)


def cloud(count: int, **changes: float) -> Points:
    spec = points_spec(np.random.default_rng(count).normal(size=(count, 2)))
    return build_target(PointsSpec(**{**spec.model_dump(), **changes}))


def sets_of(points: Points) -> list[set[tuple[float, float]]]:
    """Return the training, validation and test points."""
    drawn = points.sample(100_000, RNG), points.validation(10_000, RNG), points.test(10_000, RNG)
    return [set() if some is None else {(x, y) for x, y in some.tolist()} for some in drawn]


@pytest.mark.parametrize(("count", "sizes"), [(20, [16, 4, 0]), (99, [79, 20, 0]), (100, [70, 15, 15])])
def test_points_are_split_and_few_of_them_have_no_test(count: int, sizes: list[int]) -> None:
    sets = sets_of(cloud(count))
    assert [len(some) for some in sets] == sizes
    assert len(set.union(*sets)) == count, "no point is in two sets"
    assert (cloud(count).test(1, RNG) is None) == (sizes[2] == 0)
    assert cloud(count).training_points == sizes[0]


def test_split_is_always_the_same() -> None:
    assert sets_of(cloud(500)) == sets_of(cloud(500))


def test_sentence_names_the_sets() -> None:
    assert cloud(1000).split_sentence() == "700 of the points train the flow, 150 validate it and 150 test it."
    many = cloud(100_000).split_sentence()
    assert many == "70,000 of the points train the flow, 10,000 validate it and 20,000 test it."
    few = cloud(50).split_sentence()
    assert (
        few == "40 of the points train the flow and 10 validate it. With fewer than 100 points, there is no test set."
    )


def test_points_of_an_older_file_are_split_as_they_were() -> None:
    """Their training must resume on the same points, in the same order."""
    points = np.random.default_rng(3).normal(size=(500, 2))
    others = np.random.default_rng(0).choice(500, 100, replace=False)
    target = Points(points, training_share=0.8)
    standardized = (points - points.mean(axis=0)) / (points - points.mean(axis=0)).std(axis=0).max()
    expected = np.delete(standardized, others, axis=0)[np.random.default_rng(1).integers(400, size=9)]
    np.testing.assert_allclose(target.sample(9, np.random.default_rng(1)), expected, rtol=1e-5)
    scored = np.concatenate([target.validation(1000, RNG), target.test(1000, RNG)])
    np.testing.assert_allclose(scored, standardized[others], rtol=1e-5)

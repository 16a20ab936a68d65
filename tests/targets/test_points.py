"""A cloud of points is split into points to train on, to validate and to test."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.errors import SpecError, TargetError
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import Units
from flowviz.specs import FlowSpec, PointsSpec, TrainingSpec
from flowviz.targets import Points, build_target, points_spec
from tests.records.scores import scored

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


def test_given_units_are_kept() -> None:
    points = np.random.default_rng(0).normal(0.2, 0.9, (500, 2)).astype(np.float32)
    spec = points_spec(points, center=(0, 0))
    target = build_target(spec)
    assert target.units.are_flow_units
    rows = {*map(tuple, points.tolist())}
    assert {*map(tuple, target.sample(2000, RNG).tolist())} <= rows
    assert not {*map(tuple, build_target(points_spec(points)).sample(2000, RNG).tolist())} & rows


def test_given_center_and_unit_are_those_of_the_flow() -> None:
    points = np.random.default_rng(0).normal((100, -5), (30, 1), (500, 2))
    target = build_target(points_spec(points, center=(90, -4), unit=(20, 2)))
    assert target.units == Units((90, -4), (20, 2))
    drawn = target.units.values(target.sample(50_000, RNG))
    np.testing.assert_allclose(drawn.mean(axis=0), (100, -5), rtol=0.05)
    assert build_target(points_spec(points, unit=7)).units == Units((0, 0), (7, 7))


def test_project_keeps_given_units() -> None:
    target = points_spec(np.random.default_rng(0).normal(size=(100, 2)), center=(1, 2))
    project = Project.untrained(target, FlowSpec(), TrainingSpec(steps=1))
    assert from_bytes(to_bytes(project)).target == target


@pytest.mark.parametrize("unit", [0, -1.0, (1.0, 0.0)])
def test_unit_must_be_positive(unit: float | tuple[float, float]) -> None:
    with pytest.raises(SpecError, match="greater than 0"):
        points_spec(np.random.default_rng(0).normal(size=(100, 2)), unit=unit)


@pytest.mark.parametrize("points", [np.zeros((100, 2)), np.full((100, 2), np.nan), np.zeros((100, 3))])
def test_points_in_given_units_are_checked_as_others(points: np.ndarray) -> None:
    with pytest.raises(TargetError):
        build_target(points_spec(points, center=(0, 0)))


def test_score_is_converted_to_the_units_of_the_data() -> None:
    target = points_spec(np.random.default_rng(0).normal(size=(100, 2)), unit=(20, 2))
    project = Project.untrained(target, FlowSpec(), TrainingSpec(steps=1))
    assert project.score_in_units() is None
    trained = replace(project, score=scored(0, 1.5, 1.25, 0.1, 1.0))
    found = trained.score_in_units()
    assert found is not None
    assert found.test_nll == pytest.approx(1.25 + np.log(40))
    assert found.validation_nll == pytest.approx(1.5 + np.log(40))
    assert found.gap == pytest.approx(0.25)
    opened = from_bytes(to_bytes(trained)).score
    assert opened is not None
    assert (opened, opened.in_units()) == (trained.score, found), "it knows the units of the data"
    in_flow_units = trained.score_in_units("flow")
    assert in_flow_units is not None
    assert in_flow_units.test_nll == 1.25
    with pytest.raises(TargetError, match="no pixels"):
        trained.score_in_units("pixels")

"""Targets with a condition."""

import numpy as np
import pytest

from flowviz.specs import ConditionalSpec, MixSpec, Part, ShapeSpec, TextSpec
from flowviz.targets import Target, build_target
from flowviz.targets.target import Use

WORDS = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))


def moving(motion: str) -> Target:
    return build_target(ConditionalSpec(sources=(TextSpec(text="BRAD"),), motion=motion))


@pytest.fixture(scope="module")
def words() -> Target:
    return build_target(WORDS)


def test_points_of_all_values_together_are_in_flow_units(words: Target) -> None:
    for target in (words, *map(moving, ("turn", "grow", "move"))):
        points = target.sample(40_000, np.random.default_rng(1))
        assert points.mean(axis=0) == pytest.approx([0, 0], abs=0.02)
        assert points.std(axis=0).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("use", ["sample", "validation", "test"])
def test_each_point_is_on_the_target_at_its_value_and_all_classes_have_as_many(words: Target, use: Use) -> None:
    drawn = words.drawn(use, 1000, np.random.default_rng(2))
    assert drawn.values is not None
    assert np.bincount(drawn.values.astype(int)).tolist() == [500, 500]
    for value in (0.0, 1.0):
        assert words.given(value).on_target(drawn.points[drawn.values == value]) == 1


@pytest.mark.parametrize("motion", ["turn", "grow", "move"])
def test_moving_target_has_its_points_at_its_value(motion: str) -> None:
    target = moving(motion)
    drawn = target.drawn("sample", 400, np.random.default_rng(3))
    assert drawn.values is not None
    hits = [
        target.given(value).on_target(point[np.newaxis])
        for value, point in zip(drawn.values, drawn.points, strict=True)
    ]
    assert np.mean([hit or 0 for hit in hits]) > 0.99  # rounding moves few of them across an edge
    assert len(np.unique(drawn.values)) == 400


def test_moving_target_is_scored_at_a_grid_of_values() -> None:
    drawn = moving("turn").drawn("test", 900, np.random.default_rng(4))
    assert drawn.values is not None
    assert np.unique(drawn.values).tolist() == pytest.approx(np.linspace(0, 1, 9).tolist())


def test_entropy_is_the_mean_over_the_values_and_agrees_with_the_densities(words: Target) -> None:
    for target in (words, moving("grow")):
        drawn = target.drawn("sample", 40_000, np.random.default_rng(5))
        assert drawn.values is not None
        condition = target.condition
        assert condition is not None
        at = [target.given(value) for value in condition.values]
        assert target.entropy == pytest.approx(np.mean([each.entropy for each in at]))
        for each in at:
            own = each.sample(5000, np.random.default_rng(6))
            log_prob = each.log_prob(own)
            assert log_prob is not None
            assert -np.mean(log_prob[np.isfinite(log_prob)]) == pytest.approx(each.entropy, abs=0.01)


def test_knowing_the_class_is_worth_at_most_its_entropy(words: Target) -> None:
    parts = tuple(Part(source=source) for source in WORDS.sources)
    mixed = build_target(MixSpec(parts=parts, layout="over"))
    assert mixed.entropy is not None
    assert words.entropy is not None
    assert 0 < mixed.entropy - words.entropy < np.log(2)


def test_whole_target_is_that_of_any_value(words: Target) -> None:
    assert words.given(None) is words
    assert words.on_target(words.sample(1000, np.random.default_rng(7))) == 1


def test_target_without_condition_is_the_same_at_any_value() -> None:
    heart = build_target(ShapeSpec(name="heart"))
    assert heart.given(0.5) is heart
    assert heart.condition is None


def test_turned_target_is_pictured_as_it_lies() -> None:
    upright, turned = moving("turn").given(0.0), moving("turn").given(0.25)
    rows, columns = turned.preview().shape
    left, right, bottom, top = turned.extent
    assert rows / columns == pytest.approx((top - bottom) / (right - left), rel=0.05)
    assert rows > columns
    assert upright.preview().shape[0] < upright.preview().shape[1]

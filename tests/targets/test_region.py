"""Regions that hold 99.9% of the probability, and which points are on a target."""

import numpy as np
import pytest

from flowviz.specs import MixSpec, Part, PointsSpec, ShapeSpec, TextSpec
from flowviz.targets import build_target
from flowviz.targets.region import Region
from flowviz.targets.shapes import DRAWN


@pytest.mark.parametrize("name", list(DRAWN))
def test_region_of_a_shape_holds_its_probability(name: str) -> None:
    target = build_target(ShapeSpec(name=name))
    points = target.sample(100_000, np.random.default_rng(1))
    assert target.on_target(points) == pytest.approx(0.999, abs=5e-4)
    assert target.on_target(np.array([[np.nan, 0], [np.inf, 1], [0, -1e30], [50, 50]])) == 0


def test_region_is_where_the_density_is_highest() -> None:
    region = Region.of_highest_density(lambda x, y: np.exp(-(x**2 + y[:, np.newaxis] ** 2) / 2), (-6, 6, -6, 6))
    radius = np.sqrt(-2 * np.log(0.001))  # of the circle that holds 99.9% of a standard normal distribution
    angles = np.linspace(0, 2 * np.pi, 100)
    circle = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert region.contains(0.99 * circle).all()
    assert not region.contains(1.01 * circle).any()


def test_middle_of_eight_gaussians_is_off_target() -> None:
    target = build_target(ShapeSpec(name="eight_gaussians"))
    ring = np.stack([f(2 * np.pi * (np.arange(8) + 0.5) / 8) for f in (np.cos, np.sin)], axis=1)
    assert target.on_target(0.5 * ring) == target.on_target(2.5 * ring) == 0
    assert target.on_target(np.zeros((1, 2))) == 0


def test_points_on_any_component_of_a_mix_are_on_target() -> None:
    letters, shape = Part(source=TextSpec(text="I")), Part(source=ShapeSpec(name="two_moons"))
    mix = build_target(MixSpec(parts=(letters, shape)))
    on_target = mix.on_target(mix.sample(20_000, np.random.default_rng(0)))
    assert on_target == pytest.approx(0.9995, abs=5e-4)


def test_a_table_of_points_has_no_known_region() -> None:
    data = np.random.default_rng(0).normal(size=(100, 2)).astype("<f4").tobytes()
    points = PointsSpec(data=data, center=(0, 0), unit=1)
    assert build_target(points).on_target(np.zeros((5, 2))) is None
    assert build_target(points).contains(np.zeros((5, 2))) is None
    mix = build_target(MixSpec(parts=(Part(source=points), Part(source=ShapeSpec(name="square")))))
    assert mix.on_target(np.zeros((5, 2))) is None

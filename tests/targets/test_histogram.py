"""Adaptive histograms: laws of a density, gaps near 0, and tables that are not learned by heart."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowviz.specs import MixSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.specs.shapes import ShapeName
from flowviz.specs.target import Part
from flowviz.targets import AdaptiveHistogram, Target, build_target, points_spec

FEW = 300_000  # points, which are counted in a moment
TARGETS: dict[str, TargetSpec] = {
    "word": TextSpec(text="BRAD"),
    "tall": TextSpec(text="I"),
    "long": TextSpec(text="incomprehensible"),
    "smooth": ShapeSpec(name="gaussian"),
    "mix": MixSpec(parts=(Part(source=TextSpec(text="A")), Part(source=ShapeSpec(name="two_moons")))),
    "table": points_spec(np.random.default_rng(3).normal(size=(400, 2))),
}


@cache
def histogram(name: str) -> AdaptiveHistogram:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.targets.histogram.LEVELS", 8)
        return AdaptiveHistogram(build_target(TARGETS[name]), np.random.default_rng(0), FEW)


def gap(target: Target, count: int = 8_000_000) -> tuple[float, float]:
    """Return the gap of a histogram on test points, and its standard error."""
    found = AdaptiveHistogram(target, np.random.default_rng(0), count)
    points = target.test(50_000, np.random.default_rng(1))
    assert points is not None
    assert target.entropy is not None
    log_probs = found.log_prob(points)
    return float(-log_probs.mean() - target.entropy), float(log_probs.std() / np.sqrt(len(points)))


@pytest.mark.parametrize("name", TARGETS)
def test_density_integrates_to_one(name: str) -> None:
    """Sums over the cells inside the box, and over draws from a Cauchy distribution outside."""
    found = histogram(name)
    low, high = found.box
    rows, columns = found.shape
    x, y = (low[axis] + (np.arange(n) + 0.5) * (high - low)[axis] / n for axis, n in ((0, columns), (1, rows)))
    middles = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = np.exp(found.log_prob(middles)).mean() * np.prod(high - low)
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(200_000, 2)) / np.abs(rng.normal(size=(200_000, 1)))
    cauchy = (1 + (draws**2).sum(axis=1)) ** -1.5 / (2 * np.pi)
    is_outside = ((draws < low) | (draws >= high)).any(axis=1)
    outside = np.mean(is_outside * np.exp(found.log_prob(draws)) / cauchy)
    assert inside == pytest.approx(1, abs=0.02), "few of the points are outside"
    assert inside + outside == pytest.approx(1, abs=1e-4)


@settings(max_examples=50, deadline=None)
@given(
    name=st.sampled_from(sorted(TARGETS)),
    x=st.floats(-1e100, 1e100),
    y=st.floats(-1e100, 1e100),
)
def test_density_is_positive_and_finite_everywhere(name: str, x: float, y: float) -> None:
    hostile = np.array([[x, y], [x, 0], [0, y], [1e30, -1e30]])
    assert np.isfinite(histogram(name).log_prob(hostile)).all()


@pytest.mark.parametrize("word", ["BRAD", "flow"])
def test_gap_of_a_word_is_small(word: str) -> None:
    found, error = gap(build_target(TextSpec(text=word)))
    assert -3 * error < found < 0.012


@pytest.mark.parametrize("name", ["gaussian", "rings", "star"])
def test_nll_is_nearly_the_known_entropy_of_a_shape(name: ShapeName) -> None:
    found, error = gap(build_target(ShapeSpec(name=name)))
    assert -3 * error < found < 0.012 + 3 * error


def test_uniform_density_is_a_single_rectangle() -> None:
    found = AdaptiveHistogram(build_target(ShapeSpec(name="square")), np.random.default_rng(0), FEW)
    assert found.leaves == 1


def test_more_points_show_more_detail() -> None:
    target = build_target(TextSpec(text="BRAD"))
    assert gap(target, 2_000_000)[0] < gap(target, 200_000)[0] - 0.01


def test_same_seed_gives_the_same_histogram() -> None:
    target = build_target(TARGETS["word"])
    points = target.sample(1000, np.random.default_rng(5))
    one, same, other = (
        AdaptiveHistogram(target, np.random.default_rng(seed), FEW).log_prob(points) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@pytest.mark.parametrize("count", [1000, 20_000])
def test_points_of_a_table_are_not_learned_by_heart(count: int) -> None:
    """Training points are drawn hundreds of times, and yet each counts once."""
    shape = build_target(ShapeSpec(name="eight_gaussians"))
    target = build_target(points_spec(shape.sample(count, np.random.default_rng(2)).astype(np.float64)))
    found = AdaptiveHistogram(target, np.random.default_rng(0), 1_000_000)
    fresh = target.units.points(shape.sample(50_000, np.random.default_rng(9)))
    nll = -found.log_prob(fresh).mean()
    validated = -found.log_prob(target.validation(count, np.random.default_rng(0)))
    assert nll < np.log(2 * np.pi) + 1, "the NLL of a normal distribution with the same variance"
    assert nll == pytest.approx(validated.mean(), abs=4 * validated.std() / np.sqrt(len(validated)))


def test_point_far_from_all_others_costs_no_detail() -> None:
    shape = build_target(ShapeSpec(name="eight_gaussians")).sample(20_000, np.random.default_rng(2)).astype(np.float64)
    target = build_target(points_spec(np.concatenate([shape, [[1e4, 1e4]]])))
    found = AdaptiveHistogram(target, np.random.default_rng(0), 2_000_000)
    assert found.leaves > 100

"""Blurred ink."""

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.specs import MixSpec, Part, TextSpec
from flowviz.targets import build_target, target_units
from flowviz.targets.blurred import Blurred
from flowviz.targets.pixels import PixelDensity

WORD = TextSpec(text="MOON", blur=0.05)


def test_entropy_of_a_blurred_gaussian_is_that_of_a_wider_one() -> None:
    x = np.linspace(-5, 5, 301)
    bump = np.exp(-np.add.outer(x**2, x**2) / 2).astype(np.float16)
    blurred = Blurred(PixelDensity(bump), 0.5)
    assert blurred.entropy == pytest.approx(1 + np.log(2 * np.pi * (1 + 0.5**2)), abs=2e-3)


@pytest.mark.parametrize("blur", [0.01, 0.1, 1.0])
def test_entropy_is_that_of_samples(blur: float) -> None:
    target = build_target(TextSpec(text="ab", blur=blur))
    points = target.sample(20_000, np.random.default_rng(0))
    nll = -target.log_prob(points)
    assert nll.mean() == pytest.approx(target.entropy, abs=4 * nll.std() / 20_000**0.5 + 0.02)


def test_blur_of_coarse_pixels_is_exact() -> None:
    single = Blurred(PixelDensity(np.ones((2, 2), np.bool_)), 0.02)
    inside, outside = single.log_prob(np.array([[0.0, 0.0], [1.5, 1.5]])), single.log_prob(np.array([[3.0, 0.0]]))
    np.testing.assert_allclose(inside, -np.log(12), atol=0.01)  # an even square whose standard deviation is 1
    assert outside < -50


def test_blurred_ink_is_wider_and_smooth() -> None:
    target = build_target(WORD)
    points = target.sample(20_000, np.random.default_rng(0))
    assert points.std(axis=0).max() == pytest.approx(np.hypot(1, 0.05), abs=0.02)
    assert target.on_target(points) == pytest.approx(0.999, abs=0.002)
    assert target.preview().max() == 255
    assert len(np.unique(target.preview())) > 100
    assert target.hits(points, target.log_prob(points))["effective_share"] == pytest.approx(1)


def test_blurred_ink_keeps_the_units_of_the_ink() -> None:
    sharp = build_target(WORD.model_copy(update={"blur": 0.0}))
    assert target_units(build_target(WORD), "pixels") == target_units(sharp, "pixels")


def test_mix_of_blurred_ink_has_a_density() -> None:
    mixed = build_target(MixSpec(parts=(Part(source=WORD), Part(source=TextSpec(text="I")))))
    assert mixed.entropy is not None
    assert mixed.energy is not None


@pytest.mark.parametrize(("blur", "sentence"), [(0.001, "narrowest is 0.01"), (-1, "at least 0"), (2, "at most 1")])
def test_impossible_blur_is_one_sentence(blur: float, sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        TextSpec(text="A", blur=blur)

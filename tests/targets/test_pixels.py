"""Laws of densities that are constant on pixels, for every source that is one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from flowviz.errors import TargetError
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, Part, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import PixelDensity, build_target
from flowviz.targets.pixels import AliasSampler
from tests.targets.chance import counted, deviation, estimated_entropy
from tests.targets.pictures import png

BLOCK = 12  # pixels, the side of a cell of χ²


def gray_picture() -> Image.Image:
    """A slope from black to white, with noise and a hole."""
    rng = np.random.default_rng(3)
    shades = np.linspace(0, 255, 200) + rng.normal(scale=20, size=(150, 200))
    shades[40:70, 60:140] = 255
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8))


TEXT, HEART = TextSpec(text="BRAD"), ShapeSpec(name="heart")
GRAY = ImageSpec(png=png(gray_picture()), grayscale=True)
SPECS: dict[str, TargetSpec] = {
    "text": TEXT,
    "image": ImageSpec(png=png(gray_picture()), threshold=0.4),
    "inverted": ImageSpec(png=png(gray_picture()), threshold=0.4, invert=True),
    "grayscale": GRAY,
    "drawing": DrawingSpec(png=png(gray_picture())),
    "square": ShapeSpec(name="square"),
    "checkerboard": ShapeSpec(name="checkerboard"),
    "cross": ShapeSpec(name="cross"),
    "star": ShapeSpec(name="star"),
    "heart": HEART,
    "smiley": ShapeSpec(name="smiley"),
    "beside": MixSpec(parts=(Part(source=TEXT, weight=2), Part(source=GRAY))),
    "over": MixSpec(parts=(Part(source=TEXT), Part(source=HEART, weight=3), Part(source=GRAY)), layout="over"),
}


@pytest.fixture(scope="module", params=list(SPECS.values()), ids=list(SPECS))
def density(request: pytest.FixtureRequest) -> PixelDensity:
    target = build_target(request.param)
    assert isinstance(target, PixelDensity)
    return target


def blocks(picture: NDArray[Any]) -> NDArray[np.float64]:
    """The sums over blocks of pixels."""
    rows, columns = (-(-side // BLOCK) for side in picture.shape)
    padded = np.zeros((rows * BLOCK, columns * BLOCK))
    padded[: picture.shape[0], : picture.shape[1]] = picture
    return np.asarray(padded.reshape(rows, BLOCK, columns, BLOCK).sum(axis=(1, 3)))


def test_samples_are_spread_as_the_weights_are(density: PixelDensity) -> None:
    points = density.sample(400_000, np.random.default_rng(0))
    weights = density.weights.astype(np.float64)
    observed, expected = blocks(counted(points, density.extent, weights.shape)), blocks(weights)
    expected *= len(points) / expected.sum()
    assert not observed[expected == 0].any()
    enough = expected > 5
    assert abs(deviation(observed[enough], expected[enough])) < 5


def test_samples_are_spread_within_a_pixel(density: PixelDensity) -> None:
    points = density.sample(100_000, np.random.default_rng(1))
    left, right, bottom, _ = density.extent
    within = (points - [left, bottom]) / ((right - left) / density.weights.shape[1]) % 1
    np.testing.assert_allclose(within.mean(axis=0), 0.5, atol=0.01)
    np.testing.assert_allclose(within.std(axis=0), 12**-0.5, atol=0.01)


def test_the_entropy_is_that_of_the_samples(density: PixelDensity) -> None:
    rows, columns = density.weights.shape
    assert density.entropy == pytest.approx(estimated_entropy(density, 4_000_000, (rows, columns)), abs=0.01)


def test_samples_have_the_target_units(density: PixelDensity) -> None:
    points = density.sample(100_000, np.random.default_rng(2))
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.01)


def test_samples_are_on_target_and_cover_it(density: PixelDensity) -> None:
    points = density.sample(8000, np.random.default_rng(3))
    assert density.contains(points).mean() > 0.999  # a point on the very edge may be rounded off it
    assert density.coverage(points) > 0.99
    assert density.on_target(points + 50) == density.coverage(points + 50) == 0


def test_the_preview_is_what_the_samples_draw(density: PixelDensity) -> None:
    shades = density.preview()
    assert shades.dtype == np.uint8
    assert shades.shape == density.weights.shape
    assert shades.max() == 255
    observed = blocks(counted(density.sample(400_000, np.random.default_rng(4)), density.extent, shades.shape))
    shown = blocks(shades)
    assert np.abs(observed / observed.sum() - shown / shown.sum()).sum() < 0.1


def test_darker_has_more_points() -> None:
    ramp = np.tile(np.linspace(255, 0, 256).astype(np.uint8), (8, 1))  # from white on the left to black on the right
    target = build_target(ImageSpec(png=png(Image.fromarray(ramp)), grayscale=True))
    left, right, _, _ = target.extent
    place = (target.sample(200_000, np.random.default_rng(0))[:, 0] - left) / (right - left)
    shares, _ = np.histogram(place, 4, (0, 1))
    np.testing.assert_allclose(shares / shares.sum(), np.array([1, 3, 5, 7]) / 16, atol=0.01)


def test_nothing_but_zeros_is_refused() -> None:
    with pytest.raises(TargetError, match="target is empty"):
        PixelDensity(np.zeros((4, 4), np.uint8))


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40), st.integers(0, 2**32))
def test_an_urn_gives_each_its_share(shares: list[float], seed: int) -> None:
    sampler, expected = AliasSampler(np.array(shares)), np.array(shares) / sum(shares)
    kept = np.zeros(len(shares))
    np.add.at(kept, np.arange(len(shares)), sampler._keep)
    np.add.at(kept, sampler._other, 1 - sampler._keep)
    np.testing.assert_allclose(kept / len(shares), expected, atol=1e-9)
    drawn = sampler.draw(1000, np.random.default_rng(seed))
    assert ((drawn >= 0) & (drawn < len(shares))).all()


def test_log_density_is_that_of_the_samples(density: PixelDensity) -> None:
    found = density.log_prob(density.sample(200_000, np.random.default_rng(5)))
    inside = np.isfinite(found)
    assert inside.mean() > 0.9999, "float32 rounds some positions to the other side of an edge"
    found = found[inside]
    assert -found.mean() == pytest.approx(density.entropy, abs=4 * found.std() / np.sqrt(len(found)) + 1e-9)
    assert density.log_prob(np.array([[50.0, 0.0], [np.nan, 0.0]])).tolist() == [-np.inf, -np.inf]

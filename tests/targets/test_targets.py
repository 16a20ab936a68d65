import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from flowviz.errors import FlowvizError, TargetError
from flowviz.specs import TextSpec
from flowviz.targets import Ink, build_target


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def cell_counts(ink: Ink, points: NDArray[np.float32], shape: tuple[int, int]) -> tuple[NDArray[np.int64], float]:
    """How many points lie in each cell of a grid over the ink, top row first, and the area of a cell."""
    left, right, bottom, top = ink.extent
    rows, columns = shape
    width, height = (right - left) / columns, (top - bottom) / rows
    column = np.clip(((points[:, 0] - left) / width).astype(int), 0, columns - 1)
    row = np.clip(((top - points[:, 1]) / height).astype(int), 0, rows - 1)
    counts = np.bincount(row * columns + column, minlength=rows * columns)
    return counts.reshape(shape), width * height


def test_the_entropy_of_a_square_is_known() -> None:
    """A uniform square with standard deviation 1 has side √12, hence entropy log 12."""
    assert Ink(np.ones((40, 40), bool)).entropy == pytest.approx(np.log(12))
    assert Ink(np.ones((1, 1), bool)).entropy == pytest.approx(np.log(12))


def test_the_entropy_is_that_of_the_samples(rng: np.random.Generator) -> None:
    """A Monte-Carlo estimate over cells: -Σ p log p + log(area of a cell)."""
    ink = build_target(TextSpec(text="BRAD"))
    counts, area = cell_counts(ink, ink.sample(2_000_000, rng), (300, 300))
    p = counts[counts > 0] / counts.sum()
    estimate = -(p * np.log(p)).sum() + np.log(area)
    assert ink.entropy == pytest.approx(estimate, abs=0.03)  # cells on an edge are partly empty: the estimate is high


def test_samples_are_centered_and_scaled_alike_on_both_axes(rng: np.random.Generator) -> None:
    points = build_target(TextSpec(text="BRAD")).sample(200_000, rng)
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.01)
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.01)
    assert points[:, 1].std() < 0.5, "a word stays wider than high"


def test_samples_are_uniform_over_the_ink(rng: np.random.Generator) -> None:
    """χ² over the pixels of a small ink."""
    mask = np.random.default_rng(1).random((12, 9)) < 0.6
    ink = Ink(mask)
    points = ink.sample(100_000, rng)
    observed, _ = cell_counts(ink, points, mask.shape)
    assert not observed[~mask].any()
    expected = len(points) / mask.sum()
    chi_squared = ((observed[mask] - expected) ** 2 / expected).sum()
    degrees = mask.sum() - 1
    assert abs(chi_squared - degrees) < 5 * np.sqrt(2 * degrees)
    left, right, bottom, _ = ink.extent
    within = (points - [left, bottom]) / ((right - left) / mask.shape[1]) % 1
    np.testing.assert_allclose(within.mean(axis=0), 0.5, atol=0.01)  # jitter fills the pixel


def test_samples_lie_on_the_ink_and_the_rest_does_not(rng: np.random.Generator) -> None:
    ink = build_target(TextSpec(text="O"))
    points = ink.sample(50_000, rng)
    assert ink.contains(points).mean() > 0.9999  # a point on the very edge may be rounded off it
    assert not ink.contains(np.array([[0.0, 0.0], [50, 50], [-50, 0], [np.nan, 0], [np.inf, 0], [1e300, 0]])).any()


def test_up_is_up(rng: np.random.Generator) -> None:
    """The dot and the stem of an i: more of it below the middle of its height than a flipped one would have."""
    ink = build_target(TextSpec(text="L"))
    _, right, bottom, _ = ink.extent
    assert ink.contains(np.array([[right - 0.1, bottom + 0.1]]))[0], "the foot of an L is at the lower right"


def test_several_lines_stand_below_each_other() -> None:
    one, two = build_target(TextSpec(text="WW")), build_target(TextSpec(text="WW\nWW"))

    def proportion(ink: Ink) -> float:
        left, right, bottom, top = ink.extent
        return (top - bottom) / (right - left)

    assert proportion(two) > 2 * proportion(one)


def test_weight_thickens() -> None:
    thin, bold = (build_target(TextSpec(text="I", weight=w)).mask for w in (0.0, 0.1))
    assert bold.shape[1] / bold.shape[0] > 1.5 * thin.shape[1] / thin.shape[0]


@pytest.mark.parametrize("text", ["", " ", "\n\n", " \t\n "])
def test_blank_text_asks_for_a_word(text: str) -> None:
    with pytest.raises(TargetError, match="Type a word"):
        build_target(TextSpec(text=text))


def test_an_empty_mask_has_no_ink() -> None:
    with pytest.raises(TargetError, match="target is empty"):
        Ink(np.zeros((5, 5), bool))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_ink_or_one_sentence(text: str) -> None:
    try:
        ink = build_target(TextSpec(text=text))
    except FlowvizError as error:
        assert str(error).endswith(".")  # noqa: PT017
        return
    points = ink.sample(200, np.random.default_rng(0))
    assert np.isfinite(points).all()
    assert np.isfinite(ink.entropy)
    assert ink.contains(points).mean() > 0.95
    assert ink.mask.size < 3_000_000

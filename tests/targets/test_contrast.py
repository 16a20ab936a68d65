"""How clearly points show the strokes of a picture."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from flowviz.specs import MixSpec, Part, PointsSpec, ShapeSpec, SourceSpec, TargetSpec, TextSpec
from flowviz.targets import Ink, PixelDensity, Target, build_target, image_spec
from flowviz.targets.contrast import stroke_width
from tests.targets.pictures import png

COUNT = 8000
WORD, OTHER = TextSpec(text="BRAD"), TextSpec(text="flow 7")
BESIDE = MixSpec(parts=(Part(source=WORD, weight=3), Part(source=OTHER, weight=1)), layout="beside")
WRITTEN: dict[str, TargetSpec] = {
    "word": WORD,
    "thin": TextSpec(text="Zebra", weight=0),
    "lines": TextSpec(text="a few\nwords"),
    "letter": TextSpec(text="I"),
    "mix": BESIDE,
    "spirals": ShapeSpec(name="smiley"),
}


def built(spec: TargetSpec) -> PixelDensity:
    target = build_target(spec)
    assert isinstance(target, PixelDensity)
    return target


def blurred(target: PixelDensity, strokes: float) -> NDArray[np.float64]:
    """Draw from a copy that is blurred by some widths of a stroke."""
    rng = np.random.default_rng(1)
    reach = strokes * stroke_width(target.weights) * target._pixel
    return target.sample(COUNT, rng) + rng.normal(size=(COUNT, 2)) * reach


def uniform(target: PixelDensity) -> NDArray[np.float64]:
    """Draw from the rectangle around the ink."""
    rows, columns = np.nonzero(target.weights)
    ends = np.array([[columns.min(), -rows.max() - 1], [columns.max() + 1, -rows.min()]])
    places = ends[0] + np.random.default_rng(0).random((COUNT, 2)) * (ends[1] - ends[0])
    return np.asarray((places - target._center) * target._pixel, np.float64)


def legibility(target: Target, points: NDArray[np.floating]) -> float:
    found = target.legibility(points)
    assert found is not None
    return found


@pytest.mark.parametrize("name", WRITTEN)
def test_target_is_wholly_legible_and_a_copy_blurred_by_a_stroke_is_not(name: str) -> None:
    target = built(WRITTEN[name])
    scores = [legibility(target, blurred(target, strokes)) for strokes in (0, 0.2, 0.4, 0.6, 1, 2)]
    assert scores[0] > 0.97
    assert scores == sorted(scores, reverse=True)
    assert 0.3 < scores[2] < 0.6
    assert scores[-2] < 0.05
    assert scores[-1] == 0


def test_smear_over_a_word_is_illegible_although_most_of_it_is_ink() -> None:
    target = built(TextSpec(text="MMM"))
    smear = uniform(target)
    assert target.contains(smear).mean() > 0.5
    assert legibility(target, smear) < 0.1


def test_legibility_does_not_depend_on_the_resolution() -> None:
    mask = np.asarray(built(WORD).weights, np.bool_)
    coarse, fine = Ink(mask), Ink(mask.repeat(2, axis=0).repeat(2, axis=1))
    points = blurred(coarse, 0.3)
    assert legibility(fine, points) == pytest.approx(legibility(coarse, points), abs=0.02)


def test_points_that_ran_away_show_nothing() -> None:
    target = built(WORD)
    points = target.sample(COUNT, np.random.default_rng(0)).astype(np.float64)
    points[::4], points[1::4] = np.nan, (1e30, -np.inf)
    assert legibility(target, points) == pytest.approx(0.5, abs=0.05)


def test_shades_of_gray_are_legible_by_their_contrast() -> None:
    shades = np.where(built(WORD).weights, 60, 200).astype(np.uint8)  # dark letters on gray
    gray = built(image_spec(png(Image.fromarray(shades))).model_copy(update={"grayscale": True}))
    assert legibility(gray, gray.sample(COUNT, np.random.default_rng(0))) == pytest.approx(1, abs=0.15)
    assert legibility(gray, uniform(gray)) < 0.4


NO_STROKES: list[SourceSpec] = [
    ShapeSpec(name="two_moons"),
    ShapeSpec(name="heart"),
    TextSpec(text="."),
    PointsSpec(data=np.random.default_rng(0).normal(size=(50, 2)).astype("<f4").tobytes()),
]


@pytest.mark.parametrize("spec", NO_STROKES)
def test_legibility_of_what_has_no_strokes_is_unknown(spec: SourceSpec) -> None:
    assert build_target(spec).legibility(np.zeros((5, 2))) is None
    assert build_target(spec).hits(np.zeros((5, 2)))["legibility"] is None

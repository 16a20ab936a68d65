"""The colors of entrants differ from each other, and from those of the quadrants."""

from itertools import combinations, product
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.rendering.colors import QUADRANTS, SURROUNDINGS, Color, entrant_color
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.view import Palette, Theme

# Machado et al. 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency": missing cones.
VISION: dict[str, NDArray[np.float64]] = {
    "usual": np.eye(3),
    "no red": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}
# Ottosson 2020, "A perceptual color space for image processing" (Oklab).
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
DISTINCT = 10.0  # distance in Oklab, in percent; black and white are 100 apart


def linear(color: Color) -> NDArray[np.float64]:
    share = np.array(color) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def distance(one: Color, other: Color, vision: str) -> float:
    """Return how different two colors look, in Oklab."""
    seen = [np.clip(VISION[vision] @ linear(color), 0, 1) for color in (one, other)]
    labs = [100 * TO_LAB @ np.cbrt(TO_CONES @ light) for light in seen]
    return float(np.linalg.norm(labs[0] - labs[1]))


def colors(theme: Theme) -> list[Color]:
    return [entrant_color(style, theme) for style in range(MAX_ENTRANTS)]


@pytest.mark.parametrize(("theme", "palette"), list(product(get_args(Theme), get_args(Palette))))
def test_no_quadrant_has_the_color_of_an_entrant(theme: Theme, palette: Palette) -> None:
    pairs = product(colors(theme), QUADRANTS[palette, theme])
    assert min(distance(*pair, "usual") for pair in pairs) > DISTINCT


@pytest.mark.parametrize(("theme", "vision"), list(product(get_args(Theme), VISION)))
def test_entrants_can_be_told_apart_by_color_blind_people(theme: Theme, vision: str) -> None:
    assert min(distance(*pair, vision) for pair in combinations(colors(theme), 2)) > DISTINCT


@pytest.mark.parametrize("theme", get_args(Theme))
def test_lines_of_entrants_stand_out_from_the_background(theme: Theme) -> None:
    lights = [
        linear(color) @ (0.2126, 0.7152, 0.0722) + 0.05 for color in (SURROUNDINGS[theme].background, *colors(theme))
    ]
    assert min(max(lights[0], each) / min(lights[0], each) for each in lights[1:]) > 3  # WCAG 2.2, 1.4.11

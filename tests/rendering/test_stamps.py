"""Texts that are rendered once and placed in many pictures."""

import numpy as np
import pytest

from flowviz.rendering.projection import Panel
from flowviz.rendering.stamps import Stamp, stamp

PANEL = Panel(120, 60)
BLACK, WHITE = (0, 0, 0), (255, 255, 255, 255)


@pytest.fixture(scope="module")
def text() -> Stamp:
    return stamp("Step 12", "lt", 12.0, 12.0, BLACK, WHITE)


@pytest.mark.parametrize("corner", [(2, 2), (0, 0), (50, 30), (-9, 20), (40, -5), (100, 50), (300, 300)])
def test_text_is_moved_to_its_place_and_clipped_to_the_panel(text: Stamp, corner: tuple[int, int]) -> None:
    left, top = corner[0] - text.anchor[0], corner[1] - text.anchor[1]
    rows, columns = np.divmod(text.picture.where, text.size.width)
    expected = {
        (row + top, column + left): (color, alpha)
        for row, column, color, alpha in zip(
            rows.tolist(), columns.tolist(), text.picture.colors.tolist(), text.picture.alphas.tolist(), strict=True
        )
        if 0 <= row + top < PANEL.height and 0 <= column + left < PANEL.width
    }
    placed = text.at(*corner, PANEL)
    places = zip(*(each.tolist() for each in np.divmod(placed.where, PANEL.width)), strict=True)
    assert dict(zip(places, zip(placed.colors.tolist(), placed.alphas.tolist(), strict=True), strict=True)) == expected

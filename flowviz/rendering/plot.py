"""A small plot inside a drawing: its frame, its scales and their numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.rendering.annotate import Label, Measure, Ticks, ticks_between
from flowviz.rendering.colors import Color, Surroundings
from flowviz.rendering.drawing import Box, Drawing, Line, segment

Interval = tuple[float, float]


@dataclass(frozen=True)
class Plot:
    """A rectangle in pixels, from the upper left corner, and the values at its edges.

    Attributes:
        left: The left edge.
        top: The upper edge.
        width: The width.
        height: The height.
        across: The values at the left and the right edge.
        up: The values at the lower and the upper edge.
    """

    left: float
    top: float
    width: float
    height: float
    across: Interval
    up: Interval

    def x(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the horizontal positions (n,) of values (n,), at most at the edges."""
        low, high = self.across
        return np.asarray(self.left + self.width * ((values - low) / (high - low)).clip(0, 1))

    def y(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vertical positions (n,) of values (n,), at most at the edges."""
        low, high = self.up
        return np.asarray(self.top + self.height * (1 - ((values - low) / (high - low)).clip(0, 1)))

    def line(self, x: NDArray[np.float64], y: NDArray[np.float64], color: Color, width: float) -> Drawing:
        """Return a line through points, without those off the scales."""
        low, high = self.up
        inside = np.isfinite(y) & (y >= low) & (y <= high) & (x >= self.across[0]) & (x <= self.across[1])
        points = np.stack([self.x(x[inside]), self.y(y[inside])], axis=1)
        return Drawing(lines=(Line(points, color, width),)) if len(points) > 1 else Drawing()

    def bars(
        self,
        edges: NDArray[np.float64],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        color: Color,
        alpha: float = 1.0,
    ) -> Drawing:
        """Return bars side by side: between edges (n + 1,), from low (n,) to high (n,)."""
        lefts, tops, bottoms = self.x(edges), self.y(high), self.y(low)
        places = np.stack([lefts[:-1], tops, np.diff(lefts), bottoms - tops], axis=1).tolist()
        found = (Box(left, top, width, height, color, alpha) for left, top, width, height in places if height > 0)
        return Drawing(boxes=tuple(found))

    def frame(
        self, colors: Surroundings, text: float, length: Measure, *, has_numbers: bool, has_rows: bool = False
    ) -> Drawing:
        """Return the axis below the plot and, if wanted, its numbers, and those of the axis at the left.

        Args:
            colors: The colors of the theme.
            text: 1 em in pixels.
            length: Returns the width of a text in pixels.
            has_numbers: Whether to write numbers.
            has_rows: Whether there are numbers at the left, too.
        """
        bottom, right = self.top + self.height, self.left + self.width
        lines = [segment(self.left, bottom, right, bottom, colors.axis)]
        lines += [segment(self.left, self.top, self.left, bottom, colors.axis)] if has_rows else []
        if not has_numbers:
            return Drawing(lines=tuple(lines))
        columns = axis_ticks(self.across, self.width, length)
        places = self.x(np.array(columns.values)).tolist()
        labels = [Label(x, bottom + 0.4 * text, name, "mt") for x, name in zip(places, columns.texts, strict=True)]
        if has_rows:
            rows = axis_ticks(self.up, self.height, length)
            heights = self.y(np.array(rows.values)).tolist()
            labels += [
                Label(self.left - 0.4 * text, y, name, "rm") for y, name in zip(heights, rows.texts, strict=True)
            ]
        return Drawing(lines=tuple(lines), labels=tuple(labels))


def axis_ticks(ends: Interval, pixels: float, length: Measure) -> Ticks:
    """Return ticks at round values, whose numbers do not overlap; `pixels` is the length of the scale."""
    low, high = ends
    return ticks_between(low, high, (high - low) / 2).legible(pixels / (high - low), length)

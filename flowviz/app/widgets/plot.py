"""A plot of curves, whose numbers and words are as large as those around it."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFont, QFontMetrics
from PyQt6.QtWidgets import QSizePolicy

from flowviz.app.style.theme import background
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme

SIDES = "left", "bottom"
APART = 1.2  # lines from one number to the next above it
GAP = 4  # pixels between the numbers below a plot and the words below them


class Axis(pg.AxisItem):
    """Beside a plot, or with words below it. It has no more numbers than there is room for."""

    def __init__(self, side: str) -> None:
        self._metrics = QFontMetrics(QFont())
        super().__init__(side)
        self.enableAutoSIPrefix(False)

    def write(self, font: QFont, theme: Theme) -> None:
        """Write so, on a light or a dark ground."""
        surroundings, self._metrics = SURROUNDINGS[theme], QFontMetrics(font)
        line = self._metrics.height()
        self.label.setFont(font)
        self.setPen(surroundings.axis)
        self.setTextPen(surroundings.label)
        is_below = self.orientation == "bottom"
        self.setStyle(tickFont=font, maxTextLevel=0, hideOverlappingLabels=True if is_below else line)
        if is_below:
            self.setHeight(2 * line + GAP)

    def tickSpacing(self, lowest: float, highest: float, length: float) -> Any:
        """The distances between marks; numbers stand at the largest one."""
        coarser = 1
        while levels := super().tickSpacing(coarser * lowest, coarser * highest, length):
            largest = levels[0][0]
            if self._needed(lowest, highest, largest) <= largest * length / (highest - lowest):
                break
            coarser *= 2
        return levels

    def _needed(self, lowest: float, highest: float, distance: float) -> float:
        """Pixels from one number to the next."""
        line = self._metrics.height()
        if self.orientation == "left":
            return APART * line
        numbers = self.tickStrings([lowest, highest], 1.0, distance)
        return line / 3 + max(map(self._metrics.horizontalAdvance, numbers))


class Plot(pg.PlotWidget):
    """It is looked at and not touched, and is glad of more height than it must have."""

    def __init__(self) -> None:
        super().__init__(axisItems={side: Axis(side) for side in SIDES})
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)

    def write(self, font: QFont, theme: Theme) -> None:
        """Write numbers and words so, on a light or a dark ground."""
        self.setBackground(background(theme))
        for side in SIDES:
            self.getAxis(side).write(font, theme)
        above = QFontMetrics(font).height() // 2 + 1  # where half of the highest number stands
        self.getPlotItem().layout.setContentsMargins(1, above, 1, 1)

    def sizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())

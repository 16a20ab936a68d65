"""A plot of curves that uses the font and the theme of the window."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFont, QFontMetrics
from PyQt6.QtWidgets import QSizePolicy

from flowviz.app.style.theme import background
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme

SIDES = "left", "bottom"
LINE_DISTANCE = 1.2  # minimum distance of tick labels on the left axis, in line heights
LABEL_GAP = 4  # pixels between the tick labels and the axis label


class Axis(pg.AxisItem):
    """Axis with only as many tick labels as fit."""

    def __init__(self, side: str) -> None:
        self._metrics = QFontMetrics(QFont())
        super().__init__(side)
        self.enableAutoSIPrefix(False)

    def write(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme."""
        surroundings, self._metrics = SURROUNDINGS[theme], QFontMetrics(font)
        line = self._metrics.height()
        self.label.setFont(font)
        self.setPen(surroundings.axis)
        self.setTextPen(surroundings.label)
        is_below = self.orientation == "bottom"
        self.setStyle(tickFont=font, maxTextLevel=0, hideOverlappingLabels=True if is_below else line)
        if is_below:
            self.setHeight(2 * line + LABEL_GAP)

    def tickSpacing(self, lowest: float, highest: float, length: float) -> Any:
        """Return the tick spacings; only ticks of the largest spacing have labels."""
        coarser = 1
        while levels := super().tickSpacing(coarser * lowest, coarser * highest, length):
            largest = levels[0][0]
            if self._label_distance(lowest, highest, largest) <= largest * length / (highest - lowest):
                break
            coarser *= 2
        return levels

    def _label_distance(self, lowest: float, highest: float, spacing: float) -> float:
        """Return the minimum distance of two tick labels, in pixels."""
        line = self._metrics.height()
        if self.orientation == "left":
            return LINE_DISTANCE * line
        labels = self.tickStrings([lowest, highest], 1.0, spacing)
        return line / 3 + max(map(self._metrics.horizontalAdvance, labels))


class Plot(pg.PlotWidget):
    """Plot without mouse interaction that takes all the height it can get."""

    def __init__(self) -> None:
        super().__init__(axisItems={side: Axis(side) for side in SIDES})
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)

    def write(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme of the plot."""
        self.setBackground(background(theme))
        for side in SIDES:
            self.getAxis(side).write(font, theme)
        top = QFontMetrics(font).height() // 2 + 1  # room for the upper half of the topmost tick label
        self.getPlotItem().layout.setContentsMargins(1, top, 1, 1)

    def sizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())

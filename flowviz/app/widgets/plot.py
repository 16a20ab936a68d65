"""A plot whose text follows the font and the theme of the window."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QSize, Qt
from PyQt6.QtGui import QFont, QFontMetrics, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from flowviz.app.style.theme import background
from flowviz.app.style.tokens import TIGHT
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme

SIDES = "left", "bottom", "right"  # the right axis is hidden until it is shown
# The first digits of the ticks of a logarithmic axis, the most first.
ROUND_DIGITS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), (1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5, 7), (1, 2, 5), (1,)
LINE_DISTANCE = 1.2  # between two tick labels of a vertical axis, in line heights
LOW_LINES = 7  # height in lines of text below which the bottom axis has no label
FEWEST, STEP_DIGITS = 2, (5, 4, 2.5, 2, 1)  # number of tick labels, and the first digits of their distance


class Axis(pg.AxisItem):
    """Plot axis with as many tick labels as fit without overlapping."""

    def __init__(self, side: str) -> None:
        self._metrics, self._is_low = QFontMetrics(QFont()), False
        super().__init__(side)
        self.enableAutoSIPrefix(False)

    def set_appearance(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme."""
        surroundings, self._metrics = SURROUNDINGS[theme], QFontMetrics(font)
        line_height = self._metrics.height()
        self.label.setFont(font)
        self.setPen(surroundings.axis)
        self.setTextPen(surroundings.label)
        self.setStyle(tickFont=font, maxTextLevel=0, hideOverlappingLabels=line_height)
        self.textWidth = self.textHeight = 0  # to be measured anew, because pyqtgraph keeps what is slightly too much
        self.set_low(self._is_low)

    def set_low(self, low: bool) -> None:
        """Set whether a bottom axis has only numbers, because the plot is low, and make room for its font."""
        self._is_low = low
        if self.orientation == "bottom":
            is_labeled = bool(self.labelText) and not low
            self.showLabel(is_labeled)
            self.setHeight((1 + is_labeled) * self._metrics.height() + TIGHT)

    def setLabel(self, *args: Any, **kwargs: Any) -> None:
        """Set the label, and reserve room for it below the numbers of a bottom axis."""
        super().setLabel(*args, **kwargs)
        self.set_low(self._is_low)

    def tickSpacing(self, minimum: float, maximum: float, size: float) -> Any:
        """Return the tick levels; only the coarsest one has labels, far enough apart not to overlap."""
        factor = 1
        while levels := super().tickSpacing(factor * minimum, factor * maximum, size):
            largest = levels[0][0]
            if self._label_size(minimum, maximum, largest) <= largest * size / (maximum - minimum):
                break
            factor *= 2
        if levels and _count(minimum, maximum, largest) < FEWEST:  # a single label tells no scale
            return self._few_labels(minimum, maximum, size) or levels
        return levels

    def tickValues(self, minimum: float, maximum: float, size: float) -> Any:
        """Return the tick levels; those of a logarithmic axis are round numbers, as many as fit."""
        if not self.logMode:
            return super().tickValues(minimum, maximum, size)
        most = max(1, int(size / (LINE_DISTANCE * self._metrics.height())))
        least = self._metrics.height() * (maximum - minimum) / size
        powers = range(floor(minimum), ceil(maximum) + 1)
        for digits in ROUND_DIGITS:
            ticks = [log10(digit * 10.0**power) for power in powers for digit in digits]
            shown = [tick for tick in ticks if minimum <= tick <= maximum]
            if all(above - below >= least for below, above in pairwise(shown)):
                break
        return [(None, shown[:: -(-len(shown) // most) or 1])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return the labels of ticks; the powers of ten of a logarithmic axis are written as numbers."""
        if not self.logMode and spacing < 1:
            return list(super().tickStrings(values, scale, spacing))
        return [f"{10.0**value:.3g}" if self.logMode else f"{value:,.7g}" for value in values]

    def _few_labels(self, minimum: float, maximum: float, size: float) -> list[tuple[float, float]]:
        """Return a tick level with two or three labels, however close to each other, or none if they would overlap."""
        power = floor(log10(maximum - minimum))
        steps = (digit * 10.0**exponent for exponent in (power, power - 1) for digit in STEP_DIGITS)
        step = next(step for step in steps if _count(minimum, maximum, step) >= FEWEST)
        is_bottom = self.orientation == "bottom"
        needed = self._label_size(minimum, maximum, step) if is_bottom else self._metrics.capHeight()
        return [(step, 0.0)] if needed <= step * size / (maximum - minimum) else []

    def _label_size(self, minimum: float, maximum: float, distance: float) -> float:
        """Return the length of a tick label along the axis in pixels, including the gap to the next one."""
        line_height = self._metrics.height()
        if self.orientation != "bottom":
            return LINE_DISTANCE * line_height
        ends = ceil(minimum / distance) * distance, floor(maximum / distance) * distance
        texts = self.tickStrings(ends, 1.0, distance)
        return line_height / 3 + max(map(self._metrics.horizontalAdvance, texts))


class Plot(QWidget):
    """Plot without mouse interaction that takes all the height available.

    Attributes:
        item: The plot itself, to which curves are added.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._axes, self._line_height = {side: Axis(side) for side in SIDES}, self.fontMetrics().height()
        self._widget = pg.PlotWidget(axisItems=self._axes, enableMenu=False)
        self._widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.item: pg.PlotItem = self._widget.getPlotItem()
        self.item.showAxis("right", False)
        self.item.hideButtons()
        self.item.setMouseEnabled(x=False, y=False)
        self._layers = QGridLayout(self)
        self._layers.setContentsMargins(0, 0, 0, 0)
        self.cover(self._widget)

    def cover(self, widget: QWidget) -> None:
        """Lay a widget over the plot, which it fills."""
        self._layers.addWidget(widget, 0, 0)

    def set_appearance(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme."""
        self._widget.setBackground(background(theme))
        for axis in self._axes.values():
            axis.set_appearance(font, theme)
        self._line_height = QFontMetrics(font).height()
        top, right = self._line_height // 2 + 1, self._line_height + 1  # for the ends of the last tick labels
        self.item.layout.setContentsMargins(1, top, right, 1)
        self._axes["bottom"].set_low(self.height() < LOW_LINES * self._line_height)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._axes["bottom"].set_low(self.height() < LOW_LINES * self._line_height)

    def place(self, x: float, y: float) -> QPointF:
        """Return where a point of the plot is drawn, in pixels of this widget."""
        scene = self.item.getViewBox().mapViewToScene(QPointF(x, y))
        return QPointF(self._widget.mapFromScene(scene)) + QPointF(self._widget.pos())

    def point(self, place: QPointF) -> tuple[float, float]:
        """Return the point (x, y) of the plot that is drawn at a place, in pixels of this widget."""
        scene = self._widget.mapToScene((place - QPointF(self._widget.pos())).toPoint())
        found = self.item.getViewBox().mapSceneToView(scene)
        return found.x(), found.y()

    def sizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())


def _count(minimum: float, maximum: float, step: float) -> int:
    """Return the number of multiples of a step from a minimum to a maximum."""
    return floor(maximum / step) - ceil(minimum / step) + 1

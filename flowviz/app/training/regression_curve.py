"""The curve of the regression loss, which has an axis of its own at the right of the loss plot."""

import numpy as np
import pyqtgraph as pg

from flowviz.records import History
from flowviz.rendering.colors import CURVES
from flowviz.specs.view import Theme

PADDING = 0.05  # of the range of the axis, above and below
MIN_RANGE = 0.01  # of the axis


class RegressionCurve:
    """Curve over the steps of a plot with an axis at the right. Both are hidden for flows that minimize the NLL."""

    def __init__(self, plot: pg.PlotItem) -> None:
        """Create a curve that shares the horizontal axis of `plot`, which has an axis at the right."""
        self._plot = plot
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._curve = pg.PlotDataItem()
        self._box.addItem(self._curve)
        plot.scene().addItem(self._box)
        plot.getAxis("right").linkToView(self._box)
        self._box.setXLink(plot)
        plot.getViewBox().sigResized.connect(self._align)
        self.is_shown = False

    def show_history(self, history: History) -> None:
        """Show the losses so far, if there are any besides the NLL."""
        known = ~np.isnan(history.loss)
        losses = history.loss[known]
        if self.is_shown != bool(len(losses)):
            self.is_shown = bool(len(losses))
            self._plot.showAxis("right", self.is_shown)
        if self.is_shown:
            padding = PADDING * max(np.ptp(losses), MIN_RANGE)
            self._box.setYRange(losses.min() - padding, losses.max() + padding, padding=0)
        dot = "o" if len(losses) == 1 else None  # a single report makes no line
        self._curve.setData(history.step[known], losses, symbol=dot)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        color = CURVES[theme]["loss"]
        self._curve.setPen(pg.mkPen(color, width=1))
        self._curve.setSymbolBrush(color)
        self._curve.setSymbolPen(None)
        self._plot.getAxis("right").setTextPen(color)

    def _align(self) -> None:
        self._box.setGeometry(self._plot.getViewBox().sceneBoundingRect())

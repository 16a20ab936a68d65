"""The curve of a loss that is not the NLL, which has an axis of its own at the right of the loss plot."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from flowviz.app.style.tokens import LINE
from flowviz.records import History
from flowviz.rendering.colors import CURVES
from flowviz.specs.view import Theme

PADDING = 0.08  # of the range of the axis, above and below, so that its lowest line is not that of the other axis
MIN_RANGE = 0.3  # of the axis, in powers of ten if it is logarithmic


class ObjectiveCurve:
    """Curve over the steps of a plot with an axis at the right. Both are hidden if flows minimize the NLL.

    The axis is logarithmic unless the loss is negative somewhere: the loss falls fast at first and then improves by
    small amounts, which a linear axis would not show.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        """Create a curve that shares the horizontal axis of `plot`, which has an axis at the right."""
        self._plot = plot
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self._curve = pg.PlotDataItem()
        self._curve.setDownsampling(auto=True, method="peak")
        self._best = pg.PlotDataItem()
        self._best.setLogMode(False, True)
        self._box.addItem(self._curve)
        self._box.addItem(self._best)
        plot.scene().addItem(self._box)
        plot.getAxis("right").linkToView(self._box)
        self._box.setXLink(plot)
        plot.getViewBox().sigResized.connect(self._align)

    def show_history(self, history: History, best: float | None) -> None:
        """Show the losses so far, if there are any besides the NLL, and the best possible one on the present target."""
        known = ~np.isnan(history.loss)
        losses = history.loss[known]
        is_shown = bool(len(losses))
        self._plot.showAxis("right", is_shown)
        if is_shown:
            is_logarithmic = bool((losses > 0).all())
            self._curve.setLogMode(False, is_logarithmic)
            self._plot.getAxis("right").setLogMode(is_logarithmic)
            shown = losses if best is None else np.append(losses, best)
            self._box.setYRange(*_range(np.log10(shown) if is_logarithmic else shown), padding=0)
        dot = "o" if len(losses) == 1 else None  # a single report makes no line
        self._curve.setData(history.step[known], losses, symbol=dot)
        ends = [history.present_start, history.step[-1]] if best is not None and is_shown else []
        self._best.setData(ends, [best for _ in ends])

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        color = CURVES[theme]["loss"]
        self._curve.setPen(pg.mkPen(color, width=1))
        self._best.setPen(pg.mkPen(color, width=LINE, style=Qt.PenStyle.DashLine))
        self._curve.setSymbolBrush(color)
        self._curve.setSymbolPen(None)
        self._plot.getAxis("right").setTextPen(color)

    def _align(self) -> None:
        self._box.setGeometry(self._plot.getViewBox().sceneBoundingRect())


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the range of an axis for values, with padding."""
    middle = (values.min() + values.max()) / 2
    half = (0.5 + PADDING) * max(np.ptp(values), MIN_RANGE)
    return float(middle - half), float(middle + half)

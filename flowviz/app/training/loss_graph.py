"""The curves of the loss plot, with their axes and marks."""

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetrics

from flowviz.app.style.tokens import DOT, GAP, LINE
from flowviz.app.training.change_lines import ChangeLines
from flowviz.app.training.loss_range import INITIAL_LOSSES, MIN_RANGE, SPIKE_TEXT, Losses, shown_range, spikes
from flowviz.app.training.objective_curve import ObjectiveCurve
from flowviz.app.widgets.plot import Plot
from flowviz.records import Mark
from flowviz.rendering.colors import CURVES, SURROUNDINGS
from flowviz.specs.view import Theme

INITIAL_STEPS = 1000.0  # end of the axis before the first report
PADDING = 0.05  # of the range of an axis, on either side
DOT_SIZE, SPIKE_SIZE, KEPT_SIZE = DOT, 1.5 * DOT, 2 * DOT  # pixels
KEPT_TEXT = "Kept: {data:.3f} nats at step {x:,.0f}"  # pyqtgraph sets these names


class LossGraph(Plot):
    """Plot of the losses over the steps. The loss plot adds its legend and its description."""

    def __init__(self) -> None:
        super().__init__()
        self._losses = Losses()
        self._range = INITIAL_LOSSES
        self._step: int | None = None  # whose flow is shown
        self._font = self.font()
        self.item.setLabel("bottom", "step")
        self._previous = self.item.plot()
        self._train = self.item.plot()
        self._validation = self.item.plot()
        self._entropy = self.item.plot(connect="pairs")
        for curve in (self._previous, self._train, self._validation):
            curve.setDownsampling(auto=True, method="peak")
        self._spikes = pg.ScatterPlotItem(symbol="t1", size=SPIKE_SIZE, pen=None, hoverable=True, tip=SPIKE_TEXT.format)
        self._kept = pg.ScatterPlotItem(symbol="d", size=KEPT_SIZE, hoverable=True, tip=KEPT_TEXT.format)
        self._moment = pg.InfiniteLine(movable=False)
        for marks in (self._spikes, self._kept, self._moment):
            self.item.addItem(marks, ignoreBounds=True)
        self._moment.hide()
        self._objective = ObjectiveCurve(self.item)
        self._targets = ChangeLines(self.item, at_top=True, style=Qt.PenStyle.DotLine)
        self._settings = ChangeLines(self.item, at_top=False, style=Qt.PenStyle.DashLine)
        self.item.getViewBox().sigResized.connect(self._update_axes)

    def show_losses(self, losses: Losses) -> None:
        """Show the losses, those of the previous training faintly, and the entropies of the targets."""
        self._losses = losses
        history, previous = losses.history, losses.previous
        self._targets.show([Mark(change.step, change.title, change.title) for change in history.settled_changes])
        self._settings.show(history.marks())
        dot = "o" if len(history.step) == 1 else None  # a single report makes no line
        self._range = shown_range(history, previous, self._step)
        top = self._range[1]
        self._previous.setData(previous.step, np.minimum(previous.validation_nll, top))
        self._train.setData(history.step, np.minimum(history.train_nll, top), symbol=dot)
        self._validation.setData(history.step, np.minimum(history.validation_nll, top), symbol=dot)
        self._objective.show_history(history, losses.best)
        steps, peaks = spikes(history, top)
        self._spikes.setData(steps, np.full(len(steps), top), data=peaks)
        kept = [point] if (point := history.kept_point()) else []
        self._kept.setData(
            [step for step, _ in kept], [min(loss, top) for _, loss in kept], data=[loss for _, loss in kept]
        )
        self._update_axes()

    def show_moment(self, step: int | None) -> None:
        """Mark the step whose flow is shown, and show its loss, however high; None for none."""
        if step == self._step:
            return
        self._step = step
        self._moment.setVisible(step is not None)
        self._moment.setValue(step or 0)
        if shown_range(self._losses.history, self._losses.previous, step) != self._range:
            self.show_losses(self._losses)

    def set_appearance(self, font: QFont, theme: Theme) -> None:
        """Set the font and the theme."""
        pens = {name: pg.mkPen(color, width=LINE) for name, color in CURVES[theme].items()}
        pens["entropy"].setStyle(Qt.PenStyle.DashLine)
        pens["train"].setStyle(Qt.PenStyle.DotLine)
        pens["previous"].setWidth(1)
        for name, curve in (("train", self._train), ("validation", self._validation), ("entropy", self._entropy)):
            curve.setPen(pens[name])
            curve.setSymbolPen(None)
            curve.setSymbolBrush(CURVES[theme][name])
            curve.setSymbolSize(DOT_SIZE)
        self._previous.setPen(pens["previous"])
        self._spikes.setBrush(SURROUNDINGS[theme].label)
        self._moment.setPen(pg.mkPen(SURROUNDINGS[theme].title, width=LINE))
        self._kept.setBrush(CURVES[theme]["kept"])
        self._kept.setPen(pg.mkPen(SURROUNDINGS[theme].background, width=1))
        super().set_appearance(font, theme)
        self._objective.set_theme(theme)
        for lines in (self._targets, self._settings):
            lines.set_appearance(font, theme)
        self._font = font
        self._update_axes()  # the labels depend on the font

    def _update_axes(self) -> None:
        """Fit the axes to the losses, then place the lines and labels."""
        ends = [history.step[-1] for history in (self._losses.history, self._losses.previous) if len(history.step)]
        last_step = max(*ends, 1.0) if ends else INITIAL_STEPS
        left, right = -PADDING * last_step, (1 + PADDING) * last_step
        self.item.setRange(xRange=(left, right), yRange=self._padded_loss_range(), padding=0)
        spans = [
            (segment.start_step or left, right if segment.end_step is None else segment.end_step)
            for segment in self._losses.segments
        ]
        self._entropy.setData(np.ravel(spans), np.repeat([segment.entropy for segment in self._losses.segments], 2))
        for lines in (self._targets, self._settings):
            lines.place(left, right)

    def _padded_loss_range(self) -> tuple[float, float]:
        """Return the range of the vertical axis, with room for the labels of changes above and below the curves."""
        shown = [*self._range, *(segment.entropy for segment in self._losses.segments)]
        low, high = min(shown), max(shown)
        padding = PADDING * max(high - low, MIN_RANGE)
        low, high = low - padding, high + padding
        height, label_height = self.item.getViewBox().height(), QFontMetrics(self._font).height() + GAP
        rows = self._targets.is_shown, self._settings.is_shown
        if any(rows) and height > 2 * sum(rows) * label_height:
            row = (high - low) * label_height / (height - sum(rows) * label_height)
            low, high = low - rows[1] * row, high + rows[0] * row
        return low, high

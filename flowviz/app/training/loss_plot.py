"""The plot of the losses over the training steps."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.training.change_lines import LABEL_MARGIN, Change, ChangeLines
from flowviz.app.training.regression_curve import RegressionCurve
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.plot import Plot
from flowviz.records import EntropySegment, History
from flowviz.rendering.colors import CURVES, SURROUNDINGS
from flowviz.specs.view import Theme

MIN_HEIGHT_LINES = 6  # in lines of text
NAME = '<span style="white-space: nowrap">NLL (nats)</span>'
LEGEND = {
    "validation": ("━", "validation"),
    "train": ("•••", "train"),
    "entropy": ("╍", "entropy"),
    "kept": ("◆", "kept"),
    "loss": ("─", "regression (right)"),
    "previous": ("─", "previous"),
}
LEGEND_TIP = (
    "Loss: the negative log-likelihood (NLL), which measures how much the points surprise the flow. Lower is better. "
    "For a table of points, densities are per area in the units of the table.\n"
    "Validation: on points that the flow is never trained on. Train: on the points of the latest training steps.\n"
    "Entropy: the best possible loss of the target, which no flow can beat.\n"
    "Kept: the step with the lowest validation loss. Its flow is kept when training ends.\n"
    "Regression: the mean squared error of the velocity, which flow matching minimizes. "
    "Its logarithmic axis is on the right.\n"
    "Previous: the validation loss of the previous training on the same target.\n"
    "Dashed vertical lines: changes of settings during the training. Point at one to read it.\n"
    "▲: losses above the range shown. Point at it to see the highest."
)
INITIAL_STEPS, INITIAL_LOSSES = 1000.0, (0.0, 3.0)  # the axes before the first report
PADDING = 0.05  # of the range of an axis, on either side
MIN_RANGE = 0.1  # nats
BULK_SHARE = 0.9  # of the losses
CLIP_FACTOR = 3  # losses above this multiple of the range of the bulk are clipped
DOT_SIZE, SPIKE_SIZE, KEPT_SIZE = 6, 9, 11  # pixels
SPIKE_TEXT = "{data:.3f} nats at step {x:,.0f}"  # pyqtgraph sets these names
KEPT_TEXT = "Kept: {data:.3f} nats at step {x:,.0f}"
DESCRIPTION = "The metrics below show the latest values."
MOST_TOLD = 5  # changes of settings in the description for screen readers


class LossPlot(QWidget):
    """Plot of the train and validation NLL over the steps, and of the entropy of the target, which no flow can beat."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lossPlot")
        self.setAccessibleName("Loss over the training steps")
        self.setAccessibleDescription(DESCRIPTION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._history = History()
        self._range = INITIAL_LOSSES
        self._segments: tuple[EntropySegment, ...] = ()
        self._theme: Theme = "light"
        self._panel = Plot()
        self._plot = self._panel.item
        self._plot.setLabel("bottom", "step")
        self._legend = WrappingLabel("lossLegend", "Legend of the curves")
        self._legend.setToolTip(LEGEND_TIP)
        self._previous_history = History()
        self._previous = self._plot.plot()
        self._train = self._plot.plot()
        self._validation = self._plot.plot()
        self._entropy = self._plot.plot(connect="pairs")
        self._spikes = pg.ScatterPlotItem(symbol="t1", size=SPIKE_SIZE, pen=None, hoverable=True, tip=SPIKE_TEXT.format)
        self._kept = pg.ScatterPlotItem(symbol="d", size=KEPT_SIZE, hoverable=True, tip=KEPT_TEXT.format)
        for marks in (self._spikes, self._kept):
            self._plot.addItem(marks, ignoreBounds=True)
        self._regression = RegressionCurve(self._plot)
        self._targets = ChangeLines(self._plot, at_top=True, style=Qt.PenStyle.DotLine)
        self._settings = ChangeLines(self._plot, at_top=False, style=Qt.PenStyle.DashLine)
        self._lay_out()
        self.set_theme(self._theme)
        self._plot.getViewBox().sigResized.connect(self._update_axes)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._legend)
        layout.addWidget(self._panel, stretch=1)

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses so far, and the entropy of the current target in nats, None if unknown."""
        segments = history.entropy_segments(entropy)
        if history is self._history and segments == self._segments:
            return
        self._history, self._segments = history, segments
        self._targets.show([Change(change.step, change.title, change.title) for change in history.settled_changes])
        self._settings.show([Change(each.step, each.label(), each.sentence()) for each in history.adjustments])
        self._update_curves()

    def show_previous(self, history: History) -> None:
        """Show the validation losses of a previous training faintly; an empty history hides them."""
        if history is not self._previous_history:
            self._previous_history = history
            self._update_curves()

    def _update_curves(self) -> None:
        history, previous = self._history, self._previous_history
        dot = "o" if len(history.step) == 1 else None  # a single report makes no line
        self._range = loss_range(np.concatenate([history.train_nll, history.validation_nll, previous.validation_nll]))
        top = self._range[1]
        self._previous.setData(previous.step, np.minimum(previous.validation_nll, top))
        self._train.setData(history.step, np.minimum(history.train_nll, top), symbol=dot)
        self._validation.setData(history.step, np.minimum(history.validation_nll, top), symbol=dot)
        self._regression.show_history(history)
        self._update_legend()
        self._mark_spikes(top)
        self._mark_kept(top)
        self._update_axes()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        pens = {name: pg.mkPen(color, width=2) for name, color in CURVES[theme].items()}
        pens["entropy"].setStyle(Qt.PenStyle.DashLine)
        pens["train"].setStyle(Qt.PenStyle.DotLine)
        pens["previous"].setWidth(1)
        for name, curve in (("train", self._train), ("validation", self._validation), ("entropy", self._entropy)):
            curve.setPen(pens[name])
            curve.setSymbolPen(None)
            curve.setSymbolBrush(CURVES[theme][name])
            curve.setSymbolSize(DOT_SIZE)
        self._spikes.setBrush(SURROUNDINGS[theme].label)
        self._kept.setBrush(CURVES[theme]["kept"])
        self._kept.setPen(pg.mkPen(SURROUNDINGS[theme].background, width=1))
        self._panel.setMinimumHeight(MIN_HEIGHT_LINES * self.fontMetrics().lineSpacing())
        self._panel.set_appearance(self.font(), theme)
        self._regression.set_theme(theme)
        self._theme = theme
        self._previous.setPen(pens["previous"])
        self._update_legend()
        for lines in (self._targets, self._settings):
            lines.set_appearance(self.font(), theme)
        self._update_axes()  # the labels depend on the font

    def _update_legend(self) -> None:
        absent = {"loss"} if not self._regression.is_shown else set()
        absent |= {"previous"} if not len(self._previous_history.step) else set()
        legend = _legend(self._theme, {name: words for name, words in LEGEND.items() if name not in absent})
        if legend != self._legend.text():
            self._legend.setText(legend)

    def _update_axes(self) -> None:
        """Fit the axes to the losses, then place the lines and labels."""
        ends = [history.step[-1] for history in (self._history, self._previous_history) if len(history.step)]
        last_step = max(*ends, 1.0) if ends else INITIAL_STEPS
        left, right = -PADDING * last_step, (1 + PADDING) * last_step
        self._plot.setRange(xRange=(left, right), yRange=self._padded_loss_range(), padding=0)
        spans = [
            (segment.start_step or left, right if segment.end_step is None else segment.end_step)
            for segment in self._segments
        ]
        self._entropy.setData(np.ravel(spans), np.repeat([segment.entropy for segment in self._segments], 2))
        for lines in (self._targets, self._settings):
            lines.place(left, right)

    def _padded_loss_range(self) -> tuple[float, float]:
        """Return the range of the vertical axis, with room for the labels of changes above and below the curves."""
        shown = [*self._range, *(segment.entropy for segment in self._segments)]
        low, high = min(shown), max(shown)
        padding = PADDING * max(high - low, MIN_RANGE)
        low, high = low - padding, high + padding
        height, label_height = self._plot.getViewBox().height(), self.fontMetrics().height() + LABEL_MARGIN
        rows = self._targets.is_shown, self._settings.is_shown
        if any(rows) and height > 2 * sum(rows) * label_height:
            row = (high - low) * label_height / (height - sum(rows) * label_height)
            low, high = low - rows[1] * row, high + rows[0] * row
        return low, high

    def _mark_spikes(self, top: float) -> None:
        """Mark the peak of each run of losses above the range."""
        losses = np.maximum(self._history.train_nll, self._history.validation_nll)
        clipped = np.flatnonzero(losses > top)
        runs = np.split(clipped, np.flatnonzero(np.diff(clipped) > 1) + 1) if len(clipped) else []
        peaks = [run[np.argmax(losses[run])] for run in runs]
        steps = self._history.step[peaks]
        self._spikes.setData(steps, np.full(len(peaks), top), data=losses[peaks])
        texts = [SPIKE_TEXT.format(data=loss, x=step) for step, loss in zip(steps, losses[peaks], strict=True)]
        description = DESCRIPTION + (f" Above the range shown: {'; '.join(texts)}." if texts else "")
        changes = [change.sentence() for change in self._history.adjustments[-MOST_TOLD:]]
        description = " ".join([description, *changes])
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def _mark_kept(self, top: float) -> None:
        """Mark the state that is kept."""
        point = self._history.kept_point()
        step, loss = point or (0.0, 0.0)
        self._kept.setData([step] if point else [], [min(loss, top)] if point else [], data=[loss] if point else [])


def loss_range(losses: NDArray[np.float64]) -> tuple[float, float]:
    """Return the lowest and the highest loss to show, without spikes far above the bulk of the losses."""
    if not len(losses):
        return INITIAL_LOSSES
    lowest = losses.min()
    bulk = max(np.quantile(losses, BULK_SHARE) - lowest, MIN_RANGE)
    return float(lowest), float(losses[losses <= lowest + CLIP_FACTOR * bulk].max())


def _legend(theme: Theme, shown: Mapping[str, tuple[str, str]]) -> str:
    """Return the legend in HTML. It is above the plot, because inside it would cover the curves."""
    curves = (
        f'<span style="white-space: nowrap"><span style="color: rgb{CURVES[theme][name]}">{line}</span> {title}</span>'
        for name, (line, title) in shown.items()
    )
    return "&nbsp; ".join((NAME, *curves))

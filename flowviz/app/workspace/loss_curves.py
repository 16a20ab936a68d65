"""The plot of the losses of all entrants, with one line each, over time or steps."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.style.theme import shown_theme
from flowviz.app.style.tokens import DOT, LINE, THICK_LINE, TIGHT
from flowviz.app.training.loss_range import loss_range
from flowviz.app.widgets.controls import ChoiceBox, lay_out, named, row
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.widgets.plot import Plot
from flowviz.app.workspace.colors import entrant_color, entrant_pen
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.records import History
from flowviz.specs.comparison import MAX_ENTRANTS

Axis = Literal["seconds", "step"]
AXES: dict[Axis, str] = {"seconds": "over time", "step": "over steps"}
LABELS: dict[Axis, str] = {"seconds": "seconds of training", "step": "step"}
GAP_WORDS = "Validation gap (nats)", "Validation gap", "Gap"  # from the longest to the shortest
NLL_WORDS = "Validation NLL (nats)", "Validation NLL", "NLL"
GAP_TIP = "Validation gap: the distance from the best possible loss, on validation points and in nats"
PADDING = 0.05  # of the range of an axis, on either side
FIRST_RANGES: dict[Axis, float] = {"seconds": 10.0, "step": 1000.0}  # before the first report
MAX_OF_USUAL = 2.0  # height of the plot, relative to what most entrants need
HEIGHT_LINES = 5  # smallest height of the plot, in lines of text


class LossCurves(ThemeFollower, QWidget):
    """Plot of the validation gap of all entrants, or of their validation NLL if an entropy is unknown."""

    def __init__(self, compared: ComparedState) -> None:
        super().__init__()
        named(self, "comparisonPlot", "Losses of all flows")
        self._compared = compared
        self._title = FittingLabel("comparisonPlotTitle", "What the lines show")
        self._axis = ChoiceBox("comparisonAxis", "Horizontal axis", AXES)
        self._panel = Plot()
        self._curves: list[Any] = [self._panel.item.plot() for _ in range(MAX_ENTRANTS)]  # of pyqtgraph
        top = row(self._title, self._axis, stretched=self._title)
        lay_out(QVBoxLayout(self), top, self._panel, stretched=self._panel, spacing=TIGHT)
        self._axis.chosen.connect(lambda: self._show(compared.value))
        compared.observe(_shown_of, lambda _: self._show(compared.value))
        self.show_appearance()

    def show_appearance(self) -> None:
        self._panel.setMinimumHeight(HEIGHT_LINES * self.fontMetrics().lineSpacing())
        self._panel.set_appearance(self.font(), shown_theme())
        self._show(self._compared.value)

    def _show(self, compared: Compared) -> None:
        axis: Axis = self._axis.value
        has_gaps = not any(np.isnan(run.project.history.entropy).any() for run in compared.runs)
        words, tip = (GAP_WORDS, GAP_TIP) if has_gaps else (NLL_WORDS, "")
        self._title.show_texts(*words, tip=tip)
        lines = [_line(run.project.history, axis, gaps=has_gaps) for run in compared.runs]
        low, high = common_range([losses for _, losses in lines])
        item = self._panel.item
        item.setLabel("bottom", LABELS[axis])
        for curve in self._curves[len(lines) :]:
            curve.clear()
        for number, (run, (places, losses)) in enumerate(zip(compared.runs, lines, strict=True)):
            pen = entrant_pen(run.style, shown_theme())
            pen.setWidth(THICK_LINE if run.name == compared.selected else LINE)
            self._curves[number].setData(
                places, np.minimum(losses, high), pen=pen, symbol="o" if len(places) == 1 else None, symbolPen=None,
                symbolBrush=entrant_color(run.style, shown_theme()), symbolSize=DOT,
            )  # fmt: skip
        last = max((places[-1] for places, _ in lines if len(places)), default=FIRST_RANGES[axis])
        rest = PADDING * (high - low)
        item.setRange(xRange=(-PADDING * last, (1 + PADDING) * last), yRange=(low - rest, high + rest), padding=0)


def _shown_of(compared: Compared) -> tuple[object, ...]:
    """Return what the plot depends on."""
    return compared.selected, tuple((run.name, run.style, id(run.project.history.step)) for run in compared.runs)


def _line(history: History, axis: Axis, *, gaps: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of the reports on the axis, and their losses."""
    losses = history.validation_nll - history.entropy if gaps else history.validation_nll
    return getattr(history, axis), losses


def common_range(lines: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """Return the lowest and the highest loss to show, without spikes, and without lines far above most others."""
    ranges = [loss_range(losses[np.isfinite(losses)]) for losses in lines if np.isfinite(losses).any()]
    if not ranges:
        return loss_range(np.zeros(0))
    lowest, highs = min(low for low, _ in ranges), sorted(high for _, high in ranges)
    usual = highs[len(highs) // 2]
    return lowest, min(highs[-1], lowest + MAX_OF_USUAL * (usual - lowest))

"""The losses, live."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.plot import Plot
from flowviz.records import History
from flowviz.rendering.colors import CURVES, SURROUNDINGS
from flowviz.specs.view import Theme

LEAST_LINES = 7  # of words, in the height of the plot
NAME = '<span style="white-space: nowrap">NLL (nats)</span>'
LEGEND = {"heldout": ("━", "held-out"), "train": ("•••", "train"), "entropy": ("╍", "best possible")}
CHANGE_LABEL = {"position": 0.06, "movable": False, "rotateAxis": (1, 0), "anchors": [(0, 1), (0, 1)]}
ROOM_FOR_NAME = 0.08  # of all steps
LONGEST_NAME = 24  # characters
DOT = 6  # pixels


class LossPlot(QWidget):
    """Train and held-out NLL over the steps, and the entropy, which no flow can beat."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lossPlot")
        self.setAccessibleName("Loss over the steps of training")
        self.setAccessibleDescription("Its latest values are the figures below it")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._plot = Plot()
        self._plot.setLabel("bottom", "step")
        self._legend = WrappingLabel("lossLegend", "What the curves are")
        self._train = self._plot.plot()
        self._heldout = self._plot.plot()
        self._entropy = pg.InfiniteLine(angle=0)
        self._changes: list[Any] = []
        self._theme: Theme = "light"
        self._plot.addItem(self._entropy)
        self._entropy.hide()
        self._plot.setRange(xRange=(0, 1000), yRange=(0, 3), padding=0.05)  # until there is a loss
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._legend)
        layout.addWidget(self._plot, stretch=1)
        self.set_theme(self._theme)

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses so far, and the entropy of the target, if it is known; all in nats."""
        dot = "o" if len(history.step) == 1 else None  # of which no line can be drawn
        self._train.setData(history.step, history.train_nll, symbol=dot)
        self._heldout.setData(history.step, history.heldout_nll, symbol=dot)
        self._plot.enableAutoRange(axis="y", enable=len(history.step) > 0)
        if len(history.step):
            self._plot.setXRange(0, max(history.step[-1], 1), padding=0.05)
        self._entropy.setVisible(entropy is not None)
        if entropy is not None:
            self._entropy.setValue(entropy)
        self._show_changes(history)

    def _show_changes(self, history: History) -> None:
        """A line wherever the target became another one, with its name where there is room before the next."""
        changes = history.changes
        for line in self._changes[len(changes) :]:
            self._plot.removeItem(line)
        self._changes = self._changes[: len(changes)]
        for change in changes[len(self._changes) :]:
            line = pg.InfiniteLine(change.step, 90, label="", labelOpts=CHANGE_LABEL)
            self._write_change(line)
            self._plot.addItem(line, ignoreBounds=True)
            self._changes.append(line)
        steps = [change.step for change in changes] + [int(history.step[-1]) if len(history.step) else 0]
        for line, change, after in zip(self._changes, changes, steps[1:], strict=True):
            apart = after - change.step >= ROOM_FOR_NAME * steps[-1] or change is changes[-1]
            line.setValue(change.step)
            line.label.setFormat(change.title[:LONGEST_NAME].replace("{", "").replace("}", "") if apart else "")

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        pens = {name: pg.mkPen(color, width=2) for name, color in CURVES[theme].items()}
        pens["entropy"].setStyle(Qt.PenStyle.DashLine)
        pens["train"].setStyle(Qt.PenStyle.DotLine)
        for name, curve in (("train", self._train), ("heldout", self._heldout)):
            curve.setPen(pens[name])
            curve.setSymbolPen(None)
            curve.setSymbolBrush(CURVES[theme][name])
            curve.setSymbolSize(DOT)
        self._entropy.setPen(pens["entropy"])
        self._legend.setText(_legend(theme))
        self._plot.setMinimumHeight(LEAST_LINES * self.fontMetrics().lineSpacing())
        self._plot.write(self.font(), theme)
        self._theme = theme
        for line in self._changes:
            self._write_change(line)

    def _write_change(self, line: Any) -> None:
        label = SURROUNDINGS[self._theme].label
        line.setPen(pg.mkPen(label, width=1, style=Qt.PenStyle.DotLine))
        line.label.setColor(label)
        line.label.setFont(self.font())


def _legend(theme: Theme) -> str:
    """Above the plot, where no curve is, and where a low plot does not cut it."""
    curves = (
        f'<span style="white-space: nowrap"><span style="color: rgb{CURVES[theme][name]}">{line}</span> {title}</span>'
        for name, (line, title) in LEGEND.items()
    )
    return "&nbsp; ".join((NAME, *curves))

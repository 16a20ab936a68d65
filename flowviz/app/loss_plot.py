"""The losses, live."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.theme import CURVES, background
from flowviz.records import History
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme

LEGEND_SIZE = "9pt"


class LossPlot(QWidget):
    """Train and held-out NLL over the steps, and the entropy, which no flow can beat."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lossPlot")
        self.setAccessibleName("Loss over the steps of training")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(160)
        self._plot: Any = pg.PlotWidget()
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # it would like 480 pixels
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.getAxis("left").enableAutoSIPrefix(False)
        self._plot.getAxis("bottom").enableAutoSIPrefix(False)
        self._legend = self._plot.addLegend(offset=(-6, 6), labelTextSize=LEGEND_SIZE)
        self._train = self._plot.plot(name="train")
        self._heldout = self._plot.plot(name="held-out")
        self._entropy = pg.InfiniteLine(angle=0)
        self._legend.addItem(pg.PlotDataItem(), "best possible")
        self._plot.addItem(self._entropy)
        self._entropy.hide()
        self._plot.setRange(xRange=(0, 1000), yRange=(0, 3), padding=0.05)  # until there is a loss
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.set_theme("light")

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses so far, and the entropy of the target, if it is known; all in nats."""
        self._train.setData(history.step, history.train_nll)
        self._heldout.setData(history.step, history.heldout_nll)
        self._plot.enableAutoRange(enable=len(history.step) > 0)
        self._entropy.setVisible(entropy is not None)
        if entropy is not None:
            self._entropy.setValue(entropy)

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        surroundings = SURROUNDINGS[theme]
        label_color = "#{:02x}{:02x}{:02x}".format(*surroundings.label)
        pens = {name: pg.mkPen(color, width=2) for name, color in CURVES[theme].items()}
        pens["entropy"].setStyle(Qt.PenStyle.DashLine)
        self._plot.setBackground(background(theme))
        self._train.setPen(pens["train"])
        self._heldout.setPen(pens["heldout"])
        self._entropy.setPen(pens["entropy"])
        self._legend.items[2][0].item.setPen(pens["entropy"])
        for _, label in self._legend.items:
            label.setText(label.text, color=label_color, size=LEGEND_SIZE)
        for side, text in (("left", "NLL (nats)"), ("bottom", "step")):
            axis = self._plot.getAxis(side)
            axis.setPen(surroundings.axis)
            axis.setTextPen(surroundings.label)
            axis.setLabel(text, color=label_color)

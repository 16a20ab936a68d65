"""The plot of the losses over the training steps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.style.theme import shown_theme
from flowviz.app.style.tokens import TIGHT
from flowviz.app.training.loss_range import Losses, shown_range, spike_texts
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.late import Late
from flowviz.records import History
from flowviz.rendering.colors import CURVES
from flowviz.specs.view import Theme

if TYPE_CHECKING:
    from flowviz.app.training.loss_graph import LossGraph

MIN_HEIGHT_LINES = 5  # in lines of text
NAME = '<span style="white-space: nowrap">NLL (nats)</span>'
LEGEND = {
    "validation": ("━", "validation"),
    "train": ("•••", "train"),
    "entropy": ("╍", "entropy"),
    "kept": ("◆", "kept"),
    "loss": ("─", "objective (right)"),
    "best": ("╍", "best objective"),
    "previous": ("─", "previous"),
}
LEGEND_TIP = (
    "Loss: the negative log-likelihood (NLL), which measures how much the points surprise the flow. Lower is better. "
    "For a table of points, densities are per area in the units of the table.\n"
    "Validation: on points that the flow is never trained on. Train: on the points of the latest training steps.\n"
    "Entropy: the best possible loss of the target, which no flow can beat.\n"
    "Kept: the step with the lowest validation loss. Its flow is kept when training ends.\n"
    "Objective: what training minimizes if it is not the NLL, such as the mean squared error of the velocity in flow "
    "matching. Its axis is on the right, and logarithmic unless there are negative values.\n"
    "Best objective: the lowest squared error that any velocity can have, for independent pairs. With a transport "
    "plan, it is not known.\n"
    "Previous: the validation loss of the previous training on the same target.\n"
    "Dashed vertical lines: changes of settings during the training, and steps to which the training went back after "
    "something went wrong. Point at one to read it.\n"
    "Solid vertical line: the step whose flow is shown, if it is not the latest.\n"
    "▲: losses above the range shown. Point at it to see the highest."
)
DESCRIPTION = "The metrics below show the latest values."
MAX_TOLD = 5  # dashed lines in the description for screen readers


class LossPlot(ThemeFollower, QWidget):
    """Plot of the train and validation NLL over the steps, and of the entropy of the target, which no flow can beat.

    Attributes:
        graph: The curves. They are created with the first losses, or when the window is complete.
    """

    def __init__(self) -> None:
        super().__init__()
        named(self, "lossPlot", "Loss over the training steps", description=DESCRIPTION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._losses = Losses()
        self._moment: int | None = None
        self._legend = WrappingLabel("lossLegend", "Legend of the curves")
        self._legend.setToolTip(LEGEND_TIP)
        self.graph = Late(_load_graph, self._update_graph)
        lay_out(QVBoxLayout(self), self._legend, self.graph, stretched=self.graph, spacing=TIGHT)
        self.show_appearance()

    def show_history(self, history: History, entropy: float | None) -> None:
        """Show the losses so far, and the entropy of the current target in nats, None if unknown."""
        segments = history.entropy_segments(entropy)
        if history is not self._losses.history or segments != self._losses.segments:
            self._show(history=history, segments=segments)

    def show_previous(self, history: History) -> None:
        """Show the validation losses of a previous training faintly; an empty history hides them."""
        self._show(previous=history)

    def show_best(self, best: float | None) -> None:
        """Show the lowest possible regression loss on the present target. None if it is unknown."""
        self._show(best=best)

    def show_moment(self, step: int | None) -> None:
        """Mark the step whose flow is shown; None for the latest, which needs no mark."""
        self._moment = step
        if self.graph.created:
            self.graph.created.show_moment(step)

    def show_appearance(self) -> None:
        self.graph.setMinimumHeight(MIN_HEIGHT_LINES * self.fontMetrics().lineSpacing())
        self._update_legend()
        if self.graph.created:
            self.graph.created.set_appearance(self.font(), shown_theme())

    def _show(self, **changes: Any) -> None:
        self._losses = replace(self._losses, **changes)
        self._update_legend()
        self._describe()
        if self.graph.created:
            self.graph.created.show_losses(self._losses)
        elif len(self._losses.history.step) or len(self._losses.previous.step):
            self.graph.content()

    def _update_graph(self, graph: "LossGraph") -> None:
        graph.set_appearance(self.font(), shown_theme())
        graph.show_losses(self._losses)
        graph.show_moment(self._moment)

    def _update_legend(self) -> None:
        absent = {"loss"} if np.isnan(self._losses.history.loss).all() else set()
        absent |= {"best"} if absent or self._losses.best is None else set()
        absent |= {"previous"} if not len(self._losses.previous.step) else set()
        shown = {name: words for name, words in LEGEND.items() if name not in absent}
        self._legend.setText(_legend(shown_theme(), shown))

    def _describe(self) -> None:
        """Describe for screen readers what is not in the metrics."""
        history = self._losses.history
        texts = spike_texts(history, shown_range(history, self._losses.previous)[1])
        description = DESCRIPTION + (f" Above the range shown: {'; '.join(texts)}." if texts else "")
        changes = [mark.sentences for mark in history.marks()[-MAX_TOLD:]]
        description = " ".join([description, *changes])
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)


def _load_graph() -> type["LossGraph"]:
    from flowviz.app.training.loss_graph import LossGraph

    return LossGraph


def _legend(theme: Theme, shown: Mapping[str, tuple[str, str]]) -> str:
    """Return the legend in HTML. It is above the plot, because inside it would cover the curves."""
    colors = CURVES[theme] | {"best": CURVES[theme]["loss"]}
    curves = (
        f'<span style="white-space: nowrap"><span style="color: rgb{colors[name]}">{line}</span> {title}</span>'
        for name, (line, title) in shown.items()
    )
    return "&thinsp; ".join((NAME, *curves))

"""The figures of a comparison: the losses of all flows, and their table."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.controls import lay_out, share_out
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.loss_curves import LossCurves
from flowviz.app.workspace.table import FiguresTable

PLOT_SHARE, TABLE_SHARE = 10, 30  # of the width


class Figures(QWidget):
    """The losses of all flows over time, beside the table of their figures."""

    def __init__(
        self, compared: ComparedState, open_entrant: Callable[[str], object], remove: Callable[[str], object]
    ) -> None:
        """Create the figures; Return in the table opens the entrant with a name on its own, and Delete removes it."""
        super().__init__()
        self.setObjectName("comparisonFigures")
        self.plot, self.table = LossCurves(compared), FiguresTable(compared, open_entrant, remove)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        share_out(splitter, {self.plot: PLOT_SHARE, self.table: TABLE_SHARE})
        lay_out(QHBoxLayout(self), splitter, margin=(GAP, 0, GAP, GAP))  # a splitter loses margins of its own

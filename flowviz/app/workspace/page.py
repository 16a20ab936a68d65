"""The page of a comparison: panels, clouds, their depth, the plot and the table."""

from itertools import pairwise

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import enlarged_text
from flowviz.app.widgets.controls import button, check_box
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.depth_bar import DepthBar
from flowviz.app.workspace.difference_box import DifferenceBox
from flowviz.app.workspace.editor import ComparisonEditor
from flowviz.app.workspace.entrants import ComparedState
from flowviz.app.workspace.grid import CloudGrid
from flowviz.app.workspace.limits import TIP
from flowviz.app.workspace.loss_curves import LossCurves
from flowviz.app.workspace.shared_view import SharedViewState
from flowviz.app.workspace.table import FiguresTable
from flowviz.specs.view import Theme

MARGIN = 6  # pixels
GRID_SHARE, FIGURES_SHARE = 30, 10  # of the height
PLOT_SHARE, TABLE_SHARE = 10, 30  # of the width


class ComparisonPage(QWidget):
    """Page that takes the place of the cloud and of the panels around it.

    Presentation mode shows only the clouds, their title and their depth.
    """

    new_requested = pyqtSignal()
    leave_requested = pyqtSignal()
    escape_pressed = pyqtSignal()  # not in presentation mode

    def __init__(
        self, compared: ComparedState, shared: SharedViewState, request: RequestState, view: ViewState
    ) -> None:
        super().__init__()
        self.setObjectName("comparisonPage")
        self.setAccessibleName("Comparison")
        self.editor = ComparisonEditor(compared, request)
        self.grid = CloudGrid(compared, shared, view)
        self.depth_bar = DepthBar(compared, shared)
        self.plot, self.table = LossCurves(compared), FiguresTable(compared)
        self._title = FittingLabel("comparisonTitle", "Description of the comparison")
        self.difference = DifferenceBox(compared, shared)
        self.limits = check_box("limitByCounting", "Li&mit by counting", f"Add a line to the table. {TIP}")
        compared.changed.connect(lambda _, new: self.limits.setChecked(new.limits is not None))
        self._leave = button("leaveComparisonButton", "&Back to the Flow", "Return, and keep the comparison (Esc)")
        self._new = button("newComparisonButton", "&New Comparison…", "Compare other flows")
        self._new.clicked.connect(lambda: self.new_requested.emit())
        self._escape = QShortcut(QKeySequence("Esc"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(lambda: self.escape_pressed.emit())
        self._leave.clicked.connect(lambda: self.leave_requested.emit())
        self.grid.depth_stepped.connect(self.depth_bar.step)
        self._lay_out()
        self.grid.arranged.connect(self._order_tabs)

    def show_title(self, *texts: str) -> None:
        """Describe the comparison, in the longest text that fits."""
        self._title.show_texts(*texts)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colors of a theme."""
        for themed in (self.editor, self.plot, self.table):
            themed.set_theme(theme)

    def present(self, screen_height: int, text_scale: float) -> None:
        """Enter presentation mode with text enlarged by a factor; the clouds fill a screen of any height."""
        self._set_presenting(True, enlarged_text(text_scale))
        self.depth_bar.slider.setFocus()

    def end_presentation(self) -> None:
        """Leave presentation mode."""
        self._set_presenting(False, "")

    def _set_presenting(self, is_presenting: bool, style_sheet: str) -> None:
        for widget in (self.editor, self._lower, self.limits, self._new, self._leave):
            widget.setHidden(is_presenting)
        self._escape.setEnabled(not is_presenting)  # the key ends the presentation
        layout = self.layout()
        assert layout is not None
        layout.setContentsMargins(MARGIN if is_presenting else 0, MARGIN, MARGIN, MARGIN)  # the editor has its own
        self.setStyleSheet(style_sheet)

    def _order_tabs(self) -> None:
        """Let the Tab key visit the clouds, which are created later, between the panels and their depth."""
        last = self.editor.controls.findChildren(QCheckBox)[-1]
        bar = self.depth_bar
        stops = [
            last,
            *self.grid.clouds,
            bar.play_button,
            bar.slider,
            *bar.buttons,
            self.difference,
            self.limits,
            self._new,
            self._leave,
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title, stretch=1)
        top.addWidget(self.difference)
        top.addWidget(self.limits)
        top.addWidget(self._new)
        top.addWidget(self._leave)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        column.addLayout(top)
        column.addWidget(self.grid, stretch=1)
        column.addWidget(self.depth_bar)
        self._lower = _splitter(Qt.Orientation.Horizontal, self.plot, self.table, PLOT_SHARE, TABLE_SHARE)
        right = _splitter(Qt.Orientation.Vertical, upper, self._lower, GRID_SHARE, FIGURES_SHARE)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addWidget(self.editor)
        layout.addWidget(right, stretch=1)


def _splitter(orientation: Qt.Orientation, first: QWidget, second: QWidget, *shares: int) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for number, (widget, share) in enumerate(zip((first, second), shares, strict=True)):
        splitter.addWidget(widget)
        splitter.setStretchFactor(number, share)
    splitter.setSizes([100 * share for share in shares])  # shares of the room, as far as the widgets fit
    return splitter

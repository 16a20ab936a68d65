"""The layer inspector: formula, numbers and curves of a stage, and explanations of what is shown."""

from math import isnan
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QBuffer, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from flowviz import rendering
from flowviz.app.widgets.labels import WrappingLabel, breakable, breakable_formula
from flowviz.app.widgets.plot import Plot
from flowviz.records import StageReport, written
from flowviz.rendering.colors import Color
from flowviz.rendering.projection import is_split
from flowviz.specs import ViewSpec, explanations
from flowviz.specs.view import Direction, Theme

# From Okabe and Ito (2008), ordered so that neighbors also differ in lightness. The lines also differ in their dashes.
CURVE_COLORS: dict[Theme, tuple[Color, ...]] = {
    "light": ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (120, 120, 120)),
    "dark": ((86, 180, 233), (240, 150, 60), (60, 200, 150), (220, 150, 190), (170, 170, 170)),
}
MIN_WIDTH = 200  # pixels
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
SAMPLE_SIZE = QSize(26, 8)  # of a line beside its name, in pixels
PLOT_LINES = 11  # height of the plot in lines of text
OFFER = '<a href="#numbers">Show formula, numbers and curves</a>. This loads TensorFlow, which takes a few seconds.'
UNTRAINED, LOADING = "Numbers appear here once you train.", "Computing formula, numbers and curves…"


class Inspector(QScrollArea):
    """Panel with the formula, numbers, curves and share of total stretching of a stage, and with explanations."""

    report_requested = pyqtSignal()  # the link that offers formula, numbers and curves was clicked

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerInspector")
        self.setAccessibleName("Layer inspector")
        self.setAccessibleDescription("Formula, numbers and curves of the layer, and an explanation of what is shown")
        self.setMinimumWidth(MIN_WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._create_labels()
        self._plot = CurvePlot()
        self._lay_out()

    def _create_labels(self) -> None:
        self._title = WrappingLabel("inspectorTitle", "Stage")
        self._explanation = WrappingLabel("stageExplanation", "What this stage does")
        self._formula = WrappingLabel("stageFormula", "Formula")
        self._numbers = WrappingLabel("stageNumbers", "Numbers of this stage")
        self._share = WrappingLabel("stageShare", "Share of total stretching")
        self._view_explanation = WrappingLabel("viewExplanation", "What is shown")
        for label in (self._formula, self._numbers):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            label.setAccessibleDescription("The text can be selected and copied")
        self._formula.linkActivated.connect(lambda: self.report_requested.emit())

    def _lay_out(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(9, 5, 9, 5)
        layout.setSpacing(8)
        facts = self._title, self._formula, self._numbers, self._plot, self._share
        for widget in (*facts, self._explanation, self._view_explanation):
            layout.addWidget(widget)
        layout.addStretch(1)  # a tall panel keeps its contents together
        self.setWidget(content)

    def show_stage(self, title: str, explanation: str, share: float) -> None:
        """Show the title of a stage, its explanation, and its share of total stretching: 0 to 1, or NaN if unknown."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._explanation.setText(explanation)
        self._share.setText(f"Share of total stretching: {'not known yet' if isnan(share) else f'{share:.1%}'}")

    def show_report(self, report: StageReport | None) -> None:
        """Show formula, numbers and curves of a stage, or a hint if there are none, because the flow is untrained."""
        self._formula.setText("<br>".join(map(breakable_formula, report.formula)) if report else UNTRAINED)
        numbers = [f"{name} = {written(value)}" for name, value in report.numbers.items()] if report else []
        self._numbers.setText("<br>".join(numbers))
        self._numbers.setVisible(bool(numbers))
        self._plot.show_curves(report)

    def offer_report(self) -> None:
        """Offer formula, numbers and curves, which take a few seconds to compute the first time."""
        self.show_report(None)
        self._formula.setText(OFFER)

    def show_loading(self) -> None:
        """Show that the formula, numbers and curves are being computed."""
        self.show_report(None)
        self._formula.setText(LOADING)

    def show_view(self, direction: Direction, view: ViewSpec, *, overview: bool, probed: bool, folded: float) -> None:
        """Explain what is shown, and how to read it; steps fold the plane over at a share of the particles."""
        marks = rendering.small_view(view).marks if overview else view.marks
        has_density = "density" in marks or view.color_by == "log_density"
        parts = [
            (explanations.OVERVIEW, overview),
            (explanations.NO_DENSITY, overview and "density" in view.marks),
            (explanations.DIRECTIONS[direction], True),
            *((text, mark in marks) for mark, text in explanations.MARKS.items()),
            (explanations.folded(folded), folded > 0 and has_density),
            (explanations.COLORS[view.color_by], bool(marks & {"points", "paths"})),
            (explanations.BESIDE, is_split(view) and not overview),
            (explanations.PROBE, probed),
        ]
        self._view_explanation.setText("<hr>" + "<p>".join(text for text, applies in parts if applies))

    def show_explanations(self, shown: bool) -> None:
        """Show or hide the explanations."""
        self._explanation.setVisible(shown)
        self._view_explanation.setVisible(shown)

    def set_theme(self, theme: Theme) -> None:
        """Draw on a light or a dark background."""
        self._plot.set_theme(theme)
        formula = self._formula.text()
        self._formula.clear()
        self._formula.setText(formula)  # a link keeps the color of the theme in which its text was set

    def sizeHint(self) -> QSize:
        return QSize(MIN_WIDTH, super().sizeHint().height())


class CurvePlot(QWidget):
    """Plot of the learned curves of a stage, with their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curvePlot")
        self.setAccessibleName("Curves of this stage")
        self._names = WrappingLabel("curveNames", "Names of the curves")
        self._plot: Plot | None = None  # created with the first curves, for a fast start of the window
        self._theme: Theme = "light"
        self._report: StageReport | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._names)
        self.hide()

    def show_curves(self, report: StageReport | None) -> None:
        """Show the curves of a stage; hide the plot if there are none."""
        self._report = report
        self.setVisible(bool(report and report.curves))
        if report is None or not report.curves:
            return
        plot = self._created().item
        items = plot.listDataItems()
        if [item.name() for item in items] != [curve.name for curve in report.curves]:
            plot.clear()
            items = [plot.plot(name=curve.name, pen=self._pen(i)) for i, curve in enumerate(report.curves)]
        for item, curve in zip(items, report.curves, strict=True):
            item.setData(curve.x, curve.y)
        plot.setLabel("bottom", report.across)
        self._names.setText(" &nbsp; ".join(self._legend(i, curve.name) for i, curve in enumerate(report.curves)))

    def set_theme(self, theme: Theme) -> None:
        """Draw on a light or a dark background."""
        self._theme = theme
        if self._plot is not None:
            self._style(self._plot)
            self._plot.item.clear()
        self.show_curves(self._report)

    def _created(self) -> Plot:
        if self._plot is None:
            self._plot = Plot()
            self._style(self._plot)
            self._column.addWidget(self._plot)
        return self._plot

    def _style(self, plot: Plot) -> None:
        plot.setFixedHeight(PLOT_LINES * self.fontMetrics().lineSpacing())
        plot.set_appearance(self.font(), self._theme)

    def _legend(self, number: int, name: str) -> str:
        """Return the name of a curve beside a sample of its line. A legend inside the plot would cover the curves."""
        return f"<span style='white-space: nowrap'><img src='{_sample(self._pen(number))}'>&nbsp;{name}</span>"

    def _pen(self, number: int) -> Any:
        colors = CURVE_COLORS[self._theme]
        number %= len(colors)
        return pg.mkPen(colors[number], width=2, style=DASHES[number])


def _sample(pen: QPen) -> str:
    """Return a picture of a line as a data URL, for use in rich text."""
    picture, buffer = QPixmap(SAMPLE_SIZE), QBuffer()
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(pen)
    middle = SAMPLE_SIZE.height() // 2
    painter.drawLine(1, middle, SAMPLE_SIZE.width() - 1, middle)
    painter.end()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{buffer.data().toBase64().data().decode()}"

"""The layer inspector: formula, numbers and curves of the stage, and an explanation of what is shown."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QBuffer, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from flowviz.app.widgets.labels import WrappingLabel, breakable
from flowviz.app.widgets.plot import Plot
from flowviz.records import StageReport, written
from flowviz.rendering.colors import Color
from flowviz.rendering.projection import is_split
from flowviz.rendering.sheet import small_view
from flowviz.specs import ViewSpec, explanations
from flowviz.specs.view import Direction, Theme

# Okabe & Ito 2008, in an order that also differs in lightness; the lines differ in their dashes, too.
CURVE_COLORS: dict[Theme, tuple[Color, ...]] = {
    "light": ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (120, 120, 120)),
    "dark": ((86, 180, 233), (240, 150, 60), (60, 200, 150), (220, 150, 190), (170, 170, 170)),
}
LEAST_WIDTH = 200  # pixels
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
SAMPLE = QSize(26, 8)  # pixels of a line beside its name
PLOT_LINES = 11  # of words, in its height
OFFER = '<a href="#numbers">Show formula, numbers and curves</a>. This loads TensorFlow, which takes a few seconds.'
UNTRAINED, LOADING = "Numbers appear here once you train.", "Computing formula, numbers and curves…"


class Inspector(QScrollArea):
    """Panel about a stage: its formula, numbers, curves, share of the total stretching, and explanations."""

    report_requested = pyqtSignal()  # formula, numbers and curves, which were only offered
    stage_described = pyqtSignal(str, str)  # title, explanation
    words_toggled = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerInspector")
        self.setAccessibleName("Layer inspector")
        self.setAccessibleDescription("Formula, numbers and curves of the layer, and an explanation of what is shown")
        self.setMinimumWidth(LEAST_WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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
        self._plot = CurvePlot()
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(9, 5, 9, 5)
        layout.setSpacing(8)
        for widget in (self._title, self._formula, self._numbers, self._plot, self._share):
            layout.addWidget(widget)
        for words in (self._explanation, self._view_explanation):
            layout.addWidget(words)
        layout.addStretch(1)  # a tall panel keeps its contents together
        self.setWidget(content)

    def show_stage(self, title: str, kind: str, share: float) -> None:
        """Show what is known about a stage at once: its kind, and its share of the total stretching."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._explanation.setText(explanations.STAGES[kind])
        self._share.setText(f"Share of total stretching: {share:.1%}")
        self.stage_described.emit(title, explanations.STAGES[kind])

    def show_report(self, report: StageReport | None) -> None:
        """Show formula, numbers and curves of a stage; None for a flow that is not trained."""
        self._formula.setText("<br>".join(report.formula) if report else UNTRAINED)
        numbers = [f"{name} = {written(value)}" for name, value in report.numbers.items()] if report else []
        self._numbers.setText("<br>".join(numbers))
        self._numbers.setVisible(bool(numbers))
        self._plot.show_curves(report)

    def offer_report(self) -> None:
        """Offer formula, numbers and curves, which take a few seconds the first time."""
        self.show_report(None)
        self._formula.setText(OFFER)

    def show_loading(self) -> None:
        """Show that formula, numbers and curves of another stage are being computed."""
        self.show_report(None)
        self._formula.setText(LOADING)

    def show_view(self, direction: Direction, view: ViewSpec, *, overview: bool, probed: bool) -> None:
        """Explain what is shown."""
        texts, marks = [], view.marks
        if overview:
            texts, marks = [explanations.OVERVIEW], small_view(view).marks
            texts += [explanations.NO_DENSITY] if "density" in view.marks else []
        texts += [explanations.DIRECTIONS[direction]]
        texts += [words for mark, words in explanations.MARKS.items() if mark in marks]
        texts += [explanations.COLORS[view.color_by]] if marks & {"points", "paths"} else []
        texts += [explanations.BESIDE] if is_split(view) and not overview else []
        texts += [explanations.PROBE] if probed else []
        self._view_explanation.setText("<hr>" + "<p>".join(texts))

    def show_words(self, shown: bool) -> None:
        """Show or hide the explanations."""
        self._explanation.setVisible(shown)
        self._view_explanation.setVisible(shown)
        self.words_toggled.emit(shown)

    def set_theme(self, theme: Theme) -> None:
        """Draw on a light or a dark background."""
        self._plot.set_theme(theme)
        formula = self._formula.text()
        self._formula.clear()
        self._formula.setText(formula)  # a link keeps the color of the theme in which it was set

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, super().sizeHint().height())


class CurvePlot(QWidget):
    """Plot of the curves that a stage has learned."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("curvePlot")
        self.setAccessibleName("Curves of this stage")
        self._names = WrappingLabel("curveNames", "Names of the curves")
        self._plot = Plot()
        self._theme: Theme = "light"
        self._report: StageReport | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._names)
        layout.addWidget(self._plot)
        self.set_theme("light")

    def show_curves(self, report: StageReport | None) -> None:
        """Draw the curves of a stage; hide if there are none."""
        self._report = report
        self.setVisible(bool(report and report.curves))
        if report is None or not report.curves:
            return
        items = self._plot.listDataItems()
        if [item.name() for item in items] != [curve.name for curve in report.curves]:
            self._plot.clear()
            items = [self._plot.plot(name=curve.name, pen=self._pen(i)) for i, curve in enumerate(report.curves)]
        for item, curve in zip(items, report.curves, strict=True):
            item.setData(curve.x, curve.y)
        self._plot.setLabel("bottom", report.across)
        self._names.setText(" &nbsp; ".join(self._named(i, curve.name) for i, curve in enumerate(report.curves)))

    def set_theme(self, theme: Theme) -> None:
        """Draw on a light or a dark background."""
        self._theme = theme
        self._plot.setFixedHeight(PLOT_LINES * self.fontMetrics().lineSpacing())
        self._plot.write(self.font(), theme)
        self._plot.clear()
        self.show_curves(self._report)

    def _named(self, number: int, name: str) -> str:
        """Return the name of a curve beside a sample of its line: a legend inside the plot would cover the curves."""
        return f"<span style='white-space: nowrap'><img src='{_sample(self._pen(number))}'>&nbsp;{name}</span>"

    def _pen(self, number: int) -> Any:
        colors = CURVE_COLORS[self._theme]
        number %= len(colors)
        return pg.mkPen(colors[number], width=2, style=DASHES[number])


def _sample(pen: QPen) -> str:
    """Return a picture of a line, for use in rich text."""
    picture, buffer = QPixmap(SAMPLE), QBuffer()
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(pen)
    painter.drawLine(1, SAMPLE.height() // 2, SAMPLE.width() - 1, SAMPLE.height() // 2)
    painter.end()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{buffer.data().toBase64().data().decode()}"

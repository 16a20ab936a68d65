"""The layer inspector: what the stage is, with its present numbers and curves; and what one sees, in words."""

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
OFFER = '<a href="#numbers">Show formula, numbers and curves</a>, which loads TensorFlow: it takes some seconds.'


class Inspector(QScrollArea):
    """Shows a stage: its explanation, formula, numbers and curves, and its share of the change of areas.

    Announces that the numbers are wanted, where they were only offered; and what is said elsewhere, too.
    """

    report_requested = pyqtSignal()
    stage_told = pyqtSignal(str, str)  # title, explanation
    words_toggled = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("layerInspector")
        self.setAccessibleName("What this stage is")
        self.setAccessibleDescription("The formula of the layer, its numbers and curves, and what is seen, in words")
        self.setMinimumWidth(LEAST_WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._title = WrappingLabel("inspectorTitle", "Stage")
        self._explanation = WrappingLabel("stageExplanation", "What this stage does")
        self._formula = WrappingLabel("stageFormula", "Formula")
        self._numbers = WrappingLabel("stageNumbers", "Numbers of this stage")
        self._share = WrappingLabel("stageShare", "Share in the change of areas")
        self._view_explanation = WrappingLabel("viewExplanation", "What is seen")
        for label in (self._formula, self._numbers):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            label.setAccessibleDescription("Its text can be selected and copied")
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
        layout.addStretch(1)  # a high panel pulls nothing apart
        self.setWidget(content)

    def show_stage(self, title: str, kind: str, share: float) -> None:
        """Show what is known of a stage before its numbers are: its kind, and its share of the change of areas."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._explanation.setText(explanations.STAGES[kind])
        self._share.setText(f"Share in the change of areas: {share:.1%}")
        self.stage_told.emit(title, explanations.STAGES[kind])

    def show_report(self, report: StageReport | None) -> None:
        """Show a stage's formula, numbers and curves; None where they are not known yet."""
        self._formula.setText("<br>".join(report.formula) if report else "Train, and its numbers stand here.")
        numbers = [f"{name} = {written(value)}" for name, value in report.numbers.items()] if report else []
        self._numbers.setText("<br>".join(numbers))
        self._numbers.setVisible(bool(numbers))
        self._plot.show_curves(report)

    def offer_report(self) -> None:
        """Offer a stage's formula, numbers and curves, which take some seconds the first time."""
        self.show_report(None)
        self._formula.setText(OFFER)

    def show_view(self, direction: Direction, view: ViewSpec, *, overview: bool, probed: bool) -> None:
        """Explain what is seen."""
        told, marks = [], view.marks
        if overview:
            told, marks = [explanations.OVERVIEW], small_view(view).marks
            told += [explanations.NO_DENSITY] if "density" in view.marks else []
        told += [explanations.DIRECTIONS[direction]]
        told += [words for mark, words in explanations.MARKS.items() if mark in marks]
        told += [explanations.COLORS[view.color_by]] if marks & {"points", "paths"} else []
        if view.beside and not overview:
            told += [explanations.BESIDE if is_split(view) else explanations.NOTHING_BESIDE]
        told += [explanations.PROBE] if probed else []
        self._view_explanation.setText("<hr>" + "<p>".join(told))

    def show_words(self, shown: bool) -> None:
        """Show the explanations, or only what is measured."""
        self._explanation.setVisible(shown)
        self._view_explanation.setVisible(shown)
        self.words_toggled.emit(shown)

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._plot.set_theme(theme)
        formula = self._formula.text()
        self._formula.clear()
        self._formula.setText(formula)  # a link keeps the color that it has when it is set

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, super().sizeHint().height())


class CurvePlot(QWidget):
    """The curves that a stage has learned."""

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
        """Draw the curves of a stage; hide where there are none."""
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
        """Draw for a light or a dark ground."""
        self._theme = theme
        self._plot.setFixedHeight(PLOT_LINES * self.fontMetrics().lineSpacing())
        self._plot.write(self.font(), theme)
        self._plot.clear()
        self.show_curves(self._report)

    def _named(self, number: int, name: str) -> str:
        """The name of a curve, beside a bit of it: a legend inside the plot would cover the curves, a title be cut."""
        return f"<span style='white-space: nowrap'><img src='{_sample(self._pen(number))}'>&nbsp;{name}</span>"

    def _pen(self, number: int) -> Any:
        colors = CURVE_COLORS[self._theme]
        number %= len(colors)
        return pg.mkPen(colors[number], width=2, style=DASHES[number])


def _sample(pen: QPen) -> str:
    """A line that is drawn with a pen, as a picture in a text."""
    picture, buffer = QPixmap(SAMPLE), QBuffer()
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(pen)
    painter.drawLine(1, SAMPLE.height() // 2, SAMPLE.width() - 1, SAMPLE.height() // 2)
    painter.end()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{buffer.data().toBase64().data().decode()}"

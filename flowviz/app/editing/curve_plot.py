"""The plot of the curves of a stage, which can be bent."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.editing.bending import learned
from flowviz.app.editing.curve_bending import CurveBending
from flowviz.app.style.theme import shown_theme
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.late import Late
from flowviz.records import Curve
from flowviz.rendering.colors import Color
from flowviz.specs.view import Theme

if TYPE_CHECKING:
    from flowviz.app.widgets.plot import Plot

# From Okabe and Ito (2008), ordered so that neighbors also differ in lightness. The lines also differ in their dashes.
CURVE_COLORS: dict[Theme, tuple[Color, ...]] = {
    "light": ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (120, 120, 120)),
    "dark": ((86, 180, 233), (240, 150, 60), (60, 200, 150), (220, 150, 190), (170, 170, 170)),
}
DASHES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
SAMPLES = "━━", "╍╍", "•••", "━•", "━••"  # of lines with these dashes, beside their names
PLOT_LINES = 11  # height of the plot in lines of text
MIN_RANGE = 0.5  # height of the plot in units of the curves, so that dragging a flat curve bends it visibly
NO_BREAK_HYPHEN = "\u2011"
LEARNED_DASHES = 6.0, 5.0  # lengths of a dash and a gap, in widths of the line


class CurvePlot(ThemeFollower, QWidget):
    """Plot of the curves of a stage, with their names; the handles of its bumps are above it."""

    def __init__(self, bending: CurveBending) -> None:
        super().__init__()
        self._bending = bending
        named(self, "curvePlot", "Curves of this stage")
        self._names = WrappingLabel("curveNames", "Names of the curves")
        self._names.linkActivated.connect(lambda number: bending.prefer(int(number)))
        self._hint = WrappingLabel("bendHint", "Selected bend", reserved_lines=2)
        self._plot = Late(partial(_load_plot, bending, self._color), self._style)
        lay_out(QVBoxLayout(self), self._names, self._plot, self._hint)
        self.hide()
        bending.changed.connect(self._update)

    def show_appearance(self) -> None:
        if self._plot.created:
            self._style(self._plot.created)
        self._update()

    def _update(self) -> None:
        """Show the curves of the stage; hide the plot if there are none."""
        report = self._bending.report
        self.setVisible(bool(report and report.curves))
        if report is None or not report.curves:
            return
        plot = self._plot.content().item
        self._draw_curves(plot, report.curves)
        self._names.setText(" &nbsp; ".join(self._legend(i, curve) for i, curve in enumerate(report.curves)))
        if plot.getAxis("bottom").labelText != report.across:
            plot.setLabel("bottom", report.across)
        self._hint.show_text(self._bending.description())

    def _draw_curves(self, plot: Any, curves: Sequence[Curve]) -> None:
        """Draw the curves, and behind each bent one what was learned."""
        names = [name for curve in curves for name in (f"{curve.name}, learned", curve.name)]
        items, bent = plot.listDataItems(), self._bending.curves
        if [item.name() for item in items] != names:
            plot.clear()
            items = [plot.plot(name=name) for name in names]
        for number, (curve, behind, item) in enumerate(zip(curves, items[::2], items[1::2], strict=True)):
            is_bent = bent.is_bent(number)
            behind.setVisible(is_bent)  # new items would take longer than a frame
            behind.setData(curve.x, learned(curve), pen={"color": self._color(number), "dash": LEARNED_DASHES})
            item.setData(curve.x, bent.values[number], pen=self._pen(number, is_bent=is_bent))

    def _style(self, plot: "Plot") -> None:
        self._plot.setFixedHeight(PLOT_LINES * self.fontMetrics().lineSpacing())
        plot.set_appearance(self.font(), shown_theme())

    def _legend(self, number: int, curve: Curve) -> str:
        """Return the name of a curve beside a sample of its line. A legend inside the plot would cover the curves."""
        is_bent, color = self._bending.curves.is_bent(number), self._color(number).name()
        sample = f"<span style='color: {color}'>{SAMPLES[0 if is_bent else number % len(SAMPLES)]}</span>"
        name = curve.name.replace("-", NO_BREAK_HYPHEN)
        if self._bending.can_bend and curve.bends:
            weight = "bold" if number == self._bending.preferred else "normal"
            color = self.palette().color(QPalette.ColorRole.WindowText).name()
            name = f"<a href='{number}' style='color: {color}; font-weight: {weight}'>{name}</a>"
        return f"<span style='white-space: nowrap'>{sample} {name}</span>"

    def _pen(self, number: int, *, is_bent: bool) -> dict[str, Any]:
        """Return the pen of a curve: one of a bent curve is solid, because the learned one behind it is dashed."""
        style = DASHES[0 if is_bent else number % len(DASHES)]
        return {"color": self._color(number), "width": 3 if is_bent else 2, "style": style}

    def _color(self, number: int) -> QColor:
        colors = CURVE_COLORS[shown_theme()]
        return QColor(*colors[number % len(colors)])


def _load_plot(bending: CurveBending, color_of: Callable[[int], QColor]) -> Callable[[], "Plot"]:
    from flowviz.app.editing.curve_handles import CurveHandles
    from flowviz.app.widgets.plot import Plot

    def create() -> Plot:
        plot = Plot()
        plot.item.getViewBox().setLimits(minYRange=MIN_RANGE)
        CurveHandles(plot, bending, color_of)
        return plot

    return create

"""The view of the first lesson: a curve that the learner drags, and the densities on both sides of it."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetrics, QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.app.style.theme import background, shown_theme
from flowviz.app.style.tokens import DOT, GAP, LINE
from flowviz.app.widgets.controls import button, lay_out, named, row
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.plot import Axis
from flowviz.lessons.one_dimension import (
    FINE,
    KNOTS,
    RANGE,
    MonotoneCurve,
    bars_of,
    moved_density,
    observations,
    slice_at,
    tangent_at,
)
from flowviz.records.base_distribution import normal_density
from flowviz.rendering.colors import CURVES, SURROUNDINGS
from flowviz.specs.shares import percent
from flowviz.specs.view import Theme

HIGHEST = 2.0  # density at the end of the axes
STEP = 0.1  # by which an arrow key moves a knot
SLICES_PER_UNIT = 20  # steps of the slider
AXIS_EMS = 3.2  # width of the axes, so that the plots in a column line up
HINT = (
    "Drag a point of the curve up or down, or choose one with the left and right arrow keys and move it with the up "
    "and down keys."
)


class OneDimension(ThemeFollower, QWidget):
    """A curve y = f(x) with a knot at each whole number, the density of x below it, and that of y beside it.

    Attributes:
        curve: The curve.
    """

    def __init__(self, on_change: Callable[[], object]) -> None:
        """Show a straight line; `on_change` is called when the curve or the slice has changed."""
        super().__init__()
        self._on_change = on_change
        named(self, "oneDimension", "Change of variables in one dimension", description=HINT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.curve, self._knot = MonotoneCurve(), len(KNOTS) // 2
        self._create_plots()
        self._create_controls()
        below = row(self._slider, self._button, stretched=self._slider)
        parts = self._hint, self._plots, self._sentence, below
        lay_out(QVBoxLayout(self), *parts, stretched=self._plots, margin=GAP)
        self.show_appearance()

    def observations(self) -> dict[str, float]:
        """Return what the conditions of a lesson can refer to, by name."""
        return observations(self.curve, self._slider.value() / SLICES_PER_UNIT)

    def set_curve(self, curve: MonotoneCurve) -> None:
        """Show a curve."""
        self.curve = curve
        self._show()
        self._on_change()

    def begin_with(self, curve: MonotoneCurve) -> None:
        """Show a curve, with the slice in the middle."""
        self._slider.setValue(0)
        self._hint.setText(HINT)
        self.set_curve(curve)

    def show_appearance(self) -> None:
        font, theme = self.font(), shown_theme()
        height, layout = QFontMetrics(font).height(), self._plots.ci.layout
        self._plots.setBackground(background(theme))
        for plot in (self._map, self._below, self._beside):
            for side in ("left", "bottom"):
                plot.getAxis(side).set_appearance(font, theme)
        for plot in (self._map, self._below):
            plot.getAxis("left").setWidth(AXIS_EMS * height)
        layout.setHorizontalSpacing(1.25 * height)  # between the last number of an axis and the first of the next one
        layout.setContentsMargins(GAP, GAP, height, GAP)
        self._create_items(theme)
        self._slope.setFont(font)
        self._show()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        sideways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        upward = {Qt.Key.Key_Down: -STEP, Qt.Key.Key_Up: STEP}.get(Qt.Key(event.key()))
        if sideways is not None:
            self._knot = min(max(self._knot + sideways, 0), len(KNOTS) - 1)
            self._show()
        elif upward is not None:
            self._move(self.curve.heights[self._knot] + upward)
        else:
            super().keyPressEvent(event)

    def _create_plots(self) -> None:
        self._plots = pg.GraphicsLayoutWidget()
        self._plots.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._map, self._beside = self._created_plot(0, 0), self._created_plot(0, 1)
        self._below = self._created_plot(1, 0)
        self._map.setLabel("left", "after: y")
        self._below.setLabel("left", "density")
        self._beside.setLabel("bottom", "density")
        for plot in (self._map, self._below):
            plot.setLabel("bottom", "before: x")  # below the curve too, so that it is level with the density beside it
            plot.setXRange(-RANGE, RANGE, padding=0)
        for plot in (self._map, self._beside):
            plot.setYRange(-RANGE, RANGE, padding=0)
        self._below.setYRange(0, HIGHEST / 2, padding=0)
        self._beside.setXRange(0, HIGHEST, padding=0)
        self._beside.getAxis("left").setStyle(showValues=False)  # they are those of the curve
        layout = self._plots.ci.layout
        for line, share in enumerate((3, 2)):
            layout.setRowStretchFactor(line, share)
            layout.setColumnStretchFactor(line, share)

    def _created_plot(self, row: int, column: int) -> pg.PlotItem:
        axes = {side: Axis(side) for side in ("left", "bottom")}
        plot = self._plots.addPlot(row=row, col=column, axisItems=axes, enableMenu=False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        return plot

    def _create_controls(self) -> None:
        self._slider = named(JumpSlider(), "sliceSlider", "Position of the shaded slice", "Move the shaded slice")
        self._slider.setRange(int(-2.5 * SLICES_PER_UNIT), int(2.5 * SLICES_PER_UNIT))
        self._slider.valueChanged.connect(self._on_slice_moved)
        tip = "Return to the line on which nothing moves"
        self._button = button("straightenButton", "Straighten", tip, run=partial(self.begin_with, MonotoneCurve()))
        self._sentence = WrappingLabel("sliceSentence", "The shaded slice")
        self._hint = WrappingLabel("curveHint", "How to bend the curve", HINT, reserved_lines=2)

    def _create_items(self, theme: Theme) -> None:
        """Create all lines and points of the plots in the colors of a theme."""
        for plot in (self._map, self._below, self._beside):
            plot.clear()
        colors, gray = CURVES[theme], SURROUNDINGS[theme].axis
        line, faint = pg.mkPen(colors["validation"], width=LINE), (*colors["train"], 90)
        shade = pg.mkBrush(*colors["loss"], 110)
        self._map.plot([-RANGE, RANGE], [-RANGE, RANGE], pen=pg.mkPen(gray, style=Qt.PenStyle.DashLine))
        self._beside.addItem(pg.InfiniteLine(1.0, 90, pen=pg.mkPen(gray, style=Qt.PenStyle.DashLine)))
        self._line = self._map.plot(pen=line)
        self._bars_before = self._bars(self._below, pg.mkBrush(*faint))
        self._bars_after = self._bars(self._beside, pg.mkBrush(*faint))
        self._shade_before = self._below.plot(pen=None, fillLevel=0, brush=shade)
        self._shade_after = pg.FillBetweenItem(pg.PlotCurveItem(), pg.PlotCurveItem(), brush=shade)
        self._beside.addItem(self._shade_after)
        self._before, self._after = self._below.plot(pen=line), self._beside.plot(pen=line)
        self._slice_lines = [self._map.plot(pen=pg.mkPen(colors["loss"], width=1)) for _ in range(2)]
        self._tangent = self._map.plot(pen=pg.mkPen(colors["loss"], width=LINE))
        beside = 1.1, 1.3  # the label is above its point, at the left, and clear of the circle
        self._slope = pg.TextItem(color=colors["loss"], anchor=beside)
        self._map.addItem(self._slope)
        self._handles = [self._created_handle(knot, colors["validation"]) for knot in range(len(KNOTS))]

    def _bars(self, plot: pg.PlotItem, brush: object) -> pg.BarGraphItem:
        bars = pg.BarGraphItem(x0=[], y0=[], width=[], height=[], brush=brush, pen=None)
        plot.addItem(bars)
        return bars

    def _created_handle(self, knot: int, color: tuple[int, int, int]) -> pg.TargetItem:
        line = pg.mkPen(color, width=LINE)
        handle = pg.TargetItem(
            size=2 * DOT, symbol="o", pen=line, brush=background(shown_theme()), hoverPen=line, hoverBrush=color
        )
        handle.sigPositionChanged.connect(partial(self._on_dragged, knot))
        self._map.addItem(handle)
        return handle

    def _on_dragged(self, knot: int, handle: pg.TargetItem) -> None:
        if handle.moving and handle.pos().y() != self.curve.heights[knot]:  # else it was only put back there
            self._knot = knot
            self._move(handle.pos().y())

    def _move(self, height: float) -> None:
        """Move the chosen knot as far as the curve still rises, and say so where it would not."""
        self._hint.setText(self.curve.problem(self._knot, height) or HINT)
        self.set_curve(self.curve.moved(self._knot, height))

    def _on_slice_moved(self) -> None:
        self._show_slice()
        self._on_change()

    def _show(self) -> None:
        y, density = moved_density(self.curve, FINE)
        self._line.setData(FINE, y)
        self._before.setData(FINE, normal_density(FINE))
        self._after.setData(density, y)
        bars = bars_of(self.curve)
        axis = np.zeros(len(bars.edges) - 1)
        self._bars_before.setOpts(x0=bars.edges[:-1], y0=axis, width=bars.width, height=bars.before)
        self._bars_after.setOpts(x0=axis, y0=bars.edges[:-1], width=bars.after, height=bars.width)
        color = CURVES[shown_theme()]["validation"]
        for knot, handle in enumerate(self._handles):
            handle.setPos(KNOTS[knot], self.curve.heights[knot])
            handle.setBrush(pg.mkBrush(color if knot == self._knot else background(shown_theme())))
        self._show_slice()

    def _show_slice(self) -> None:
        here = slice_at(self.curve, self._slider.value() / SLICES_PER_UNIT)
        x = np.linspace(*here.x, 21)
        y, density = moved_density(self.curve, x)
        self._shade_before.setData(x, normal_density(x))
        self._shade_after.setCurves(pg.PlotCurveItem(np.zeros(len(y)), y), pg.PlotCurveItem(density, y))
        for line, from_x, to_y in zip(self._slice_lines, here.x, here.y, strict=True):
            line.setData([from_x, from_x, RANGE], [-RANGE, to_y, to_y])
        tangent = tangent_at(self.curve, sum(here.x) / 2)
        self._tangent.setData(tangent.x, tangent.y)
        self._slope.setText(f"slope {tangent.slope:.2f}")
        self._slope.setPos(*tangent.middle)
        self._sentence.setText(
            f"The shaded slice holds {percent(here.share, 1)} of the points, before and after. Before, it is "
            f"{here.x[1] - here.x[0]:.2f} wide, so its density is {here.density_before:.2f}. After, it is "
            f"{here.y[1] - here.y[0]:.2f} wide, so its density is <b>{here.density_after:.2f}</b>."
        )

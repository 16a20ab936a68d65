"""The plot of bent curves, without a window."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from flowviz.app.editing.curve_bending import CurveBending
from flowviz.app.editing.curve_handles import CurveHandles
from flowviz.app.editing.curve_plot import CURVE_COLORS, CurvePlot
from flowviz.app.widgets.plot import Plot
from flowviz.specs.view import Theme
from tests.app.conftest import show
from tests.app.editing.reports import layer_editor, report


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_handles_have_the_color_of_their_curve(theme: Theme, show_theme: Callable[[Theme], None], qtbot: QtBot) -> None:
    bending = CurveBending(layer_editor())
    plot = CurvePlot(bending)
    qtbot.addWidget(plot)
    bending.show_report(report())
    show_theme(theme)
    show(plot, qtbot)
    for curve in bending.curves.bendable:
        bending.add(curve, 0.5)
    [handles] = plot.findChildren(CurveHandles)
    [graph] = plot.findChildren(Plot)
    for handle in bending.curves.handles:
        bending.selected = handle.bump  # and so it is filled
        center = graph.place(handle.x, handle.y).toPoint()
        assert handles.grab().toImage().pixelColor(center) == QColor(*CURVE_COLORS[theme][handle.curve])


def test_flat_curves_have_a_scale_on_which_a_drag_bends_them_visibly(qtbot: QtBot) -> None:
    bending = CurveBending(layer_editor())
    plot = CurvePlot(bending)
    qtbot.addWidget(plot)
    flat = tuple(replace(curve, y=1e-16 * curve.x) for curve in report().curves)
    bending.show_report(replace(report(), curves=flat))
    show(plot, qtbot)
    [graph] = plot.findChildren(Plot)
    pixels = graph.place(0, 0).y() - graph.place(0, 0.1).y()
    assert 0 < pixels < graph.height() / 4

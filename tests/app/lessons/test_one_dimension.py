"""The one-dimensional view: dragging, keys, and what a lesson observes."""

from collections.abc import Callable

import pyqtgraph as pg
import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.one_dimension import HIGHEST, OneDimension
from flowviz.app.style.theme import background, shown_theme
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.lessons.one_dimension import KNOTS, RANGE, MonotoneCurve
from flowviz.specs.view import Theme
from tests.app.pane.mouse import drag


@pytest.fixture
def changes() -> list[str]:
    return []


@pytest.fixture
def view(show_theme: Callable[[Theme], None], changes: list[str], qtbot: QtBot) -> OneDimension:
    show_theme("dark")
    view = OneDimension(lambda: changes.append("changed"))
    qtbot.addWidget(view)
    view.resize(800, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


def drag_the_point_at_one(view: OneDimension, y: float) -> None:
    """Drag the knot at x = 1 to a height with the mouse."""
    [plots] = view.findChildren(pg.GraphicsLayoutWidget)
    box = plots.getItem(0, 0).getViewBox()
    ends = [QPointF(plots.mapFromScene(box.mapViewToScene(QPointF(1, height)))) for height in (1, y)]
    drag(plots.viewport(), ends)


def test_a_point_of_the_curve_follows_the_mouse(view: OneDimension) -> None:
    drag_the_point_at_one(view, 0.2)
    assert view.curve.heights[4] == pytest.approx(0.2, abs=0.1)
    assert view.curve.heights[3] == 0


def test_a_point_of_the_curve_stops_at_its_neighbor(view: OneDimension) -> None:
    drag_the_point_at_one(view, -2.0)
    assert 0 < view.curve.heights[4] < 0.1


def test_the_keys_choose_and_move_a_point(qtbot: QtBot, view: OneDimension, changes: list[str]) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert changes == ["changed"]
    assert view.curve.heights[3] == pytest.approx(0.1)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.curve.heights[4] == pytest.approx(0.9)
    view.findChildren(QPushButton, "straightenButton")[0].click()
    assert view.curve == MonotoneCurve()


def test_a_lesson_observes_the_curve_and_the_slice(view: OneDimension) -> None:
    seen = view.observations()
    assert seen["one_dimension_slope_at_center"] == pytest.approx(1)
    assert seen["one_dimension_max_density"] < 0.4
    view.set_curve(MonotoneCurve().moved(2, -0.2).moved(4, 0.2))
    view.findChildren(JumpSlider, "sliceSlider")[0].setValue(20)
    seen = view.observations()
    assert seen["one_dimension_max_density"] > 1
    assert seen["one_dimension_total"] == pytest.approx(1, abs=1e-3)
    assert seen["one_dimension_slope_left"] == pytest.approx(0.2)
    assert seen["one_dimension_slope_right"] == pytest.approx(0.2)
    assert seen["one_dimension_largest_move"] == pytest.approx(0.8)
    assert seen["one_dimension_slice"] == 1
    assert len(view.curve.heights) == len(KNOTS)


def test_the_sentence_gives_the_density_of_the_slice(view: OneDimension) -> None:
    sentence = view.findChildren(QLabel, "sliceSentence")[0]
    assert "holds 19.7% of the points" in sentence.text()
    before = sentence.text()
    view.set_curve(MonotoneCurve().moved(3, 0.8))
    assert sentence.text() != before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pointing_at_and_dragging_a_point_changes_no_color(
    view: OneDimension, theme: Theme, show_theme: Callable[[Theme], None]
) -> None:
    show_theme(theme)
    before = colors(view)
    handle = view._handles[4]
    handle.setMouseHover(True)
    assert colors(view) == before
    handle.setMouseHover(False)
    drag_the_point_at_one(view, 0.2)
    assert colors(view) == before


def colors(view: OneDimension) -> set[str]:
    """Return the colors of all points of the curve and guide lines, except for that of the background."""
    pens = [*(handle.currentPen for handle in view._handles), *(line.opts["pen"] for line in view._slice_lines)]
    brushes = [handle.currentBrush for handle in view._handles]
    return {item.color().name() for item in (*pens, *brushes)} - {background(shown_theme()).name()}


def test_the_view_says_why_a_curve_cannot_turn_down_at_that_moment(view: OneDimension) -> None:
    hint = view.findChildren(QLabel, "curveHint")[0]
    drag_the_point_at_one(view, 0.5)
    assert "two points" not in hint.text()
    view.begin_with(MonotoneCurve())
    drag_the_point_at_one(view, -1.0)
    assert "two points would land at the same place" in hint.text()
    view.begin_with(MonotoneCurve())
    assert "two points" not in hint.text()


def test_keys_that_would_turn_the_curve_down_say_so_too(qtbot: QtBot, view: OneDimension) -> None:
    hint = view.findChildren(QLabel, "curveHint")[0]
    for _ in range(9):
        qtbot.keyClick(view, Qt.Key.Key_Up)
    assert "two points" not in hint.text()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert "two points" in hint.text()
    view.begin_with(MonotoneCurve())
    assert "two points" not in hint.text()


@pytest.mark.parametrize("width", [800, 1100])
def test_the_plots_keep_their_places_when_the_view_says_why_a_point_stops(
    qtbot: QtBot, view: OneDimension, width: int
) -> None:
    view.resize(width, 600)
    [plots] = view.findChildren(pg.GraphicsLayoutWidget)
    qtbot.waitUntil(lambda: plots.width() > width - 50)
    before = plots.geometry()
    view._move(3.0)
    QApplication.processEvents()
    assert "two points" in view.findChildren(QLabel, "curveHint")[0].text()
    assert plots.geometry() == before


@pytest.mark.parametrize("factor", [1, 2])
def test_each_y_is_as_high_in_the_density_as_in_the_curve(view: OneDimension, factor: float) -> None:
    font = view.font()
    font.setPointSizeF(factor * font.pointSizeF())
    view.setFont(font)
    view.show_appearance()
    QApplication.processEvents()
    curve, density = (plot.getViewBox() for plot in (view._map, view._beside))
    for y in (-3, 0, 2):
        heights = [box.mapViewToScene(QPointF(0, y)).y() for box in (curve, density)]
        assert heights[0] == pytest.approx(heights[1], abs=0.5)


def test_numbers_of_neighboring_axes_do_not_touch(view: OneDimension) -> None:
    curve, density = (plot.getViewBox() for plot in (view._map, view._beside))
    gap = density.mapViewToScene(QPointF(0, 0)).x() - curve.mapViewToScene(QPointF(RANGE, 0)).x()
    assert gap > view.fontMetrics().horizontalAdvance("4") + view.fontMetrics().horizontalAdvance("0")


def test_the_tangent_shows_the_slope_of_the_shaded_slice(view: OneDimension) -> None:
    assert view._slope.toPlainText() == "slope 1.00"
    view.set_curve(MonotoneCurve().moved(2, -0.5).moved(4, 0.5))
    assert view._slope.toPlainText() == "slope 0.50"
    x, y = view._tangent.getData()
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(0.5)


def test_large_numbers_do_not_cover_the_labels_of_the_axes_or_touch_the_edge(view: OneDimension) -> None:
    font = view.font()
    font.setPointSizeF(1.5 * font.pointSizeF())
    view.setFont(font)
    view.show_appearance()
    QApplication.processEvents()
    metrics = QFontMetrics(font)
    for plot in (view._map, view._beside, view._below):
        assert plot.getAxis("bottom").height() >= 2 * metrics.height()
    right = view._beside.getViewBox().mapViewToScene(QPointF(HIGHEST, 0)).x()
    assert right + metrics.horizontalAdvance("2.0") / 2 <= view._plots.width()
    gap = (
        view._beside.getViewBox().mapViewToScene(QPointF(0, 0)).x() - view._map.getViewBox().sceneBoundingRect().right()
    )
    assert gap > metrics.horizontalAdvance("4") + metrics.horizontalAdvance("0")

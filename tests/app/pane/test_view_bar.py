"""The view bar shows the view state and requests changes of it."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QComboBox, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.known import Known
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.choice_words import COLORS
from flowviz.records import Selection
from tests.app.pane.fakes import PARTICLES, STAGES


class Bar:
    """A view bar and its state."""

    def __init__(self, qtbot: QtBot) -> None:
        self.view, self.holds = ViewState(), 0
        self.view.show_flow(STAGES - 1, PARTICLES)
        self.bar = ViewBar(self.view, self._hold)
        qtbot.addWidget(self.bar)

    def _hold(self) -> None:
        self.holds += 1


@pytest.fixture
def bar(qtbot: QtBot) -> Bar:
    return Bar(qtbot)


def test_button_of_a_mark_shows_and_hides_it(bar: Bar) -> None:
    for mark, action in bar.bar.mark_actions.items():
        was_shown = mark in bar.view.seen.view.marks
        action.trigger()
        assert (mark in bar.view.seen.view.marks) == (not was_shown) == action.isChecked()


def test_boxes_set_the_color_and_the_direction(bar: Bar) -> None:
    color, direction = bar.bar.findChild(QComboBox, "colorBox"), bar.bar.findChild(QComboBox, "directionBox")
    assert color is not None
    assert direction is not None
    for index, color_by in enumerate(COLORS):
        color.setCurrentIndex(index)
        assert bar.view.seen.view.color_by == color_by
    direction.setCurrentIndex(1)
    assert bar.view.seen.direction == "encode"
    bar.view.set_direction("generate")
    assert direction.currentIndex() == 0


def test_one_tool_is_checked_at_a_time(bar: Bar) -> None:
    for tool, action in bar.bar.tool_actions.items():
        action.trigger()
        assert bar.view.value.tool == tool
        assert [each for each, other in bar.bar.tool_actions.items() if other.isChecked()] == [tool]


def test_selection_can_be_inverted_and_cleared(bar: Bar) -> None:
    assert not bar.bar.clear_action.isEnabled()
    bar.bar.invert_action.trigger()
    assert bar.view.value.selection == Selection.none(PARTICLES).inverted()
    bar.bar.clear_action.trigger()
    assert bar.view.value.selection is None


def test_stage_of_the_overview_cannot_be_fitted(bar: Bar) -> None:
    assert bar.bar.fit_action.isEnabled()
    assert bar.bar.fit_stage_action.isEnabled()
    bar.view.update(overview=True)
    assert bar.bar.fit_action.isEnabled()
    assert not bar.bar.fit_stage_action.isEnabled()


def test_button_shows_whether_the_view_follows_the_cloud_and_toggles_it(bar: Bar) -> None:
    button = bar.bar.findChild(QToolButton, "followButton")
    assert button is not None
    assert button.isChecked()
    button.click()
    assert bar.holds == 1
    bar.view.zoom_to((1.0, 2.0), 0.5)
    assert not button.isChecked()
    button.click()
    assert bar.view.seen.fitted
    menu = button.menu()
    assert menu is not None
    assert menu.actions() == [bar.bar.fit_action, bar.bar.fit_stage_action]


def test_show_menu_stays_open_while_marks_are_toggled(bar: Bar, qtbot: QtBot) -> None:
    button = bar.bar.findChild(QToolButton, "showButton")
    assert button is not None
    assert button.toolTip().endswith("now: Points")
    menu = button.menu()
    assert menu is not None
    menu.popup(QPoint(0, 0))
    for mark in ("density", "grid"):
        place = menu.actionGeometry(bar.bar.mark_actions[mark]).center()
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert bar.view.seen.view.marks == {"points", "density", "grid", "paths"}
    assert button.toolTip().endswith("now: Points, Density, Grid, Paths")
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert not menu.isVisible()
    assert bar.view.seen.view.marks == {"points", "density", "grid"}


def test_velocities_exclude_each_other_and_may_be_unknown(bar: Bar) -> None:
    learned, best, difference = bar.bar.velocity_menu.actions()
    assert [learned.isChecked(), best.isChecked(), difference.isChecked()] == [True, False, False]
    best.trigger()
    assert [learned.isChecked(), best.isChecked(), difference.isChecked()] == [False, True, False]
    bar.view.show_flow(STAGES - 1, PARTICLES, known=Known(dict.fromkeys(("best", "difference"), "Why not")))
    assert bar.view.seen.view.velocity == "learned"
    assert learned.isChecked()
    assert (best.isEnabled(), best.toolTip()) == (False, "Why not")


def test_beside_is_available_only_with_something_to_show_beside_the_points(bar: Bar) -> None:
    beside = bar.bar.beside_action
    bar.view.update_view(beside=True)
    assert (beside.isEnabled(), beside.isChecked()) == (False, False)
    bar.bar.mark_actions["density"].trigger()
    assert (beside.isEnabled(), beside.isChecked()) == (True, True)
    beside.trigger()
    assert not bar.view.seen.view.beside


def test_show_button_names_what_is_shown_where_there_is_room(bar: Bar) -> None:
    button = bar.bar.findChild(QToolButton, "showButton")
    assert button is not None
    bar.bar.resize(2000, 40)
    bar.bar.show()
    bar.view.set_mark("density", True)
    assert button.text() == "Show: Points, Density ▾"
    bar.bar.resize(bar.bar.minimumSizeHint().width(), 40)
    assert button.text() == "Show ▾"
    assert button.toolTip().endswith("now: Points, Density")

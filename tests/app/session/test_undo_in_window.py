"""One undo for all that a person chooses, in the real window."""

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QTextCursor
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QMenu,
    QSlider,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from flowviz.app.session.undo import BURST_MS
from flowviz.projects import Project
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, PointsSpec, TextSpec
from flowviz.targets import points_spec
from tests.app.conftest import FileMenu, Window
from tests.app.session.undoing import CHOICES, CONTROL, Undone, choose_any
from tests.app.target.test_drawing import Drawn
from tests.app.target.test_panel import Sourced, media_of
from tests.app.viewer.explored import Explored
from tests.targets.pictures import png


@pytest.fixture
def undone(window: Window, qtbot: QtBot) -> Undone:
    return Undone(window, qtbot)


@pytest.fixture
def opened(undone: Undone, project: Project) -> Undone:
    """With a project in the window."""
    undone.window.main.session.show_project(project)
    return undone


@pytest.mark.parametrize("trained", [False, True])
def test_each_choice_is_undone_and_chosen_again(undone: Undone, project: Project, trained: bool) -> None:
    if trained:
        undone.window.main.session.show_project(project)
    assert undone.titles == ("Undo", "Redo")
    for title, choose in CHOICES.items():
        before = undone.chosen
        choose(undone)
        after = undone.chosen
        assert after != before
        assert undone.titles == (f"Undo {title}", "Redo")
        assert undone.count == 1
        undone.undo()
        assert undone.chosen == before
        assert undone.titles == ("Undo", f"Redo {title}")
        undone.redo()
        assert undone.chosen == after
        undone.undo()
        assert undone.chosen == before


def test_typing_zooming_and_a_slider_are_one_edit_each_until_one_rests(undone: Undone) -> None:
    undone.write("cat")
    assert undone.count == 1
    for _ in range(5):
        undone.wheel(1)
    assert undone.count == 2
    slider = undone.window.find(QSlider, "targetWeight")
    for weight in range(10, 15):
        slider.setValue(weight)
    assert undone.count == 3
    undone.write("s")
    assert undone.count == 4
    undone.qtbot.wait(BURST_MS + 200)
    undone.write("!")
    assert undone.count == 5
    for _ in range(5):
        undone.undo()
    assert undone.text.toPlainText() == "BRAD"
    assert undone.titles[1] == "Redo Typing"


def test_what_was_typed_and_taken_away_at_once_is_no_edit(undone: Undone) -> None:
    undone.write("x")
    undone.qtbot.keyClick(undone.text, Qt.Key.Key_Backspace)
    undone.text.setPlainText("BRAD")
    assert undone.count == 0
    assert undone.titles == ("Undo", "Redo")


def test_choices_from_a_list_are_an_edit_each(undone: Undone) -> None:
    for index in (1, 2, 3):
        undone.choose("colorBox", index)
    assert undone.count == 3
    undone.undo()
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 2


def test_a_new_choice_ends_what_could_be_chosen_again(undone: Undone) -> None:
    undone.choose("flowFamily", 3)
    undone.choose("colorBox", 2)
    undone.undo()
    assert undone.titles == ("Undo Flow: MAF", "Redo Color by Radius")
    undone.write("a")
    assert undone.titles == ("Undo Typing", "Redo")


def test_an_undo_ends_a_burst(undone: Undone) -> None:
    undone.write("a")
    undone.choose("colorBox", 1)
    undone.undo()
    undone.write("b")
    assert undone.count == 2
    undone.undo()
    assert "b" not in undone.text.toPlainText()
    assert "a" in undone.text.toPlainText()


def test_the_keys_undo_the_last_choice_wherever_the_focus_is(undone: Undone) -> None:
    undone.window.main.activateWindow()
    undone.text.setFocus()
    undone.qtbot.waitUntil(undone.text.hasFocus)
    undone.write("a")
    undone.choose("colorBox", 1)
    undone.qtbot.keyClick(undone.text, Qt.Key.Key_Z, CONTROL)
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 0
    amount = undone.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    undone.qtbot.keyClicks(amount, "5")
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert undone.text.toPlainText() == "BRAD"
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert "a" in undone.text.toPlainText()


def test_the_word_of_the_start_page_is_undone_there_and_a_view_behind_it(undone: Undone) -> None:
    start = undone.window.main.welcome
    undone.choose("colorBox", 1)
    start.show()
    word = undone.window.find(QLineEdit, "startWord")
    undone.qtbot.keyClicks(word, "cat")
    assert undone.text.toPlainText() == "cat"
    undone.qtbot.keyClick(word, Qt.Key.Key_Z, CONTROL)
    assert (word.text(), undone.text.toPlainText()) == ("BRAD", "BRAD")
    assert start.is_shown
    undone.undo()
    assert not start.is_shown
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 0


def test_the_text_has_no_other_undo(undone: Undone) -> None:
    undone.write("x")
    place = undone.text.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
    QApplication.sendEvent(undone.text.viewport(), event)
    (menu,) = undone.text.findChildren(QMenu)
    offered = {action.text().replace("&", "").split("\t")[0] for action in menu.actions() if action.isVisible()}
    menu.close()
    assert {"Paste", "Select All"} <= offered
    assert not {"Undo", "Redo"} & offered


def test_the_caret_is_where_the_text_has_changed(undone: Undone) -> None:
    undone.text.setPlainText("one 🙂 two")
    undone.pause()
    undone.text.moveCursor(QTextCursor.MoveOperation.End)
    undone.text.moveCursor(QTextCursor.MoveOperation.PreviousWord)
    undone.write("and ")
    assert undone.text.toPlainText() == "one 🙂 and two"
    undone.text.moveCursor(QTextCursor.MoveOperation.Start)
    undone.undo()
    assert undone.text.toPlainText() == "one 🙂 two"
    undone.write("or ")
    assert undone.text.toPlainText() == "one 🙂 or two"


def test_undone_to_what_was_saved_is_unchanged(file_menu: FileMenu, undone: Undone, project_file: Path) -> None:
    file_menu.open(project_file)
    assert undone.titles == ("Undo", "Redo"), "opening cannot be undone"
    for title in ("Typing", "Flow: Spline", "Budget", "Selection", "Source: Shape"):
        CHOICES[title](undone)
        assert file_menu.is_changed
    for _ in range(5):
        undone.undo()
    assert not file_menu.is_changed
    undone.redo()
    assert file_menu.is_changed
    undone.undo()
    undone.choose("colorBox", 1)
    file_menu.choose("new")
    assert undone.titles == ("Undo", "Redo")


def test_what_the_program_shows_by_itself_is_no_edit(undone: Undone, project: Project, qtbot: QtBot) -> None:
    explored = Explored(undone.window, project, qtbot)
    undone.window.main.resize(1000, 700)
    for theme in ("darkAction", "lightAction"):
        undone.trigger(theme)
    explored.viewer.refit()
    explored.go_to(3)
    undone.trigger("probeTool")
    assert undone.count == 0
    undone.wheel(3)
    extent = undone.cloud.view.half_extent
    explored.take(explored.trace, 4000)
    assert undone.cloud.view.half_extent == extent
    undone.undo()
    assert undone.cloud.view.half_extent > extent, "it follows the cloud again"
    assert explored.window.main.view.seen.fitted


def test_pages_come_back_with_what_stood_on_them(undone: Undone, qtbot: QtBot) -> None:
    panel, request = Sourced(undone.window, qtbot).panel, undone.window.main.request
    first = undone.chosen
    image = ImageSpec(png=png(Image.new("L", (8, 8))), name="a&b.png")
    undone.turn_to("image")
    request.show_target(image)
    assert undone.window.find(QAction, "undoAction").text() == "&Undo Image: a&&b.png"
    undone.turn_to("mix")
    parts = [{"source": image}, {"source": TextSpec(text="B"), "weight": 3}]
    request.show_target(MixSpec.model_validate({"parts": parts}))
    panel.mix.add(image)
    assert undone.titles[0] == "Undo Add to the Mix"
    undone.turn_to("points")
    points = points_spec(np.random.default_rng(0).normal(size=(50, 2)))
    request.show_target(points)
    last = undone.chosen
    assert isinstance(request.plan.target, PointsSpec)
    kinds = []
    while undone.count:
        undone.undo()
        kinds.append(request.value.kind)
    assert undone.chosen == first
    assert kinds == ["points", "mix", "mix", "mix", "image", "image", "text"]
    while undone.titles[1] != "Redo":
        undone.redo()
    assert undone.chosen == last


def test_a_table_with_a_choice_of_columns_is_undone_at_once(undone: Undone, qtbot: QtBot, tmp_path: Path) -> None:
    sourced, points = Sourced(undone.window, qtbot), np.random.default_rng(0).normal(size=(50, 3))
    np.savetxt(tmp_path / "first.csv", points, delimiter=",")
    np.save(tmp_path / "second.npy", points)
    stands, titles = [undone.chosen], []

    def keep(title: str) -> None:
        sourced.wait(lambda: undone.titles[0] == f"Undo {title}")
        assert undone.count == len(stands)
        stands.append(undone.chosen)
        titles.append(title)

    for name in ("first.csv", "second.npy"):
        sourced.drop(media_of(tmp_path / name))
        keep(f"Points: {name}")
    y = undone.window.find(QComboBox, "pointsY")
    y.setCurrentIndex(2)
    y.activated.emit(2)
    keep("Columns")
    for stand, title in zip(reversed(stands[:-1]), reversed(titles), strict=True):
        undone.undo()
        assert (undone.chosen, undone.titles[1]) == (stand, f"Redo {title}")
    assert undone.text.isVisible()
    for stand in stands[1:]:
        undone.redo()
        assert undone.chosen == stand
    assert y.currentIndex() == 2


def test_strokes_are_undone_with_all_else_in_the_order_of_time(undone: Undone, qtbot: QtBot) -> None:
    drawn = Drawn(undone.window, qtbot)
    drawn.stroke((20, 50), (80, 50))
    assert undone.titles[0] == "Undo Stroke"
    assert drawn.built is not None
    spec = drawn.built.spec
    assert isinstance(spec, DrawingSpec)
    undone.choose("colorBox", 1)
    drawn.button("clearDrawingButton").click()
    assert undone.titles[0] == "Undo Clear"
    assert "Clear" in drawn.button("undoButton").toolTip()
    undone.undo()
    assert drawn.built is not None
    assert drawn.built.spec == spec
    undone.undo()
    assert undone.window.find(QComboBox, "colorBox").currentIndex() == 0
    drawn.button("undoButton").click()
    assert drawn.built is None
    drawn.button("undoButton").click()
    assert undone.text.isVisible()
    assert not drawn.button("undoButton").isEnabled()
    for _ in range(2):
        undone.redo()
    assert drawn.canvas.png() == spec.png, "to the last bit"


def test_any_choices_are_undone_to_the_first_and_chosen_again_to_the_last(opened: Undone) -> None:
    chance = random.Random(1)
    stands = [opened.chosen]
    for _ in range(60):
        choose_any(opened, chance)
        opened.pause()
        if opened.chosen != stands[-1]:
            stands.append(opened.chosen)
        if chance.random() < 0.2 and len(stands) > 1:
            opened.undo()
            stands.pop()
            assert opened.chosen == stands[-1]
    assert opened.count == len(stands) - 1 > 20
    seen = opened.window.main.view.seen
    for stand in reversed(stands[:-1]):
        opened.undo()
        assert opened.chosen == stand
    for stand in stands[1:]:
        opened.redo()
        assert opened.chosen == stand
    assert opened.window.main.view.seen == seen


def test_the_clipboard_serves_the_text_that_has_the_focus(undone: Undone) -> None:
    undone.window.main.activateWindow()
    amount = undone.window.find(QSpinBox, "budgetAmount")
    amount.setFocus()
    undone.qtbot.waitUntil(amount.hasFocus)
    undone.edit("selectall", "copy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "60"
    undone.text.setFocus()
    undone.edit("selectall", "cut")
    assert (clipboard.text(), undone.text.toPlainText()) == ("BRAD", "")
    undone.edit("paste", "paste")
    assert undone.text.toPlainText() == "BRADBRAD"
    undone.window.find(QSlider, "layerScrubber").setFocus()
    undone.edit("paste")
    assert undone.text.toPlainText() == "BRAD", "learned in place of the other"
    assert not undone.window.find(QAction, "cutAction").isEnabled()


def test_keys_and_clipboard_serve_a_panel_that_floats(undone: Undone) -> None:
    amount = undone.window.find(QSpinBox, "budgetAmount")
    (panel,) = [dock for dock in undone.window.main.findChildren(QDockWidget) if dock.isAncestorOf(amount)]
    panel.setFloating(True)
    panel.activateWindow()
    amount.setFocus()
    undone.qtbot.waitUntil(amount.hasFocus)
    amount.setValue(70)
    undone.edit("selectall", "cut")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "70"
    undone.qtbot.keyClick(amount, Qt.Key.Key_Z, CONTROL)
    assert amount.value() == 60

"""The shortcut sheet and the command palette, used with the keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from PyQt6.sip import isdeleted
from pytestqt.qtbot import QtBot

from flowviz.app.commands.catalog import Command, commands_of, matching
from flowviz.app.commands.palette import CommandList, CommandPalette, ShortcutSheet
from flowviz.app.training.activity import Activity
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.training_state import TrainingState
from flowviz.specs import PRESETS, preset_of
from flowviz.specs.explanations import DIRECTION_TITLES
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window


def entries(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        inner = action.menu()
        if inner is not None:
            yield from entries(inner)
        elif action.isVisible() and action.objectName():
            yield action


def menu_entries(window: Window) -> list[QAction]:
    bar = window.main.menuBar()
    assert bar is not None
    menus = [action.menu() for action in bar.actions()]
    return [action for menu in menus if menu is not None for action in entries(menu)]


def commands(window: Window) -> list[Command]:
    bar = window.main.menuBar()
    assert bar is not None
    return list(commands_of(bar))


def text_box(window: Window, qtbot: QtBot) -> QPlainTextEdit:
    box = window.find(QPlainTextEdit, "targetText")
    window.main.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    return box


def opened_by(key: Qt.Key, window: Window, qtbot: QtBot) -> CommandList:
    box = text_box(window, qtbot)
    control = Qt.KeyboardModifier.ControlModifier if key == Qt.Key.Key_K else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(box, key, control)
    (dialog,) = window.main.findChildren(CommandList)
    qtbot.waitUntil(lambda: dialog.search.hasFocus())
    return dialog


@pytest.fixture
def sheet(window: Window, qtbot: QtBot) -> CommandList:
    dialog = opened_by(Qt.Key.Key_F1, window, qtbot)
    assert isinstance(dialog, ShortcutSheet)
    return dialog


@pytest.fixture
def palette(window: Window, qtbot: QtBot) -> CommandList:
    dialog = opened_by(Qt.Key.Key_K, window, qtbot)
    assert isinstance(dialog, CommandPalette)
    return dialog


def rows(tree: QTreeWidget) -> list[QTreeWidgetItem]:
    tops = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [item for item in tops if item is not None]


def listed(sheet: CommandList) -> list[QTreeWidgetItem]:
    groups = rows(sheet.list)
    children = [group.child(row) for group in groups for row in range(group.childCount())]
    return [child for child in children if child is not None]


def titles(palette: CommandList) -> list[str]:
    return [row.text(0) for row in rows(palette.list)]


def plain(action: QAction) -> str:
    return action.text().replace("&", "")


def test_shortcut_sheet_lists_every_command_with_shortcut_and_description(window: Window, sheet: CommandList) -> None:
    shown = sorted((item.text(0), item.text(1)) for item in listed(sheet))
    assert shown == sorted((plain(action), action.shortcut().toString()) for action in menu_entries(window))
    assert all(item.text(2) for item in listed(sheet))
    groups = [group.text(0) for group in rows(sheet.list)]
    assert {"File", "View", "View ▸ Colors", "Help"} <= set(groups)
    assert len(groups) == len(set(groups))


def test_shortcut_sheet_is_as_wide_as_its_columns_or_the_screen(sheet: CommandList) -> None:
    bar, screen = sheet.list.horizontalScrollBar(), sheet.screen()
    assert bar is not None
    assert screen is not None
    assert not bar.isVisible() or sheet.width() >= screen.availableSize().width()


def test_palette_lists_every_command(window: Window, palette: CommandList) -> None:
    shown = sorted(title.removesuffix(" (unavailable)") for title in titles(palette))
    assert shown == sorted(plain(action) for action in menu_entries(window))


def test_palette_lists_recent_projects_before_their_menu_is_opened(window: Window) -> None:
    recent, path = window.main.document_actions.recent, Path("/folder/ship.flowviz")
    recent.add(path)
    assert any("ship.flowviz" in command.title for command in commands(window))
    recent.remove(path)
    assert not any("ship.flowviz" in command.title for command in commands(window))


def test_no_shortcut_is_used_twice(window: Window) -> None:
    keys = [key.toString() for action in menu_entries(window) for key in action.shortcuts()]
    assert sorted(keys) == sorted(set(keys))


def test_every_command_has_a_description(window: Window) -> None:
    undescribed = [each.title for each in commands(window) if each.tip.rstrip("…") in ("", each.title.rstrip("…"))]
    assert undescribed == []


def test_shortcut_sheet_filters_as_the_user_types_and_is_not_modal(
    window: Window, sheet: CommandList, qtbot: QtBot
) -> None:
    assert not sheet.isModal()
    qtbot.keyClicks(sheet.search, "zoom")
    assert [item.text(0) for item in listed(sheet)] == ["Fit the Selection", "Zoom In", "Zoom Out", "Fit This Stage"]
    assert "4 of" in sheet.sentence.text()
    qtbot.keyClicks(sheet.search, " no such thing")
    assert listed(sheet) == []
    assert "No command" in sheet.sentence.text()


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_K])
def test_escape_closes_the_dialog_and_returns_the_focus(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    dialog = opened_by(key, window, qtbot)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.main.findChildren(CommandList))
    qtbot.waitUntil(lambda: window.find(QPlainTextEdit, "targetText").hasFocus())


def test_second_f1_leaves_one_sheet(window: Window, qtbot: QtBot, sheet: CommandList) -> None:
    window.main.finder.open_sheet()
    qtbot.waitUntil(lambda: len(window.main.findChildren(ShortcutSheet)) == 1)


def test_return_runs_the_best_match(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    paths = window.find(QAction, "pathsAction")
    qtbot.keyClicks(palette.search, "pat")
    assert titles(palette)[0] == "Paths"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(paths.isChecked)
    qtbot.waitUntil(lambda: window.find(QPlainTextEdit, "targetText").hasFocus())
    assert not window.main.findChildren(CommandPalette)
    paths.trigger()


def test_down_and_up_select_among_the_matches(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "zoom")
    chosen = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(palette.search, key)
        current = palette.list.currentItem()
        assert current is not None
        chosen.append(current.text(0))
    assert chosen == ["Zoom Out", "Zoom In"]


def chosen(palette: CommandList, typed: str, title: str, qtbot: QtBot) -> None:
    """Type into the palette, and run the command with a title."""
    palette.search.clear()
    qtbot.keyClicks(palette.search, typed)
    row = titles(palette).index(title)
    palette.list.setCurrentItem(rows(palette.list)[row])
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not palette_is_open(palette))


def palette_is_open(palette: CommandList) -> bool:
    return not isdeleted(palette) and palette.isVisible()


def test_palette_is_a_part_of_the_window_that_keeps_the_tab_key(
    window: Window, palette: CommandList, qtbot: QtBot
) -> None:
    assert not palette.isWindow()
    assert window.main.rect().contains(palette.geometry())
    for focused in (palette.list, palette.search):
        qtbot.keyClick(QApplication.focusWidget() or palette, Qt.Key.Key_Tab)
        assert focused.hasFocus()
    window.main.resize(900, 620)
    qtbot.waitUntil(lambda: window.main.rect().contains(palette.geometry()))


def test_click_outside_closes_the_palette_and_does_nothing_else(
    window: Window, palette: CommandList, qtbot: QtBot
) -> None:
    train = window.find(QAbstractButton, "trainButton")
    place = train.mapTo(window.main, train.rect().center())
    outside = window.main.childAt(place)
    assert outside is not None
    assert outside is not train
    qtbot.mouseClick(outside, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not palette_is_open(palette))
    qtbot.waitUntil(lambda: window.main.childAt(place) is train)
    assert window.find(QPlainTextEdit, "targetText").hasFocus()


def test_second_ctrl_k_closes_the_palette(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    qtbot.keyClick(palette.search, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.main.findChildren(CommandPalette))


@pytest.mark.parametrize(
    ("typed", "title", "name"), [("batch", "Batch", "trainingBatch"), ("wid", "Width", "flowWidth")]
)
def test_option_is_found_and_gets_the_focus(
    window: Window, palette: CommandList, qtbot: QtBot, typed: str, title: str, name: str
) -> None:
    box = window.find(QSpinBox, name)
    assert not box.isVisible()
    chosen(palette, typed, title, qtbot)
    qtbot.waitUntil(box.hasFocus)
    window.find(QAbstractButton, "flowOptionsButton").click()


def test_option_of_a_closed_panel_is_found(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    amount = window.find(QSpinBox, "budgetAmount")
    panel = next(dock for dock in window.main.findChildren(QDockWidget) if dock.isAncestorOf(amount))
    panel.close()
    chosen(palette, "budget", "Train for", qtbot)
    qtbot.waitUntil(amount.hasFocus)
    assert panel.isVisible()


def test_options_that_do_not_apply_are_left_out_or_disabled(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "pairing")
    assert "Pairing" not in titles(palette), "only flow matching has a pairing"
    palette.search.clear()
    qtbot.keyClicks(palette.search, "component")
    assert "Component (unavailable)" in titles(palette), "the base has no components"


def test_presets_colors_and_directions_are_found(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    request, view = window.main.request, window.main.view
    chosen(palette, "color angle", "Angle", qtbot)
    qtbot.waitUntil(lambda: view.seen.view.color_by == "angle")
    window.main.finder.open_palette()
    (palette,) = window.main.findChildren(CommandPalette)
    chosen(palette, "encode", DIRECTION_TITLES["encode"], qtbot)
    qtbot.waitUntil(lambda: view.seen.direction == "encode")
    window.main.finder.open_palette()
    (palette,) = window.main.findChildren(CommandPalette)
    chosen(palette, "sharpest", PRESETS["sharp"].title, qtbot)
    qtbot.waitUntil(lambda: preset_of(request.plan.flow) == "sharp")
    view.update_view(color_by="quadrant")
    view.set_direction("generate")


def test_numbers_are_offered_where_they_are_possible(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.search, "150")
    offered = titles(palette)
    assert offered[:2] == ["Train for 150 seconds", "Train for 150 steps"]
    assert {"Width: 150", "Batch: 150", "Very Large (150%)"} <= set(offered)
    assert not {"Layers: 150", "Go to Stage 150"} & set(offered), "there are fewer"
    palette.search.clear()
    qtbot.keyClicks(palette.search, "0.25")
    assert "Train for 0.25 seconds" not in titles(palette)
    assert any(title.endswith(": 0.25") for title in titles(palette))


def test_number_does_not_restart_a_training_by_default(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    commands = window.find(TrainingControls, "runControls").commands
    commands.show_activity(Activity(state=TrainingState.TRAINING, can_train=True))
    qtbot.keyClicks(palette.search, "150")
    offered = titles(palette)
    assert offered[0] == "Train for: 150"
    assert {"Restart for 150 seconds", "Restart for 150 steps"} <= set(offered)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.find(QSpinBox, "budgetAmount").value() == 150)
    assert window.main.session.run is None
    commands.show_activity(Activity(can_train=True))


def test_typed_number_sets_an_option_a_stage_or_the_budget_of_a_training(
    window: Window, palette: CommandList, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, started = window.main, list[float | None]()
    monkeypatch.setattr(main.session, "train", lambda: started.append(main.request.plan.training.steps))
    for typed, title, is_done in (
        ("width 48", "Width: 48", lambda: main.request.plan.flow.width == 48),
        ("stage 3", "Go to Stage 3", lambda: main.view.value.stage == 3),
        ("train 150", "Train for 150 steps", lambda: started == [150]),
    ):
        chosen(palette, typed, title, qtbot)
        qtbot.waitUntil(is_done)
        main.finder.open_palette()
        (palette,) = main.findChildren(CommandPalette)


def test_stage_is_shown_in_place_of_the_start_page(window: Window, qtbot: QtBot) -> None:
    main = window.main
    main.welcome.show()
    main.finder.open_palette()
    (palette,) = main.findChildren(CommandPalette)
    chosen(palette, "stage 3", "Go to Stage 3", qtbot)
    qtbot.waitUntil(lambda: not main.welcome.is_shown)
    assert main.view.value.stage == 3


def test_number_starts_no_training_where_train_is_disabled(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    commands, budget = window.find(TrainingControls, "runControls").commands, window.find(QSpinBox, "budgetAmount")
    before = budget.value()
    commands.show_activity(Activity(can_train=True, untrainable="This flow has no layers"))
    qtbot.keyClicks(palette.search, "train 1")
    row = titles(palette).index("Train for 1 second (unavailable)")
    palette.list.setCurrentItem(rows(palette.list)[row])
    assert window.find(QLabel, "commandSentence").text().endswith("This flow has no layers")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert budget.value() == before
    commands.show_activity(Activity(can_train=True))


def test_option_is_found_on_the_start_page_and_in_a_presentation(window: Window, qtbot: QtBot) -> None:
    main, box = window.main, window.find(QSpinBox, "flowWidth")
    for hide in (main.welcome.show, window.find(QAction, "presentationAction").trigger):
        hide()
        main.finder.open_palette()
        (palette,) = main.findChildren(CommandPalette)
        chosen(palette, "width", "Width", qtbot)
        qtbot.waitUntil(box.hasFocus)
        window.find(QAbstractButton, "flowOptionsButton").click()


def test_list_of_recent_files_has_no_command_while_it_is_empty(palette: CommandList) -> None:
    assert not [title for title in titles(palette) if title.startswith("Nothing Yet")]


def test_disabled_command_is_marked_and_not_run(window: Window, palette: CommandList, qtbot: QtBot) -> None:
    executed = []
    stop = next(action for action in menu_entries(window) if plain(action) == "Stop and Keep")
    stop.triggered.connect(lambda: executed.append("stop"))
    qtbot.keyClicks(palette.search, "stop and")
    assert titles(palette)[0] == "Stop and Keep (unavailable)"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert "not available" in window.find(QLabel, "commandSentence").text()
    stop.setEnabled(True)  # as when a training begins
    qtbot.waitUntil(lambda: titles(palette)[0] == "Stop and Keep")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: executed == ["stop"])
    stop.setEnabled(False)


BEST = {
    "ex": "Export…",
    "ctrl+e": "Export…",
    "zoo o": "Zoom Out",
    "colors plain": "Plain, as in the Blog Post",
    "lyinsp": "Layer Inspector",
}


def test_best_match_comes_first(window: Window) -> None:
    for typed, best in BEST.items():
        matches = matching(commands(window), typed)
        assert best in [command.title for command in matches[:2]], typed
        assert len(matches) < len(commands(window)), typed


def test_palette_has_accessible_names_and_starts_in_the_search_box(window: Window, palette: CommandList) -> None:
    parts: list[QWidget] = [window.find(QLineEdit, "commandSearch"), window.find(QTreeWidget, "commandList")]
    assert all(part.accessibleName() for part in parts)
    assert QApplication.focusWidget() is parts[0]

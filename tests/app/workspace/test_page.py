"""A comparison in the panes of the real window, without training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QMimeData, QObject, QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QHeaderView, QLineEdit, QPushButton, QWidget
from PyQt6.sip import isdeleted
from pytestqt.qtbot import QtBot

from flowviz.app.pane.pane import Pane
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.labels import FittingLabel
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.dialog import ComparisonDialog
from flowviz.app.workspace.difference_box import DifferenceBox
from flowviz.app.workspace.links import Links
from flowviz.app.workspace.loss_curves import common_range
from flowviz.app.workspace.return_bar import ReturnBar
from flowviz.app.workspace.table import FiguresTable
from flowviz.app.workspace.workbench import Workbench
from flowviz.projects import save_comparison
from flowviz.records import Advanced
from flowviz.specs import ImageSpec, TextSpec
from flowviz.specs.comparison import MAX_NAME
from tests.app.conftest import FileMenu, Window
from tests.app.pane.mouse import CloudMouse
from tests.app.test_accessibility import undescribed
from tests.app.training.fakes import finished, progress
from tests.app.workspace.fakes import ComparisonHarness, untrained

pytestmark = pytest.mark.shared_window

Found = TypeVar("Found", bound=QObject)
ShowTable = Callable[[str], tuple[FiguresTable, QHeaderView]]


class Page:
    """The comparison as the user sees it."""

    def __init__(self, window: Window) -> None:
        self.window, self.comparisons = window, window.main.comparisons

    @property
    def workbench(self) -> Workbench:
        found = self.comparisons.workbench
        assert found is not None
        return found

    def find(self, kind: type[Found], name: str) -> Found:
        return self.window.find(kind, name)

    @property
    def compared(self) -> ComparedState:
        return self.comparisons.compared

    @property
    def clouds(self) -> list[Pane]:
        return self.comparisons.grid.panes

    def activate(self, qtbot: QtBot) -> None:
        """Activate the window, and move the focus to the panes."""
        self.window.main.activateWindow()
        qtbot.waitUntil(self.window.main.isActiveWindow)
        self.comparisons.grid.cloud.setFocus()

    @property
    def depths(self) -> list[float]:
        """The share of each flow that its particles have passed."""
        pairs = zip(self.clouds, self.compared.value.runs, strict=True)
        return [cloud.picture.stage / run.project.trace.last_stage for cloud, run in pairs]


@pytest.fixture
def page(window: Window) -> Page:
    """Return the page with two untrained entrants."""
    window.main.comparisons.show(untrained("a", "b"))
    window.main.viewer.reduce_motion(True)
    page = Page(window)
    page.comparisons.links.set(Links())
    return page


def test_the_panels_around_the_cloud_make_room_and_return(page: Page) -> None:
    docks = page.window.main.findChildren(QDockWidget)
    shown = {dock.windowTitle() for dock in docks if not dock.isHidden()}
    assert shown >= {"Target", "Training", "Loss"}
    assert "Layer Inspector" not in shown
    page.find(QPushButton, "leaveComparisonButton").click()
    assert {dock.windowTitle() for dock in docks if not dock.isHidden()} == {*shown, "Layer Inspector"}
    assert not page.comparisons.is_shown


def test_the_comparison_is_still_there_after_leaving_it(page: Page) -> None:
    page.workbench.controller.remove("a")
    page.comparisons.leave()
    page.window.find(QAction, "compareAction").trigger()
    assert page.comparisons.is_shown
    assert [cloud.name for cloud in page.clouds] == ["b"]


def test_all_panes_are_as_deep_in_their_flows(page: Page, qtbot: QtBot) -> None:
    page.window.main.view.set_stage(0)
    qtbot.waitUntil(lambda: page.depths == [0, 0])
    page.compared.select("b")
    page.activate(qtbot)
    qtbot.keyClick(page.clouds[1].picture, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.depths == [pytest.approx(1 / page.window.main.view.value.last_stage)] * 2)


def test_a_click_selects_an_entrant_everywhere(page: Page, qtbot: QtBot) -> None:
    CloudMouse(page.clouds[1].picture, qtbot).click_pixel(QPoint(40, 40))
    assert page.find(QLineEdit, "entrantName").text() == "b"
    assert page.find(FiguresTable, "comparisonTable").currentIndex().row() == 1
    assert page.clouds[1].accessibleName().endswith("selected")


def test_keys_act_on_the_flow_that_was_clicked(page: Page, qtbot: QtBot) -> None:
    CloudMouse(page.clouds[1].picture, qtbot).click_pixel(QPoint(40, 40))
    focus = page.window.main.focusWidget()
    assert focus is page.clouds[1].picture
    qtbot.keyClick(focus, Qt.Key.Key_Delete)
    assert [cloud.name for cloud in page.clouds] == ["a"]


def test_keys_act_on_the_flow_whose_title_was_clicked(page: Page, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.clouds[1], Qt.MouseButton.LeftButton, pos=QPoint(40, 8))
    focus = page.window.main.focusWidget()
    assert focus is page.clouds[1].picture
    qtbot.keyClick(focus, Qt.Key.Key_Delete)
    assert [cloud.name for cloud in page.clouds] == ["a"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_visits_the_selected_pane_alone_so_that_keys_act_on_the_selected_flow(
    page: Page, qtbot: QtBot, key: Qt.Key
) -> None:
    page.activate(qtbot)
    grid, visited = page.comparisons.grid, list[QWidget]()
    while (focus := page.window.main.focusWidget()) is not None and focus not in visited:
        visited.append(focus)
        qtbot.keyClick(focus, key)
        assert page.compared.value.selected == "a"
    assert focus is grid.cloud, "it returns to where it began"
    assert len(visited) > 10
    assert [widget for widget in visited if grid.isAncestorOf(widget)] == [grid.cloud]
    assert page.clouds[0].isAncestorOf(grid.cloud)
    qtbot.keyClick(focus, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.window.main.focusWidget() is page.clouds[1].picture
    qtbot.keyClick(grid.cloud, Qt.Key.Key_Delete)
    assert page.compared.value.names == ("a",)


def test_delete_removes_an_entrant(page: Page, qtbot: QtBot) -> None:
    qtbot.keyClick(page.clouds[0], Qt.Key.Key_Delete)
    assert [cloud.name for cloud in page.clouds] == ["b"]
    assert not page.find(QPushButton, "removeEntrantButton").isEnabled()


def test_delete_removes_no_flow_with_the_tool_that_bends_layers(page: Page, qtbot: QtBot) -> None:
    page.window.main.view.set_tool("bend")
    for cloud in page.clouds:
        qtbot.keyClick(cloud, Qt.Key.Key_Delete)
    assert len(page.clouds) == 2
    page.window.main.view.set_tool("move")


def test_a_panel_that_was_opened_beside_the_panes_and_closed_stays_closed(page: Page) -> None:
    panel, action = page.window.find(QDockWidget, "inspectorDock"), page.window.find(QAction, "inspectorDockAction")
    assert panel.isHidden()
    action.trigger()
    action.trigger()
    page.comparisons.leave()
    assert panel.isHidden()
    action.trigger()


def test_a_comparison_that_is_dropped_is_opened(page: Page, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "other.flowviz"
    save_comparison(untrained("c", "d"), path)
    page.comparisons.document.discard_changes()
    page.comparisons.take_project(path)
    qtbot.waitUntil(lambda: page.compared.value.names == ("c", "d"))


def test_typing_changes_the_target_of_all(page: Page, qtbot: QtBot) -> None:
    page.window.main.request.show_text("Yo")
    runs = page.compared.value.runs
    qtbot.waitUntil(lambda: all(run.target.title == "Yo" for run in page.compared.value.runs))
    assert len(runs) == 2
    assert "Yo" in page.find(FittingLabel, "comparisonTitle").text()
    page.comparisons.leave()
    assert page.window.main.request.plan.target.title != "Yo"


def test_text_that_is_dropped_becomes_the_target_of_all(page: Page, qtbot: QtBot) -> None:
    media = QMimeData()
    media.setText("Oh")
    before = page.window.main.session.project().plan
    assert page.window.main.target_importer.take_media(media)
    qtbot.waitUntil(lambda: all(run.target.title == "Oh" for run in page.compared.value.runs))
    assert page.window.main.session.project().plan == before


def test_a_picture_that_is_opened_becomes_the_target_of_all(
    page: Page, file_menu: FileMenu, qtbot: QtBot, tmp_path: Path
) -> None:
    path, before = tmp_path / "logo.png", page.window.main.session.project().plan
    Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).resize((64, 64)).save(path)
    page.window.main.document_actions.open(path)
    file_menu.press("openAsBox", "open")
    qtbot.waitUntil(lambda: all(isinstance(run.target, ImageSpec) for run in page.compared.value.runs))
    assert page.window.main.session.project().plan == before


def test_return_opens_an_entrant_and_keeps_the_comparison(page: Page, qtbot: QtBot) -> None:
    qtbot.keyClick(page.clouds[1], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.comparisons.is_shown)
    assert page.window.main.session.project().target.title == "Hi"
    assert not page.window.main.document_actions.document.is_changed  # so opening another one asks no question
    assert page.window.find(ReturnBar, "returnBar").isVisible()
    page.window.find(QPushButton, "returnButton").click()
    assert page.window.find(ReturnBar, "returnBar").isHidden()
    assert [cloud.name for cloud in page.clouds] == ["a", "b"]


def test_an_entrant_that_is_not_opened_is_not_named(page: Page, file_menu: FileMenu) -> None:
    main, bar = page.window.main, page.window.find(ReturnBar, "returnBar")
    page.comparisons.leave()
    main.request.show_text("Mine")
    page.comparisons.enter()
    file_menu.qtbot.keyClick(page.clouds[1], Qt.Key.Key_Return)
    file_menu.press("unsavedBox", "cancel")
    page.find(QPushButton, "leaveComparisonButton").click()
    text = bar.findChild(FittingLabel, "returnText")
    assert text is not None
    assert "'b'" not in text.text()
    page.comparisons.enter()
    file_menu.qtbot.keyClick(page.clouds[1], Qt.Key.Key_Return)
    file_menu.press("unsavedBox", "discard")
    file_menu.wait(lambda: "'b'" in text.text())
    with file_menu.qtbot.waitSignal(main.document_actions.document.opened):
        main.document_actions.new()
    assert "'b'" not in text.text(), "another flow is shown"


def test_the_bar_that_leads_back_says_what_is_paused(page: Page, qtbot: QtBot) -> None:
    text = page.find(FittingLabel, "returnText")
    page.comparisons.leave()
    assert text.text() == "The comparison is kept."
    page.comparisons.enter()
    page.compared.change(state=TrainingState.PAUSED)
    page.comparisons.leave()
    assert text.text() == "The comparison is kept, and its training is paused."
    page.comparisons.enter()
    page.compared.change(state=TrainingState.IDLE)
    page.workbench.controller.rename("b", "realnvp")
    qtbot.keyClick(page.clouds[1], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.comparisons.is_shown)
    qtbot.waitUntil(lambda: text.text() == "'RealNVP' is open on its own. The comparison is kept.")


def test_every_control_has_a_name_and_a_description(page: Page) -> None:
    assert undescribed(page.window.main) == []
    page.comparisons.choose_another()
    assert undescribed(page.window.find(ComparisonDialog, "comparisonDialog")) == []


def test_a_removed_cloud_is_not_drawn_again(page: Page, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    page.compared.select("a")
    picture = page.clouds[1].picture
    page.workbench.controller.remove("b")
    picture.show_stage(0.25)
    qtbot.waitUntil(lambda: isdeleted(picture))
    drawn = list[bool]()
    page.workbench.controller.add("c", page.compared.value.runs[0].project)
    page.compared.select("a")
    monkeypatch.setattr(page.clouds[1].picture, "draw", lambda: drawn.append(True))
    page.window.main.view.set_stage(3)
    qtbot.waitUntil(lambda: bool(drawn))


def test_figures_of_validation_points_say_so_and_are_not_ranked(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train()
    harness.thread.send("b", progress(800, nll=1.5625))
    model = table.model()
    assert model is not None
    qtbot.waitUntil(lambda: model.index(1, 1).data() == "0.062 (val.)")
    assert model.index(0, 1).data() == "0.125 (val.)"


@pytest.fixture
def show_table(qtbot: QtBot) -> ShowTable:
    """Return a function that shows a table of flows, one of which has a name."""

    def show(name: str) -> tuple[FiguresTable, QHeaderView]:
        harness = ComparisonHarness(untrained("a", name))
        table = FiguresTable(harness.compared)
        qtbot.addWidget(table)
        table.resize(750, 150)
        table.show()
        harness.controller.add("c", harness.run("a").project)
        header = table.horizontalHeader()
        assert header is not None
        return table, header

    return show


def test_all_figures_are_visible_beside_long_names(show_table: ShowTable) -> None:
    table, header = show_table("b" * MAX_NAME)
    assert header.length() <= table.width()


def test_short_names_can_be_read_in_a_narrow_table(show_table: ShowTable, qtbot: QtBot) -> None:
    table, header = show_table("flow matching")
    table.resize(300, 150)
    qtbot.waitUntil(lambda: header.sectionSize(0) >= table.fontMetrics().horizontalAdvance("flow matching"))
    table.resize(1200, 150)
    qtbot.waitUntil(lambda: header.length() == table.viewport().width())  # type: ignore[union-attr]


def test_the_heading_can_be_read_above_short_names(show_table: ShowTable, qtbot: QtBot) -> None:
    table, header = show_table("b")
    table.resize(40, 150)
    qtbot.waitUntil(lambda: header.sectionSize(0) >= header.sectionSizeHint(0))


def test_a_diverged_flow_is_marked_and_does_not_hold_the_progress(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train()
    harness.thread.send("a", finished(200, "diverged"))
    harness.thread.send("b", Advanced(1000, 1.0, 1.0), finished(1000))
    model = table.model()
    assert model is not None
    assert model.index(0, 0).data() == "⚠ a"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "a, diverged"
    assert harness.compared.value.fraction == 1


def test_the_table_sorts_by_numbers(qtbot: QtBot) -> None:
    harness = ComparisonHarness(untrained("a", "b", "c"))
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    harness.train("a", "c")
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    model = table.model()
    assert model is not None
    qtbot.waitUntil(lambda: model.index(1, 0).data() == "c")
    assert model.index(2, 0).data() == "b"  # its gap is unknown


def test_a_sorted_row_moves_with_its_figure(qtbot: QtBot) -> None:
    harness = ComparisonHarness(untrained("a", "b", "c"))
    table = FiguresTable(harness.compared)
    qtbot.addWidget(table)
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    harness.train()
    model = table.model()
    assert model is not None

    def order() -> str:
        return "".join(str(model.index(row, 0).data()) for row in range(3))

    harness.thread.send("a", replace(progress(100), validation_nll=2.5))
    qtbot.waitUntil(lambda: order() == "bca")
    harness.thread.send("b", replace(progress(100), validation_nll=2.5))
    qtbot.waitUntil(lambda: order() == "cab")  # equal figures keep the order of the entrants
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert order() == "abc"


def test_a_line_far_above_the_others_does_not_flatten_them() -> None:
    near, far = np.array([0.8, 0.6, 0.5]), np.array([35.0, 10.0])
    assert common_range([near, near + 0.2, far]) == pytest.approx((0.5, 1.5))
    assert common_range([near, near + 0.2]) == pytest.approx((0.5, 1.0))


def test_a_cloud_is_enlarged_and_made_small_again_by_its_title(page: Page, qtbot: QtBot) -> None:
    grid = page.comparisons.grid
    qtbot.waitUntil(lambda: all(cloud.isVisible() for cloud in page.clouds))
    page.compared.select("b")
    small = page.clouds[1].width() * page.clouds[1].height()
    title = page.clouds[1].findChild(FittingLabel, "paneHeader")
    assert title is not None
    qtbot.mouseDClick(page.clouds[1], Qt.MouseButton.LeftButton, pos=title.geometry().center())
    qtbot.waitUntil(lambda: page.clouds[1].size().width() > 0.9 * grid.width())
    assert not page.clouds[0].isVisible()
    assert page.clouds[1].width() * page.clouds[1].height() > 1.5 * small
    page.activate(qtbot)
    focused = page.window.main.focusWidget()
    qtbot.keyClick(page.window.main, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.clouds[0].isVisible() and not page.clouds[1].isVisible())
    assert page.compared.value.selected == "a"
    assert page.window.main.focusWidget() is focused, "the keys act on the enlarged cloud"
    qtbot.mouseDClick(page.clouds[0], Qt.MouseButton.LeftButton, pos=title.geometry().center())
    qtbot.waitUntil(lambda: all(cloud.isVisible() for cloud in page.clouds))


def test_the_flow_that_is_selected_while_another_one_is_enlarged_is_enlarged_instead(page: Page, qtbot: QtBot) -> None:
    page.comparisons.links.enlarge()
    qtbot.waitUntil(lambda: page.clouds[0].isVisible() and not page.clouds[1].isVisible())
    table = page.find(FiguresTable, "comparisonTable")
    table.selectRow(1)
    assert page.compared.value.selected == "b"
    qtbot.waitUntil(lambda: page.clouds[1].isVisible() and not page.clouds[0].isVisible())
    page.workbench.controller.add("c", page.compared.value.runs[0].project)
    qtbot.waitUntil(lambda: [cloud.isVisible() for cloud in page.clouds] == [False, False, True])


def test_removing_the_enlarged_flow_shows_the_others(page: Page, qtbot: QtBot) -> None:
    page.compared.select("b")
    page.comparisons.links.enlarge()
    qtbot.waitUntil(lambda: not page.clouds[0].isVisible())
    page.workbench.controller.remove("b")
    qtbot.waitUntil(lambda: page.clouds[0].isVisible())
    page.workbench.controller.add("c", page.compared.value.runs[0].project)
    qtbot.waitUntil(lambda: all(cloud.isVisible() for cloud in page.clouds))


def test_another_comparison_shows_all_clouds_without_a_difference(page: Page, qtbot: QtBot) -> None:
    key = page.compared.value.runs[1].key
    page.comparisons.links.enlarge()
    page.comparisons.links.change(reference=key)
    page.comparisons.show(untrained("c", "d"))
    qtbot.waitUntil(lambda: all(cloud.isVisible() for cloud in page.clouds))
    assert page.find(DifferenceBox, "differenceBox").currentText() == "No difference"


def test_the_selected_cloud_is_enlarged_by_a_key(page: Page, qtbot: QtBot) -> None:
    page.window.main.activateWindow()
    qtbot.waitUntil(page.window.main.isActiveWindow)
    page.compared.select("b")
    qtbot.keyClick(page.window.main, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.clouds[1].isVisible() and not page.clouds[0].isVisible())
    qtbot.keyClick(page.window.main, Qt.Key.Key_0, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: all(cloud.isVisible() for cloud in page.clouds))


def test_a_reference_without_training_has_no_density_to_subtract(page: Page, qtbot: QtBot) -> None:
    page.comparisons.links.change(reference=page.compared.value.runs[1].key)
    qtbot.waitUntil(lambda: page.clouds[0].picture.drawn.note == "'b' has not been trained yet")


def test_keys_select_flows(page: Page, qtbot: QtBot) -> None:
    page.window.main.activateWindow()
    qtbot.waitUntil(page.window.main.isActiveWindow)
    for number, name in ((Qt.Key.Key_2, "b"), (Qt.Key.Key_1, "a"), (Qt.Key.Key_6, "a")):
        qtbot.keyClick(page.window.main, number, Qt.KeyboardModifier.AltModifier)
        assert page.compared.value.selected == name


def test_a_double_click_on_a_cloud_follows_it(page: Page, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.clouds[0].isVisible())
    for cloud in page.clouds:
        page.window.main.view.zoom_to((0.0, 0.0), 0.1)
        CloudMouse(cloud.picture, qtbot).double_click()
        assert page.window.main.view.seen.fitted
    assert page.comparisons.is_shown


def test_the_difference_from_a_flow_can_be_chosen(page: Page) -> None:
    box, compared = page.find(DifferenceBox, "differenceBox"), page.compared
    assert [box.itemText(number) for number in range(box.count())] == ["No difference", "Minus a", "Minus b"]
    box.choose(compared.value.runs[1].key)
    assert page.comparisons.links.value.reference == compared.value.runs[1].key
    page.workbench.controller.rename("b", "c")
    assert box.currentText() == "Minus c"
    page.workbench.controller.remove("c")
    assert page.comparisons.links.value.reference == ""
    assert not box.isEnabled()


def test_flows_with_another_target_say_that_they_have_no_difference(page: Page, qtbot: QtBot) -> None:
    run = page.compared.value.runs[1]
    other = replace(run, project=replace(run.project, target=TextSpec(text="Ho")))
    page.compared.update(other)
    page.comparisons.links.change(reference=run.key)
    qtbot.waitUntil(lambda: page.clouds[0].picture.drawn.note == "Learns a different target than 'b'")
    assert page.clouds[1].picture.drawn.note == ""

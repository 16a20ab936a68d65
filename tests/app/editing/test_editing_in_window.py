"""Editing of layers in the real window, with a real flow."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QEnterEvent, QKeyEvent
from PyQt6.QtWidgets import QApplication, QCheckBox, QLabel, QMenu, QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.document.content import prepare
from flowviz.app.editing.curve_handles import CurveHandles
from flowviz.app.pane.condition_bar import ConditionBar
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.projects import Project
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.conftest import FileMenu, Window, settle
from tests.app.editing.reports import sparse_example
from tests.app.pane.mouse import drag

pytestmark = pytest.mark.shared_window

LAYER, OTHER = 6, 9  # couplings of the example


class Editor:
    """The window with an example, and the user who edits its layers."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot, self.main = window, qtbot, window.main
        self.main.document_actions.document.show(prepare(sparse_example("brad")))
        self.main.view.set_stage(LAYER)
        self.strip = window.find(StageStrip, "stageStrip")

    @property
    def project(self) -> Project:
        return self.main.session.project()

    @property
    def edits(self) -> Edits:
        return self.main.edits.value

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=60_000)

    def settle(self) -> None:
        """Wait until everything follows the edits."""
        self.wait(lambda: self.project.edits == self.edits and self.project.score is not None)

    def note(self) -> str:
        note = self.window.find(QToolButton, "editedNote")
        return note.text() if note.isVisible() else ""

    def press(self, key: Qt.Key, *, repeats: bool = False, kind: QEvent.Type = QEvent.Type.KeyPress) -> None:
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "d", repeats)
        QApplication.sendEvent(QApplication.focusWidget() or self.main, event)

    def handles(self) -> CurveHandles:
        self.window.find(QLabel, "stageFormula").linkActivated.emit("#numbers")
        self.wait(lambda: bool(self.main.findChildren(CurveHandles)))
        settle(self.main)  # the plot has its range when it has been painted
        return self.window.find(CurveHandles, "curveHandles")


@pytest.fixture
def editor(window: Window, qtbot: QtBot) -> Editor:
    return Editor(window, qtbot)


def test_layers_are_disabled_in_the_strip_the_inspector_and_the_menu(editor: Editor, file_menu: FileMenu) -> None:
    before = editor.project
    editor.window.find(QCheckBox, "layerEnabled").click()
    assert editor.edits.disabled == {LAYER}
    assert editor.note() == "1 layer edited"
    editor.strip.menu_requested.emit(OTHER, editor.strip.mapToGlobal(QPoint(0, 0)))
    editor.window.find(QMenu, "layerMenu").actions()[0].trigger()
    assert editor.edits.disabled == {LAYER, OTHER}
    editor.settle()
    assert editor.note() == "2 layers edited"
    assert "2 layers edited: validation gap" in editor.window.status
    assert editor.main.isWindowModified()
    np.testing.assert_array_equal(editor.project.trace.positions[LAYER], editor.project.trace.positions[LAYER - 1])
    editor.window.find(QAction, "disableorenablelayerAction").trigger()
    assert editor.edits.disabled == {OTHER}
    editor.window.find(QAction, "resetalleditsAction").trigger()
    assert editor.note() == ""
    assert editor.project.trace is before.trace
    assert editor.project.score == before.score
    for _ in range(3):
        editor.window.find(QAction, "undoAction").trigger()
    assert editor.edits.disabled == {LAYER}


@pytest.mark.parametrize("is_presenting", [False, True])
def test_first_edit_moves_nothing_in_the_window(editor: Editor, is_presenting: bool) -> None:
    presentation = editor.window.find(QAction, "presentationAction")
    if is_presenting:
        presentation.trigger()
    settle(editor.main)
    places = [editor.main._viewing.cloud.geometry(), editor.strip.geometry()]
    editor.main.layer_editor.toggle()
    settle(editor.main)
    assert editor.note() == "1 layer edited"
    assert [editor.main._viewing.cloud.geometry(), editor.strip.geometry()] == places
    if is_presenting:
        presentation.trigger()


def test_caption_says_that_a_layer_is_disabled(editor: Editor) -> None:
    readout = editor.window.find(QLabel, "readout")
    before = readout.text(), editor.strip.accessibleDescription()
    assert before[0].startswith("Coupling 3 of 6: moves points")
    editor.main.layer_editor.toggle()
    editor.settle()
    still = "points stay where they are"
    assert readout.text() == readout.accessibleName() == f"Coupling 3 of 6 is disabled: {still}"
    assert editor.strip.accessibleDescription().startswith(f"{LAYER} of 14 · Coupling, disabled: {still}")
    assert f"disabled: {still}" in editor.window.find(QLabel, "inspectorTitle").text()
    assert f"disabled: {still}" in editor.window.find(QLabel, "stageLabel").toolTip()
    editor.main.layer_editor.toggle()
    editor.wait(lambda: (readout.text(), editor.strip.accessibleDescription()) == before)


def test_caption_counts_the_bends_of_a_layer(editor: Editor) -> None:
    bump = Bump(curve="shift", center=(0.0,), height=(0.5,))
    editor.main.edits.set(Edits(layers={LAYER: LayerEdit(bumps=(bump,))}))
    editor.settle()
    assert editor.window.find(QLabel, "readout").text().startswith("Coupling 3 of 6 with 1 bend: moves points")


def test_held_key_shows_the_flow_without_the_layer(editor: Editor) -> None:
    main = editor.main

    def is_without_layer() -> bool:
        return not np.array_equal(main.viewer.scenes.generated.positions, editor.project.trace.positions)

    main.activateWindow()
    editor.strip.setFocus()
    editor.press(Qt.Key.Key_D)
    for _ in range(3):
        editor.press(Qt.Key.Key_D, repeats=True, kind=QEvent.Type.KeyRelease)
        editor.press(Qt.Key.Key_D, repeats=True)
    editor.wait(is_without_layer)
    assert not editor.edits
    assert not main.isWindowModified()
    editor.press(Qt.Key.Key_D, kind=QEvent.Type.KeyRelease)
    assert not is_without_layer()
    editor.press(Qt.Key.Key_D)
    editor.wait(is_without_layer)
    QApplication.sendEvent(main, QEvent(QEvent.Type.WindowDeactivate))
    assert not is_without_layer()


def test_letter_that_is_typed_is_no_command(editor: Editor) -> None:
    text = editor.window.find(QPlainTextEdit, "targetText")
    editor.main.activateWindow()
    text.setFocus()
    editor.qtbot.waitUntil(text.hasFocus)
    with editor.qtbot.assertNotEmitted(editor.main.layer_editor.glimpse.changed):
        editor.qtbot.keyClicks(text, "d")
    assert "d" in text.toPlainText()


def test_curve_is_dragged_and_undone_at_once(editor: Editor, file_menu: FileMenu, tmp_path: Path) -> None:
    handles, before = editor.handles(), editor.project
    plot, bending = handles._plot, handles._bending
    assert bending.report is not None
    curve = bending.report.curves[0]
    middle = len(curve.x) // 2
    start = plot.place(float(curve.x[middle]), float(curve.y[middle]))
    drag(handles, [start, start - QPointF(0, 16), start - QPointF(0, 32)], Qt.KeyboardModifier.NoModifier)
    editor.settle()
    [bump] = editor.edits.of(LAYER).bumps
    assert (bump.curve, bump.height[0] > 0.1) == ("shift", True)
    width = bump.width
    editor.qtbot.keyClick(handles, Qt.Key.Key_Plus)
    editor.qtbot.keyClick(handles, Qt.Key.Key_Up)
    [wider] = editor.edits.of(LAYER).bumps
    assert wider.width > width
    assert wider.height > bump.height
    assert editor.window.find(QLabel, "bendHint").text().startswith("shift t(x): +")
    bent = editor.edits
    editor.main.layer_editor.set_problem("Train a flow first.")
    editor.qtbot.keyClick(handles, Qt.Key.Key_Up)
    editor.qtbot.keyClick(handles, Qt.Key.Key_Delete)
    assert editor.edits == bent
    editor.main.layer_editor.set_problem("")
    editor.settle()
    file_menu.save_as(tmp_path / "bent.flowviz")
    saved = editor.project
    editor.qtbot.keyClick(handles, Qt.Key.Key_Delete)
    assert not editor.edits
    assert editor.project.trace is before.trace
    editor.main.discard_changes()
    file_menu.open(tmp_path / "bent.flowviz")
    editor.wait(lambda: editor.edits == saved.edits)
    np.testing.assert_array_equal(editor.project.trace.positions, saved.trace.positions)
    assert editor.project.score == saved.score


def test_drag_in_the_cloud_bends_the_layer(editor: Editor) -> None:
    main = editor.main
    editor.window.find(QAction, "bendTool").trigger()
    cloud = main._viewing.cloud
    bending = existing(cloud.bending)
    bending.begin((0.25, 0.0), cloud.pixel)
    bending.drag((0.25, 0.5))
    bending.widen(2.0)
    bending.end()
    [bump] = editor.edits.of(LAYER).bumps
    assert (bump.curve, bump.center, bump.height) == ("shift", (0.25,), (0.5,))
    assert bump.width == pytest.approx(0.3 * 1.15**2)
    main.view.set_stage(LAYER - 1)  # a permutation
    bending.begin((0.25, 0.0), cloud.pixel)
    bending.end()
    assert editor.edits.layers.keys() == {LAYER}
    assert "nothing to drag" in editor.window.status


def test_layers_cannot_be_edited_before_a_training(window: Window) -> None:
    window.main.view.set_stage(2)
    assert not window.find(QCheckBox, "layerEnabled").isEnabled()
    assert not window.find(QAction, "disableorenablelayerAction").isEnabled()
    assert "Train a flow first" in window.find(QCheckBox, "layerEnabled").toolTip()


def test_edits_of_an_opened_project_are_shown(window: Window) -> None:
    project = sparse_example("brad")
    edits = Edits(layers={LAYER: LayerEdit(disabled=True)})
    window.main.document_actions.document.show(prepare(replace(project, edits=edits)))
    assert window.find(QToolButton, "editedNote").text() == "1 layer edited"
    assert not window.main.isWindowModified()


def test_mouse_over_the_bar_of_the_condition_announces_an_edit(editor: Editor) -> None:
    announced, bar = list[bool](), editor.window.find(ConditionBar, "conditionBar")
    editor.main.layer_editor.announced.connect(lambda: announced.append(True))
    QApplication.sendEvent(bar, QEnterEvent(QPointF(), QPointF(), QPointF()))
    assert announced

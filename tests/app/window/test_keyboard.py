"""Working without a mouse."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QImage
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.focus_ring import FocusRing
from flowviz.records import Selection
from tests.app.conftest import Window

pytestmark = pytest.mark.shared_window

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier
TAB_ORDER = [
    "textSource",
    "targetText",
    "flowPreset",
    "budgetAmount",
    "trainButton",
    "directionBox",
    "showButton",
    "followButton",
    "moveButton",
    "cloudView",
    "stageStrip",
    "layerScrubber",
    "playButton",
    "playbackButton",
    "layerInspector",
    "stageFormula",
    "themeButton",
]


class Keyboard:
    """Keyboard of a user: keys go to the widget that has the focus."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    @property
    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.focus, key, modifier)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.focus, text)

    def go_to(self, name: str) -> None:
        """Press Tab until the widget of that name has the focus."""
        for _ in range(100):
            if self.focus.objectName() == name:
                return
            self.press(Key.Key_Tab)
        pytest.fail(f"Tab does not reach {name}")

    def choose(self, text: str) -> None:
        """Choose an item of the focused combo box."""
        box = self.focus
        assert isinstance(box, QComboBox)
        self.press(Key.Key_Home)
        while box.currentText() != text:
            before = box.currentIndex()
            self.press(Key.Key_Down)
            assert box.currentIndex() != before, f"the box has no item {text}"


def export_dialog(window: Window, keyboard: Keyboard, qtbot: QtBot) -> ExportDialog:
    """Open the export dialog by its shortcut, and select its path."""
    keyboard.press(Key.Key_E, Control)
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    keyboard.go_to("exportPath")
    keyboard.press(Key.Key_A, Control)
    return dialog


@pytest.fixture
def window(window: Window) -> Iterator[Window]:
    """Return a window, and put back what it shows after the test."""
    yield window
    options = window.find(QToolButton, "flowOptionsButton")
    if options.isChecked():
        options.click()


@pytest.fixture
def keyboard(window: Window, qtbot: QtBot) -> Keyboard:
    window.main.welcome.leave()
    window.main.activateWindow()
    window.find(QPlainTextEdit, "targetText").setFocus()
    return Keyboard(qtbot)


def test_typing_training_scrubbing_and_exporting_need_no_mouse(
    window: Window, keyboard: Keyboard, qtbot: QtBot, tmp_path: Path
) -> None:
    status, cloud = window.find(QLabel, "statusLabel"), window.find(CloudView, "cloudView")
    window.main.request.update_flow(layers=2, width=32)
    keyboard.press(Key.Key_A, Control)
    keyboard.type("Hi")
    keyboard.go_to("budgetUnit")
    keyboard.choose("steps")
    keyboard.press(Key.Key_Backtab)
    keyboard.press(Key.Key_A, Control)
    keyboard.type("100")
    keyboard.go_to("trainButton")
    keyboard.press(Key.Key_Space)
    qtbot.waitUntil(lambda: "Done:" in status.text())
    keyboard.go_to("layerScrubber")
    keyboard.press(Key.Key_Home)
    for _ in range(4):
        keyboard.press(Key.Key_Right)
    qtbot.waitUntil(lambda: cloud.stage == 4)
    dialog = export_dialog(window, keyboard, qtbot)
    keyboard.type(str(tmp_path / "Hi.png"))
    keyboard.go_to("exportButton")
    keyboard.press(Key.Key_Space)
    with qtbot.waitSignal(dialog.exported):
        pass
    keyboard.press(Key.Key_Escape)
    assert not dialog.isVisible()
    assert not QImage(str(tmp_path / "Hi.png")).isNull()


@pytest.mark.parametrize("name", ["targetText", "budgetAmount", "flowWidth"])
def test_window_shortcuts_work_while_an_editor_has_the_focus(
    window: Window, keyboard: Keyboard, qtbot: QtBot, name: str
) -> None:
    window.find(QToolButton, "flowOptionsButton").click()
    keyboard.go_to(name)
    export_dialog(window, keyboard, qtbot)
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    clipboard.setText("pasted.png")
    keyboard.press(Key.Key_V, Control)
    path = keyboard.focus
    assert isinstance(path, QLineEdit)
    assert path.text() == "pasted.png", "an editor in a dialog uses its own shortcuts"
    assert window.find(QPlainTextEdit, "targetText").toPlainText() == "BRAD"


def test_tab_visits_the_window_from_left_to_right(window: Window, keyboard: Keyboard) -> None:
    seen: list[str] = []
    while keyboard.focus.objectName() not in seen:
        seen.append(keyboard.focus.objectName())
        keyboard.press(Key.Key_Tab)
    start = seen.index("textSource")
    seen = seen[start:] + seen[:start]
    assert [name for name in seen if name in TAB_ORDER] == TAB_ORDER
    assert keyboard.focus.objectName() == "targetText", "Tab does not return to where it began"


def test_focus_ring_surrounds_every_focused_widget(window: Window, keyboard: Keyboard) -> None:
    for theme in ("light", "dark"):
        window.main.appearance.choose_theme(theme)
        for _ in range(35):
            keyboard.press(Key.Key_Tab)
            ring = window.main.findChild(FocusRing)
            assert ring is not None
            assert ring.isVisible(), keyboard.focus.objectName()
            margin = TIGHT if isinstance(keyboard.focus, QLabel | QAbstractButton | StageStrip | CloudView) else 0
            assert ring.size().width() == keyboard.focus.width() + 2 * margin
            assert _edge_color(ring) == ring.palette().accent().color().name()
    window.main.appearance.choose_theme(None)


def test_menu_bar_has_no_focus_ring_after_escape_closes_a_menu(
    window: Window, keyboard: Keyboard, qtbot: QtBot
) -> None:
    bar, text = window.main.menuBar(), keyboard.focus
    assert bar is not None
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(bar.actions()[0]).center())
    qtbot.keyClick(QApplication.activePopupWidget(), Key.Key_Escape)
    assert keyboard.focus is bar
    assert not [ring for ring in window.main.findChildren(FocusRing) if ring.isVisible()]
    keyboard.press(Key.Key_Escape)
    assert keyboard.focus is text
    assert [ring.size() for ring in window.main.findChildren(FocusRing) if ring.isVisible()] == [text.size()]


def _edge_color(ring: FocusRing) -> str:
    """Return the color in the middle of the left edge."""
    return ring.grab().toImage().pixelColor(0, ring.height() // 2).name()


def test_keys_pan_zoom_and_fit_the_cloud(window: Window, keyboard: Keyboard) -> None:
    cloud = window.find(CloudView, "cloudView")
    fitted = cloud.view
    keyboard.go_to("cloudView")
    keyboard.press(Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    keyboard.press(Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert np.all(np.array(cloud.view.center) > np.array(fitted.center))
    keyboard.press(Key.Key_Plus)
    assert cloud.view.half_extent < fitted.half_extent
    keyboard.press(Key.Key_Minus)
    assert cloud.view.half_extent == pytest.approx(fitted.half_extent)
    keyboard.press(Key.Key_0)
    assert cloud.view.center == fitted.center


@pytest.mark.parametrize("name", ["cloudView", "stageStrip", "layerScrubber"])
def test_escape_clears_the_selection(window: Window, keyboard: Keyboard, name: str) -> None:
    window.main.view.set_selection(Selection(np.arange(window.main.view.value.particles) == 3))
    keyboard.go_to(name)
    keyboard.press(Key.Key_Escape)
    assert window.main.view.value.selection is None


def test_escape_clears_the_selection_before_it_leaves_a_presentation(window: Window, keyboard: Keyboard) -> None:
    keyboard.go_to("cloudView")
    window.find(QAction, "presentationAction").trigger()
    window.main.view.set_selection(Selection(np.arange(window.main.view.value.particles) == 3))
    keyboard.press(Key.Key_Escape)
    assert window.main.view.value.selection is None
    assert window.main._presentation.is_on.value
    keyboard.press(Key.Key_Escape)
    assert not window.main._presentation.is_on.value


def test_keys_move_through_the_stage_strip(window: Window, keyboard: Keyboard) -> None:
    scrubber = window.find(QSlider, "layerScrubber")
    keyboard.go_to("stageStrip")
    assert isinstance(keyboard.focus, StageStrip)
    for key, stage in ((Key.Key_End, 19), (Key.Key_Left, 18), (Key.Key_Home, 0), (Key.Key_Right, 1)):
        keyboard.press(key)
        assert scrubber.value() == stage

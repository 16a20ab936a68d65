"""The whole job without a mouse."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import (
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
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.stage_strip import StageStrip
from flowviz.app.window.keyboard import FocusRing
from tests.app.conftest import Window

Key, Control = Qt.Key, Qt.KeyboardModifier.ControlModifier
WAY = [
    "textSource",
    "targetText",
    "flowFamily",
    "budgetAmount",
    "trainButton",
    "directionBox",
    "moveButton",
    "pointsButton",
    "cloudView",
    "stageStrip",
    "layerScrubber",
    "playButton",
    "layerInspector",
    "stageFormula",
    "themeButton",
]


class Keyboard:
    """All keys go to what has the focus, as those of a person do."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    @property
    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.focus, key, modifier)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.focus, text)

    def go_to(self, name: str) -> None:
        """With the Tab key."""
        for _ in range(100):
            if self.focus.objectName() == name:
                return
            self.press(Key.Key_Tab)
        pytest.fail(f"Tab does not come to {name}.")

    def choose(self, text: str) -> None:
        """In the box that has the focus."""
        box = self.focus
        assert isinstance(box, QComboBox)
        self.press(Key.Key_Home)
        while box.currentText() != text:
            before = box.currentIndex()
            self.press(Key.Key_Down)
            assert box.currentIndex() != before, f"{text} is not in the box"


def export_dialog(window: Window, keyboard: Keyboard, qtbot: QtBot) -> ExportDialog:
    """Opened by its key, with the whole path selected."""
    keyboard.press(Key.Key_E, Control)
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    keyboard.go_to("exportPath")
    keyboard.press(Key.Key_A, Control)
    return dialog


@pytest.fixture
def keyboard(window: Window, qtbot: QtBot) -> Keyboard:
    window.main.welcome.leave()
    window.main.activateWindow()
    window.find(QPlainTextEdit, "targetText").setFocus()
    return Keyboard(qtbot)


def test_type_train_scrub_and_export(window: Window, keyboard: Keyboard, qtbot: QtBot, tmp_path: Path) -> None:
    status, cloud = window.find(QLabel, "statusLabel"), window.find(CloudView, "cloudView")
    keyboard.press(Key.Key_A, Control)
    keyboard.type("Hi")
    keyboard.go_to("budgetUnit")
    keyboard.choose("steps")
    keyboard.press(Key.Key_Backtab)
    keyboard.press(Key.Key_A, Control)
    keyboard.type("100")
    keyboard.go_to("trainButton")
    keyboard.press(Key.Key_Space)
    qtbot.waitUntil(lambda: "Completed" in status.text(), timeout=60_000)
    keyboard.go_to("layerScrubber")
    keyboard.press(Key.Key_Home)
    for _ in range(4):
        keyboard.press(Key.Key_Right)
    qtbot.waitUntil(lambda: cloud.stage == 4)
    dialog = export_dialog(window, keyboard, qtbot)
    keyboard.type(str(tmp_path / "Hi.png"))
    keyboard.go_to("exportButton")
    keyboard.press(Key.Key_Space)
    with qtbot.waitSignal(dialog.exported, timeout=20_000):
        pass
    keyboard.press(Key.Key_Escape)
    assert not dialog.isVisible()
    assert not QImage(str(tmp_path / "Hi.png")).isNull()


@pytest.mark.parametrize("name", ["targetText", "budgetAmount", "flowWidth"])
def test_keys_of_the_window_go_through_the_boxes_that_edit(
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
    assert path.text() == "pasted.png", "its own, in a dialog"
    assert window.find(QPlainTextEdit, "targetText").toPlainText() == "BRAD"


def test_tab_goes_through_the_job_from_left_to_right(window: Window, keyboard: Keyboard) -> None:
    seen: list[str] = []
    while keyboard.focus.objectName() not in seen:
        seen.append(keyboard.focus.objectName())
        keyboard.press(Key.Key_Tab)
    start = seen.index("textSource")
    seen = seen[start:] + seen[:start]
    assert [name for name in seen if name in WAY] == WAY
    assert keyboard.focus.objectName() == "targetText", "it goes in a circle, and misses none"


def test_wherever_the_focus_is_it_is_seen(window: Window, keyboard: Keyboard) -> None:
    for theme in ("light", "dark"):
        window.main.appearance.choose_theme(theme)
        for _ in range(35):
            keyboard.press(Key.Key_Tab)
            ring = window.main.findChild(FocusRing)
            assert ring is not None
            assert ring.isVisible(), keyboard.focus.objectName()
            assert ring.size().width() == keyboard.focus.width()
            assert _corner(ring) == ring.palette().accent().color().name()


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


def _corner(ring: FocusRing) -> str:
    """The color of the ring, in the middle of its left side."""
    return ring.grab().toImage().pixelColor(0, ring.height() // 2).name()


def test_the_cloud_is_panned_zoomed_and_fitted_by_key(window: Window, keyboard: Keyboard) -> None:
    cloud = window.find(CloudView, "cloudView")
    fitted = cloud.view
    keyboard.go_to("cloudView")
    keyboard.press(Key.Key_Right)
    keyboard.press(Key.Key_Up)
    assert np.all(np.array(cloud.view.center) > np.array(fitted.center))
    keyboard.press(Key.Key_Plus)
    assert cloud.view.half_extent < fitted.half_extent
    keyboard.press(Key.Key_Minus)
    assert cloud.view.half_extent == pytest.approx(fitted.half_extent)
    keyboard.press(Key.Key_0)
    assert cloud.view.center == fitted.center


def test_the_strip_is_gone_through_by_key(window: Window, keyboard: Keyboard) -> None:
    scrubber = window.find(QSlider, "layerScrubber")
    keyboard.go_to("stageStrip")
    assert isinstance(keyboard.focus, StageStrip)
    for key, stage in ((Key.Key_End, 19), (Key.Key_Left, 18), (Key.Key_Home, 0), (Key.Key_Right, 1)):
        keyboard.press(key)
        assert scrubber.value() == stage

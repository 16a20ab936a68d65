"""The controls of the whole window that make edits, and its undo."""

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QWheelEvent
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QPlainTextEdit,
    QSlider,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from flowviz.app.commands.history import Choices
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.target.font_box import FontBox
from tests.app.conftest import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
NO_KEY = Qt.KeyboardModifier.NoModifier


class UndoUser:
    """The window, its undo history, and the user who makes edits."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.history = window.main.session.undo
        self.cloud = window.find(CloudView, "cloudView")
        self.text = window.find(QPlainTextEdit, "targetText")

    def undo(self) -> None:
        self.window.find(QAction, "undoAction").trigger()

    def redo(self) -> None:
        self.window.find(QAction, "redoAction").trigger()

    @property
    def chosen(self) -> Choices:
        return self.history.choices()

    @property
    def titles(self) -> tuple[str, str]:
        """The titles of the undo and redo commands in the menu."""
        actions = (self.window.find(QAction, f"{name}Action") for name in ("undo", "redo"))
        undo, redo = (action.text().replace("&", "") for action in actions)
        return undo, redo

    @property
    def count(self) -> int:
        return self.history.stack.index()

    def choose(self, name: str, index: int) -> None:
        self.window.find(QComboBox, name).setCurrentIndex(index)

    def choose_font(self) -> None:
        """Choose another font, whichever are installed."""
        box = self.window.find(FontBox, "targetFont")
        if box.count() == 1:
            box.addItem("Other", "Other")
        box.setCurrentIndex(1 - min(box.currentIndex(), 1))

    def set(self, name: str, value: int) -> None:
        self.window.find(QSpinBox, name).setValue(value)

    def trigger(self, name: str) -> None:
        self.window.find(QAction, name).trigger()

    def edit(self, *names: str) -> None:
        """Choose enabled commands of the Edit menu."""
        for name in names:
            action = self.window.find(QAction, f"{name}Action")
            assert action.isEnabled()
            action.trigger()

    def turn_to(self, kind: str) -> None:
        self.window.find(QToolButton, f"{kind}Source").click()

    def write(self, letters: str) -> None:
        self.qtbot.keyClicks(self.text, letters)

    def wheel(self, notches: int) -> None:
        canvas = self.cloud.canvas.content().viewport()
        position = QPointF(canvas.rect().center() + QPoint(40, 20))
        event = QWheelEvent(
            position, QPointF(canvas.mapToGlobal(position.toPoint())), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, NO_KEY, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)

    def select(self, corner: float) -> None:
        """Select a square, as a drag of the mouse does."""
        square = corner * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        self.cloud.select_region(square, "replace")


CHOICES: dict[str, Callable[[UndoUser], object]] = {
    "Typing": lambda user: user.write("x"),
    "Font": lambda user: user.choose_font(),
    "Weight": lambda user: user.window.find(QSlider, "targetWeight").setValue(20),
    "Alignment": lambda user: user.choose("targetAlign", 0),
    "Source: Shape": lambda user: user.turn_to("shape"),
    "Source: Image": lambda user: user.turn_to("image"),
    "Flow: Spline": lambda user: user.choose("flowFamily", 5),
    "Layers": lambda user: user.set("flowLayers", 3),
    "Width": lambda user: user.set("flowWidth", 64),
    "Depth": lambda user: user.set("flowDepth", 3),
    "Conditioner": lambda user: user.choose("flowConditioner", 1),
    "Normalization": lambda user: user.choose("flowNormalization", 2),
    "Bounded Log-Scale": lambda user: user.window.find(QCheckBox, "flowBounded").click(),
    "Seed": lambda user: user.set("trainingSeed", 7),
    "Batch": lambda user: user.set("trainingBatch", 300),
    "Patience": lambda user: user.set("trainingPatience", 20),
    "Rate": lambda user: user.window.find(QDoubleSpinBox, "trainingRate").setValue(0.01),
    "Train For": lambda user: user.choose("budgetUnit", 1 - user.window.find(QComboBox, "budgetUnit").currentIndex()),
    "Follow the Target": lambda user: user.window.find(QCheckBox, "followBox").click(),
    "Direction: Encode": lambda user: user.choose("directionBox", 1),
    "Color by Angle": lambda user: user.choose("colorBox", 1),
    "Colors: Plain": lambda user: user.trigger("paletteplainAction"),
    "Show Paths": lambda user: user.trigger("pathsAction"),
    "Show Beside": lambda user: user.window.main.view.update_view(beside=True),
    "Show Overview": lambda user: user.trigger("overviewAction"),
    "Zoom or Pan": lambda user: user.wheel(2),
    "Selection": lambda user: user.select(0.5),
}

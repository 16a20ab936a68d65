"""Drawing a target with a mouse and a pen."""

from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PyQt6.QtWidgets import QApplication, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.canvas import Canvas
from flowviz.specs import DrawingSpec
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.target.panel_window import panel_window
from tests.app.test_main_window import pixels

__all__ = ["panel_window"]

NO_KEY = Qt.KeyboardModifier.NoModifier


class Drawn:
    """A window that shows the drawing page, and the strokes of a user."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.find(QToolButton, "drawingSource").click()
        self.canvas = window.find(Canvas, "canvas")

    @property
    def built(self) -> BuiltTarget | None:
        return self.window.main.target_builder.built

    @property
    def ink(self) -> int:
        """Number of pixels of the target with ink."""
        assert self.built is not None
        return int((self.built.picture > 0).sum())

    def button(self, name: str) -> QToolButton:
        return self.window.find(QToolButton, name)

    def stroke(self, *positions: tuple[int, int]) -> None:
        """Press, move and release the mouse, at positions in percent of the canvas."""
        points = [QPoint(x * self.canvas.width() // 100, y * self.canvas.height() // 100) for x, y in positions]
        left = Qt.MouseButton.LeftButton
        self.qtbot.mousePress(self.canvas, left, NO_KEY, points[0])
        for point in points[1:]:
            self.qtbot.mouseMove(self.canvas, point)
        self.qtbot.mouseRelease(self.canvas, left, NO_KEY, points[-1])

    def pen(
        self,
        pressure: float,
        *positions: tuple[int, int],
        eraser: bool = False,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    ) -> None:
        """Send the tablet events of a stroke with the tip or the eraser of a pen, or with a button on its barrel."""
        kind = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        device = QPointingDevice(
            "pen", 1, QInputDevice.DeviceType.Stylus, kind, QInputDevice.Capability.Pressure, 1, 1, "",
            QPointingDeviceUniqueId(),
        )  # fmt: skip
        kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(positions) - 1), QEvent.Type.TabletRelease]
        for event, (x, y) in zip(kinds, [*positions, positions[-1]], strict=True):
            position = QPointF(x * self.canvas.width() / 100, y * self.canvas.height() / 100)
            on_screen = self.canvas.mapToGlobal(position)
            sent = QTabletEvent(event, device, position, on_screen, pressure, 0, 0, 0, 0, 0, NO_KEY, button, button)
            QApplication.sendEvent(self.canvas, sent)


@pytest.fixture
def drawn(panel_window: Window, qtbot: QtBot) -> Drawn:
    return Drawn(panel_window, qtbot)


def test_only_the_button_that_began_a_stroke_ends_it(qtbot: QtBot) -> None:
    canvas, strokes = Canvas(), list[str]()
    qtbot.addWidget(canvas)
    canvas.resize(320, 200)
    canvas.changed.connect(strokes.append)
    left, right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
    qtbot.mousePress(canvas, left, NO_KEY, QPoint(50, 100))
    qtbot.mousePress(canvas, right, NO_KEY, QPoint(50, 100))
    qtbot.mouseRelease(canvas, right, NO_KEY, QPoint(50, 100))
    assert strokes == [], "the left button is still down"
    before = canvas.png()
    qtbot.mouseMove(canvas, QPoint(250, 100))
    assert canvas.png() != before, "the stroke continues"
    qtbot.mouseRelease(canvas, left, NO_KEY, QPoint(250, 100))
    assert strokes == ["Stroke"]


def test_empty_canvas_shows_a_hint_and_makes_no_target(drawn: Drawn) -> None:
    assert drawn.built is None
    assert "Draw" in drawn.canvas.accessibleDescription()
    drawn.stroke((20, 50), (80, 50))
    assert drawn.canvas.accessibleDescription() == ""
    assert drawn.built is not None


def test_drawing_becomes_the_target(drawn: Drawn) -> None:
    drawn.stroke((30, 20), (30, 80))
    assert drawn.built is not None
    spec = drawn.built.spec
    assert isinstance(spec, DrawingSpec)
    rows, columns = np.nonzero(build_target(spec).mask)
    assert np.ptp(rows) > 4 * np.ptp(columns), "an upright line"
    assert columns.max() < 320, "on the left half"


def test_click_draws_a_dot_of_the_brush_size(drawn: Drawn) -> None:
    drawn.stroke((30, 50))
    small = drawn.ink
    drawn.window.find(QSlider, "brushSize").setValue(90)
    drawn.stroke((70, 50))
    assert small == pytest.approx(np.pi * 15**2, rel=0.1)
    assert drawn.ink - small == pytest.approx(np.pi * 45**2, rel=0.1)


def test_every_stroke_can_be_undone_and_redone(drawn: Drawn) -> None:
    undo, redo = drawn.button("undoButton"), drawn.button("redoButton")
    inks = []
    for y in (20, 50, 80):
        drawn.stroke((20, y), (80, y))
        inks.append(drawn.ink)
    assert all(later > earlier for earlier, later in pairwise(inks))
    assert not redo.isEnabled()
    for ink in inks[1::-1]:
        undo.click()
        assert drawn.ink == ink
    undo.click()
    assert drawn.built is None, "empty again"
    for ink in inks:
        redo.click()
        assert drawn.ink == ink
    undo.click()
    drawn.stroke((50, 10), (50, 90))
    assert not redo.isEnabled(), "a new stroke discards the redo history"


def test_eraser_erases_a_stroke_and_clear_empties_the_canvas(drawn: Drawn) -> None:
    drawn.stroke((20, 50), (80, 50))
    whole = drawn.ink
    drawn.button("eraserButton").click()
    drawn.stroke((50, 20), (50, 80))
    assert 0.5 * whole < drawn.ink < whole
    drawn.button("clearDrawingButton").click()
    assert drawn.built is None
    drawn.button("undoButton").click()
    assert 0.5 * whole < drawn.ink < whole


def test_pen_draws_by_pressure_and_erases_with_its_other_end(drawn: Drawn) -> None:
    drawn.pen(1.0, (20, 50), (80, 50))
    strong = drawn.ink
    drawn.pen(1.0, (50, 30), (50, 70), eraser=True)
    assert drawn.ink < strong
    drawn.button("clearDrawingButton").click()
    drawn.pen(0.1, (20, 50), (80, 50))
    assert drawn.ink < 0.6 * strong


def test_button_on_the_barrel_of_a_pen_does_not_draw(drawn: Drawn) -> None:
    drawn.pen(1.0, (20, 50), (80, 50), button=Qt.MouseButton.RightButton)
    assert drawn.built is None


def test_previous_target_can_be_traced(drawn: Drawn) -> None:
    blank = pixels(drawn.canvas)
    drawn.button("traceButton").click()
    traced = pixels(drawn.canvas)
    assert 0.02 < (traced != blank).any(axis=-1).mean() < 0.5, "BRAD is shown faintly"
    assert drawn.built is None, "a traced picture is not part of the drawing"
    drawn.button("traceButton").click()
    assert np.array_equal(pixels(drawn.canvas), blank)


def test_opened_drawing_can_be_continued_and_undone(drawn: Drawn) -> None:
    drawn.stroke((20, 50), (80, 50))
    assert drawn.built is not None
    spec, ink = drawn.built.spec, drawn.ink
    drawn.button("clearDrawingButton").click()
    drawn.window.main.request.show_target(spec)
    assert drawn.ink == pytest.approx(ink, rel=0.02)
    drawn.stroke((50, 10), (50, 90))
    assert drawn.ink > ink
    drawn.button("undoButton").click()
    drawn.button("undoButton").click()
    assert drawn.built is None


def test_undone_drawing_is_the_same_to_the_last_bit(drawn: Drawn) -> None:
    undo, redo = drawn.button("undoButton"), drawn.button("redoButton")
    drawn.stroke((20, 50), (80, 50))
    assert drawn.built is not None
    spec = drawn.built.spec
    assert isinstance(spec, DrawingSpec)
    drawn.button("clearDrawingButton").click()
    assert "Clear" in undo.toolTip()
    undo.click()
    assert drawn.canvas.png() == spec.png
    assert drawn.built.spec == spec
    undo.click()
    assert drawn.built is None
    undo.click()
    assert drawn.window.find(QWidget, "textPage").isVisible()
    assert not undo.isEnabled()
    redo.click()
    redo.click()
    assert drawn.canvas.png() == spec.png

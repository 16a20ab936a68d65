"""Drawing a target with a mouse and a pen."""

from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PyQt6.QtWidgets import QApplication, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.canvas import Canvas
from flowviz.app.target.preview import png_of
from flowviz.specs import DrawingSpec
from flowviz.targets import build_target
from tests.app.conftest import Window, settle
from tests.app.target.panel_window import panel_window
from tests.app.test_main_window import pixels

__all__ = ["panel_window"]

NO_KEY = Qt.KeyboardModifier.NoModifier


class DrawingUser:
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
def user(panel_window: Window, qtbot: QtBot) -> DrawingUser:
    user = DrawingUser(panel_window, qtbot)
    settle(panel_window.main)  # the size of the canvas depends on the layout
    return user


def test_only_the_button_that_began_a_stroke_ends_it(qtbot: QtBot) -> None:
    strokes = list[str]()
    canvas = Canvas(strokes.append)
    qtbot.addWidget(canvas)
    canvas.resize(320, 200)
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


def test_empty_canvas_shows_a_hint_and_makes_no_target(user: DrawingUser) -> None:
    assert user.built is None
    assert "Draw" in user.canvas.accessibleDescription()
    user.stroke((20, 50), (80, 50))
    assert user.canvas.accessibleDescription() == ""
    assert user.built is not None


def test_drawing_becomes_the_target(user: DrawingUser) -> None:
    user.stroke((30, 20), (30, 80))
    assert user.built is not None
    spec = user.built.spec
    assert isinstance(spec, DrawingSpec)
    rows, columns = np.nonzero(build_target(spec).mask)
    assert np.ptp(rows) > 4 * np.ptp(columns), "an upright line"
    assert columns.max() < 320, "on the left half"


def test_click_draws_a_dot_of_the_brush_size(user: DrawingUser) -> None:
    user.stroke((30, 50))
    small = user.ink
    user.window.find(QSlider, "brushSize").setValue(90)
    user.stroke((70, 50))
    assert small == pytest.approx(np.pi * 15**2, rel=0.1)
    assert user.ink - small == pytest.approx(np.pi * 45**2, rel=0.1)


def test_every_stroke_can_be_undone_and_redone(user: DrawingUser) -> None:
    undo, redo = user.button("undoButton"), user.button("redoButton")
    inks = []
    for y in (20, 50, 80):
        user.stroke((20, y), (80, y))
        inks.append(user.ink)
    assert all(later > earlier for earlier, later in pairwise(inks))
    assert not redo.isEnabled()
    for ink in inks[1::-1]:
        undo.click()
        assert user.ink == ink
    undo.click()
    assert user.built is None, "empty again"
    for ink in inks:
        redo.click()
        assert user.ink == ink
    undo.click()
    user.stroke((50, 10), (50, 90))
    assert not redo.isEnabled(), "a new stroke discards the redo history"


def test_eraser_erases_a_stroke_and_clear_empties_the_canvas(user: DrawingUser) -> None:
    user.stroke((20, 50), (80, 50))
    whole = user.ink
    user.button("eraserButton").click()
    user.stroke((50, 20), (50, 80))
    assert 0.5 * whole < user.ink < whole
    user.button("clearDrawingButton").click()
    assert user.built is None
    user.button("undoButton").click()
    assert 0.5 * whole < user.ink < whole


def test_pen_draws_by_pressure_and_erases_with_its_other_end(user: DrawingUser) -> None:
    user.pen(1.0, (20, 50), (80, 50))
    strong = user.ink
    user.pen(1.0, (50, 30), (50, 70), eraser=True)
    assert user.ink < strong
    user.button("clearDrawingButton").click()
    user.pen(0.1, (20, 50), (80, 50))
    assert user.ink < 0.6 * strong


def test_button_on_the_barrel_of_a_pen_does_not_draw(user: DrawingUser) -> None:
    user.pen(1.0, (20, 50), (80, 50), button=Qt.MouseButton.RightButton)
    assert user.built is None


def test_previous_target_can_be_traced(user: DrawingUser) -> None:
    blank = pixels(user.canvas)
    user.button("traceButton").click()
    traced = pixels(user.canvas)
    assert 0.02 < (traced != blank).any(axis=-1).mean() < 0.5, "BRAD is shown faintly"
    assert user.built is None, "a traced picture is not part of the drawing"
    user.button("traceButton").click()
    assert np.array_equal(pixels(user.canvas), blank)


def test_opened_drawing_can_be_continued_and_undone(user: DrawingUser) -> None:
    user.stroke((20, 50), (80, 50))
    assert user.built is not None
    spec, ink = user.built.spec, user.ink
    user.button("clearDrawingButton").click()
    user.window.main.request.show_target(spec)
    assert user.ink == pytest.approx(ink, rel=0.02)
    user.stroke((50, 10), (50, 90))
    assert user.ink > ink
    user.button("undoButton").click()
    user.button("undoButton").click()
    assert user.built is None


def test_small_drawing_is_continued_where_the_mouse_is(user: DrawingUser) -> None:
    small = QImage(64, 40, QImage.Format.Format_ARGB32)
    small.fill(Qt.GlobalColor.transparent)
    for row in range(10, 30):
        small.setPixelColor(10, row, QColor("black"))
    user.window.main.request.show_target(DrawingSpec(png=png_of(small), size=(64, 40)))
    user.stroke((80, 20), (80, 80))
    assert user.built is not None
    assert user.built.picture[:, 480:].any(), "the stroke is on the right"
    assert user.built.picture[:, :160].any(), "the line of the small drawing is on the left"


def test_undone_drawing_is_the_same_to_the_last_bit(user: DrawingUser) -> None:
    undo, redo = user.button("undoButton"), user.button("redoButton")
    user.stroke((20, 50), (80, 50))
    assert user.built is not None
    spec = user.built.spec
    assert isinstance(spec, DrawingSpec)
    user.button("clearDrawingButton").click()
    assert "Clear" in undo.toolTip()
    undo.click()
    assert user.canvas.png() == spec.png
    assert user.built.spec == spec
    undo.click()
    assert user.built is None
    undo.click()
    assert user.window.find(QWidget, "textPage").isVisible()
    assert not undo.isEnabled()
    redo.click()
    redo.click()
    assert user.canvas.png() == spec.png


def test_all_tools_are_visible_in_a_small_window(window: Window, qtbot: QtBot) -> None:
    """They would be below the canvas and have to be scrolled to."""
    window.main.resize(1024, 700)
    window.find(QToolButton, "drawingSource").click()
    settle(window.main)
    for name in ("eraserButton", "clearDrawingButton", "undoButton", "redoButton", "traceButton"):
        tool = window.find(QToolButton, name)
        assert tool.visibleRegion().boundingRect() == tool.rect(), name
    for name in ("canvas", "brushSize", "drawingBlur"):
        control = window.find(QWidget, name)
        assert control.visibleRegion().boundingRect() == control.rect(), name

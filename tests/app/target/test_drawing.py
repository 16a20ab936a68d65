"""Drawing a target with mouse and pen."""

from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PyQt6.QtWidgets import QApplication, QPushButton, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.canvas import Canvas
from flowviz.app.target.panel import TargetPanel
from flowviz.specs import DrawingSpec
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.test_main_window import pixels

NO_KEY = Qt.KeyboardModifier.NoModifier


class Drawn:
    """The window with its canvas."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        window.find(QToolButton, "drawingSource").click()
        self.canvas = window.find(Canvas, "canvas")

    @property
    def goal(self) -> BuiltTarget | None:
        return self.window.main.target_builder.goal

    @property
    def ink(self) -> int:
        """How many pixels of the target are ink."""
        assert self.goal is not None
        return int((self.goal.picture > 0).sum())

    def button(self, name: str) -> QToolButton:
        return self.window.find(QToolButton, name)

    def stroke(self, *places: tuple[int, int]) -> None:
        """Press, move and release the mouse, in parts of a hundred of the canvas."""
        points = [QPoint(x * self.canvas.width() // 100, y * self.canvas.height() // 100) for x, y in places]
        left = Qt.MouseButton.LeftButton
        self.qtbot.mousePress(self.canvas, left, NO_KEY, points[0])
        for point in points[1:]:
            self.qtbot.mouseMove(self.canvas, point)
        self.qtbot.mouseRelease(self.canvas, left, NO_KEY, points[-1])

    def pen(self, pressure: float, *places: tuple[int, int], eraser: bool = False) -> None:
        """What a tablet sends while its pen draws, or its other end rubs out."""
        kind = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        device = QPointingDevice(
            "pen", 1, QInputDevice.DeviceType.Stylus, kind, QInputDevice.Capability.Pressure, 1, 1, "",
            QPointingDeviceUniqueId(),
        )  # fmt: skip
        kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(places) - 1), QEvent.Type.TabletRelease]
        for event, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
            place = QPointF(x * self.canvas.width() / 100, y * self.canvas.height() / 100)
            globally = QPointF(self.canvas.mapToGlobal(place.toPoint()))
            left = Qt.MouseButton.LeftButton
            sent = QTabletEvent(event, device, place, globally, pressure, 0, 0, 0, 0, 0, NO_KEY, left, left)
            QApplication.sendEvent(self.canvas, sent)


@pytest.fixture
def drawn(window: Window, qtbot: QtBot) -> Drawn:
    return Drawn(window, qtbot)


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
    assert canvas.png() != before, "the stroke goes on"
    qtbot.mouseRelease(canvas, left, NO_KEY, QPoint(250, 100))
    assert strokes == ["Stroke"]


def test_an_empty_canvas_says_what_to_do_and_cannot_be_trained(drawn: Drawn) -> None:
    assert drawn.goal is None
    assert "Draw" in drawn.canvas.accessibleDescription()
    assert not drawn.window.find(QPushButton, "trainButton").isEnabled()
    drawn.stroke((20, 50), (80, 50))
    assert drawn.canvas.accessibleDescription() == ""
    assert drawn.window.find(QPushButton, "trainButton").isEnabled()


def test_what_is_drawn_is_the_target_as_a_png(drawn: Drawn) -> None:
    drawn.stroke((30, 20), (30, 80))
    assert drawn.goal is not None
    spec = drawn.goal.spec
    assert isinstance(spec, DrawingSpec)
    rows, columns = np.nonzero(build_target(spec).mask)
    assert np.ptp(rows) > 4 * np.ptp(columns), "an upright line"
    assert columns.max() < 320, "on the left half"


def test_a_click_leaves_a_dot_and_a_larger_brush_a_larger_one(drawn: Drawn) -> None:
    drawn.stroke((30, 50))
    small = drawn.ink
    drawn.window.find(QSlider, "brushSize").setValue(90)
    drawn.stroke((70, 50))
    assert small == pytest.approx(np.pi * 15**2, rel=0.1)
    assert drawn.ink - small == pytest.approx(np.pi * 45**2, rel=0.1)


def test_every_stroke_can_be_undone_and_done_again(drawn: Drawn) -> None:
    undo, redo = drawn.button("undoButton"), drawn.button("redoButton")
    inks = []
    for y in (20, 50, 80):
        drawn.stroke((20, y), (80, y))
        inks.append(drawn.ink)
    assert all(later > earlier for earlier, later in pairwise(inks))
    assert not redo.isEnabled()
    drawn.qtbot.keyClick(drawn.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawn.ink == inks[1]
    undo.click()
    assert drawn.ink == inks[0]
    undo.click()
    assert drawn.goal is None, "empty again"
    for ink in inks:
        redo.click()
        assert drawn.ink == ink
    undo.click()
    drawn.stroke((50, 10), (50, 90))
    assert not redo.isEnabled(), "a new stroke ends what could be done again"


def test_the_eraser_rubs_out_and_clear_takes_everything(drawn: Drawn) -> None:
    drawn.stroke((20, 50), (80, 50))
    whole = drawn.ink
    drawn.button("eraserButton").click()
    drawn.stroke((50, 20), (50, 80))
    assert 0.5 * whole < drawn.ink < whole
    drawn.button("clearDrawingButton").click()
    assert drawn.goal is None
    drawn.button("undoButton").click()
    assert 0.5 * whole < drawn.ink < whole


def test_a_pen_draws_by_its_pressure_and_its_other_end_rubs_out(drawn: Drawn) -> None:
    drawn.pen(1.0, (20, 50), (80, 50))
    strong = drawn.ink
    drawn.pen(1.0, (50, 30), (50, 70), eraser=True)
    assert drawn.ink < strong
    drawn.button("clearDrawingButton").click()
    drawn.pen(0.1, (20, 50), (80, 50))
    assert drawn.ink < 0.6 * strong


def test_the_last_target_can_be_traced(drawn: Drawn) -> None:
    blank = pixels(drawn.canvas)
    drawn.button("traceButton").click()
    traced = pixels(drawn.canvas)
    assert 0.02 < (traced != blank).any(axis=-1).mean() < 0.5, "BRAD, faintly"
    assert drawn.goal is None, "but it is not drawn"
    drawn.button("traceButton").click()
    assert np.array_equal(pixels(drawn.canvas), blank)


def test_a_drawing_that_is_opened_can_be_drawn_on_and_undone(drawn: Drawn) -> None:
    drawn.stroke((20, 50), (80, 50))
    assert drawn.goal is not None
    spec, ink = drawn.goal.spec, drawn.ink
    drawn.button("clearDrawingButton").click()
    (panel,) = drawn.window.main.findChildren(TargetPanel)
    panel.show_spec(spec)
    assert drawn.ink == pytest.approx(ink, rel=0.02)
    drawn.stroke((50, 10), (50, 90))
    assert drawn.ink > ink
    drawn.button("undoButton").click()
    drawn.button("undoButton").click()
    assert drawn.goal is None

"""The mouse on a cloud of a comparison."""

from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flowviz.app.comparison.cloud import CloudPicture
from flowviz.app.comparison.shared_view import SharedViewState

NOTHING, LEFT, NO_KEY = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MOVES = (
    (QEvent.Type.MouseButtonPress, QPointF(50, 50), LEFT, LEFT),
    (QEvent.Type.MouseMove, QPointF(150, 120), NOTHING, LEFT),
    (QEvent.Type.MouseButtonRelease, QPointF(150, 120), LEFT, NOTHING),
)


@pytest.fixture
def picture(qtbot: QtBot) -> CloudPicture:
    found = CloudPicture()
    qtbot.addWidget(found)
    found.resize(300, 200)
    return found


def send(picture: CloudPicture, move: tuple[QEvent.Type, QPointF, Qt.MouseButton, Qt.MouseButton]) -> None:
    kind, pixel, button, held = move
    QApplication.sendEvent(picture, QMouseEvent(kind, pixel, pixel, button, held, NO_KEY))


def turn_wheel(picture: CloudPicture, angle: QPoint) -> None:
    at, phase = QPointF(150, 100), Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(picture, QWheelEvent(at, at, QPoint(), angle, NOTHING, NO_KEY, phase, False))


def test_a_rectangle_is_selected_while_the_layers_play(picture: CloudPicture) -> None:
    drawn = list[Any]()
    picture.region_drawn.connect(lambda corners, how: drawn.append((corners, how)))
    picture.set_tool("rectangle")
    for move in MOVES:
        send(picture, move)
        picture.set_tool("rectangle")  # as with each change of the depth
    [(corners, how)] = drawn
    assert how == "replace"
    assert np.ptp(corners, axis=0).min() > 0


def test_another_tool_ends_a_rectangle(picture: CloudPicture) -> None:
    drawn = list[Any]()
    picture.region_drawn.connect(lambda corners, how: drawn.append(corners))
    picture.set_tool("rectangle")
    send(picture, MOVES[0])
    send(picture, MOVES[1])
    picture.set_tool("move")
    send(picture, MOVES[2])
    assert not drawn


def test_a_horizontal_scroll_does_not_zoom(picture: CloudPicture) -> None:
    zooms = list[float]()
    picture.zoomed.connect(lambda _, half_extent: zooms.append(half_extent))
    turn_wheel(picture, QPoint(120, 0))
    assert not zooms
    turn_wheel(picture, QPoint(0, 120))
    assert len(zooms) == 1


@pytest.mark.parametrize("half_extent", [0.0, 1e-30, 1e30])
def test_zooming_has_limits(half_extent: float) -> None:
    shared = SharedViewState()
    shared.zoom_to((0.0, 0.0), half_extent)
    assert shared.value.frame is not None
    assert 1e-7 < shared.value.frame.half_extent < 1e13

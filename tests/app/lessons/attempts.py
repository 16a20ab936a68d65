"""Ways to attempt an action of a lesson, by keyboard and mouse."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QToolButton, QWidget

from flowviz.app.lessons.one_dimension import OneDimension
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.lessons import Condition
from flowviz.lessons.observations import OBSERVATIONS
from flowviz.lessons.one_dimension import KNOTS
from tests.app.lessons.acts import fulfill
from tests.app.lessons.learner import PATIENCE_MS, Learner
from tests.app.pane.mouse import CloudMouse, visible_area

Attempt = Callable[[Learner], object]


def all_of(*attempts: Attempt) -> Attempt:
    """Make several attempts, one after the other."""

    def attempt(learner: Learner) -> None:
        for each in attempts:
            each(learner)

    return attempt


def reach(**observations: Any) -> Attempt:
    """Act until the program observes these values, in their order. What is observed already needs no act."""
    return all_of(*(partial(_reach, name, value) for name, value in observations.items()))


def _reach(name: str, value: Any, learner: Learner) -> None:
    wanted = tuple(value) if OBSERVATIONS[name].kind == "list" else value
    condition = Condition(observe=name, comparison="is", value=wanted)
    if not learner.holds(condition):
        fulfill(learner, condition)


def press(*keys: Qt.Key) -> Attempt:
    """Press keys while the text of the step has the focus, as it has when the step begins."""

    def attempt(learner: Learner) -> None:
        text = learner.window.find(QLabel, "lessonText")
        text.setFocus()
        for key in keys:
            learner.qtbot.keyClick(text, key)

    return attempt


def touch(slider: str) -> Attempt:
    """Press and release the handle of a slider, without moving it."""

    def attempt(learner: Learner) -> None:
        found = learner.window.find(JumpSlider, slider)
        learner.qtbot.mouseClick(found, Qt.MouseButton.LeftButton, pos=found.handle().center())

    return attempt


def peek(box: str) -> Attempt:
    """Open the choices of a combo box, and choose none of them."""

    def attempt(learner: Learner) -> None:
        found = learner.shown(QComboBox, box)
        learner.qtbot.keyClick(found, Qt.Key.Key_F4)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        learner.qtbot.keyClick(popup, Qt.Key.Key_Escape)
        learner.qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)

    return attempt


def open_menu(button: str) -> Attempt:
    """Open the menu of a button, and choose nothing in it."""

    def attempt(learner: Learner) -> None:
        menu = learner.window.find(QToolButton, button).menu()
        assert isinstance(menu, QMenu)
        menu.popup(learner.window.main.geometry().center())
        learner.qtbot.keyClick(menu, Qt.Key.Key_Escape)
        learner.qtbot.waitUntil(menu.isHidden)

    return attempt


def show(kind: type[QWidget], control: str) -> Attempt:
    """Open the options, until a control can be seen, and leave it as it is."""
    return lambda learner: learner.shown(kind, control)


def move_knot(x: int, keys: int) -> Attempt:
    """Move a circle of the one-dimensional curve, by arrow keys: up, or down for a negative number."""

    def attempt(learner: Learner) -> None:
        view = learner.window.find(OneDimension, "oneDimension")
        there = [Qt.Key.Key_Left] * len(KNOTS) + [Qt.Key.Key_Right] * list(KNOTS).index(x)
        for key in (*there, *[Qt.Key.Key_Up if keys > 0 else Qt.Key.Key_Down] * abs(keys)):
            learner.qtbot.keyClick(view, key)

    return attempt


def play_a_little(learner: Learner) -> None:
    """Play, and pause at once."""
    button = learner.window.find(QToolButton, "playButton")
    learner.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    learner.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not learner.lessons.observer.read()["playing"]


def point_at_a_letter(learner: Learner) -> None:
    """Point at the middle of many particles."""
    positions = learner.window.main.viewer.scenes.scene.trace.positions[-1]
    x, y = sorted(positions.tolist())[len(positions) // 2]
    _point_at(learner, x, y)


def point_at_the_edge(learner: Learner) -> None:
    """Point at the upper right corner of the picture, where no particle is."""
    left, right, bottom, top = visible_area(learner.window.main._viewing.cloud)
    _point_at(learner, right - (right - left) / 50, top - (top - bottom) / 50)


def point_at_suspect(letter: str) -> Attempt:
    """Point at one of the marked points, and wait until its density is known."""

    def attempt(learner: Learner) -> None:
        marks: Any = learner.window.find(QWidget, "suspectMarks")
        _point_at(learner, *marks.suspects.points[letter])
        learner.qtbot.waitUntil(
            lambda: letter in learner.lessons.observer.read()["suspects_probed"], timeout=PATIENCE_MS
        )

    return attempt


def _point_at(learner: Learner, x: float, y: float) -> None:
    mouse = CloudMouse(learner.window.main._viewing.cloud, learner.qtbot)
    mouse.hover(x, y)
    mouse.click(x, y)


def train(learner: Learner) -> None:
    """Train until the training is over, in whichever way."""
    start_training(learner)
    learner.qtbot.waitUntil(lambda: _training(learner) in {"ended", "diverged"}, timeout=PATIENCE_MS)


def train_a_little(learner: Learner) -> None:
    """Train, and press Stop as soon as the training has begun."""
    start_training(learner)
    learner.trigger("stopAction")
    learner.qtbot.waitUntil(lambda: _training(learner) == "ended", timeout=PATIENCE_MS)


def start_training(learner: Learner) -> None:
    """Press Train."""
    learner.window.find(QToolButton, "trainButton").click()
    learner.qtbot.waitUntil(lambda: _training(learner) in {"preparing", "running"}, timeout=PATIENCE_MS)


def _training(learner: Learner) -> Any:
    return learner.lessons.observer.read()["training"]

"""A learner in the real window, who does what the conditions of a lesson ask for."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.lessons import Lessons
from flowviz.lessons import Condition, Lesson, Step
from tests.app.conftest import Window

PATIENCE_MS = 120_000  # for a training

Found = TypeVar("Found", bound=QWidget)


class Learner:
    """Attends a lesson by keyboard and mouse."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def lessons(self) -> Lessons:
        return self.window.main.lessons

    @property
    def step(self) -> Step | None:
        return self.lessons.state.value.step

    @property
    def is_done(self) -> bool:
        return self.lessons.state.value.is_done

    @property
    def beginning(self) -> Mapping[str, Any] | None:
        """Return the observations at the beginning of the current step. None while it is being prepared."""
        return self.lessons.state.value.beginning

    @property
    def is_ready(self) -> bool:
        """Return whether the current step is prepared, or the end of the lesson reached."""
        return self.beginning is not None or (self.lessons.lesson is not None and self.step is None)

    def attend(self, lesson: Lesson) -> None:
        """Begin a lesson at its first step, and wait until it has opened what it needs."""
        self.lessons.begin(lesson)
        self.wait_for_step()

    def leave(self) -> None:
        """Leave the lessons, and wait until the learner's own project is shown again."""
        self.lessons.leave()
        self.qtbot.waitUntil(lambda: self.lessons.opener.kept is None)

    def wait_for_step(self) -> None:
        """Wait until the current step has set what it sets, and nothing else changes."""
        self.qtbot.waitUntil(lambda: self.is_ready, timeout=PATIENCE_MS)

    def press(self, name: str) -> None:
        self.qtbot.mouseClick(self.window.find(QPushButton, f"lesson{name}Button"), Qt.MouseButton.LeftButton)

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition is met now, compared with the beginning of the step."""
        return condition.holds(self.lessons.observer.read(), self.beginning or {})

    def answer(self, number: int) -> None:
        """Choose an answer, counted from 1, by the keyboard, and check it."""
        button = self.window.find(QRadioButton, f"lessonAnswer{number}")
        button.setFocus()
        self.qtbot.keyClick(button, Qt.Key.Key_Space)
        self.qtbot.keyClick(self.window.find(QPushButton, "lessonCheckButton"), Qt.Key.Key_Space)

    def trigger(self, action: str) -> None:
        self.window.find(QAction, action).trigger()

    def shown(self, kind: type[Found], name: str) -> Found:
        """Return a widget that can be seen, after opening the options of the flow if it is one of them."""
        widget = self.window.find(kind, name)
        if not widget.isVisible() and name.startswith(("flow", "training")):
            self.window.find(QToolButton, "flowOptionsButton").click()
        assert widget.isVisible(), f"{name} cannot be seen. The setup of the step should open its panel."
        return widget

    def choose(self, box: str, value: object) -> None:
        """Choose a value of a combo box by the keyboard."""
        widget = self.shown(QComboBox, box)
        row = widget.findData(value)
        assert row >= 0, f"{box} has no {value!r}"
        key = Qt.Key.Key_Down if row > widget.currentIndex() else Qt.Key.Key_Up
        for _ in range(abs(row - widget.currentIndex())):
            if widget.currentIndex() != row:  # the keys pass over disabled rows
                self.qtbot.keyClick(widget, key)

    def type_number(self, box: str, value: float) -> None:
        """Type a number in a box."""
        widget = self.shown(QAbstractSpinBox, box)
        assert isinstance(widget, QSpinBox | QDoubleSpinBox)
        edit = widget.findChild(QLineEdit)
        assert edit is not None
        edit.selectAll()
        self.qtbot.keyClicks(edit, f"{value:.5f}" if isinstance(widget, QDoubleSpinBox) else str(round(value)))
        self.qtbot.keyClick(edit, Qt.Key.Key_Return)

    def set_marks(self, marks: Sequence[str]) -> None:
        """Choose the marks that are shown and should not be, or the other way round."""
        shown = self.window.main.view.seen.view.marks
        for mark in sorted(set(marks) ^ shown):
            self.trigger(f"{mark}Action")


def controls_of(top: QWidget) -> list[QWidget]:
    """Return the widgets of the lessons panel that the Tab key visits, in its order."""
    found = [top]
    widget = top.nextInFocusChain()
    while widget is not None and widget is not top:
        takes_focus = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if top.isAncestorOf(widget) and takes_focus:
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found[1:]

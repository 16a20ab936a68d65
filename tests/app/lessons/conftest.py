"""Fixtures for lessons: a tiny one, and a learner in the real window."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from flowviz.lessons import Lesson, read_lesson
from tests.app.conftest import Window
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY
from tests.app.shared_window import shared_window, start_over

__all__ = ["shared_window"]


@pytest.fixture
def lesson() -> Lesson:
    return read_lesson(TINY)


@pytest.fixture
def window(shared_window: Window) -> Iterator[Window]:
    """Return a window in which no lesson is attended."""
    yield shared_window
    start_over(shared_window)


@pytest.fixture
def learner(window: Window, qtbot: QtBot) -> Learner:
    return Learner(window, qtbot)

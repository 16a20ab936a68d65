"""Fixtures for lessons: a tiny one, and a learner in the real window."""

import pytest
from pytestqt.qtbot import QtBot

from flowviz.lessons import Lesson, read_lesson
from tests.app.conftest import Window
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_shipped_lessons import TINY


@pytest.fixture
def lesson() -> Lesson:
    return read_lesson(TINY)


@pytest.fixture
def learner(window: Window, qtbot: QtBot) -> Learner:
    return Learner(window, qtbot)

"""Fixtures for lessons: a tiny one, and a learner in the real window."""

from collections.abc import Callable
from pathlib import Path

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
def written(tmp_path: Path) -> Callable[[str], Lesson]:
    """Return a function that reads a lesson from its text."""

    def read(text: str) -> Lesson:
        path = tmp_path / "written.toml"
        path.write_text(text, encoding="utf-8")
        return read_lesson(path)

    return read


@pytest.fixture
def learner(window: Window, qtbot: QtBot) -> Learner:
    return Learner(window, qtbot)

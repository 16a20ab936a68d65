"""Every lesson that comes with flowviz, in the real window: its actions make its conditions true."""

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from flowviz.lessons import Lesson, check_lesson, read_lesson, shipped_lessons
from flowviz.lessons.markdown import as_plain
from tests.app.conftest import Window
from tests.app.lessons.acts import fulfill
from tests.app.lessons.learner import Learner

pytestmark = pytest.mark.shared_window

MAX_TEXT = 80  # words
TINY = Path(__file__).parent / "tiny.toml"
LESSONS = [read_lesson(TINY), *shipped_lessons()]
TRAINED = {
    "training",
    "trained_as_requested",
    "steps",
    "recoveries",
    "nll",
    "gap",
    "on_target",
    "comparison_training",
    "comparison_best",
}


def _trains(lesson: Lesson) -> bool:
    """Return whether the learner has to train a flow."""
    return any(condition.observe in TRAINED for step in lesson.steps for condition in step.conditions)


def _param(lesson: Lesson) -> Any:
    slow = [pytest.mark.slow] if _trains(lesson) else []  # trains a flow, for half a minute or more
    return pytest.param(lesson, marks=slow, id=lesson.name)


@pytest.fixture(params=map(_param, LESSONS))
def lesson(request: pytest.FixtureRequest) -> Lesson:
    found: Lesson = request.param
    return found


def test_a_lesson_is_valid_and_short(lesson: Lesson) -> None:
    assert check_lesson(lesson.path) == lesson
    assert 3 <= len(lesson.steps) <= 7
    for step in lesson.steps:
        assert len(as_plain(step.text).split()) <= MAX_TEXT, step.title


@pytest.mark.usefixtures("quick_playhead")
@pytest.mark.parametrize("lesson", [_param(each) for each in LESSONS if not each.learned])  # others: test_done.py
def test_each_condition_is_false_before_its_action_and_true_after_it(
    window: Window, qtbot: QtBot, lesson: Lesson
) -> None:
    learner = Learner(window, qtbot)
    learner.attend(lesson)
    for number, step in enumerate(lesson.steps):
        learner.wait_for_step()
        assert learner.step == step
        if step.action is not None:
            assert not all(map(learner.holds, step.conditions)), f"step {number + 1} is done before its action"
            assert not learner.is_done
            for condition in step.conditions:
                if not learner.holds(condition):
                    fulfill(learner, condition)
            qtbot.waitUntil(lambda: learner.is_done)
        elif step.predict is not None:
            assert not learner.is_done
            learner.answer(step.predict.correct)
        assert learner.is_done, f"step {number + 1}"
        learner.press("Next")
    assert learner.step is None
    assert learner.lessons.state.value.progress.words(lesson) == "finished"

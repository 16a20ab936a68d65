"""Lessons: data files of text, setups, actions and conditions that the window runs. Teachers can write their own."""

from flowviz.lessons.check import check_lesson, lesson_warnings
from flowviz.lessons.lesson import Condition, Lesson, Opening, Prediction, Step
from flowviz.lessons.observations import GROUPS, OBSERVATIONS, Observation
from flowviz.lessons.reader import LESSON_SUFFIX, is_lesson, read_lesson
from flowviz.lessons.setup import Setup, setup_keys
from flowviz.lessons.shipped import is_shipped, lesson_file, next_lesson, shipped_lessons

__all__ = [
    "GROUPS",
    "LESSON_SUFFIX",
    "OBSERVATIONS",
    "Condition",
    "Lesson",
    "Observation",
    "Opening",
    "Prediction",
    "Setup",
    "Step",
    "check_lesson",
    "is_lesson",
    "is_shipped",
    "lesson_file",
    "lesson_warnings",
    "next_lesson",
    "read_lesson",
    "setup_keys",
    "shipped_lessons",
]

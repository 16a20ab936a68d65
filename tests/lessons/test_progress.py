"""The progress of a learner: what is stored, and what survives."""

import json
from typing import Any

import pytest

from flowviz.lessons import Lesson, read_lesson
from flowviz.lessons.progress import END, LEARNED_TITLE, Progress
from tests.app.lessons.test_shipped_lessons import TINY

EVERYTHING = frozenset(range(5))
QUESTION = 2  # the step of the tiny lesson that asks one


@pytest.fixture
def lesson() -> Lesson:
    return read_lesson(TINY)


def test_a_stored_progress_is_read_again(lesson: Lesson) -> None:
    progress = Progress(3, frozenset({0, 2})).having_answered(QUESTION, 1)
    for each in (Progress(), progress, progress.at(5).within(lesson), progress.at(5).within(lesson).reopened(lesson)):
        assert Progress.parse(each.text()) == each


def test_texts_of_older_versions_are_read(lesson: Lesson) -> None:
    assert Progress.parse("[3, [0, 2]]") == Progress(3, frozenset({0, 2}))
    finished = Progress.parse("[5, [0, 1, 2, 3]]").within(lesson)
    assert finished.is_finished(lesson)
    assert finished.words(lesson) == "finished, 1 step skipped"


@pytest.mark.parametrize(
    "text",
    [None, "", "x", "3", "[1]", "[1, 2]", '["a", []]', "[1, [], [], null, 0]", "[1, [], [3], null]", "[1, [], [[1]]]",
     "[Infinity, []]", "[NaN, []]", '{"a": 1, "b": 2}', "[1, [], {}, 7]", "[null, null]"],
)  # fmt: skip
def test_a_damaged_text_means_that_the_lesson_has_not_begun(text: Any) -> None:
    assert Progress.parse(text) == Progress()


def test_what_the_lesson_no_longer_has_is_left_out(lesson: Lesson) -> None:
    stored = json.dumps([9, [0, 4, 7, -1], [[0, 1], [QUESTION, 5], [QUESTION, -1], [9, 0]], [1, 8]])
    progress = Progress.parse(stored).within(lesson)
    assert progress == Progress(5, frozenset({0, 4}), {}, frozenset({0, 1, 4}))


def test_only_the_first_answer_is_kept(lesson: Lesson) -> None:
    progress = Progress().having_answered(QUESTION, 0).having_answered(QUESTION, 1)
    assert progress.first_answers == {QUESTION: 0}
    assert progress.first_tries(lesson) == "0 of 1 prediction right at the first try"
    assert Progress().having_answered(QUESTION, 1).first_tries(lesson) == "1 of 1 prediction right at the first try"
    assert Progress(5).first_tries(lesson) == "0 of 1 prediction right at the first try, 1 skipped"


def test_opening_a_finished_lesson_again_keeps_its_mark_and_its_first_answers(lesson: Lesson) -> None:
    finished = Progress(4, EVERYTHING - {1}).having_answered(QUESTION, 0).at(5).within(lesson)
    again = Progress.parse(finished.reopened(lesson).text()).within(lesson)
    assert (again.step, again.done, again.is_finished(lesson)) == (0, frozenset(), True)
    assert again.words(lesson) == "finished, 1 step skipped"
    assert again.at(2).words(lesson) == "finished, 1 step skipped, again at step 3 of 5"
    better = again.having_answered(QUESTION, 1).having_done(1).at(5).within(lesson)
    assert better.words(lesson) == "finished"
    assert better.first_answers == {QUESTION: 0}


def test_the_current_step_of_a_lesson_that_goes_on_is_not_done(lesson: Lesson) -> None:
    progress = Progress(QUESTION, frozenset({0, QUESTION})).having_answered(QUESTION, 1).reopened(lesson)
    assert (progress.step, progress.done, progress.first_answers) == (QUESTION, frozenset({0}), {QUESTION: 1})
    assert progress.finished is None


def test_the_end_says_what_was_learned_if_the_lesson_does(lesson: Lesson) -> None:
    assert Progress(5).summary(lesson).splitlines()[2] == f"### {END}"
    learned = lesson.model_copy(update={"learned": ("One.", "*Two*.", "Three.")})
    assert Progress(5, EVERYTHING).having_answered(QUESTION, 1).summary(learned).split("\n\n") == [
        "A tiny lesson: the end",
        f"### {LEARNED_TITLE}",
        "- One.\n- *Two*.\n- Three.",
        "**1 of 1 prediction right at the first try.**",
    ]


def test_a_lesson_without_predictions_says_nothing_of_them(lesson: Lesson) -> None:
    plain = lesson.model_copy(update={"steps": lesson.steps[:1]})
    assert Progress(1).first_tries(plain) == ""
    assert "first try" not in Progress(1).summary(plain)

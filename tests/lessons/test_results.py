"""The results of a learner as a table."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from flowviz.lessons import Lesson, read_lesson, shipped_lessons
from flowviz.lessons.progress import Progress
from flowviz.lessons.results import COLUMNS, result_rows, results_csv, save_results
from tests.app.lessons.test_shipped_lessons import TINY

QUESTION = 2  # the step of the tiny lesson that asks one


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def changed(folder: Path, old: str, new: str) -> Lesson:
    """Return the tiny lesson with another text, from a file in a folder."""
    source, path = TINY.read_text(encoding="utf-8"), folder / "own.toml"
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    return read_lesson(path)


@pytest.mark.parametrize(
    ("progress", "verdict", "state", "done"),
    [
        (Progress(), "not answered", "not begun", "0"),
        (Progress(3, frozenset({0, QUESTION})).having_answered(QUESTION, 1), "right", "begun", "2"),
        (Progress(3, frozenset({QUESTION})).having_answered(QUESTION, 0), "wrong", "begun", "1"),
        (Progress(5, frozenset(range(4))), "not answered", "finished", "4"),
        (Progress(2, frozenset({4}), {}, frozenset(range(4))), "not answered", "finished", "5"),
    ],
)
def test_each_question_is_a_row(progress: Progress, verdict: str, state: str, done: str) -> None:
    assert rows_of(results_csv([(read_lesson(TINY), progress)])) == [
        {
            "lesson": "A tiny lesson", "state": state, "steps_done": done, "steps": "5", "step": "3",
            "question": "How many moons are there?", "first_answer": verdict,
        }
    ]  # fmt: skip


def test_a_lesson_without_questions_has_a_row(tmp_path: Path) -> None:
    lesson = read_lesson(TINY).model_copy(update={"steps": read_lesson(TINY).steps[:2]})
    (row,) = result_rows([(lesson, Progress(1))])
    assert (row["state"], row["step"], row["question"], row["first_answer"]) == ("begun", "", "", "")


def test_the_tables_of_all_learners_have_the_same_rows() -> None:
    lessons = shipped_lessons()
    nothing, everything = (
        result_rows((lesson, progress) for lesson in lessons) for progress in (Progress(), Progress(20))
    )
    same = ("lesson", "step", "question", "steps")
    assert [[row[name] for name in same] for row in nothing] == [[row[name] for name in same] for row in everything]
    assert len(nothing) == sum(len(lesson.predictions) or 1 for lesson in lessons)
    assert {row["lesson"] for row in nothing} == {lesson.numbered_title for lesson in lessons}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\\t=", " @", "＝", "＋", "－", "＠"])
def test_no_text_is_run_as_a_formula(tmp_path: Path, sign: str) -> None:
    lesson = changed(tmp_path, "How many", f"{sign}cmd|' /C calc'!A0, how many")
    lesson = lesson.model_copy(update={"title": "=1+1\n@SUM(A1)"})
    (row,) = rows_of(results_csv([(lesson, Progress())]))
    for cell in (row["lesson"], row["question"]):
        assert cell.startswith("'"), cell
        assert "\n" not in cell


def test_the_file_has_no_name_no_path_and_no_time(tmp_path: Path) -> None:
    folder = tmp_path / "Ada Lovelace"
    folder.mkdir()
    lesson, path = changed(folder, "A tiny", "A small"), tmp_path / "results.csv"
    save_results([(lesson, Progress(3))], path)
    content = path.read_bytes()
    assert content.startswith("\ufefflesson,".encode()), "so that Excel reads it as UTF-8"
    (row,) = rows_of(content.decode("utf-8-sig"))
    assert tuple(row) == COLUMNS
    assert not any(word in content.decode() for word in ("Ada", "own.toml", str(tmp_path), ":"))

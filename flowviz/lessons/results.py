"""The results of a learner as a table for a teacher, who learns neither a name nor a path nor a time."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from flowviz.lessons.lesson import Lesson
from flowviz.lessons.markdown import as_plain_line
from flowviz.lessons.progress import Progress

COLUMNS = ("lesson", "state", "steps_done", "steps", "step", "question", "first_answer")
RIGHT, WRONG, UNANSWERED = "right", "wrong", "not answered"
FORMULA_SIGNS = "=+-@＝＋－＠"  # with which a spreadsheet takes a text for a formula
ENCODING = "utf-8-sig"  # Excel takes a file without the mark at its beginning for one in another encoding

Row = dict[str, str | int]


def result_rows(results: Iterable[tuple[Lesson, Progress]]) -> list[Row]:
    """Return the results of lessons as rows with the `COLUMNS` of the table.

    There is a row for each question of a lesson, whether it was answered or not, and one row without a question for a
    lesson that asks none. So the tables of all learners have the same rows.

    Args:
        results: Lessons and the progress in them.
    """
    return [row for lesson, progress in results for row in _rows(lesson, progress.within(lesson))]


def results_csv(results: Iterable[tuple[Lesson, Progress]]) -> str:
    """Return the results of lessons as a CSV table. A text that a spreadsheet would run as a formula begins with '."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in result_rows(results))
    return text.getvalue()


def save_results(results: Iterable[tuple[Lesson, Progress]], path: Path) -> None:
    """Write the results of lessons as a CSV file; see `results_csv`.

    Args:
        results: Lessons and the progress in them.
        path: The file to write.
    """
    path.write_bytes(results_csv(results).encode(ENCODING))


def _rows(lesson: Lesson, progress: Progress) -> Iterator[Row]:
    common: Row = {
        "lesson": _plain(lesson.numbered_title),
        "state": _state(lesson, progress),
        "steps_done": len(progress.all_done(lesson)),
        "steps": len(lesson.steps),
    }
    for step, question in lesson.predictions.items():
        answer = progress.first_answers.get(step)
        verdict = UNANSWERED if answer is None else RIGHT if answer + 1 == question.correct else WRONG
        yield {**common, "step": step + 1, "question": _plain(question.question), "first_answer": verdict}
    if not lesson.predictions:
        yield {**common, "step": "", "question": "", "first_answer": ""}


def _state(lesson: Lesson, progress: Progress) -> str:
    if progress.is_finished(lesson):
        return "finished"
    return "begun" if progress.step or progress.done else "not begun"


def _plain(markdown: str) -> str:
    """Return the Markdown of a sentence as text with plain spaces, on one line."""
    return " ".join(as_plain_line(markdown).split())


def _harmless(value: str | int) -> str | int:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {*FORMULA_SIGNS} else value

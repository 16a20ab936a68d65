"""The worksheet of a lesson: its texts and questions on paper, with lines to write on."""

from collections.abc import Iterator
from pathlib import Path

from flowviz.lessons.lesson import Lesson, Prediction, Step
from flowviz.lessons.markdown import paragraphs
from flowviz.rendering.text_pages import Block, PageBreak, Picture, Rules, Text, save_text_pages
from flowviz.specs.export_kinds import Paper

INDENT = 16.0  # points
KEPT = 60.0  # points below a heading
OBSERVATION, REASON = "What do you see?", "Why do you think so?"


def save_worksheet(lesson: Lesson, path: Path, *, answers: bool = False, paper: Paper = "a4") -> None:
    """Write the worksheet of a lesson as a PDF.

    Args:
        lesson: The lesson.
        path: The file to write.
        answers: Whether to add a page with the answers for the teacher.
        paper: The size of the pages.
    """
    blocks = [*_head(lesson), *(block for step in enumerate(lesson.steps, start=1) for block in _step(*step))]
    save_text_pages([*blocks, *(_answers(lesson) if answers else ())], lesson.title, path, paper)


def _head(lesson: Lesson) -> Iterator[Block]:
    yield Text("Name: ______________________________        Date: __________________", before=0)
    yield Text(lesson.title, size=18, bold=True, before=12)
    yield Text(f"{lesson.summary} ({lesson.minutes} minutes)")


def _step(number: int, step: Step) -> Iterator[Block]:
    yield Text(f"{number}. {step.title}", size=13, bold=True, before=14, keeps=KEPT)
    yield from _text(step.text)
    if step.picture is not None:
        yield Picture(step.picture)
    if step.action is not None:
        yield Text(_plain(step.action), bold=True, indent=INDENT, mark="☐", before=8, keeps=KEPT)
        yield Text(OBSERVATION, before=6, keeps=KEPT)
        yield Rules(2)
    if step.predict is not None:
        yield from _question(step.predict)


def _question(prediction: Prediction) -> Iterator[Block]:
    yield Text(_plain(prediction.question), bold=True, before=8, keeps=KEPT)
    for answer in prediction.answers:
        yield Text(_plain(answer), indent=INDENT, mark="○")
    yield Text(REASON, before=6, keeps=KEPT)
    yield Rules(2)


def _answers(lesson: Lesson) -> Iterator[Block]:
    yield PageBreak()
    yield Text(f"{lesson.title}: answers", size=18, bold=True, before=0)
    for number, step in enumerate(lesson.steps, start=1):
        if step.predict is not None:
            answer = step.predict.answers[step.predict.correct - 1]
            yield Text(f"{number}. {_plain(step.predict.question)}", bold=True, before=10, keeps=KEPT)
            yield Text(_plain(answer), indent=INDENT, mark="✓")
            yield from _text(step.predict.because)
        elif step.done is not None:
            yield Text(f"{number}. {step.title}", bold=True, before=10, keeps=KEPT)
            yield from _text(step.done)


def _text(markdown: str) -> Iterator[Text]:
    for mark, text in paragraphs(markdown):
        yield Text(text, indent=INDENT if mark else 0, mark=mark)


def _plain(markdown: str) -> str:
    return " ".join(text for _, text in paragraphs(markdown))

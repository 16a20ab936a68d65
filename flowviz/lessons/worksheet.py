"""The worksheet of a lesson: its texts and questions on paper, with lines to write on."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from flowviz.lessons.lesson import Lesson, Prediction, Step
from flowviz.lessons.markdown import as_plain_line, paragraphs
from flowviz.lessons.progress import LEARNED_TITLE
from flowviz.rendering.text_pages import Block, PageBreak, Picture, Rules, Text, Together, save_text_pages
from flowviz.specs.export_kinds import Paper

INDENT = 16.0  # points
OBSERVATION, REASON = "What do you see?", "Why do you think so?"


def save_worksheet(lesson: Lesson, path: Path, *, answers: bool = False, paper: Paper = "a4") -> None:
    """Write the worksheet of a lesson as a PDF.

    Args:
        lesson: The lesson.
        path: The file to write.
        answers: Whether to add a page with the answers for the teacher.
        paper: The size of the pages.
    """
    steps = [Together(tuple(_step(number, step))) for number, step in enumerate(lesson.steps, start=1)]
    blocks = [*_head(lesson), *steps, *(_answers(lesson) if answers else ())]
    save_text_pages(blocks, as_plain_line(lesson.title), path, paper)


def _head(lesson: Lesson) -> Iterator[Block]:
    yield Text("Name: ______________________________        Date: __________________", before=0)
    yield Text(as_plain_line(lesson.title), size=18, bold=True, before=12)
    yield Text(f"{as_plain_line(lesson.summary)} ({lesson.minutes}\u00a0minutes)")


def _step(number: int, step: Step) -> Iterator[Text | Picture | Rules]:
    yield Text(f"{number}. {as_plain_line(step.title)}", size=13, bold=True, before=14)
    yield from _text(step.text)
    if step.picture is not None:
        yield Picture(step.picture)
    if step.action is not None:
        yield Text(as_plain_line(step.action), bold=True, indent=INDENT, mark="☐", before=8)
        yield Text(OBSERVATION, before=6)
        yield Rules(2)
    if step.predict is not None:
        yield from _question(step.predict)


def _question(prediction: Prediction) -> Iterator[Text | Rules]:
    yield Text(as_plain_line(prediction.question), bold=True, before=8)
    for answer in prediction.answers:
        yield Text(as_plain_line(answer), indent=INDENT, mark="○")
    yield Text(REASON, before=6)
    yield Rules(2)


def _answers(lesson: Lesson) -> Iterator[Block]:
    yield PageBreak()
    yield Text(f"Answers: {as_plain_line(lesson.title)}", size=18, bold=True, before=0)
    for number, step in enumerate(lesson.steps, start=1):
        yield Together(tuple(_answer(number, step)))
    if lesson.learned:
        yield Together(tuple(_learned(lesson.learned)))


def _answer(number: int, step: Step) -> Iterator[Text]:
    if step.predict is not None:
        yield Text(f"{number}. {as_plain_line(step.predict.question)}", bold=True, before=10)
        yield from _replies(step.predict)
    elif step.done is not None:
        yield Text(f"{number}. {as_plain_line(step.title)}", bold=True, before=10)
        yield from _text(step.done)


def _replies(prediction: Prediction) -> Iterator[Text]:
    """Yield the correct answer and its explanation, then each other answer that has a reply of its own."""
    correct = prediction.correct - 1
    for number in sorted(range(len(prediction.answers)), key=lambda number: number != correct):
        if number == correct or prediction.replies:
            mark = "✓" if number == correct else "○"
            yield Text(as_plain_line(prediction.answers[number]), indent=INDENT, mark=mark, before=6)
            yield from _text(prediction.reply(number))


def _learned(sentences: Iterable[str]) -> Iterator[Text]:
    yield Text(LEARNED_TITLE, size=13, bold=True, before=14)
    for sentence in sentences:
        yield Text(as_plain_line(sentence), indent=INDENT, mark="•")


def _text(markdown: str) -> Iterator[Text]:
    for mark, text in paragraphs(markdown):
        yield Text(text, indent=INDENT if mark else 0, mark=mark)

"""The state of the lessons panel: which lesson is attended, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowviz.app.desktop.existing import existing
from flowviz.app.state.state import State
from flowviz.lessons import Lesson, Step
from flowviz.lessons.progress import Progress


@dataclass(frozen=True)
class Attendance:
    """A lesson and the progress in it; without a lesson, the list of all lessons is shown.

    Attributes:
        lesson: The lesson.
        progress: The progress in it.
        answers: The answers that were given, by step, both counted from 0.
        beginning: The observations at the beginning of the current step. None while it is being prepared.
    """

    lesson: Lesson | None = None
    progress: Progress = field(default_factory=Progress)
    answers: Mapping[int, int] = field(default_factory=dict, hash=False)
    beginning: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def step(self) -> Step | None:
        """Return the current step. None on the list and at the end of a lesson."""
        if self.lesson is None or self.progress.has_ended(self.lesson):
            return None
        return self.lesson.steps[self.progress.step]

    @property
    def is_done(self) -> bool:
        """Return whether the current step is done."""
        return self.progress.step in self.progress.done

    @property
    def answer(self) -> int | None:
        """Return the answer to the question of the current step, counted from 0. None before it was answered."""
        return self.answers.get(self.progress.step)


class LessonState(State[Attendance]):
    """Observable attendance."""

    def attend(self, lesson: Lesson | None, progress: Progress | None = None) -> None:
        """Begin or continue a lesson, or return to the list."""
        self.set(Attendance(lesson, progress or Progress()))

    def go_to(self, step: int) -> None:
        """Go to a step of the lesson, which is still to be prepared, or to its end."""
        lesson = existing(self.value.lesson)
        self.change(progress=self.value.progress.at(step).within(lesson), beginning=None)

    def mark_done(self) -> None:
        """Mark the current step as done."""
        self.change(progress=self.value.progress.having_done(self.value.progress.step))

    def answer(self, answer: int) -> None:
        """Answer the question of the current step, which is done then."""
        progress, step = self.value.progress, self.value.progress.step
        progress = progress.having_answered(step, answer).having_done(step)
        self.change(progress=progress, answers={**self.value.answers, step: answer})

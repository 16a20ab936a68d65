"""The progress of a learner in a lesson."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flowviz.lessons.lesson import Lesson

LEARNED_TITLE, END = "What you have learned", "You have reached the end of this lesson."


@dataclass(frozen=True)
class Progress:
    """The current step of a lesson, the steps that are done, and the first answers to its questions.

    Steps are counted from 0. The number of steps as the current one means that the end was reached.

    Attributes:
        step: The current step.
        done: The steps that are done since the lesson began, or began again.
        first_answers: The first answer to the question of each step, counted from 0. Later answers do not replace it.
        finished: The steps that were done whenever the end was reached. None before it was. Opening the lesson again
            keeps them.
    """

    step: int = 0
    done: frozenset[int] = frozenset()
    first_answers: Mapping[int, int] = field(default_factory=dict, hash=False)
    finished: frozenset[int] | None = None

    def at(self, step: int) -> "Progress":
        """Return the progress at another step."""
        return replace(self, step=step)

    def having_done(self, step: int) -> "Progress":
        """Return the progress with another step that is done."""
        return replace(self, done=self.done | {step})

    def having_answered(self, step: int, answer: int) -> "Progress":
        """Return the progress after an answer to the question of a step, which is kept if it is the first one."""
        return replace(self, first_answers={step: answer, **self.first_answers})

    def reopened(self, lesson: Lesson) -> "Progress":
        """Return the progress after opening a lesson again.

        Nothing of a finished lesson is done yet, but it stays finished. Another lesson goes on with its current step,
        which has to be done once more, because what was done in the window is gone.
        """
        if self.has_ended(lesson):
            return replace(self, step=0, done=frozenset())
        return replace(self, done=self.done - {self.step})

    def within(self, lesson: Lesson) -> "Progress":
        """Return the progress in a lesson as it is now: without steps that it does not have, and finished at its end.

        The file of the lesson may have changed since the progress was stored.
        """
        steps = frozenset(range(len(lesson.steps)))
        step, done = min(max(self.step, 0), len(steps)), self.done & steps
        finished = None if self.finished is None else self.finished & steps
        if step == len(steps):
            finished = (finished or frozenset()) | done
        answers = {number: len(question.answers) for number, question in lesson.predictions.items()}
        kept = {number: given for number, given in self.first_answers.items() if 0 <= given < answers.get(number, 0)}
        return Progress(step, done, kept, finished)

    def has_ended(self, lesson: Lesson) -> bool:
        """Return whether the end of the lesson is the current place."""
        return self.step >= len(lesson.steps)

    def is_finished(self, lesson: Lesson) -> bool:
        """Return whether the end of the lesson was ever reached."""
        return self.within(lesson).finished is not None

    def all_done(self, lesson: Lesson) -> frozenset[int]:
        """Return the steps that were ever done."""
        now = self.within(lesson)
        return now.done | (now.finished or frozenset())

    def first_tries(self, lesson: Lesson) -> str:
        """Return how many predictions were right at the first try, in words; empty for a lesson without predictions."""
        questions, answers = lesson.predictions, self.within(lesson).first_answers
        if not questions:
            return ""
        right = sum(answer + 1 == questions[step].correct for step, answer in answers.items())
        noun = "prediction" if len(questions) == 1 else "predictions"
        skipped = len(questions) - len(answers)
        return f"{right} of {len(questions)} {noun} right at the first try{f', {skipped} skipped' if skipped else ''}"

    def summary(self, lesson: Lesson) -> str:
        """Return the end of a lesson in Markdown: its title, what was learned, and the predictions that were right."""
        learned = "\n".join(f"- {sentence}" for sentence in lesson.learned)
        body = f"### {LEARNED_TITLE}\n\n{learned}" if learned else f"### {END}"
        tries = self.first_tries(lesson)
        return "\n\n".join(filter(None, (f"{lesson.title}: the end", body, tries and f"**{tries}.**")))

    def words(self, lesson: Lesson) -> str:
        """Return the progress in a lesson in a few words, or an empty string if it has not begun."""
        count, has_begun = len(lesson.steps), bool(self.step or self.done)
        place = f"at step {self.step + 1} of {count}" if has_begun and not self.has_ended(lesson) else ""
        if not self.is_finished(lesson):
            return place
        skipped = count - len(self.all_done(lesson))
        omitted = f"{skipped} {'step' if skipped == 1 else 'steps'} skipped" if skipped else ""
        return ", ".join(filter(None, ("finished", omitted, place and f"again {place}")))

    def text(self) -> str:
        """Return the progress as a text that `parse` reads."""
        finished = None if self.finished is None else sorted(self.finished)
        return json.dumps([self.step, sorted(self.done), sorted(self.first_answers.items()), finished])

    @classmethod
    def parse(cls, text: Any) -> "Progress":
        """Read a text that `text` returned, now or in a version that stored only the first two of its parts.

        A damaged one means that the lesson has not begun.
        """
        try:
            step, done, *later = json.loads(text)
            answers, finished = later or ([], None)
            first_answers = {int(number): int(answer) for number, answer in answers}
            ended = None if finished is None else frozenset(map(int, finished))
            return cls(int(step), frozenset(map(int, done)), first_answers, ended)
        except (OverflowError, TypeError, ValueError):
            return cls()

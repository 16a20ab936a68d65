"""The progress of a learner in a lesson."""

import json
from dataclasses import dataclass, replace
from typing import Any

from flowviz.lessons.lesson import Lesson


@dataclass(frozen=True)
class Progress:
    """The current step of a lesson, counted from 0, and the steps that are done.

    The number of steps as the current one means that the end was reached.
    """

    step: int = 0
    done: frozenset[int] = frozenset()

    def at(self, step: int) -> "Progress":
        """Return the progress at another step."""
        return replace(self, step=step)

    def having_done(self, step: int) -> "Progress":
        """Return the progress with another step that is done."""
        return replace(self, done=self.done | {step})

    def within(self, lesson: Lesson) -> "Progress":
        """Return the progress without steps that the lesson does not have, because its file has changed."""
        count = len(lesson.steps)
        return Progress(min(max(self.step, 0), count), frozenset(step for step in self.done if 0 <= step < count))

    def has_ended(self, lesson: Lesson) -> bool:
        """Return whether the end of the lesson was reached."""
        return self.step >= len(lesson.steps)

    def words(self, lesson: Lesson) -> str:
        """Return the progress in a lesson in a few words, or an empty string if it has not begun."""
        count = len(lesson.steps)
        if self.has_ended(lesson):
            skipped = count - len(self.done)
            return f"finished, {skipped} {'step' if skipped == 1 else 'steps'} skipped" if skipped else "finished"
        return f"at step {self.step + 1} of {count}" if self.step or self.done else ""

    def text(self) -> str:
        """Return the progress as a text that `parse` reads."""
        return json.dumps([self.step, sorted(self.done)])

    @classmethod
    def parse(cls, text: Any) -> "Progress":
        """Read a text that `text` returned. A damaged one means that the lesson has not begun."""
        try:
            step, done = json.loads(text)
            return cls(int(step), frozenset(map(int, done)))
        except (TypeError, ValueError):
            return cls()

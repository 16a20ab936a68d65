"""The spec of a lesson: a few steps, each of which explains one idea and asks for one action or one prediction."""

from collections.abc import Callable, Mapping
from math import isfinite, isnan
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from flowviz.errors import SpecError
from flowviz.lessons.observations import OBSERVATIONS, Kind, Observation
from flowviz.lessons.setup import Setup
from flowviz.specs.spec import Spec

FORMAT = 1  # of lesson files
MAX_STEPS = 20
LEARNED = 3  # sentences that sum up a lesson
Comparison = Literal["is", "is_not", "above", "below", "at_least", "at_most", "includes", "changed"]
Place = Literal["base", "layers", "target", "forward", "back"]
Word = bool | int | float | str
Value = Word | tuple[Word, ...]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]
Text = Annotated[str, Field(min_length=1, max_length=1500)]

ABOUT_STAGES = {"stage", "stage_kind"}  # observations

COMPARISONS: Mapping[Kind, tuple[Comparison, ...]] = {
    "number": ("is", "is_not", "above", "below", "at_least", "at_most", "changed"),
    "text": ("is", "is_not", "changed"),
    "flag": ("is", "changed"),
    "list": ("is", "is_not", "includes", "changed"),
}
ORDERS: Mapping[Comparison, Callable[[Any, Any], Any]] = {"above": gt, "below": lt, "at_least": ge, "at_most": le}


class Condition(Spec):
    """A comparison of something that the program observes with a value, such as "stage is 3".

    Attributes:
        observe: Name of the observation.
        comparison: The comparison, such as "above".
        value: The value for the comparison; True for "changed".
    """

    observe: str
    comparison: Comparison
    value: Value

    @property
    def observation(self) -> Observation:
        """Return what is observed."""
        return OBSERVATIONS[self.observe]

    @property
    def items(self) -> tuple[Word, ...]:
        """Return the items of a list with which something is compared."""
        return self.value if isinstance(self.value, tuple) else (self.value,)

    @model_validator(mode="after")
    def _fits_the_observation(self) -> Self:
        if self.observe not in OBSERVATIONS:
            raise ValueError(f"There is no observation named {self.observe!r}.")
        kind = self.observation.kind
        if self.comparison not in COMPARISONS[kind]:
            raise ValueError(
                f"{self.observe} is a {kind}, which cannot be compared by {self.comparison!r}. "
                f"Use {', '.join(COMPARISONS[kind])}."
            )
        if self.comparison == "changed":
            if self.value is not True:
                raise ValueError("The only value of changed is true.")
        elif problem := self.observation.problem(self.value, is_item=self.comparison == "includes"):
            raise ValueError(problem)
        return self

    def holds(self, now: Mapping[str, Any], start: Mapping[str, Any]) -> bool:
        """Return whether the condition is met. What is unknown, None, meets none.

        Args:
            now: The current observations by name.
            start: The observations when the step began.
        """
        seen, before = now.get(self.observe), start.get(self.observe)
        if seen is None:
            return False
        match self.comparison:
            case "is":
                return _same(seen, self.value)
            case "is_not":
                return not _same(seen, self.value)
            case "includes":
                return set(self.items) <= set(seen)
            case "changed":
                return before is None or not _same(seen, before)
            case _:
                return isfinite(seen) and bool(ORDERS[self.comparison](seen, self.value))


def _same(seen: Any, value: Any) -> bool:
    if isinstance(value, float | int) and not isinstance(value, bool):
        if isnan(value):
            return isnan(seen)
        return bool(abs(seen - value) <= 1e-9 * max(1, abs(value)))
    return bool(set(seen) == set(value) if isinstance(value, tuple | frozenset | list) else seen == value)


class Opening(Spec):
    """A file beside a lesson, an example of the gallery, or a view, which a lesson or one of its steps opens.

    Attributes:
        project: A project file.
        gallery: Name of an example of the gallery, which may be a comparison.
        comparison: A comparison file.
        view: A view of its own in place of the cloud.
    """

    project: Path | None = None
    gallery: str | None = None
    comparison: Path | None = None
    view: Literal["one_dimension"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [name for name, value in self if value is not None]
        if len(given) > 1:
            raise ValueError(f"Only one of {' and '.join(given)} can be opened.")
        return self

    def __bool__(self) -> bool:
        """Return whether anything is opened."""
        return any(value is not None for _, value in self)


class Prediction(Spec):
    """A question about what will happen, with answers to choose from, and replies to them.

    Attributes:
        question: The question.
        answers: Two to five answers.
        correct: Number of the correct answer, from 1.
        because: An explanation of the correct answer, which is the reply to every answer without a reply of its own.
        replies: A reply to each answer, in their order; empty if `because` replies to all of them.
    """

    question: Sentence
    answers: Annotated[tuple[Sentence, ...], Field(min_length=2, max_length=5)]
    correct: Annotated[int, Field(ge=1)]
    because: Annotated[str, Field(max_length=1500)] = ""
    replies: tuple[Text, ...] = ()

    @property
    def explanation(self) -> str:
        """Return the reply to the correct answer."""
        return self.reply(self.correct - 1)

    def reply(self, answer: int) -> str:
        """Return the reply to an answer, counted from 0."""
        return self.replies[answer] if self.replies else self.because

    @model_validator(mode="after")
    def _has_the_correct_answer(self) -> Self:
        if self.correct > len(self.answers):
            raise ValueError(f"The correct answer is number {self.correct}, but there are {len(self.answers)} answers.")
        if self.replies and len(self.replies) != len(self.answers):
            raise ValueError(f"There are {len(self.answers)} answers, but {len(self.replies)} replies to them.")
        if bool(self.replies) == bool(self.because):
            raise ValueError("Give either because, an explanation, or replies, one to each answer.")
        return self


class Step(Spec):
    """A step of a lesson: one idea, and one action or prediction, or neither, if there is only something to read.

    Attributes:
        title: The idea in a few words.
        text: The idea in Markdown.
        picture: A picture to show, or None.
        alt: Description of the picture, for those who cannot see it.
        opening: A file, example or view to open before the step.
        setup: Changes of the view, the target or the edits before the step.
        action: An instruction for the learner, in a sentence.
        conditions: The action is done once all of these hold at the same time.
        done: A remark on what has happened, shown when the action is done.
        predict: A question instead of an action.
        place: The part of the diagram of a flow that the step is about. None if it is that of the step before.
    """

    title: Title
    text: Text
    picture: Path | None = None
    alt: Annotated[str, Field(max_length=300)] = ""
    opening: Opening = Field(default_factory=Opening)
    setup: Setup = Field(default_factory=Setup)
    action: Sentence | None = None
    conditions: tuple[Condition, ...] = ()
    done: Sentence | None = None
    predict: Prediction | None = None
    place: Place | None = None

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if self.action is not None and not self.conditions:
            raise ValueError("A step with an action needs a condition, which detects that the action was done.")
        if self.conditions and self.action is None:
            raise ValueError("A step with a condition needs an action, which says what to do.")
        if self.predict is not None and self.action is not None:
            raise ValueError("A step has an action or a prediction, not both. Make two steps of it.")
        if self.done is not None and self.action is None:
            raise ValueError("Only a step with an action has a message for when it is done.")
        if self.picture is not None and not self.alt:
            raise ValueError("A picture needs an alt text, which describes it for those who cannot see it.")
        return self

    @property
    def is_about_stages(self) -> bool:
        """Return whether the action is to go to a stage, for which the window reserves the arrow keys."""
        return any(condition.observe in ABOUT_STAGES for condition in self.conditions)

    def is_done(self, now: Mapping[str, Any], start: Mapping[str, Any]) -> bool:
        """Return whether all conditions are met; see `Condition.holds`. Without any, there is nothing to do."""
        return all(condition.holds(now, start) for condition in self.conditions)


def lesson_number(name: str) -> int | None:
    """Return the number with which the name of a lesson begins, such as 3 for "03_why_permute". None without one."""
    digits = name.partition("_")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else None


class Lesson(Spec):
    """A lesson.

    Attributes:
        path: The file of the lesson.
        title: The title.
        summary: The subject of the lesson, in one sentence.
        minutes: Approximate duration.
        opening: A file, example or view to open with the lesson. If it is empty, the lesson opens a new project.
        steps: The steps.
        learned: Three sentences that sum up the lesson, shown at its end; or none.
    """

    path: Path
    title: Title
    summary: Sentence
    minutes: Annotated[int, Field(ge=1, le=120)]
    opening: Opening = Field(default_factory=Opening)
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MAX_STEPS)]
    learned: tuple[Sentence, ...] = ()

    @model_validator(mode="after")
    def _is_summed_up(self) -> Self:
        if self.learned and len(self.learned) != LEARNED:
            raise SpecError(f"A summary has {LEARNED} sentences, not {len(self.learned)}.", ("learned",))
        return self

    @property
    def name(self) -> str:
        """Return the name of the file without its suffix."""
        return self.path.stem

    @property
    def number(self) -> int | None:
        """Return the number with which the name of the file begins, by which the lesson is known; None without one."""
        return lesson_number(self.name)

    @property
    def numbered_title(self) -> str:
        """Return the title, after the number of the lesson if it has one."""
        return self.title if self.number is None else f"{self.number}. {self.title}"

    @property
    def predictions(self) -> Mapping[int, Prediction]:
        """Return the questions of the lesson by their steps, counted from 0."""
        return {number: step.predict for number, step in enumerate(self.steps) if step.predict is not None}

    def place(self, number: int) -> Place | None:
        """Return the part of the diagram that a step, counted from 0, is about. None without a diagram."""
        return next((step.place for step in reversed(self.steps[: number + 1]) if step.place is not None), None)

    def beginning(self, number: int, *, replays: bool) -> tuple[Opening | None, Setup]:
        """Return what a step opens, None to keep what is open, and what it sets.

        Args:
            number: Number of the step, counted from 0.
            replays: Whether the step does not follow on the one before, because the learner goes back or continues
                another day. Then, the earlier steps are taken into account.
        """
        first = number
        while replays and first > 0 and not self.steps[first].opening:
            first -= 1
        setup = self.steps[first].setup
        for step in self.steps[first + 1 : number + 1]:
            setup = step.setup.after(setup)
        opening = self.steps[first].opening or (self.opening if first == 0 else None)
        return opening, setup

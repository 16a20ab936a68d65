"""The check of a lesson: what it opens, whether its steps fit that, and whether each of them asks for something.

A problem that a learner would be stuck at, or that makes a step pointless, is an error. A long text is a warning.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from flowviz.errors import FlowvizError
from flowviz.lessons.lesson import Condition, Lesson, Opening, Step
from flowviz.lessons.lines import Place, key_lines
from flowviz.lessons.markdown import as_plain
from flowviz.lessons.observations import OBSERVATIONS, Observation
from flowviz.lessons.opened import FLOW_FIELDS, Opened, opened, stage_kind
from flowviz.lessons.outset import PROBED, TRAINED, Outset
from flowviz.lessons.possible import can_hold
from flowviz.lessons.reader import error_at, problem_at, read_lesson, text_of
from flowviz.lessons.setup import Setup

MAX_WORDS = 60  # of the text of a step
BUDGETS = ("budget_seconds", "budget_steps")  # of which one is known at a time
WORDS = {"is": "", "is_not": "other than ", "above": "above ", "below": "below ", "includes": "a list with "}
ALREADY = (
    "This already holds when the step begins, so it is done without acting. Let its setup begin with another state."
)
STILL = (
    "This still holds after the steps before it, so it is done without acting. Let its setup begin with another state."
)
NO_VIEW = "This is known only while the one-dimensional view is open, so the condition can never hold."

Problem = tuple[Place, str]


def check_lesson(path: Path) -> Lesson:
    """Read a lesson and everything that it opens, and check that each of its steps can be done, and only by acting.

    Raises:
        FileError: If something cannot be read or does not fit. The message names the line and the key.
    """
    lesson = read_lesson(path)
    for place, problem in _problems(lesson):
        raise error_at(place, path, key_lines(text_of(path)), problem)
    return lesson


def lesson_warnings(lesson: Lesson) -> list[str]:
    """Return what does not break a lesson, but makes it worse. Each sentence names the file, the line and the key."""
    counts = [len(as_plain(step.text).split()) for step in lesson.steps]
    lines = key_lines(text_of(lesson.path))
    return [
        problem_at(
            ("step", number, "text"), lesson.path, lines,
            f"The text has {count} words. Learners read on if it has at most {MAX_WORDS}.",
        )
        for number, count in enumerate(counts)
        if count > MAX_WORDS
    ]  # fmt: skip


@dataclass(frozen=True)
class Situation:
    """What a step finds.

    Attributes:
        opening: What is open.
        opened: What is known of it.
        stages: The names of the stages of all flows that may be shown. None if they are not known.
        steps: The largest number of steps that were trained; infinity if that is not known.
        budget: The number of steps of the next training; infinity if that is not known.
        replayed: The state after the setups since something was opened, for a learner who comes back another day.
        skipped: The state for a learner who has skipped all steps.
        done: The state for a learner who has done all steps.
    """

    opening: Opening
    opened: Opened
    stages: frozenset[str] | None
    steps: float
    budget: float
    replayed: Outset = field(default_factory=Outset)
    skipped: Outset = field(default_factory=Outset)
    done: Outset = field(default_factory=Outset)

    @classmethod
    def of(cls, opening: Opening, found: Opened) -> "Situation":
        """Return the situation right after a lesson has opened something."""
        state = Outset.of(found)
        return cls(opening, found, found.stages, found.steps, found.budget, state, state, state)

    def after_opening(self, opening: Opening, found: Opened) -> "Situation":
        """Return the situation after a step has opened something. What is open already is not opened again."""
        new = Situation.of(opening, found)
        if opening == self.opening:
            return replace(self, replayed=new.replayed)
        return replace(new, skipped=self.skipped.after_opening(found), done=self.done.after_opening(found))

    def after_setup(self, setup: Setup) -> "Situation":
        """Return the situation after a setup."""
        flow, training = setup.flow_spec, setup.training_spec
        stages = self.stages if flow is None or self.stages is None else self.stages | {*flow.stage_names()}
        budget = self.budget if training is None else training.steps or inf
        steps = self.steps if setup.train is None else max(self.steps, budget)
        states = (each.after_setup(setup, stages) for each in (self.replayed, self.skipped, self.done))
        return Situation(self.opening, self.opened, stages, steps, budget, *states)

    def allowing(self, step: Step) -> "Situation":
        """Return the situation in which the learner may choose another flow or budget, if a step asks for that."""
        observed = {condition.observe for condition in step.conditions}
        stages = None if observed & FLOW_FIELDS.keys() else self.stages
        return replace(self, stages=stages, budget=inf if observed & {*BUDGETS} else self.budget)

    def after_action(self, step: Step) -> "Situation":
        """Return the situation after a learner has done what a step asks for."""
        trains = any(condition.observe in TRAINED for condition in step.conditions)
        steps = max(self.steps, self.budget) if trains else self.steps
        return replace(self, steps=steps, done=self.done.after_action(step))

    def observation(self, name: str) -> Observation:
        """Return an observation whose range and choices are as narrow as is known."""
        found = OBSERVATIONS[name]
        if self.stages is not None and name in {"stage", "last_stage", "probe_stage"}:
            return replace(found, maximum=max(map(_number, self.stages)))
        if self.stages is not None and name == "stage_kind":
            return replace(found, choices=sorted({*map(stage_kind, self.stages)}))
        if name in {"moment", "steps"}:
            return replace(found, maximum=max(self.steps, self.budget))
        impossible = self.opened.impossible.get(name, frozenset())
        return replace(found, choices=[each for each in found.choices if each not in impossible])


def _problems(lesson: Lesson) -> Iterator[Problem]:
    """Yield the problems of a lesson, with their places."""
    found: dict[Opening, Opened] = {}
    situation: Situation | None = None
    for number, step in enumerate(lesson.steps):
        place: Place = ("step", number, "setup") if step.opening else ()
        if step.opening or situation is None:
            opening = step.opening or lesson.opening
            try:
                known = found.setdefault(opening, opened(opening))
            except FlowvizError as error:
                yield (*place, next(key for key, value in opening if value is not None)), str(error)
                return
            situation = situation.after_opening(opening, known) if situation else Situation.of(opening, known)
        situation = situation.after_setup(step.setup)
        yield from _beyond(situation, number, step.setup)
        situation = situation.allowing(step)
        yield from _impossible(situation, number, step)
        yield from _done_at_once(situation, number, step)
        situation = situation.after_action(step)


def _beyond(situation: Situation, number: int, setup: Setup) -> Iterator[Problem]:
    """Yield the stages of a setup that the flow does not have."""
    last = situation.observation("stage").maximum
    for key, stage in _stages(setup):
        if stage > last:
            yield ("step", number, "setup", key), f"The flow has no stage {stage}. Its last stage is {last:.0f}."


def _stages(setup: Setup) -> Iterator[tuple[str, int]]:
    """Yield the numbers of stages in a setup, with their keys."""
    if isinstance(setup.stage, int):
        yield "stage", setup.stage
    if isinstance(setup.probe, tuple):
        yield "probe", setup.probe[0]
    for stage in setup.disabled_layers or ():
        yield "disabled_layers", stage


def _impossible(situation: Situation, number: int, step: Step) -> Iterator[Problem]:
    """Yield the conditions of a step that can never hold, by themselves or together with those before them."""
    groups: dict[str, list[Condition]] = {}
    budget = {condition.observe for condition in step.conditions} & {*BUDGETS}
    for index, condition in enumerate(step.conditions):
        place = _place(number, index, step)
        if condition.observe.startswith("one_dimension_") and situation.opening.view is None:
            yield place, NO_VIEW
        elif condition.observe in BUDGETS and len(budget) > 1:
            yield place, "A training has a budget in seconds or in steps, so the other one is unknown."
        for each in filter(None, (condition, _needs().get(condition.observe))):
            group = groups.setdefault(each.observe, [])
            group.append(each)
            observation = situation.observation(each.observe)
            if not can_hold(observation, group, situation.replayed.values):
                yield place, _never(observation, condition, group, situation.replayed.values)


@cache
def _needs() -> Mapping[str, Condition]:
    """Return what has to hold for an observation to be known, by its name."""

    def has(observe: str, value: str | bool) -> Condition:
        return Condition(observe=observe, comparison="is", value=value)

    return {
        **dict.fromkeys(PROBED, has("probe", True)),
        **dict.fromkeys(("pane", "comparison_training", "comparison_best"), has("comparison", True)),
        **dict.fromkeys(("components", "arrangement"), has("base", "mixture")),
        **dict.fromkeys(("pairing", "integrator", "integrator_steps"), has("flow_family", "flow_matching")),
        "text": has("target_kind", "text"),
        "shape": has("target_kind", "shape"),
    }


def _never(observation: Observation, condition: Condition, group: list[Condition], start: Mapping[str, Any]) -> str:
    """Return why the last of some conditions on an observation can never hold, in a sentence."""
    if can_hold(observation, group[-1:], start):
        return f"No {observation.name} meets this and the other conditions of the step."
    value = condition.value if not isinstance(condition.value, tuple) else list(condition.value)
    comparison = WORDS.get(condition.comparison, f"{condition.comparison.replace('_', ' ')} ")
    words = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    known = observation.range_words or ", ".join(observation.choices)
    return f"{condition.observe} is never {comparison}{words} here{f': it is {known}' if known else ''}."


def _done_at_once(situation: Situation, number: int, step: Step) -> Iterator[Problem]:
    """Yield a step whose conditions hold before the learner has done anything."""
    if not step.conditions:
        return
    for state, problem in ((situation.replayed, ALREADY), (situation.skipped, STILL), (situation.done, STILL)):
        if all(map(state.holds, step.conditions)):
            yield ("step", number, "condition"), problem
            return


def _place(number: int, index: int, step: Step) -> Place:
    """Return the place of a condition; the number in a list is left out if there is only one."""
    inner = (index,) if len(step.conditions) > 1 else ()
    return ("step", number, "condition", *inner, step.conditions[index].comparison)


def _number(stage: str) -> int:
    return int(stage.partition("_")[0])

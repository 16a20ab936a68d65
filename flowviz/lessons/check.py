"""The check of a lesson: what it opens, whether its steps fit that, and whether each of them asks for something.

A problem that a learner would be stuck at, or that makes a step pointless, is an error. A long text is a warning.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from flowviz.errors import FileError, FlowvizError, SpecError
from flowviz.lessons.lesson import Condition, Lesson, Opening, Step, Word
from flowviz.lessons.lines import KeyPath
from flowviz.lessons.markdown import as_plain
from flowviz.lessons.observations import Observation, quoted
from flowviz.lessons.outset import AFTER_TRAINING, BUDGETS, PROBED, Outset, opened
from flowviz.lessons.possible import can_hold
from flowviz.lessons.reader import problem_at, read_lesson
from flowviz.lessons.setup import Setup

MAX_WORDS = 60  # of the text of a step

NEEDS: Mapping[str, tuple[str, Word]] = {  # what an observation has to be for another one to be known
    **dict.fromkeys(PROBED, ("probe", True)),
    **dict.fromkeys(("pane", "comparison_training", "comparison_best"), ("comparison", True)),
    **dict.fromkeys(("components", "arrangement"), ("base", "mixture")),
    **dict.fromkeys(("pairing", "integrator", "integrator_steps"), ("flow_family", "flow_matching")),
    "given": ("target_kind", "conditional"),
    "text": ("target_kind", "text"),
    "shape": ("target_kind", "shape"),
}


def check_lesson(path: Path) -> Lesson:
    """Read a lesson and everything that it opens, and check that each of its steps can be done, and only by acting.

    Raises:
        FileError: If something cannot be read or does not fit. The message names the line and the key.
    """
    lesson = read_lesson(path)
    try:
        _check_steps(lesson)
    except SpecError as error:
        raise FileError(problem_at(error.place, path, error)) from error
    return lesson


def lesson_warnings(lesson: Lesson) -> list[str]:
    """Return what does not break a lesson, but makes it worse. Each sentence names the file, the line and the key."""
    counts = {number: len(as_plain(step.text).split()) for number, step in enumerate(lesson.steps)}
    return [
        problem_at(
            ("step", number, "text"),
            lesson.path,
            f"The text has {count} words. Learners read on if it has at most {MAX_WORDS}.",
        )
        for number, count in counts.items()
        if count > MAX_WORDS
    ]


def _check_steps(lesson: Lesson) -> None:
    """Raise a `SpecError` if a step does not fit what is opened, cannot be done, or is done without acting."""
    opening, first = lesson.opening, _opened(lesson.opening, ())
    done = first
    for number, step in enumerate(lesson.steps):
        place: KeyPath = ("step", number)
        if step.opening:
            first = _opened(step.opening, (*place, "setup"))
            done = done if step.opening == opening else first  # what is open already is not opened again
            opening = step.opening
        _, setup = lesson.beginning(number, replays=True)
        start, done = first.after_setup(setup), done.after_setup(step.setup)
        _check_stages(step.setup, done.observation("stage").maximum, (*place, "setup"))
        _check_conditions(step, start, done, (*place, "condition"))
        for state, words in ((start, "already holds when the step begins"), (done, "still holds after earlier steps")):
            if step.conditions and all(map(state.holds, step.conditions)):
                problem = f"This {words}, so it is done without acting. Let its setup begin with another state."
                raise SpecError(problem, (*place, "condition"))
        done = done.after_action(step.conditions)


def _opened(opening: Opening, place: KeyPath) -> Outset:
    """Return what is known of something that a lesson opens; an error names its key."""
    try:
        return opened(opening)
    except FlowvizError as error:
        raise SpecError(str(error), (*place, next(key for key, value in opening if value is not None))) from error


def _check_stages(setup: Setup, last_stage: float, place: KeyPath) -> None:
    """Raise a `SpecError` if the flow does not have a stage of a setup."""
    probed = setup.probe[:1] if isinstance(setup.probe, tuple) else ()
    stages = {"stage": [setup.stage], "probe": probed, "disabled_layers": setup.disabled_layers or ()}
    for key, numbers in stages.items():
        for stage in numbers:
            if isinstance(stage, int) and stage > last_stage:
                raise SpecError(f"The flow has no stage {stage}. Its last stage is {last_stage:.0f}.", (*place, key))


def _check_conditions(step: Step, start: Outset, done: Outset, place: KeyPath) -> None:
    """Raise a `SpecError` if a condition can never hold, by itself or together with those before it.

    Args:
        step: The step.
        start: What is known when it begins, for a learner who comes back another day.
        done: What is known for a learner who has done the steps before.
        place: The place of the conditions.
    """
    observed = {each.observe for each in step.conditions}
    reachable = done.after_action([each for each in step.conditions if each.observe not in AFTER_TRAINING])
    groups: dict[str, list[Condition]] = defaultdict(list)
    for number, condition in enumerate(step.conditions):
        name = condition.observe
        inner = (number,) if len(step.conditions) > 1 else ()
        own_place = (*place, *inner, condition.comparison)
        if name.startswith("one_dimension_") and name not in start.values:
            raise SpecError("This is known only while the one-dimensional view is open.", own_place)
        if name in BUDGETS and observed.issuperset(BUDGETS):
            raise SpecError("A training has a budget in seconds or in steps, so the other one is unknown.", own_place)
        needed = [Condition(observe=NEEDS[name][0], comparison="is", value=NEEDS[name][1])] if name in NEEDS else []
        for each in (condition, *needed):
            group = groups[each.observe]
            group.append(each)
            observation = reachable.observation(each.observe)
            if not can_hold(observation, group, start.values):
                raise SpecError(_never(observation, group, start), own_place)


def _never(observation: Observation, group: list[Condition], start: Outset) -> str:
    """Return why the last of some conditions on an observation can never hold, in a sentence."""
    condition = group[-1]
    if can_hold(observation, [condition], start.values):
        return f"No {observation.name} meets this and the other conditions of the step."
    comparison = "" if condition.comparison == "is" else f"{condition.comparison.replace('_', ' ')} "
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    known = observation.range_words or ", ".join(observation.choices) or "a finite number"
    return f"{observation.name} is never {comparison}{quoted(value)} here: it is {known}."

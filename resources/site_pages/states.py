"""The states of the steps of lessons: the flow that each begins with, and the result of its action."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flowviz
from flowviz.lessons import Condition, Lesson, Opening, Setup
from flowviz.lessons.outset import FLOW_FIELDS
from flowviz.projects import Comparison, example, is_comparison, load_comparison, load_project
from flowviz.specs import Seen, TextSpec, ViewSpec
from flowviz.specs.target import FIRST_TEXT
from site_pages.figures import Work

STAND_IN = "flow"  # example of the gallery, shown in place of a flow that learners would train for some seconds
TRAINED = {"steps", "gap", "trained_as_requested", "training"}  # observations that a training changes
SHOWN_AS = {"stage", "direction", "color_by", "moment", "given"}  # observations that are keys of a setup as well
REPEATABLE = {
    *SHOWN_AS, "covered", "stage_kind", "played", "marks", "probe", "probe_density", "bumps",
    "suspects_probed",
}  # fmt: skip
PANES = {"comparison", "pane"}  # observations that hold in any pane of a figure of several flows

HINTS = {  # what is done in another way on a page
    "probe": "point at a particle, or tap it, and read its numbers below the figure",
    "bumps": "drag one of the two curves up or down, or move the sliders below it",
    "suspects_probed": "open the densities below the picture",
    "color_by": "the colors are chosen beside the figure",
    "direction": "the direction is chosen beside the figure",
    "marks": "the buttons beside the figure show and hide things",
}


@dataclass(frozen=True)
class State:
    """The state of a step: its flow and its view.

    Attributes:
        work: The project or comparison. None if the step has none that can be shown.
        seen: Its view.
        setup: Everything that the step has set, with the panels of the window.
    """

    work: Work | None
    seen: Seen
    setup: Setup


class States:
    """The states of the steps of lessons. Every project is opened, edited or trained once."""

    def __init__(self) -> None:
        self._works: dict[str, Work | None] = {}

    def beginning(self, lesson: Lesson, number: int) -> State:
        """Return the state in which a step begins, counted from 0."""
        opening, setup = lesson.beginning(number, replays=True)
        opening = opening or lesson.opening
        if opening.view:
            return State(None, Seen(), setup)
        if opening:
            return _state(self._changed(self._opened(opening), setup), setup)
        if setup.training_spec is None or setup.training_spec.steps is None:
            return _state(self._opened(Opening(gallery=STAND_IN)), setup)
        begins_untrained = _asks_for_training(lesson.steps[number].conditions)
        return _state(None if begins_untrained else self._trained(f"{lesson.name}_{number + 1}", setup), setup)

    def result(self, lesson: Lesson, number: int) -> State:
        """Return the state after the action of a step, counted from 0, as far as its conditions say."""
        start, conditions = self.beginning(lesson, number), lesson.steps[number].conditions
        setup = _after(start.setup, conditions)
        if _asks_for_training(conditions) and setup.training_spec is not None and setup.training_spec.steps:
            return _state(self._trained(f"{lesson.name}_{number + 1}", setup), setup)
        return _state(self._changed(start.work, setup), setup)

    def _opened(self, opening: Opening) -> Work:
        """Return the work that a lesson opens."""
        path = opening.project or opening.comparison or example(opening.gallery or STAND_IN).path
        content = load_comparison(path) if is_comparison(path) else load_project(path)
        return self._kept(str(path), path.stem, lambda: content)

    def _changed(self, work: Work | None, setup: Setup) -> Work | None:
        """Return a project with the edits and the integrator of a setup."""
        if work is None or isinstance(work.content, Comparison):
            return work
        project = work.content
        edits, flow = setup.edited(project.edits, project.trace.last_stage), setup.flow_spec
        same_kind = flow is not None and flow.recipe.is_continuous and project.flow.recipe.is_continuous
        integrator = (flow.integrator, flow.integrator_steps) if flow is not None and same_kind else (None, None)
        if edits == project.edits and project.flow.with_integrator(*integrator) == project.flow:
            return work
        words = [*map(str, sorted(edits.disabled)), *(str(each) for each in integrator if each)]
        return self._kept(
            f"{work.name} {edits!r} {integrator}",
            "_".join([work.name, *words]),
            lambda: project.with_edits(edits).with_integrator(*integrator),
        )

    def _trained(self, name: str, setup: Setup) -> Work:
        """Return the flow that a setup asks for, after its training."""
        target, flow, training = setup.target_spec or TextSpec(text=FIRST_TEXT), setup.flow_spec, setup.training_spec
        return self._kept(f"{target!r} {flow!r} {training!r}", name, lambda: flowviz.train(target, flow, training))

    def _kept(self, key: str, name: str, make: Any) -> Work:
        found = self._works.get(key)
        if found is None:
            found = self._works[key] = Work(name, make())
        return found


def hints(conditions: Sequence[Condition], setup: Setup) -> list[str]:
    """Return how readers do on a page what a step asks for, without what its setup has done already."""
    asked = [each for each in conditions if getattr(setup, each.observe, None) != each.value]
    return list(dict.fromkeys(HINTS[each.observe] for each in asked if each.observe in HINTS))


def can_be_repeated(conditions: Sequence[Condition], work: Work | None) -> bool:
    """Return whether readers can do what a step asks for in the figure of its work."""
    has_panes = work is not None and isinstance(work.content, Comparison)
    names = {each.observe for each in conditions} - (PANES if has_panes else set())
    hidden = {item for each in conditions if each.observe == "marks" for item in each.items} & {"velocity", "paths"}
    return not hidden and all(name in REPEATABLE or name.startswith("one_dimension_") for name in names)


def _asks_for_training(conditions: Sequence[Condition]) -> bool:
    diverges = any(each.observe == "training" and each.value == "diverged" for each in conditions)
    return not diverges and any(each.observe in TRAINED for each in conditions)


def _after(setup: Setup, conditions: Sequence[Condition]) -> Setup:
    """Return a setup after actions that meet conditions, as far as they determine it."""
    found: dict[str, Any] = {}
    flow = dict(setup.flow or {})
    for each in conditions:
        if each.observe in SHOWN_AS and each.comparison in {"is", "at_most", "at_least"}:
            found[each.observe] = each.value
        elif each.observe == "marks" and each.comparison == "includes":
            found["marks"] = (setup.marks or frozenset({"points"})) | {*each.items}
        elif each.observe == "disabled_layers":
            found["disabled_layers"] = frozenset(each.items)
        elif each.observe == "played":
            found["stage"] = "last"
        elif each.observe in FLOW_FIELDS and each.comparison == "is":
            flow[FLOW_FIELDS[each.observe]] = each.value
    return Setup(**found, **({"flow": flow} if flow else {})).after(setup)


def _state(work: Work | None, setup: Setup) -> State:
    """Return what is shown of a work after a setup."""
    view = ViewSpec(**setup.view_changes())
    camera = setup.camera or "follow"
    seen = Seen(
        view=view.model_copy(update={"camera": camera, "beside": False}),
        stage=None if setup.stage == "last" else setup.stage,
        moment=None if setup.moment == "latest" else setup.moment,
        direction=setup.direction or "generate",
    )
    if work is not None and seen.view.color_by == "component" and work.first.trace.component_count is None:
        seen = seen.model_copy(update={"view": seen.view.model_copy(update={"color_by": "quadrant"})})
    return State(work, seen, setup)

"""Every step of every shipped lesson: what it begins with, and the attempts by which it is done or not."""

from collections.abc import Mapping
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.stored_progress import store_progress
from flowviz.app.training.undo import ZOOM_FIELDS
from flowviz.lessons import Lesson, Step, shipped_lessons
from flowviz.lessons.observations import EDITS, ONE_DIMENSION, REQUEST, VIEW
from flowviz.lessons.progress import Progress
from flowviz.specs import Playback, ViewSpec
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import PATIENCE_MS, Learner
from tests.app.lessons.table import TABLE, Attempts

pytestmark = [pytest.mark.shared_window, pytest.mark.usefixtures("quick_playhead")]

LESSONS = {lesson.name: lesson for lesson in shipped_lessons()}
ACTIONS = [
    (name, number)
    for name, lesson in LESSONS.items()
    for number, step in enumerate(lesson.steps, start=1)
    if step.action is not None
]
SELECTED = {each.name for each in REQUEST} | {"stage", "stage_kind", "last_stage"}  # of one flow of a comparison
RESULTS = {"moment", "live", "probe_density", "suspects_probed"}  # of what a learner may have skipped
PROBED = {"probe", "probe_stage", "probe_x", "probe_y"}  # a step can be about what was probed before
SET = {each.name for each in (*VIEW, *REQUEST, *EDITS, *ONE_DIMENSION)} - RESULTS


def _lesson(lesson: Lesson) -> Any:
    """Return the name of a lesson, which is slow if its steps begin a training by themselves."""
    trains = any(step.setup.train not in {None, "stop"} for step in lesson.steps)
    return pytest.param(lesson.name, marks=[pytest.mark.slow] if trains else [])


def test_every_action_has_attempts() -> None:
    """Each shipped step with an action needs an entry in the table, and no other step has one."""
    assert [each for each in ACTIONS if each not in TABLE] == []
    assert [each for each in TABLE if each[0] in LESSONS and each not in ACTIONS] == []


@pytest.mark.parametrize("name", [_lesson(each) for each in LESSONS.values()])
def test_steps_are_done_by_the_right_actions_only(window: Window, qtbot: QtBot, name: str) -> None:
    """A step begins in the same state after the step before was skipped and after it was done."""
    learner, lesson = Learner(window, qtbot), LESSONS[name]
    skipped = _beginnings_after_skipping(learner, lesson)
    store_progress(lesson, Progress())
    learner.attend(lesson)
    for number, step in enumerate(lesson.steps, start=1):
        learner.wait_for_step()
        _check_beginning(learner, step)
        if step.setup.changes() or step.opening:
            _wait_for_integrator(learner, step)
            assert _set_by(learner, step) == skipped[number - 1], f"step {number} depends on the step before"
        _do(learner, step, TABLE.get((name, number)))
        learner.press("Next" if learner.is_done else "Skip")
    assert learner.step is None


@pytest.mark.slow  # each trains flows, for half a minute or more
@pytest.mark.parametrize(("name", "number"), [each for each in ACTIONS if each in TABLE and TABLE[each].slow])
def test_slow_steps_are_done_by_the_right_actions_only(window: Window, qtbot: QtBot, name: str, number: int) -> None:
    learner, lesson = Learner(window, qtbot), LESSONS[name]
    store_progress(lesson, Progress(number - 1))
    learner.attend(lesson)
    _check_beginning(learner, lesson.steps[number - 1])
    opened = window.main.session.project()
    _attempt(learner, TABLE[name, number])
    if lesson.opening and not learner.lessons.observer.read()["comparison"]:
        learner.press("Back")
        learner.wait_for_step()
        assert learner.lessons.observer.read()["training"] == "idle", "the flow of the step is shown again"
        assert window.main.session.project().history == opened.history


def _beginnings_after_skipping(learner: Learner, lesson: Lesson) -> list[Mapping[str, Any]]:
    """Skip each step without acting, and return what each of them begins with."""
    found = []
    learner.attend(lesson)
    for step in lesson.steps:
        learner.wait_for_step()
        _check_beginning(learner, step)
        _wait_for_integrator(learner, step)
        found.append(_set_by(learner, step))
        learner.press("Skip")
    return found


def _check_beginning(learner: Learner, step: Step) -> None:
    """Check that a step that has begun has set what it sets, and is not done."""
    assert learner.step == step
    assert step.conditions == () or not step.is_done(learner.lessons.observer.read(), learner.beginning or {})
    assert not learner.is_done
    begins, given = learner.beginning or {}, step.setup.changes()
    last = begins["last_stage"]
    for key in given.keys() & {"marks", "color_by", "direction", "beside", "overview", "tool", "text"}:
        assert begins[key] == given[key], key
    assert set(given.get("panels", ())) <= begins["panels"]
    view, wanted = learner.window.main.view.seen, step.setup.view_changes()
    assert {key: getattr(view.view, key) for key in wanted} == wanted
    wanted = step.setup.seen_changes()
    assert {key: getattr(view, key) for key in wanted} == wanted
    assert learner.window.main.viewer.playhead.pace == step.setup.pace
    assert step.setup.camera in {None, learner.window.main.view.value.camera}
    if "stage" in given:
        assert begins["stage"] == (last if given["stage"] == "last" else given["stage"])
    if (flow := step.setup.flow_spec) is not None:
        assert learner.window.main.request.plan.flow == flow


def _wait_for_integrator(learner: Learner, step: Step) -> None:
    """Wait until the particles have as many stages as the integrator of a step has steps."""
    view, flow = learner.window.main.view, step.setup.flow_spec
    if flow is not None and flow.recipe.is_continuous:
        learner.qtbot.waitUntil(lambda: view.value.last_stage == flow.integrator_steps, timeout=PATIENCE_MS)


def _set_by(learner: Learner, step: Step) -> Mapping[str, Any]:
    """Return what the current step begins with, but for what only a training changes, and the flow that is selected.

    This includes what is seen, but for the place of a view that follows the cloud, and the learner's speed of playback.
    """
    view = learner.window.main.view.value
    begins = {**(learner.beginning or {}), "stage": view.stage, "last_stage": view.last_stage}
    names = SET - (SELECTED if begins["comparison"] else set()) - (PROBED if step.setup.probe is None else set())
    seen, camera = view.seen, view.camera
    place = {name: getattr(ViewSpec(), name) for name in ZOOM_FIELDS} if seen.fitted else {}
    probe = None if step.setup.probe is None else seen.probe
    same = {"moment": None, "playback": Playback(), "probe": probe, "view": seen.view.model_copy(update=place)}
    found = {name: value for name, value in begins.items() if name in names}
    return {**found, "seen": seen.model_copy(update=same), "camera": camera}


def _do(learner: Learner, step: Step, attempts: Attempts | None) -> None:
    """Answer the question of a step, or attempt its action, unless that is slow."""
    if step.predict is not None:
        learner.answer(step.predict.correct)
    elif attempts is not None and not attempts.slow:
        _attempt(learner, attempts)


def _attempt(learner: Learner, attempts: Attempts) -> None:
    attempts.too_small(learner)
    assert not _is_done(learner), "a small attempt is enough"
    attempts.wrong(learner)
    assert not _is_done(learner), "a wrong attempt is enough"
    attempts.right(learner)
    learner.qtbot.waitUntil(lambda: learner.is_done, timeout=PATIENCE_MS)


def _is_done(learner: Learner) -> bool:
    """Return whether the current step is done, now that the window has caught up."""
    settle(learner.window.main)
    learner.lessons.observer.changed.emit()
    return learner.is_done

"""Setups of steps set the camera, the pace, the grid, the probe and the open panels."""

import pytest
from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.suspect_marks import SuspectMarks
from flowviz.lessons import Lesson, Setup
from flowviz.lessons.observations import PanelName
from flowviz.projects import example
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import PATIENCE_MS, Learner


@pytest.fixture
def shown(window: Window) -> Window:
    """Return the window with the flow that writes BRAD."""
    window.main.session.show_project(example("brad").project())
    return window


def test_fixed_camera_keeps_its_frame_through_all_stages_until_it_follows_again(shown: Window) -> None:
    main = shown.main
    apply = main.lessons._preparation.apply
    main.view.zoom_to((1.0, 1.0), 0.5)
    apply(Setup(camera="fixed", stage=0))
    frames = set()
    for stage in range(main.view.value.last_stage + 1):
        main.viewer.playhead.jump_to(stage)
        main.viewer.camera.aim()
        frames.add((main._viewing.cloud.view.center, main._viewing.cloud.view.half_extent))
    assert len(frames) == 1
    apply(Setup(camera="follow"))
    assert main._viewing.cloud.view.half_extent != frames.pop()[1]


def test_pace_begins_at_the_stage_of_the_step_and_ends_with_it(shown: Window) -> None:
    apply, playhead = shown.main.lessons._preparation.apply, shown.main.viewer.playhead
    apply(Setup(stage=1, pace=2.0))
    assert (playhead.position, playhead.pace) == (1, 2.0)
    apply(Setup())
    assert playhead.pace is None


def test_pace_ends_with_the_lesson(learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    playhead = learner.window.main.viewer.playhead
    learner.lessons._preparation.apply(Setup(pace=2.0))
    assert playhead.pace == 2.0
    learner.lessons.show_list()
    assert playhead.pace is None


def test_grid_and_square_can_be_undone_by_the_menu(shown: Window) -> None:
    view = shown.main.view
    shown.main.lessons._preparation.apply(Setup(marks=frozenset({"grid"}), grid=8, square=(5, 4)))
    assert (view.seen.view.grid_cells, view.seen.view.square) == (8, (5, 4))
    action = shown.find(QAction, "coarsegridAction")
    assert action.isChecked()
    action.trigger()
    assert (view.seen.view.grid_cells, view.seen.view.square) == (40, None)
    action.trigger()
    assert view.seen.view.grid_cells == 8


def test_density_tells_a_point_on_the_word_from_one_in_empty_space(shown: Window, qtbot: QtBot) -> None:
    lessons, trace = shown.main.lessons, shown.main.viewer.scenes.scene.trace
    last = trace.last_stage
    assert lessons.observer.read()["probe_density"] is None

    def density(x: float, y: float) -> float:
        lessons._preparation.apply(Setup(probe="clear"))
        lessons._preparation.apply(Setup(probe=(last, x, y)))
        qtbot.waitUntil(lambda: lessons.observer.read()["probe_density"] is not None, timeout=PATIENCE_MS)
        found: float = lessons.observer.read()["probe_density"]
        return found

    x, y = map(float, trace.positions[last, trace.log_density(last).argmax()])
    assert density(x, y) > 0.3
    assert density(x, y + 3) < 0.01


@pytest.mark.parametrize("panels", [frozenset[PanelName](), frozenset[PanelName]({"ledger"})])
def test_the_probe_opens_and_closes_no_panel_of_a_lesson(
    window: Window, learner: Learner, lesson: Lesson, panels: frozenset[PanelName]
) -> None:
    learner.attend(lesson)
    window.main._layout.open_panels(frozenset(panels))
    settle(window.main)
    place = window.main._center.geometry()
    for tool in ("probe", "move"):
        window.main.view.set_tool(tool)
        settle(window.main)
        assert window.main._layout.open_names == panels
        assert window.main._center.geometry() == place
    learner.leave()


@pytest.mark.parametrize(
    "setups",
    [
        (Setup(grid=8, square=(5, 4)), Setup(square="clear")),
        (Setup(square=(5, 4)), Setup(square="clear")),
        (Setup(grid=16), Setup(square=(5, 4)), Setup(stage=1)),
        (Setup(probe=(1, 0.0, 0.0)), Setup(tool="move")),
        (Setup(probe=(1, 0.0, 0.0)), Setup(probe="clear")),
        (Setup(tool="move"), Setup(probe=(1, 0.0, 0.0)), Setup(stage=1)),
    ],
)
def test_setups_that_are_replayed_set_what_they_have_set_in_sequence(shown: Window, setups: tuple[Setup, ...]) -> None:
    view, apply = shown.main.view, shown.main.lessons._preparation.apply
    start, merged = view.value, Setup()
    for setup in setups:
        apply(setup)
        merged = setup.after(merged)
    in_sequence = view.value
    view.set(start)
    apply(merged)
    assert view.value == in_sequence


def test_marks_and_pace_of_the_last_step_end_with_it(learner: Learner, lesson: Lesson) -> None:
    learner.attend(lesson)
    playhead, marks = learner.window.main.viewer.playhead, learner.window.find(SuspectMarks, "suspectMarks")
    learner.lessons._preparation.apply(Setup(pace=2.0, suspects=True))
    learner.lessons._go(len(lesson.steps))
    assert learner.step is None
    assert marks.isHidden()
    assert playhead.pace is None

"""The view: stage, selection and probe when the flow or the direction changes."""

import numpy as np
import pytest

from flowviz.app.state.view import View, ViewState
from flowviz.records import Selection


@pytest.fixture
def view() -> ViewState:
    view = ViewState()
    view.show_flow(last_stage=19, particles=8)
    return view


def chosen(*numbers: int, count: int = 8) -> Selection:
    return Selection(np.isin(np.arange(count), numbers))


def test_last_stage_stays_the_last_one_in_a_flow_of_another_length(view: ViewState) -> None:
    assert view.value.stage == 19
    for last in (8, 33):
        view.show_flow(last, 8)
        assert (view.value.stage, view.seen.stage) == (last, None)


def test_chosen_stage_stays_in_a_longer_flow(view: ViewState) -> None:
    view.set_stage(7)
    view.show_flow(33, 8)
    assert view.value.stage == 7


def test_stage_beyond_a_shorter_flow_becomes_the_last_one(view: ViewState) -> None:
    view.set_stage(12)
    view.show_flow(8, 8)
    assert (view.value.stage, view.seen.stage) == (8, None)


@pytest.fixture
def continuous(view: ViewState) -> ViewState:
    view.show_flow(20, 8, is_continuous=True)
    return view


def resize(view: ViewState, *lasts: int) -> list[int]:
    """Change the number of steps of the displayed flow, and return the stage after each change."""
    stages = []
    for last in lasts:
        view.show_flow(last, 8, is_continuous=True)
        stages.append(view.value.stage)
    return stages


def test_stage_and_probe_of_an_integrator_are_kept_by_their_time(continuous: ViewState) -> None:
    continuous.set_stage(10)
    continuous.update(probe=(15, (1.0, 2.0)))
    assert resize(continuous, 10) == [5]
    assert continuous.seen.probe == (8, (1.0, 2.0))
    assert resize(continuous, 100) == [50]


def test_time_of_a_stage_is_not_rounded_again_with_each_number_of_steps(continuous: ViewState) -> None:
    continuous.set_stage(7)
    assert resize(continuous, *range(19, 1, -1), 20)[-1] == 7
    continuous.set_stage(15)
    assert resize(continuous, 1, 20) == [1, 15]
    continuous.set_stage(3)
    assert resize(continuous, 1, 20) == [0, 3]
    assert resize(continuous, 2) == [0]
    continuous.set_stage(1)
    assert resize(continuous, 20) == [10]


def test_base_and_target_stay_so_with_any_number_of_steps(continuous: ViewState) -> None:
    continuous.set_stage(0)
    assert resize(continuous, 1, 100, 20) == [0, 0, 0]
    continuous.show_last_stage()
    assert resize(continuous, 1, 100, 20) == [1, 100, 20]


def test_stage_of_another_family_is_kept_by_its_number(continuous: ViewState) -> None:
    continuous.set_stage(10)
    continuous.show_flow(33, 8)
    assert continuous.value.stage == 10


def test_steps_are_limited_to_the_first_and_the_last_stage(view: ViewState) -> None:
    view.step(-1)
    assert view.value.stage == 18
    view.step(-1000)
    assert view.value.stage == 0
    view.step(1000)
    assert view.seen.stage is None


def test_selection_is_cleared_when_the_number_of_particles_changes(view: ViewState) -> None:
    view.set_selection(chosen(1, 2))
    view.show_flow(19, 8)
    assert view.value.selection == chosen(1, 2)
    changes = list[View]()
    view.changed.connect(lambda _, new: changes.append(new))
    view.show_flow(19, 9)
    assert [change.selection for change in changes] == [None]


def test_empty_selection_is_none(view: ViewState) -> None:
    view.set_selection(chosen())
    assert view.value.selection is None


def test_inverting_nothing_selects_everything(view: ViewState) -> None:
    view.invert_selection()
    assert view.value.selection == chosen(*range(8))
    view.invert_selection()
    assert view.value.selection is None


def test_direction_and_selection_change_in_one_step(view: ViewState) -> None:
    view.set_selection(chosen(1))
    changes = list[View]()
    view.changed.connect(lambda _, new: changes.append(new))
    view.set_direction("encode")
    assert [(change.seen.direction, change.selection) for change in changes] == [("encode", None)]


def test_only_the_probe_tool_keeps_the_probed_point(view: ViewState) -> None:
    view.set_tool("probe")
    view.update(probe=(3, (0.5, 0.5)))
    view.set_tool("lasso")
    assert view.seen.probe is None


def test_zooming_stops_following_the_cloud(view: ViewState) -> None:
    view.zoom_to((1.0, 2.0), 0.5)
    assert not view.seen.fitted
    assert (view.seen.view.center, view.seen.view.half_extent) == ((1.0, 2.0), 0.5)
    view.follow()
    assert view.seen.fitted


def test_opening_a_stage_leaves_the_overview(view: ViewState) -> None:
    view.update(overview=True)
    view.open_stage(4)
    assert (view.value.stage, view.seen.overview) == (4, False)

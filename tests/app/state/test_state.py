"""Observers of parts of a state."""

import pytest
from pytestqt.exceptions import capture_exceptions

from flowviz.app.state.state import State


def test_part_is_observed_when_it_changes_and_watched_from_the_start() -> None:
    state, observed, watched = State((1, 2)), list[int](), list[int]()
    state.observe(lambda value: value[0], observed.append)
    state.watch(lambda value: value[0], watched.append)
    for value in ((1, 3), (4, 3), (4, 5)):
        state.set(value)
    assert observed == [4]
    assert watched == [1, 4]


@pytest.mark.usefixtures("qapp")
def test_error_of_an_observer_does_not_stop_the_others() -> None:
    state, seen = State(1), list[int]()
    state.observe(lambda value: value, lambda _: 1 / 0)
    state.observe(lambda value: value, seen.append)
    state.changed.connect(lambda _, new: seen.append(new))
    with capture_exceptions() as errors:
        state.set(2)
        state.set(3)
    assert seen == [2, 2, 3, 3]
    assert [kind for kind, *_ in errors] == [ZeroDivisionError] * 2

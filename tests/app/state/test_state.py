"""Observers of parts of a state."""

from flowviz.app.state.state import State


def test_part_is_observed_when_it_changes_and_watched_from_the_start() -> None:
    state, observed, watched = State((1, 2)), list[int](), list[int]()
    state.observe(lambda value: value[0], observed.append)
    state.watch(lambda value: value[0], watched.append)
    for value in ((1, 3), (4, 3), (4, 5)):
        state.set(value)
    assert observed == [4]
    assert watched == [1, 4]

"""Events of trainings, for tests."""

from collections.abc import Iterator

from flowviz.records import Event, Finished


def finished(events: Iterator[Event]) -> Finished:
    """Run a training to its end, and return its last event."""
    *_, last = events
    assert isinstance(last, Finished)
    return last

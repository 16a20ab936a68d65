"""Searches for garbage while much is loaded."""

import gc
from collections.abc import Iterator

import pytest

from flowviz.app.threads.garbage import pause_garbage_search, resume_garbage_search


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    gc.enable()


def test_search_pauses_until_it_is_resumed() -> None:
    pause_garbage_search()
    assert not gc.isenabled()
    resume_garbage_search()
    assert gc.isenabled()


def test_garbage_between_two_pauses_is_found() -> None:
    resume_garbage_search()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    pause_garbage_search()
    resume_garbage_search()
    assert gc.collect() > 0

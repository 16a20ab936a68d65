"""An idle window uses little memory and no processor time."""

import pytest

from tests.benchmarks.idle import STATUS, AtRest, at_rest

SECONDS = 2.0
MAX_MEMORY = 250.0  # MiB
MAX_TRAINING_MEMORY = 1200.0  # MiB
MAX_PROCESSOR = 1.0  # percent; counts only the process itself, so other tests may run meanwhile

pytestmark = [
    pytest.mark.slow,  # measured in seconds of an idle machine
    pytest.mark.skipif(not STATUS.exists(), reason="needs /proc to measure memory"),
]


@pytest.fixture(scope="module")
def untrained() -> AtRest:
    return at_rest("untrained", SECONDS)


# It depends on Python and its libraries: 246 MiB with 3.11, 288 MiB with 3.13
def test_idle_window_uses_little_memory(untrained: AtRest) -> None:
    assert untrained.memory <= MAX_MEMORY


def test_idle_window_neither_computes_nor_paints(untrained: AtRest) -> None:
    assert untrained.processor_percent <= MAX_PROCESSOR
    assert untrained.paints == {}


@pytest.mark.parametrize("situation", ["opened", "typing", "trained", "paused"])
def test_window_is_idle_after_it_was_used(situation: str) -> None:
    measured = at_rest(situation, 5 * SECONDS)
    assert measured.processor_percent <= MAX_PROCESSOR
    assert set(measured.paints) <= ({"targetText"} if situation == "typing" else set())  # its cursor blinks
    assert measured.memory <= MAX_TRAINING_MEMORY

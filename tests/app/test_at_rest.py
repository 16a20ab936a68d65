"""A window that nobody touches takes next to nothing."""

import pytest

from tests.benchmarks.idle import STATUS, AtRest, at_rest

SECONDS = 2.0
MOST_MEMORY = 250.0  # MiB
MOST_TRAINING_MEMORY = 1200.0
MOST_PROCESSOR = 1.0  # percent; other tests may run meanwhile, but this is the time of the process alone
LATE = ("tensorflow", "pandas", "matplotlib", "joblib", "rich")

pytestmark = pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc to read the memory from")


@pytest.fixture(scope="module")
def untrained() -> AtRest:
    return at_rest("untrained", SECONDS)


@pytest.mark.slow  # it depends on the Python and its libraries: 246 MiB with 3.11, 288 with 3.13
def test_a_window_at_rest_takes_little_memory(untrained: AtRest) -> None:
    assert untrained.memory <= MOST_MEMORY


def test_what_a_window_at_rest_does_not_need_is_not_loaded(untrained: AtRest) -> None:
    assert [name for name in LATE if name in untrained.modules] == []


def test_a_window_at_rest_neither_computes_nor_paints(untrained: AtRest) -> None:
    assert untrained.processor_percent <= MOST_PROCESSOR
    assert untrained.paints == {}


@pytest.mark.slow
@pytest.mark.parametrize("situation", ["opened", "typing", "trained", "paused"])
def test_it_rests_as_well_whatever_was_done_before(situation: str) -> None:
    found = at_rest(situation, 5 * SECONDS)
    assert found.processor_percent <= MOST_PROCESSOR
    assert set(found.paints) <= ({"targetText"} if situation == "typing" else set())  # where the cursor blinks
    assert found.memory <= MOST_TRAINING_MEMORY

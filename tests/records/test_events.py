"""The sentences of events."""

from types import SimpleNamespace
from typing import Any

import pytest

from flowviz.records import FLOW_UNITS, Finished, Progress, Snapshot, Weights, base_particles, untrained_trace
from flowviz.specs import FlowSpec
from tests.records.scores import scored


@pytest.mark.parametrize(("step", "said"), [(1, "1 step"), (2, "2 steps"), (1500, "1,500 steps")])
def test_steps_are_counted_in_the_right_number(step: int, said: str) -> None:
    progress = Progress(step, 1.0, 1.0, 2.0, 2.0, 1.5, 10.0, 0.0)
    untold: Any = SimpleNamespace(step=step, on_target=None)
    score = scored(step, validation_nll=2.0, test_nll=2.1, standard_error=0.01, entropy=1.5)
    end = Finished("completed", progress, untold, untold, score, 0, 1.0, untold).in_units(FLOW_UNITS)
    assert end.sentence().startswith(f"Completed after {said}: ")
    assert end.ended().startswith(f"Done: {said}, ")


@pytest.mark.parametrize(
    ("on_target", "words"), [(1.0, "0, 0.0%"), (0.982125, "143, 1.8%"), (0.0, "8,000, 100.0%"), (None, "")]
)
def test_leaked_particles_are_counted(on_target: float | None, words: str) -> None:
    snapshot = Snapshot(0, Weights({}, {}), on_target, None, untrained_trace(FlowSpec(), base_particles()))
    assert snapshot.leaked_words() == words
    assert snapshot.leaked == (None if on_target is None else 1 - on_target)

"""The sentences of scores."""

import pytest

from flowviz.records import FLOW_UNITS, Score
from tests.records.scores import scored


@pytest.mark.parametrize("gap", [-0.031, -5.0])
def test_gap_that_no_flow_can_have_is_called_impossible(gap: float) -> None:
    said = scored(100, 1.0, 1.0 + gap, 0.01, 1.0).in_units(FLOW_UNITS).sentence()
    assert said == (
        f"test gap {gap:.3f} ± 0.010 nats (impossible: no flow has a gap below 0, so the entropy of the target or a "
        "log-det of the flow is wrong)"
    )


@pytest.mark.parametrize(
    "score",
    [
        scored(100, 1.0, 0.971, 0.01, 1.0),  # by chance
        scored(100, 1.0, 2.0, 0.01, 1.0),
        scored(100, 1.0, -5.372, 0.006, None),
        scored(100, -2.0, None, None, 1.0),
    ],
)
def test_other_scores_are_not(score: Score) -> None:
    assert "impossible" not in score.in_units(FLOW_UNITS).sentence()

"""The sentences of scores."""

from dataclasses import replace

import pytest

from flowviz.records import FLOW_UNITS, Score, ScoreGiven
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


@pytest.mark.parametrize(
    ("values", "entropy", "said"),
    [
        ({"BRAD": 1.25, "KATIE": 1.5}, 1.0, "(BRAD 0.250, KATIE 0.500)"),
        ({"cat": 1.25, "dog": 1.5}, None, "(cat 1.250, dog 1.500)"),
        ({f"age {k}": (k - 3) ** 2 for k in range(9)}, None, "(lowest 0.000 at age 3, highest 25.000 at age 8)"),
        ({"cat": None, "dog": None}, None, "nats"),
    ],
)
def test_score_names_the_values_of_a_condition(
    values: dict[str, float | None], entropy: float | None, said: str
) -> None:
    given = tuple(ScoreGiven(value, nll, entropy) for value, nll in values.items())
    score = replace(scored(100, 1.0, 2.0, 0.01, entropy), given=given)
    assert score.in_units(FLOW_UNITS).sentence().endswith(said)

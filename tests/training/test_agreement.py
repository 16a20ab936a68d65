"""The same flows rank alike in the window, by `flowviz compare` and trained separately."""

from pathlib import Path

import pytest

from flowviz.records.comparison_table import RunSummary
from tests.benchmarks.comparison import FAMILIES, WAYS, Request, changes_by_rotation, disagreements, measured


def summaries(*gaps: float, deviation: float = 0.01) -> list[RunSummary]:
    return [
        RunSummary(family, 3, 3, {"gap": gap} | dict.fromkeys(OTHERS), {"gap": deviation} | dict.fromkeys(OTHERS))
        for family, gap in zip(FAMILIES, gaps, strict=True)
    ]


OTHERS = ("test_nll", "on_target", "coverage", "leaked", "steps_per_second", "seconds_to_goal")


def test_disagreement_is_another_winner_by_more_than_the_spread() -> None:
    runs = {"window": summaries(0.1, 0.2, 0.3), "separate": summaries(0.1, 0.21, 0.205)}
    assert list(disagreements(runs)) == [], "the last two are within the spread"
    runs["separate"] = summaries(0.1, 0.3, 0.2)
    (found,) = disagreements(runs)
    assert found == "spline and flow_matching: gaps differ by -0.100 (window), 0.100 (separate)"
    rotated = {"window": summaries(0.1, 0.2, 0.3), "rotated": summaries(0.105, 0.25, 0.3)}
    (change,) = changes_by_rotation(rotated)
    assert change.startswith("spline: rotation changes gap by +0.05")


@pytest.mark.slow  # trains for four minutes, and needs an idle machine
def test_rankings_agree(tmp_path: Path) -> None:
    assert list(disagreements(measured(Request("quartz", seconds=4, seeds=3), WAYS, tmp_path))) == []

"""Limits by counting: measured on the points that score a flow, for each target of a comparison."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from flowviz.projects import Comparison
from flowviz.records.comparison_table import LIMIT
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, ShapeSpec, TargetSpec, TextSpec, TrainingSpec
from flowviz.targets import AdaptiveHistogram, build_target, points_spec
from flowviz.training.limits import limit_of, with_limits
from flowviz.training.scoring import SCORING_POINTS, generators, points_of_test

SPEC = TrainingSpec(steps=2, seed=3)
SMALL = FlowSpec(layers=1, width=2, depth=1)
of_few = partial(AdaptiveHistogram, count=200_000)


@pytest.fixture(autouse=True)
def few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count few points, which takes a moment."""
    monkeypatch.setattr("flowviz.training.limits.AdaptiveHistogram", of_few)


def comparison(*targets: TargetSpec, baseline: bool = True) -> Comparison:
    entrants = tuple(
        Entrant(name=f"e{number}", target=target, flow=SMALL, training=SPEC) for number, target in enumerate(targets)
    )
    return Comparison.untrained(ComparisonSpec(entrants=entrants, baseline=baseline))


def test_limit_is_measured_on_the_test_points_of_a_training() -> None:
    target = build_target(TextSpec(text="I"))
    found = limit_of(target, SPEC)
    points = points_of_test(target)
    histogram = of_few(target, generators(SPEC)[0])
    nlls = -histogram.log_prob(points.points)
    figures = found.figures
    assert figures["test_nll"] == pytest.approx(nlls.mean())
    assert figures["standard_error"] == pytest.approx(nlls.std(ddof=1) / np.sqrt(SCORING_POINTS))
    assert figures["gap"] == pytest.approx(nlls.mean() - target.entropy)
    assert figures["parameters"] == histogram.leaves
    assert limit_of(target, SPEC) == found


def test_limit_of_a_table_has_no_gap_and_is_in_the_units_of_the_data() -> None:
    points = np.random.default_rng(0).normal(size=(400, 2))
    ones, tens = (limit_of(build_target(points_spec(factor * points)), SPEC).figures for factor in (1, 10))
    assert ones["gap"] is None
    assert ones["test_nll"] is not None
    assert tens["test_nll"] == pytest.approx(ones["test_nll"] + np.log(100), abs=1e-3)
    few = limit_of(build_target(points_spec(points[:50])), SPEC).figures
    assert few["test_nll"] is None
    assert few["validation_nll"] is not None


def test_each_target_has_one_limit() -> None:
    word, heart = TextSpec(text="I"), ShapeSpec(name="heart")
    assert [each.name for each in with_limits(comparison(word, word)).limit_trials()] == [LIMIT]
    several = with_limits(comparison(word, heart, word))
    assert [each.name for each in several.limit_trials()] == [f"{LIMIT}: I", f"{LIMIT}: {heart.title}"]
    assert with_limits(several).limits == several.limits
    assert with_limits(comparison(word, baseline=False)).limits is None


def test_limit_is_the_last_line_and_no_entrant() -> None:
    found = with_limits(comparison(TextSpec(text="I"), TextSpec(text="I")))
    assert found.spec.baseline
    assert [line.name for line in found.lines()] == ["e0", "e1", LIMIT]
    assert [row["name"] for row in found.rows()] == [LIMIT]
    assert found.table()["name"].tolist() == [LIMIT]
    assert [summary.name for summary in found.summaries()] == ["e0", "e1"]
    assert [entrant.name for entrant in found.missing()] == ["e0", "e1"]


def test_limit_is_computed_without_tensorflow() -> None:
    script = (
        "import sys; from flowviz.specs import *; from flowviz.targets import build_target;"
        "from flowviz.training.limits import limit_of;"
        "limit_of(build_target(TextSpec(text='I')), TrainingSpec(steps=1)); assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

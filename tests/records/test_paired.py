"""Differences between flows on the same test points, and which of them are best."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import Trial
from flowviz.records.comparison_table import (
    COLUMNS,
    RunSummary,
    best_of,
    brief_columns,
    summary_of_figures,
    with_values,
)
from flowviz.records.paired import DIFFERENCE, PairedDifference, differences
from flowviz.records.trial import TrialEnding

GAP, NLL, BETWEEN = COLUMNS[:3]
ON_TARGET = next(column for column in COLUMNS if column.name == "on_target")


def between(flows: Sequence[Sequence[Trial]]) -> list[PairedDifference | None]:
    """Return the differences of flows with the same target."""
    return differences(flows, ["a target"] * len(flows))


def run_with(
    nlls: NDArray[np.float64], seed: int = 0, *, keeps_nlls: bool = True, ending: TrialEnding = "completed"
) -> Trial:
    """Return a run that was tested on points with these NLLs."""
    error = float(nlls.std(ddof=1) / np.sqrt(len(nlls)))
    figures = {"test_nll": float(nlls.mean()), "gap": float(nlls.mean()) - 1.0, "standard_error": error}
    kept = nlls.astype(np.float32) if keeps_nlls else None
    return Trial("realnvp", 1e-3, seed, ending, True, figures, test_nlls=kept)


def test_a_difference_on_the_same_points_is_much_more_certain_than_the_nlls() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(1.0, 1.0, 10_000)
    better, worse = run_with(points), run_with(points + rng.normal(0.004, 0.05, 10_000))
    first, second = between([[better], [worse]])
    assert (first, second) != (None, None)
    assert first is not None
    assert second is not None
    assert (first.mean, first.standard_error, first.is_tie) == (0.0, 0.0, True)
    assert second.mean == pytest.approx(0.004, abs=0.002)
    assert second.standard_error == pytest.approx(0.0005, rel=0.1)
    assert not second.is_tie
    assert (better.figures["standard_error"] or 0) > 15 * second.standard_error


def test_seeds_are_averaged_before_the_error_of_the_test_is_computed() -> None:
    rng = np.random.default_rng(1)
    points, noise = rng.normal(size=2000), rng.normal(0, 0.1, (2, 2000))
    best, other = [run_with(points)], [run_with(points + 0.1 + noise[0]), run_with(points + 0.3 + noise[1], 1)]
    _, found = between([best, other])
    assert found is not None
    assert found.mean == pytest.approx(0.2 + noise.mean(), abs=1e-6)
    assert found.standard_error == pytest.approx(noise.mean(axis=0).std(ddof=1) / np.sqrt(2000), rel=1e-4)


def test_errors_add_up_if_the_points_are_unknown() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 1000))
    runs = [run_with(one, keeps_nlls=False)], [run_with(other + 1, keeps_nlls=False)]
    _, found = between(runs)
    assert found is not None
    assert found.standard_error == pytest.approx(np.hypot(one.std(ddof=1), other.std(ddof=1)) / np.sqrt(1000))


def test_runs_that_have_not_ended_or_been_tested_are_not_compared() -> None:
    points = np.random.default_rng(3).normal(size=100)
    running, untested = run_with(points - 9, ending="training"), Trial("iaf", 1e-3, 0, "completed", True, {"gap": None})
    assert between([[run_with(points)], [running]]) == [None, None]
    assert between([[run_with(points)], [untested], []]) == [None, None, None]
    found = between([[run_with(points)], [run_with(points + 1)], [running]])
    assert [each is None for each in found] == [False, False, True]


def test_flows_are_compared_with_those_on_the_same_target() -> None:
    points = np.random.default_rng(5).normal(size=100)
    runs = [[run_with(points + shift)] for shift in (0.0, 1.0, 5.0, 7.0, 9.0)]
    found = differences(runs, ["a", "a", "b", "b", "c"])
    assert [each and round(each.mean, 6) for each in found] == [0.0, 1.0, 0.0, 2.0, None]


def rows(*flows: NDArray[np.float64]) -> list[RunSummary]:
    """Return the rows of flows that were tested on points with these NLLs."""
    runs = [[run_with(nlls)] for nlls in flows]
    return [summary_of_figures("a", [run[0].figures], each) for run, each in zip(runs, between(runs), strict=True)]


def test_best_flows_are_those_within_one_standard_error_of_the_difference() -> None:
    rng = np.random.default_rng(4)
    points = rng.normal(size=10_000)
    tie = points + (noise := rng.normal(0, 0.1, 10_000)) - noise.mean() + 0.0005
    found = rows(points, tie, points + 0.01)
    for column in (GAP, NLL, BETWEEN):
        assert best_of(column, found) == {0, 1}, column.name
    assert found[0].text(BETWEEN) == "0.0000"
    assert found[2].text(BETWEEN) == "0.0100 ± 0.0000"
    assert found[1].text(BETWEEN) == "0.0005 ± 0.0010"


def test_differences_that_a_column_does_not_show_single_out_no_flow() -> None:
    points = np.random.default_rng(4).normal(size=10_000)
    found = rows(points, points + 0.0003, points + 0.01)
    assert [each.difference and each.difference.is_tie for each in found] == [True, False, False]
    assert best_of(GAP, found) == best_of(NLL, found) == {0, 1}
    assert best_of(BETWEEN, found) == {0}


def test_the_error_after_a_single_run_is_that_of_the_test_and_the_spread_otherwise() -> None:
    one = summary_of_figures("a", [{"gap": 0.5, "standard_error": 0.02}])
    two = summary_of_figures("a", [{"gap": 0.5, "standard_error": 0.02}, {"gap": 0.7, "standard_error": 0.02}])
    assert (one.text(GAP), two.text(GAP)) == ("0.500 ± 0.020", "0.600 ± 0.141")


def test_values_that_look_alike_are_equally_good() -> None:
    shares = [summary_of_figures("a", [{"on_target": value}]) for value in (0.91237, 0.9124, 0.8)]
    assert best_of(ON_TARGET, shares) == {0, 1}
    assert best_of(ON_TARGET, shares[:2]) == set(), "none is better than another"
    assert best_of(ON_TARGET, [shares[0], summary_of_figures("a", [{}])]) == set()


def test_means_over_seeds_within_one_standard_error_are_equally_good() -> None:
    fast, slow, slowest = (
        summary_of_figures("a", [{"on_target": mean + each} for each in (-0.01, 0.01, 0.0)])
        for mean in (0.912, 0.908, 0.8)
    )
    assert best_of(ON_TARGET, [fast, slow, slowest]) == {0, 1}
    assert best_of(ON_TARGET, [fast, slow]) == set(), "none is better than another"


def test_running_flows_are_not_ranked_among_finished_ones() -> None:
    done, running = (summary_of_figures("a", [{"on_target": value}]) for value in (0.8, 0.9))
    running = RunSummary(**{**vars(running), "running": 1})
    worse = summary_of_figures("a", [{"on_target": 0.7}])
    assert best_of(ON_TARGET, [done, running, worse]) == {0}
    validated = summary_of_figures("a", [{"validation_gap": 0.1, "validation_nll": 1.1}])
    assert (validated.text(GAP), validated.text(NLL)) == ("0.100 (validation)", "1.100 (validation)")


def test_headings_name_the_points_on_which_figures_are_measured() -> None:
    tested = summary_of_figures("a", [{"gap": 0.1, "validation_gap": 0.2}])
    validated = summary_of_figures("b", [{"gap": None, "validation_gap": 0.2}])
    unknown = summary_of_figures("c", [{}])
    assert GAP.heading([validated, unknown]) == "validation gap"
    assert GAP.heading([tested, validated, unknown]) == "test gap", "the validation gap is marked in its cell"
    assert GAP.heading([summary_of_figures("d", [{"gap": 0.1, "without_density": 0.1}])]) == "test gap"
    assert (BETWEEN.heading([tested]), ON_TARGET.heading([tested])) == ("test NLL − best", "on target")


def test_columns_without_values_are_left_out() -> None:
    found = with_values([summary_of_figures("a", [{"test_nll": 1.0, "parameters": 12}])])
    assert [column.name for column in found] == ["test_nll", "parameters"]
    assert DIFFERENCE not in [column.name for column in found]


def test_a_flow_that_is_not_comparable_adds_no_column_without_values() -> None:
    folded = summary_of_figures("a", [{"gap": None, "test_nll": None, "without_density": 0.064}])
    other = summary_of_figures("b", [{"gap": None, "test_nll": 1.0}])
    for rows in ([folded, other], [folded]):
        assert [column.name for column in brief_columns(rows)] == ["test_nll"], "the entropy is unknown"


def test_a_flow_that_lacks_an_inverse_at_some_points_is_not_comparable() -> None:
    row = summary_of_figures("a", [{"gap": None, "test_nll": None, "without_density": 0.064}])
    assert row.text(GAP) == row.text(NLL) == "not comparable: 6.4% have no density"


def test_a_flow_that_lacks_an_inverse_at_few_points_has_a_share_above_zero() -> None:
    row = summary_of_figures("a", [{"test_nll": None, "without_density": 1e-4}])
    assert row.text(NLL) == "not comparable: 0.1% have no density"


def test_runs_without_an_inverse_at_some_points_do_not_leave_the_mean_to_the_others() -> None:
    folded = {"gap": None, "test_nll": None, "validation_gap": 0.1, "validation_nll": 1.1, "without_density": 0.064}
    row = summary_of_figures("a", [{"gap": 0.5, "test_nll": 1.5, "without_density": 0.0}, folded])
    assert row.text(GAP) == row.text(NLL) == "not comparable: 6.4% have no density"


def test_a_flow_with_a_run_without_an_inverse_at_some_points_has_no_difference() -> None:
    points = np.random.default_rng(5).normal(size=100)
    folded = Trial("flow_matching", 1e-3, 1, "completed", True, {"test_nll": None, "without_density": 0.1})
    found = between([[run_with(points - 1), folded], [run_with(points)], [run_with(points + 1)]])
    assert [each and each.is_tie for each in found] == [None, True, False]

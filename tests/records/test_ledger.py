"""Ledgers: their terms, their sums and their scales."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.records import Trace, Units, base_particles
from flowviz.records.base_distribution import StudentT
from flowviz.records.ledger import Ledger, common_limits, limits_for
from flowviz.specs import FlowSpec
from tests.rendering.scenes import bent_trace

DATA = Units((3.0, -1.0), (10.0, 0.5))


@pytest.fixture
def trace() -> Trace:
    return bent_trace(base_particles(300))


def of(terms: list[float]) -> Ledger:
    """Return a ledger with given terms."""
    names = ("00_base", *(f"{stage:02d}_real_nvp" for stage in range(1, len(terms))))
    titles = ("0 · Base", *(f"{stage} · Coupling" for stage in range(1, len(terms))))
    return Ledger(names, titles, np.array(terms), "normal")


def test_terms_are_the_base_and_minus_the_log_dets_of_the_stages(trace: Trace) -> None:
    ledger = Ledger.of_point(trace)
    assert ledger.terms[0] == trace.base_log_density[0]
    for stage in range(1, 20):
        assert ledger.terms[stage] == pytest.approx(-float(trace.log_det_of(stage)[0]), abs=1e-6)
    assert ledger.total == pytest.approx(float(trace.log_density(19)[0]), abs=1e-6)
    assert [entry.title for entry in ledger.entries[:2]] == ["0 · Base", "1 · Coupling"]


def test_mean_ledger_sums_up_to_minus_the_nll_of_the_known_points(trace: Trace) -> None:
    mean = Ledger.mean_of(trace)
    assert mean.is_mean
    assert (mean.count, mean.unknown) == (300, 0)
    assert mean.total == pytest.approx(-np.nanmean(trace.nlls), abs=1e-6)
    trace.log_det[5:, :10] = np.nan
    rest = Ledger.mean_of(trace)
    assert (rest.count, rest.unknown) == (290, 10)
    assert rest.total == pytest.approx(-np.nanmean(trace.nlls), abs=1e-6)


def test_unknown_densities_stay_unknown(trace: Trace) -> None:
    trace.log_det[5:] = np.nan
    for ledger in (Ledger.of_point(trace), Ledger.mean_of(trace)):
        assert not ledger.is_known
        assert np.isnan(ledger.total)
    assert Ledger.mean_of(trace).count == 0


def test_another_base_names_its_density() -> None:
    particles = base_particles(5, base=StudentT())
    names = FlowSpec(layers=1, normalization="none").stage_names()
    still = Trace(names, np.stack([particles] * len(names)), np.zeros((len(names), 5), np.float32), base=StudentT())
    ledger = Ledger.of_point(still)
    assert ledger.base == "student_t"
    assert ledger.total == pytest.approx(float(StudentT().log_prob(particles)[0]))


def test_units_have_a_line_of_their_own(trace: Trace) -> None:
    ledger = Ledger.of_point(trace, DATA)
    assert ledger.total == pytest.approx(float(DATA.log_density(trace.log_density(19))[0]), abs=1e-6)
    assert (ledger.entries[-1].title, ledger.entries[-1].stages) == ("units of the data", None)
    assert ledger.columns()["name"].tolist() == [*trace.names, "units", "sum"]


def test_each_line_begins_where_the_one_above_ends() -> None:
    entries = of([-2.0, 0.5, -0.25]).entries
    assert [(entry.before, entry.after) for entry in entries] == [(0.0, -2.0), (-2.0, -1.5), (-1.5, -1.75)]


@pytest.mark.parametrize("most", [2, 3, 5, 8, 40])
def test_groups_of_stages_keep_the_sum_and_every_stage(most: int) -> None:
    ledger = of([-2.0, *np.linspace(-1, 1, 20)])
    entries = ledger.grouped(most)
    assert len(entries) <= most
    assert entries[-1].after == pytest.approx(ledger.total)
    stages = [entry.stages for entry in entries if entry.stages]
    assert [stage for first, last in stages for stage in range(first, last + 1)] == list(range(21))


def test_groups_are_named_after_their_first_and_last_stage() -> None:
    assert [entry.title for entry in of([-2.0, 1.0, 1.0, 1.0]).grouped(3)] == ["0 · Base", "1 to 2", "3 · Coupling"]
    titles = ("t = 0.00", "t = 0.50", "t = 1.00")
    steps = Ledger(("00_base", "01_flow_step", "02_flow_step"), titles, np.array([-2.0, 0.1, 0.2]), "normal")
    assert [entry.title for entry in steps.grouped(2)] == ["t = 0.00", "t = 0.50 to 1.00"]


def test_scale_holds_most_particles_and_seldom_changes(trace: Trace) -> None:
    low, high = common_limits(trace) or (0.0, 0.0)
    sums = trace.base_log_density - trace.log_det
    assert ((sums >= low) & (sums <= high)).mean() > 0.95
    assert low < 0 < high
    nearly = replace(trace, log_det=trace.log_det * np.float32(1.001))
    assert common_limits(nearly) == (low, high)
    assert common_limits(replace(trace, log_det=trace.log_det * np.float32(np.nan))) is None


def test_scale_of_a_moving_probe_stays_until_it_no_longer_fits() -> None:
    assert limits_for(of([-2.0, 0.5]), (-5.0, 1.0)) == limits_for(of([-4.9, 5.0]), (-5.0, 1.0)) == (-5.0, 1.0)
    assert limits_for(of([-5.1, 0.5]), (-5.0, 1.0)) == (-10.0, 1.0)
    assert limits_for(of([-2.0, 4.5]), (-5.0, 1.0)) == (-5.0, 4.0)
    assert limits_for(of([np.nan, 0.5]), None) == (-1.0, 1.0)

"""Ledgers of every family: what they add up is the log-density that the flow computes."""

import numpy as np
import pytest

from flowviz.exporting.scene_fields import probe_trace
from flowviz.flows import build_flow
from flowviz.records.ledger import Ledger
from flowviz.specs import FlowSpec
from tests.flows.families import SPECS, random_weights, specs

FEW = specs("realnvp", "euler", "learned base")  # the log-dets of all families are tested by their laws


@pytest.mark.parametrize("spec", FEW)
def test_sum_of_a_ledger_is_the_log_density(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec, scale=0.1), "float64")
    points = flow.forward(flow.particles(20))
    found = [Ledger.of_point(probe_trace(flow, (len(flow.stages), point))) for point in points]
    expected = flow.log_prob(points)
    known = np.isfinite(expected)
    assert known.mean() > 0.9
    np.testing.assert_allclose(np.array([ledger.total for ledger in found])[known], expected[known], atol=1e-4)
    assert [ledger.is_known for ledger in found] == known.tolist()
    assert {len(ledger.terms) for ledger in found} == {len(flow.stages) + 1}


@pytest.mark.parametrize("spec", FEW)
def test_mean_ledger_of_points_is_minus_their_nll(spec: FlowSpec) -> None:
    flow = build_flow(spec, random_weights(spec, scale=0.1), "float64")
    points = flow.forward(flow.particles(200))
    mean = Ledger.mean_of(flow.encoded(points))
    log_prob = flow.log_prob(points).astype(np.float64)
    assert mean.total == pytest.approx(log_prob[np.isfinite(log_prob)].mean(), abs=1e-5)
    assert mean.count + mean.unknown == 200


def test_a_probe_at_any_stage_has_one_ledger() -> None:
    spec = SPECS["realnvp"]
    flow = build_flow(spec, random_weights(spec), "float64")
    trace = flow.trace(flow.particles(1))
    ledgers = [
        Ledger.of_point(probe_trace(flow, (stage, trace.positions[stage, 0]))) for stage in range(len(trace.names))
    ]
    for ledger in ledgers[1:]:
        np.testing.assert_allclose(ledger.terms, ledgers[0].terms, atol=1e-4)

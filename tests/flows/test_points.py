"""A flow draws, scores and moves points, many of them in parts, and says what is wrong with others."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.flows import Flow, build_flow
from flowviz.flows.graphs import RECENT, ChainGraphs
from flowviz.records import base_particles
from flowviz.records.trace import TOGETHER
from flowviz.specs import FlowSpec
from tests.flows.families import SPECS, random_weights


@pytest.fixture(scope="module")
def flow() -> Flow:
    return build_flow(SPECS["realnvp"], random_weights(SPECS["realnvp"]), "float64")


def test_samples_follow_the_seed_and_are_where_particles_end(flow: Flow) -> None:
    points = flow.sample(500, seed=3)
    assert points.shape == (500, 2)
    np.testing.assert_array_equal(points, flow.forward(base_particles(500, 3)))
    assert (points != flow.sample(500, seed=4)).any()


def test_inverse_undoes_forward(flow: Flow) -> None:
    particles = base_particles(300)
    np.testing.assert_allclose(flow.inverse(flow.forward(particles)), particles, atol=1e-9)


def test_inverse_computes_nothing_but_the_particles(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    computed, evaluate = list[np.ndarray[Any, Any]](), ChainGraphs.evaluate

    def watched(*arguments: Any) -> list[np.ndarray[Any, Any]]:
        found = evaluate(*arguments)
        computed.extend(found)
        return found

    monkeypatch.setattr(ChainGraphs, "evaluate", watched)
    particles = flow.inverse(base_particles(300))
    assert [each.shape for each in computed] == [particles.shape] == [(300, 2)]


def test_points_in_several_parts_are_those_of_one_piece(flow: Flow) -> None:
    particles = base_particles(2 * TOGETHER + 3)
    last = slice(-5, None)
    for compute in (flow.forward, flow.inverse, flow.log_prob):
        found = compute(particles)
        assert len(found) == len(particles)
        np.testing.assert_allclose(found[last], compute(particles[last]), rtol=1e-9)
    trace = flow.trace(particles[: TOGETHER + 2])
    np.testing.assert_allclose(trace.positions[-1], flow.forward(particles[: TOGETHER + 2]), atol=1e-12)
    assert trace.round_trip_error is not None
    assert trace.round_trip_error.shape == (len(trace.names),)


def test_lists_and_whole_numbers_are_points(flow: Flow) -> None:
    expected = flow.log_prob(np.array([[0.0, 1.0]]))
    np.testing.assert_array_equal(flow.log_prob([[0, 1]]), expected)
    np.testing.assert_array_equal(flow.log_prob(np.array([[0, 1]])), expected)


def test_no_points_are_no_error(flow: Flow) -> None:
    assert flow.sample(0).shape == flow.inverse(np.zeros((0, 2))).shape == (0, 2)
    assert flow.log_prob(np.zeros((0, 2))).shape == (0,)
    assert flow.trace(np.zeros((0, 2))).positions.shape == (len(flow.stages) + 1, 0, 2)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda flow: flow.log_prob(np.zeros(1000)), r"must have shape \(n, 2\), not \(1000,\)\.$"),
        (lambda flow: flow.forward(np.zeros((5, 3))), r"must have shape \(n, 2\), not \(5, 3\)\.$"),
        (lambda flow: flow.inverse(1000), r"must have shape \(n, 2\), not \(\)\.$"),
        (lambda flow: flow.trace(1000), r"must have shape \(n, 2\), not \(\)\.$"),
        (lambda flow: flow.log_prob([[0, 1], [2]]), "array of numbers"),
        (lambda flow: flow.log_prob([["a", "b"]]), "array of numbers"),
        (lambda flow: flow.sample(np.zeros((5, 2))), "To map given points, call forward"),
        (lambda flow: flow.sample(-1), "The number of points is -1"),
        (lambda flow: flow.sample(5, seed=-1), "The seed is -1"),
        (lambda flow: flow.trace_through(np.zeros((5, 2)), 99), "no stage 99"),
    ],
)
def test_what_is_wrong_is_one_sentence(wrong: Callable[[Flow], object], sentence: str, flow: Flow) -> None:
    with pytest.raises(SpecError, match=sentence) as error:
        wrong(flow)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 150


def test_flow_without_weights_is_the_identity_in_both_directions() -> None:
    fresh, particles = build_flow(FlowSpec(layers=1, width=4, depth=1, normalization="none")), base_particles(50)
    np.testing.assert_allclose(fresh.forward(particles), particles, atol=1e-6)
    np.testing.assert_allclose(fresh.inverse(particles), particles, atol=1e-6)


def test_graphs_of_a_sweep_over_widths_do_not_pile_up() -> None:
    kept = build_flow(FlowSpec(layers=2, width=7))
    graphs = [
        weakref.ref(build_flow(FlowSpec(layers=2, width=width))._evaluator._graphs) for width in range(8, RECENT + 12)
    ]
    gc.collect()
    assert [found() is not None for found in graphs] == [False] * 4 + [True] * RECENT
    again = build_flow(FlowSpec(layers=2, width=7, seed=3))
    assert again._evaluator._graphs is kept._evaluator._graphs, "a flow of this kind is in use"

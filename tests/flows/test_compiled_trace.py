"""Traces that XLA has compiled."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from flowviz.flows import Flow, build_flow
from flowviz.flows.graphs import ChainGraphs
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits, LayerEdit
from tests.flows.families import random_weights

SPEC = FlowSpec(layers=2, width=7)  # a kind of its own
USUAL = "realnvp", "glow"  # each family takes a second to compile; two are enough by default


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the functions that are evaluated from here on."""
    names, evaluate = list[str](), ChainGraphs.evaluate

    def watched(graphs: ChainGraphs, name: str, *arguments: Any) -> Any:
        names.append(name)
        return evaluate(graphs, name, *arguments)

    monkeypatch.setattr(ChainGraphs, "evaluate", watched)
    return names


def flow_of(spec: FlowSpec = SPEC) -> Flow:
    return build_flow(spec, random_weights(spec))


@pytest.mark.parametrize(
    "family",
    [
        name if name in USUAL else pytest.param(name, marks=pytest.mark.slow)
        for name in ("realnvp", "nice", "glow", "maf", "iaf", "spline", "planar", "radial")
    ],
)
def test_compiled_traces_are_those_of_the_plain_graph(family: str, asked: list[str]) -> None:
    flow = flow_of(FlowSpec(family=family, layers=2, width=7))
    particles = flow.particles()
    plain = flow.trace(particles)
    flow.compile_trace()
    compiled = flow.trace(particles)
    assert asked == ["trace", "compiled_trace", "compiled_trace"]
    np.testing.assert_allclose(compiled.positions, plain.positions, atol=1e-3, rtol=1e-3)
    np.testing.assert_allclose(compiled.log_det, plain.log_det, atol=1e-2)
    assert compiled.round_trip_error is not None
    assert compiled.round_trip_error.max() < 1e-4
    assert compiled.folded is None


def test_a_compiled_trace_follows_the_weights(asked: list[str]) -> None:
    flow = flow_of()
    flow.compile_trace()
    flow.restore(random_weights(SPEC, seed=1))
    found = flow.trace(flow.particles())
    assert asked[-1] == "compiled_trace"
    expected = build_flow(SPEC, random_weights(SPEC, seed=1)).trace(flow.particles())
    np.testing.assert_allclose(found.positions, expected.positions, atol=1e-3, rtol=1e-3)


def test_other_particles_and_other_edits_are_not_compiled(asked: list[str]) -> None:
    flow = flow_of()
    flow.compile_trace()
    flow.trace(flow.particles(100))
    assert asked[-1] == "trace", "XLA would compile again for another number"
    flow.edit(Edits(layers={1: LayerEdit(disabled=True)}))
    found = flow.trace(flow.particles())
    assert asked[-1] == "trace"
    np.testing.assert_array_equal(found.positions[1], found.positions[0])


def test_flows_that_can_fold_are_not_compiled(asked: list[str]) -> None:
    flow = build_flow(FlowSpec(family="flow_matching", width=8, depth=1, integrator_steps=2))
    flow.compile_trace()
    assert asked == []


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (tf.errors.UnimplementedError(None, None, "no XLA"), 1),
        (tf.errors.ResourceExhaustedError(None, None, "no memory, for now"), 2),
        (MemoryError(), 2),
    ],
)
def test_without_xla_traces_stay_as_they_are(monkeypatch: pytest.MonkeyPatch, error: Exception, tries: int) -> None:
    flow, evaluate, refused = flow_of(), ChainGraphs.evaluate, list[str]()
    monkeypatch.setattr(ChainGraphs.shared(flow.chain), "compiles", True)  # and restore it, because others share it

    def refuse(graphs: ChainGraphs, name: str, *arguments: Any) -> Any:
        if name == "compiled_trace":
            refused.append(name)
            raise error
        return evaluate(graphs, name, *arguments)

    plain = flow.trace(flow.particles())
    monkeypatch.setattr(ChainGraphs, "evaluate", refuse)
    flow.compile_trace()
    flow.compile_trace()
    assert len(refused) == tries
    np.testing.assert_array_equal(flow.trace(flow.particles()).positions, plain.positions)


def test_a_compiled_trace_that_fails_is_replaced(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    flow = flow_of()
    expected = flow.trace(flow.particles())
    flow.compile_trace()
    evaluate = ChainGraphs.evaluate

    def refuse(graphs: ChainGraphs, name: str, *arguments: Any) -> Any:
        if name == "compiled_trace":
            raise tf.errors.InternalError(None, None, "out of threads")
        return evaluate(graphs, name, *arguments)

    monkeypatch.setattr(ChainGraphs, "evaluate", refuse)
    for _ in range(2):
        np.testing.assert_array_equal(flow.trace(flow.particles()).positions, expected.positions)
    assert asked[2:] == ["trace", "trace"]

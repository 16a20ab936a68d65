"""A session with a trained velocity field, and answers to its queries for another integrator."""

from dataclasses import replace

import numpy as np

from flowviz.projects.variant import Variant
from flowviz.records import Score, Snapshot
from flowviz.specs import FlowSpec
from tests.app.training.fakes import SessionHarness, finished, snapshot, train
from tests.records.scores import scored

TRAINED = FlowSpec(family="flow_matching")
COARSE = FlowSpec(family="flow_matching", integrator="euler", integrator_steps=10)
SCORE = scored(200, 1.625, 2.5, 0.02, 1.5)


def flow_matching() -> SessionHarness:
    """Return a session that is about to train flow matching."""
    harness = SessionHarness()
    harness.request.set_family("flow_matching")
    return harness


def trained_flow_matching() -> SessionHarness:
    """Return a session with moments at the steps 100 and 200 of a training, which has ended."""
    harness = flow_matching()
    train(harness, 100, 200)
    harness.thread.send(finished(200, flow=TRAINED))
    return harness


def request(harness: SessionHarness, flow: FlowSpec) -> None:
    harness.request.update_flow(integrator=flow.integrator, integrator_steps=flow.integrator_steps)


def answer(harness: SessionHarness, flow: FlowSpec, on_target: float = 0.5, score: Score | None = None) -> None:
    """Answer the queries for positions and for densities, and that for a score if there is one."""
    locate(harness, flow, on_target)
    assert harness.queries.asked["integrated"][0] == Variant(flow)
    harness.queries.answer("integrated", snapshot(200, on_target, flow))
    if score:
        harness.queries.answer("scored", score)


def located(flow: FlowSpec, on_target: float = 0.5, step: int = 200) -> Snapshot:
    """Return a snapshot whose densities are not known yet."""
    known = snapshot(step, on_target, flow)
    return replace(known, trace=replace(known.trace, log_det=np.full_like(known.trace.log_det, np.nan)))


def locate(harness: SessionHarness, flow: FlowSpec, on_target: float = 0.5, step: int = 200) -> None:
    """Answer the query for positions alone."""
    assert harness.queries.asked["positions"][0] == Variant(flow)
    harness.queries.answer("positions", located(flow, on_target, step))


def stages(harness: SessionHarness) -> int:
    return harness.viewer.scenes.scene.trace.last_stage


def replace_steps(steps: int) -> FlowSpec:
    return TRAINED.model_copy(update={"integrator_steps": steps})

"""Edits of layers that are only shown: a training goes on as if there were none."""

from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import numpy as np
import pytest

from flowviz.flows import build_flow
from flowviz.projects.variant import Variant
from flowviz.records import Checkpoint, Event, Finished, Progress, Recovered, Snapshot
from flowviz.specs import RECIPES, FlowSpec, ShapeSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import Ink, Target, build_target
from flowviz.training import train
from tests.flows.families import SPECS
from tests.training.test_training import Spoiled

pytestmark = pytest.mark.usefixtures("few_points")
TARGET = build_target(ShapeSpec(name="rings"))
STEPS = TrainingSpec(steps=100, batch=32)
EDITS = Edits(layers={1: LayerEdit(disabled=True)})
FLOWS = SPECS | {  # those that other tests train
    "realnvp": FlowSpec(layers=2, width=8, depth=1),
    "flow_matching": FlowSpec(family="flow_matching", width=8, depth=1, integrator_steps=2),
}
USUAL = "realnvp", "flow_matching", "learned base"
KINDS = [
    name if name in USUAL else pytest.param(name, marks=pytest.mark.slow)  # each compiles a step of its own
    for name in (*RECIPES, "learned base")
    if name in FLOWS
]


def events_of(
    flow: FlowSpec, *variants: Variant, spec: TrainingSpec = STEPS, target: Target = TARGET, resume: Any = None
) -> list[Event]:
    """Return the events of a training whose snapshots have the variants, the last one from then on."""
    shown = chain(variants[:-1], repeat(variants[-1] if variants else None))
    return list(train(target, flow, spec, snapshot_seconds=0.0, resume=resume, vary=lambda: next(shown)))


def learned(events: list[Event]) -> list[Any]:
    """Return everything that a training has learned and measured, except for times, on which its snapshots depend."""
    found: list[Any] = []
    for event in events:
        match event:
            case Progress():
                found.append((event.step, event.train_nll, event.validation_nll, event.loss, event.on_target))
            case Recovered():
                found.append(replace(event, seconds=0.0))
            case Finished():
                trace, end = event.trace, event.checkpoint
                found += [event.ending, event.score, event.recoveries, end.random_state, end.edits]
                arrays = trace.positions, trace.log_det, end.parameters, end.first_moment, end.losses
                found += [array.tobytes() for array in arrays]
    return found


@pytest.mark.parametrize("name", KINDS)
def test_training_does_not_depend_on_edits_that_are_shown(name: str) -> None:
    flow = FLOWS[name]
    plain = events_of(flow)
    edited = events_of(flow, Variant(flow), Variant(flow, EDITS), Variant(flow, EDITS), Variant(flow))
    left = events_of(flow, Variant(flow, EDITS))
    assert learned(plain) == learned(edited) == learned(left)
    assert not any(event.edits for event in left if isinstance(event, Checkpoint))


@pytest.mark.parametrize("name", KINDS)
def test_snapshots_are_traces_of_the_weights_with_the_edits(name: str) -> None:
    flow = FLOWS[name]
    variants = Variant(flow), Variant(flow, EDITS), Variant(flow)
    snapshots = [event for event in events_of(flow, *variants) if isinstance(event, Snapshot)]
    for snapshot, variant in zip(snapshots, variants, strict=False):
        built = build_flow(flow, snapshot.weights, edits=variant.edits)
        trace = built.trace(built.particles())
        np.testing.assert_array_equal(snapshot.trace.positions, trace.positions)
        np.testing.assert_array_equal(snapshot.trace.log_det, trace.log_det)
    assert len(snapshots) >= 2


def test_recoveries_do_not_depend_on_edits(target: Ink) -> None:
    flow, spec = FLOWS["realnvp"], TrainingSpec(steps=300, batch=32)
    plain = events_of(flow, spec=spec, target=Spoiled(target.mask))
    edited = events_of(flow, Variant(flow, EDITS), spec=spec, target=Spoiled(target.mask))
    assert any(isinstance(event, Recovered) for event in plain)
    assert learned(plain) == learned(edited)


def test_training_from_an_edited_flow_keeps_its_edits_whatever_is_shown() -> None:
    flow = FLOWS["flow_matching"]
    begun = events_of(flow, spec=TrainingSpec(steps=1, batch=32))
    start = next(event for event in begun if isinstance(event, Checkpoint))
    resume = replace(start, edits=EDITS)
    plain = events_of(flow, resume=resume)
    others = events_of(flow, Variant(flow), Variant(flow.with_integrator(steps=3)), resume=resume)
    assert learned(plain) == learned(others)
    stages = {event.trace.last_stage for event in others if isinstance(event, Snapshot)}
    assert stages == {2, 3}

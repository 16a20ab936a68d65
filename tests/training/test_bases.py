"""Trainings of flows with other base distributions than the standard normal one."""

import numpy as np
import pytest

from flowviz.records import Snapshot
from flowviz.specs import FlowSpec, ShapeSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train
from tests.flows.families import SPECS
from tests.training.events import finished

EIGHT = build_target(ShapeSpec(name="eight_gaussians"))


def test_particles_follow_a_mixture_that_is_learned() -> None:
    spec = TrainingSpec(steps=150, batch=32, learning_rate=0.02)
    events = list(train(EIGHT, SPECS["learned base"], spec, snapshot_seconds=0.0))
    first, *_, last = [event.trace for event in events if isinstance(event, Snapshot)]
    assert first.base != last.base
    assert not np.array_equal(first.positions[0], last.positions[0])
    np.testing.assert_array_equal(last.positions[0], last.base.sample(8000, 0))
    for event in events:
        if isinstance(event, Snapshot):
            names = {name for name in event.weights.parameters if name.startswith("00_base/")}
            assert names == {"00_base/means", "00_base/log_scales", "00_base/logits"}


@pytest.mark.slow
def test_mixture_leaks_less_than_a_single_gaussian() -> None:
    normal, mixture = (
        finished(train(EIGHT, FlowSpec(family="spline", base=base), TrainingSpec(steps=4000))).snapshot.leaked or 0.0
        for base in ("normal", "mixture")
    )
    assert mixture < 0.005
    assert mixture < normal / 2

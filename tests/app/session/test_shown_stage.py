"""The stage that is shown when a training starts."""

import pytest

from flowviz.specs import FlowSpec
from flowviz.specs.recipes import Family
from tests.app.session.fakes import SessionHarness, finished, progress, snapshot, train


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


@pytest.mark.parametrize("family", ["spline", "realnvp", "glow"])  # have fewer, as many and more stages
@pytest.mark.parametrize("stage", [0, 3, 18, 19])
def test_training_shows_the_last_stage(harness: SessionHarness, family: Family, stage: int) -> None:
    train(harness)
    harness.view.set_stage(stage)
    harness.request.set_family(family)
    harness.session.train()
    assert harness.view.value.stage == harness.displays.cloud.stage == len(FlowSpec().bijector_kinds())
    flow = FlowSpec(family=family)
    harness.thread.send(snapshot(1, flow=flow))
    assert harness.view.value.stage == harness.displays.cloud.stage == len(flow.bijector_kinds())
    assert harness.view.seen.stage is None


def test_stage_that_is_chosen_while_a_training_is_prepared_stays(harness: SessionHarness) -> None:
    train(harness)
    harness.request.set_family("glow")
    harness.session.train()
    harness.view.set_stage(7)
    harness.thread.send(snapshot(1, flow=FlowSpec(family="glow")), progress(1))
    assert harness.view.value.stage == harness.displays.cloud.stage == 7


def test_resumed_training_stays_at_its_stage(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    harness.view.set_stage(7)
    harness.session.resume()
    harness.thread.send(snapshot(300))
    assert harness.view.value.stage == 7

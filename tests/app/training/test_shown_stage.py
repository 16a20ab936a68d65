"""The stage that is shown when a training starts, and the playback when it ends."""

from collections.abc import Callable

import numpy as np
import pytest

from flowviz.records import Selection
from flowviz.specs import FlowSpec
from flowviz.specs.recipes import Family
from tests.app.training.fakes import SessionHarness, finished, progress, snapshot, train


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


def end_training(harness: SessionHarness, use: Callable[[SessionHarness], object] = lambda _: None) -> bool:
    """Train, use the view meanwhile, and return whether the layers are played in the end."""
    harness.viewer.reduce_motion(False)
    train(harness, 50)
    use(harness)
    harness.thread.send(finished(100))
    return harness.displays.playback.playing


def test_layers_are_played_once_when_a_training_ends(harness: SessionHarness) -> None:
    assert end_training(harness)
    assert harness.displays.cloud.stage == 0
    harness.view.set_stage(5)
    assert not harness.displays.playback.playing, "the user may interrupt it"


@pytest.mark.parametrize(
    "use",
    [
        lambda harness: harness.view.set_stage(5),
        lambda harness: (harness.view.set_stage(5), harness.view.set_stage(99)),  # scrubbed, and returned
        lambda harness: harness.view.zoom_to((0.0, 0.0), 1.0),
        lambda harness: harness.view.update(overview=True),
        lambda harness: harness.view.set_direction("encode"),
        lambda harness: harness.view.update(probe=(1, (0.0, 0.0))),
        lambda harness: harness.view.set_selection(Selection(np.arange(8000) < 3)),
        lambda harness: harness.view.update(moment=50),
        lambda harness: harness.viewer.playhead.toggle_playing(),
        lambda harness: harness.viewer.reduce_motion(True),
        lambda harness: harness.viewer.end_playback.set_enabled(False),
    ],
    ids=[
        "stage",
        "back",
        "zoom",
        "overview",
        "encode",
        "probe",
        "selection",
        "moment",
        "playing",
        "motion",
        "preference",
    ],
)
def test_nothing_is_played_if_the_view_is_in_use(
    harness: SessionHarness, use: Callable[[SessionHarness], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    played = list[str]()
    monkeypatch.setattr(harness.viewer.playhead, "play_once", lambda: played.append("once"))
    end_training(harness, use)
    assert not played


def test_next_training_is_played_although_the_view_was_used_before_it(harness: SessionHarness) -> None:
    assert not end_training(harness, lambda harness: harness.view.set_stage(5))
    assert end_training(harness)


def test_preference_is_remembered(harness: SessionHarness) -> None:
    assert harness.viewer.end_playback.is_enabled
    harness.viewer.end_playback.set_enabled(False)
    assert not SessionHarness().viewer.end_playback.is_enabled
    harness.viewer.end_playback.set_enabled(True)
    assert SessionHarness().viewer.end_playback.is_enabled

"""The playhead: glides and plays on a fake clock."""

from typing import Any

import pytest

from flowviz.app.pane import playhead as playhead_module
from flowviz.app.pane.playhead import Playhead
from flowviz.specs import Playback

LAST = 3
FRAME_SECONDS = 0.02


class Played:
    """A playhead, a clock, and the positions, stages and moments that were reached."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(playhead_module, "perf_counter", lambda: self.now)
        self.positions, self.stages, self.moments = list[float](), list[int](), list[float]()
        self.playhead = Playhead(self.positions.append, lambda: None, self.moments.append)
        self.playhead.last = LAST
        self.is_playing = False
        self.playhead.stage_reached.connect(self.stages.append)
        self.playhead.is_playing.observe(bool, lambda playing: setattr(self, "is_playing", playing))

    @property
    def is_moving(self) -> bool:
        return self.playhead._ticks.isActive()

    def set_playback(self, **options: Any) -> None:
        self.playhead.set_playback(Playback(**options))

    def run(self, seconds: float) -> None:
        """Let time pass in frames, until the playhead rests."""
        end = self.now + seconds
        while self.is_moving and self.now < end:
            self.now += FRAME_SECONDS
            self.playhead._on_tick()


@pytest.fixture
def played(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


def test_glide_passes_between_the_stages_and_ends(played: Played) -> None:
    played.playhead.glide_to(2)
    played.run(10)
    assert played.positions[-1] == played.playhead.position == 2
    assert played.positions == sorted(played.positions)
    assert any(0 < position < 1 for position in played.positions)
    assert not played.is_moving, "it does no work while it rests"


def test_pace_is_the_time_from_a_stage_to_the_next(played: Played) -> None:
    played.playhead.set_pace(2.0)
    played.playhead.glide_to(1)
    played.run(1.0)
    assert played.playhead.position == pytest.approx(0.5, abs=0.02)
    played.run(1.1)
    assert not played.is_moving
    played.playhead.glide_to(3)
    played.run(10)
    assert played.playhead.position == 3, "farther stages are reached, too"


def test_pace_also_holds_while_playing(played: Played) -> None:
    played.playhead.set_pace(1.5)
    played.playhead.toggle_playing()
    played.run(LAST * 1.5 - 0.2)
    assert played.is_playing
    played.run(0.4)
    assert not played.is_playing
    played.playhead.set_pace(None)
    played.playhead.toggle_playing()
    played.run(LAST * 0.75 + 0.1)
    assert not played.is_playing


def test_pace_can_change_while_playing(played: Played) -> None:
    played.playhead.set_pace(3.0)
    played.playhead.toggle_playing()
    played.run(3.0)
    position = played.playhead.position
    played.playhead.set_pace(None)
    assert played.playhead.position == pytest.approx(position, abs=0.01)
    played.run((LAST - 1) * 0.75 + 0.1)
    assert not played.is_playing


def test_reduced_motion_jumps(played: Played) -> None:
    played.playhead.jumps = True
    played.playhead.glide_to(2)
    assert played.positions == [2]
    played.playhead.toggle_playing()
    played.run(10)
    assert set(played.positions) == {2, 3}


def test_playing_once_ends_at_the_last_stage(played: Played) -> None:
    played.playhead.toggle_playing()
    assert played.is_playing
    played.run(10)
    assert played.stages == [1, 2, 3]
    assert not played.moments
    assert (played.is_playing, played.is_moving) == (False, False)


def test_playing_backward_ends_at_the_base(played: Played) -> None:
    played.playhead.jump_to(LAST)
    played.set_playback(heading="backward")
    played.playhead.toggle_playing()
    played.run(10)
    assert played.stages == [3, 2, 1, 0]
    assert played.positions[-1] == 0


def test_playing_at_the_end_starts_at_the_beginning(played: Played) -> None:
    played.playhead.jump_to(LAST)
    played.playhead.toggle_playing()
    assert played.positions[-1] == 0


def test_playing_the_training_goes_through_its_moments_and_stays_at_the_stage(played: Played) -> None:
    played.set_playback(through="training")
    played.playhead.toggle_playing()
    played.run(10)
    assert played.moments[0] == 0
    assert played.moments[-1] == 1
    assert not played.stages


def test_playing_both_goes_through_layers_and_training(played: Played) -> None:
    played.set_playback(through="both", speed=4)
    played.playhead.toggle_playing()
    played.run(10)
    assert played.moments[-1] == 1
    assert played.positions[-1] == LAST


def test_loop_plays_until_it_is_stopped_at_the_nearest_stage(played: Played) -> None:
    played.set_playback(repeat="loop", easing="linear")
    played.playhead.toggle_playing()
    played.run(20)
    assert played.is_playing
    played.playhead.toggle_playing()
    played.run(10)
    assert not played.is_moving
    assert played.positions[-1] == played.playhead.stage


def test_changed_playback_continues_at_the_current_stage(played: Played) -> None:
    played.playhead.toggle_playing()
    played.run(0.8)
    assert played.playhead.stage == 1
    played.set_playback(speed=0.25)
    played.run(0.1)
    assert 1 <= played.playhead.position < 1.1


def test_going_to_a_stage_stops_playing(played: Played) -> None:
    played.playhead.toggle_playing()
    played.run(0.5)
    played.playhead.glide_to(3)
    played.run(10)
    assert not played.is_playing
    assert played.positions[-1] == 3


def test_pass_that_the_program_starts_ignores_the_chosen_playback_and_keeps_it(played: Played) -> None:
    chosen = {"repeat": "loop", "heading": "backward", "through": "training"}
    played.set_playback(**chosen)
    played.playhead.jump_to(LAST)
    played.playhead.play_once()
    assert (played.positions[-1], played.is_playing, played.playhead.is_playing.value) == (0, True, True)
    played.run(10)
    assert played.stages[-3:] == [1, 2, 3]
    assert not played.moments
    assert (played.is_playing, played.playhead.is_playing.value, played.is_moving) == (False, False, False)
    played.playhead.toggle_playing()
    played.run(1)
    assert played.moments, "the chosen playback goes through the training"


def test_pass_that_the_program_starts_is_short_and_can_be_interrupted(played: Played) -> None:
    played.playhead.last = 40
    played.playhead.jump_to(40)
    start = played.now
    played.playhead.play_once()
    played.run(60)
    assert played.now - start < 10
    played.playhead.play_once()
    played.run(1)
    played.playhead.glide_to(40)
    played.run(10)
    assert (played.positions[-1], played.is_playing) == (40, False)

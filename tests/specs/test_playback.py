from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowviz.errors import SpecError
from flowviz.specs import Playback

LAST = 19
playbacks = st.builds(
    Playback,
    repeat=st.sampled_from(["once", "loop", "ping-pong"]),
    easing=st.sampled_from(["smooth", "linear"]),
    heading=st.sampled_from(["forward", "backward"]),
    speed=st.sampled_from([0.25, 1.0, 4.0]),
)


def test_once_goes_to_the_end_and_stays() -> None:
    playback = Playback()
    times = np.linspace(0, 1.2 * playback.seconds(LAST), 1000)
    positions = [playback.position(t, LAST) for t in times]
    assert positions[0] == 0
    assert positions[-1] == LAST
    assert positions == sorted(positions)
    assert playback.over(playback.seconds(LAST), LAST)
    assert not playback.over(0.99 * playback.seconds(LAST), LAST)


def test_smooth_rests_at_every_stage_and_linear_never_does() -> None:
    times = np.linspace(0, Playback().seconds(LAST), 4000)
    smooth = np.array([Playback().position(t, LAST) for t in times])
    linear = np.array([Playback(easing="linear").position(t, LAST) for t in times])
    for stage in range(1, LAST):
        assert (smooth == stage).mean() > 0.3 / LAST
        assert (linear == stage).sum() <= 1


def test_a_loop_begins_again_and_ping_pong_turns() -> None:
    loop, ping_pong = Playback(repeat="loop"), Playback(repeat="ping-pong")
    assert not loop.over(1e6, LAST)
    for t in (0.1, 3.3, 12.0):
        assert loop.position(t + loop.seconds(LAST), LAST) == pytest.approx(loop.position(t, LAST), abs=1e-6)
        back = ping_pong.position(ping_pong.seconds(LAST) - t, LAST)
        assert back == pytest.approx(ping_pong.position(t, LAST), abs=1e-6)


@given(playbacks, st.floats(0, 1e4), st.integers(0, 90))
def test_it_never_leaves_the_layers(playback: Playback, seconds: float, last: int) -> None:
    assert 0 <= playback.position(seconds, last) <= last


@given(playbacks, st.integers(1, 40))
def test_backward_is_forward_mirrored(playback: Playback, last: int) -> None:
    other = playback.model_copy(update={"heading": "backward" if playback.heading == "forward" else "forward"})
    for t in (0.0, 0.4, 5.0, 17.3):
        assert playback.position(t, last) + other.position(t, last) == pytest.approx(last)


@given(playbacks, st.integers(0, LAST))
def test_it_starts_where_it_is(playback: Playback, stage: int) -> None:
    assert playback.position(playback.start(stage, LAST), LAST) == pytest.approx(stage)


def test_it_moves_without_a_jump() -> None:
    for repeat in ("once", "ping-pong"):
        playback = Playback(repeat=repeat, speed=4.0)
        positions = [playback.position(t, LAST) for t in np.arange(0, 12, 1 / 60)]
        assert max(abs(b - a) for a, b in pairwise(positions)) < 0.4


def test_an_odd_speed_is_refused() -> None:
    with pytest.raises(SpecError, match="speed"):
        Playback(speed=5)


@given(playbacks, st.integers(0, LAST), st.integers(0, 20))
def test_frames_are_the_positions_of_the_clock(playback: Playback, last: int, in_betweens: int) -> None:
    step = playback.seconds(2) - playback.seconds(1) if playback.repeat != "ping-pong" else playback.seconds(1) / 2
    frames = playback.frames(last, in_betweens)
    expected = [playback.position(frame * step / (in_betweens + 1), last) for frame in range(len(frames))]
    assert frames == pytest.approx(expected, abs=1e-5)


def test_a_pass_that_repeats_begins_after_its_last_frame() -> None:
    """Once, it ends at the end; there and back, neither end is shown twice."""
    linear = {"easing": "linear"}
    assert Playback(**linear).frames(2, 1) == (0, 0.5, 1, 1.5, 2)
    assert Playback(**linear, repeat="ping-pong").frames(2, 1) == (0, 0.5, 1, 1.5, 2, 1.5, 1, 0.5)
    assert Playback(**linear, repeat="loop").frames(2, 1) == (0, 0.5, 1, 1.5, 2, 2)
    assert Playback(**linear, heading="backward").frames(2, 0) == (2, 1, 0)
    assert [len(Playback(repeat=repeat).frames(0, 3)) for repeat in ("once", "loop", "ping-pong")] == [1, 4, 1]


def test_the_speed_does_not_change_the_frames() -> None:
    assert Playback(speed=4.0).frames(5, 3) == Playback(speed=0.25).frames(5, 3)

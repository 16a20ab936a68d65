import numpy as np
import pytest

from flowviz.records import Snapshot, Timeline, Trace, Weights
from flowviz.records.timeline import MAX_MOMENTS


def snapshot(step: int, particles: int = 1) -> Snapshot:
    trace = Trace(("00_base",), np.zeros((1, particles, 2), np.float32), np.zeros((1, particles), np.float32))
    return Snapshot(step, Weights({}, {}), None, None, trace)


def steps(timeline: Timeline) -> list[int]:
    return [kept.step for kept in timeline.moments]


@pytest.mark.parametrize("count", [1, 63, 64, 65, 500, 3000])
def test_it_keeps_the_first_the_latest_and_an_even_share_between(count: int) -> None:
    timeline = Timeline()
    for i in range(count):
        timeline = timeline.with_moment(snapshot(100 * i))
        assert len(timeline.moments) <= MAX_MOMENTS
        assert steps(timeline)[-1] == 100 * i, "the present is always there"
    kept = steps(timeline)
    assert kept[0] == 0
    assert kept == sorted(set(kept))
    assert len(kept) >= min(count, MAX_MOMENTS // 3)
    if count > 200:
        gaps = np.diff(kept)[:-1]
        assert gaps.max() <= 3 * np.median(gaps)


def test_a_recovery_takes_back_what_it_undid() -> None:
    timeline = Timeline()
    for step in (0, 10, 20, 30, 15):
        timeline = timeline.with_moment(snapshot(step))
    assert steps(timeline) == [0, 10, 15]


def test_large_flows_keep_fewer() -> None:
    timeline, large = Timeline(), snapshot(0, particles=3_000_000)
    for step in range(40):
        timeline = timeline.with_moment(Snapshot(step, large.weights, None, None, large.trace))
    assert 2 <= len(timeline.moments) <= 8

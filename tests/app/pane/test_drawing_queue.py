"""Clouds that share a queue take turns to draw."""

import pytest
from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.drawing_queue import FRAME_SECONDS, DrawingQueue
from flowviz.app.state.view import ViewState

COUNT = 3


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class SlowCloud(CloudView):
    """A cloud that takes some time to draw, by a clock of the test."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__(ViewState())
        self.clock, self.seconds, self.count = clock, seconds, 0

    def draw(self) -> None:
        self.count += 1
        self.clock.now += self.seconds


@pytest.mark.parametrize(("share", "first"), [(0.1, 3), (0.6, 2), (5.0, 1)])
def test_a_frame_draws_at_least_one_cloud_and_no_more_than_it_has_time_for(
    share: float, first: int, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, owner = Clock(), QObject()
    monkeypatch.setattr("flowviz.app.pane.drawing_queue.perf_counter", clock)
    queue, clouds = DrawingQueue(owner), [SlowCloud(clock, share * FRAME_SECONDS) for _ in range(COUNT)]
    for cloud in (*clouds, clouds[0]):
        qtbot.addWidget(cloud)
        cloud.show()
        queue.add(cloud)
    queue.draw()
    assert sum(cloud.count for cloud in clouds) == first
    qtbot.waitUntil(lambda: [cloud.count for cloud in clouds] == COUNT * [1])


def test_hidden_clouds_are_not_drawn(qtbot: QtBot) -> None:
    owner, hidden = QObject(), CloudView(ViewState())
    qtbot.addWidget(hidden)
    queue = DrawingQueue(owner)
    queue.add(hidden)
    queue.draw()
    assert hidden.canvas.created is None

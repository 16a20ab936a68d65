"""The queue in which several clouds are drawn, so that no frame of the window takes long."""

from time import perf_counter
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.sip import isdeleted

from flowviz.app.threads.delay import delayed

if TYPE_CHECKING:
    from flowviz.app.pane.cloud_view import CloudView

FRAME_PERIOD_MS = 16
FRAME_SECONDS = 0.008  # for drawing in one frame; at least one cloud is drawn


class DrawingQueue(QObject):
    """Draws clouds one after the other, over several frames if necessary. Hidden clouds are left out."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: list[CloudView] = []
        self._next = delayed(self, self.draw)

    def add(self, cloud: "CloudView") -> None:
        """Draw a cloud in one of the next frames."""
        if cloud not in self._waiting:
            self._waiting.append(cloud)
        if not self._next.isActive():
            self._next.start(0)

    def draw(self) -> None:
        """Draw as many clouds as a frame has time for, and at least one."""
        started = perf_counter()
        while self._waiting and perf_counter() - started < FRAME_SECONDS:
            cloud = self._waiting.pop(0)
            if not isdeleted(cloud) and cloud.isVisible():
                cloud.draw()
        if self._waiting:
            self._next.start(FRAME_PERIOD_MS)

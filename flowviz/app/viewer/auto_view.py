"""The automatic view: it follows the cloud from stage to stage."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.rendering import Camera
from flowviz.specs import ViewSpec

STEADY_SNAPSHOTS = 10  # the view is wide enough for the latest ones: it widens at once and narrows late


class AutoView:
    """Follows the cloud, steadily while a training is watched."""

    def __init__(self) -> None:
        self._reaches: deque[NDArray[np.float64]] = deque(maxlen=STEADY_SNAPSHOTS)
        self._is_steady = False

    def take(self, trace: Trace, *, steadily: bool) -> None:
        """Follow this trace: together with the latest ones if `steadily`, else alone."""
        if not (steadily and self._is_steady):
            self._reaches.clear()
        self._is_steady = steadily
        self._reaches.append(trace.reaches)

    def forget(self) -> None:
        """Follow the present trace alone, and the next one alone, too."""
        self._is_steady = False
        while len(self._reaches) > 1:
            self._reaches.popleft()

    def camera(self, view: ViewSpec) -> Camera:
        """Return the camera that follows the cloud, in the colors of a view."""
        return Camera.following(view, self._reaches) if self._reaches else Camera(view)

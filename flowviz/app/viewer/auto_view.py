"""What of the plane the cloud is seen in: what it needs at each stage, or what a person has chosen."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.rendering import Camera
from flowviz.specs import ViewSpec

STEADY_SNAPSHOTS = 10  # the view is wide enough for so many of the latest: it grows at once and shrinks late


class AutoView:
    """Follows the cloud, until a person has chosen what is seen."""

    def __init__(self) -> None:
        self.follows = True
        self._reaches: deque[NDArray[np.float64]] = deque(maxlen=STEADY_SNAPSHOTS)
        self._is_steady = False

    def take(self, trace: Trace, *, steadily: bool) -> None:
        """This is what is seen now; `steadily` while one watches a training, else the view fits just this."""
        if not (steadily and self._is_steady):
            self._reaches.clear()
        self._is_steady = steadily
        self._reaches.append(trace.reaches)

    def forget(self) -> None:
        """What was seen before the present picture counts no more, nor does this one beside the next."""
        self._is_steady = False
        while len(self._reaches) > 1:
            self._reaches.popleft()

    def camera(self, view: ViewSpec) -> Camera:
        """Where to look from, in these colors."""
        return Camera.following(view, self._reaches) if self.follows and self._reaches else Camera(view)

"""The camera of the cloud view: follows the cloud from stage to stage, or shows the part of the plane that is set."""

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.displays import CloudDisplay
from flowviz.records import Trace
from flowviz.rendering import Camera, fitted_view

STEADY_SNAPSHOTS = 10  # the view is wide enough for all of the latest ones: it widens at once and narrows late


class CloudCamera:
    """Aims the cloud view at the particles, unless the user has chosen a part of the plane.

    During a live training the camera is steady: it covers the latest snapshots together, so that the scale does not
    change with each of them.
    """

    def __init__(self, view: ViewState, cloud: CloudDisplay) -> None:
        self._view, self._cloud = view, cloud
        self._reaches: deque[NDArray[np.float64]] = deque(maxlen=STEADY_SNAPSHOTS)
        self._is_steady = False
        self._direction = view.seen.direction  # of the latest trace

    def show_trace(self, trace: Trace, *, steadily: bool) -> None:
        """Follow a trace: together with the latest ones in the same direction if `steadily`, or else alone."""
        direction = self._view.seen.direction
        if not (steadily and self._is_steady and direction == self._direction):
            self._reaches.clear()
        self._is_steady, self._direction = steadily, direction
        self._reaches.append(trace.reaches)
        self.aim()

    def reset(self) -> None:
        """Follow the latest trace alone, and the next one alone, too."""
        self._is_steady = False
        while len(self._reaches) > 1:
            self._reaches.popleft()

    def apply_view_change(self, old: View, new: View) -> None:
        """Start over when the camera begins to follow the cloud; aim when the view has another frame."""
        if new.seen.fitted and not old.seen.fitted:
            self.reset()
        if frame_of(old) != frame_of(new):
            self.aim()

    def aim(self) -> None:
        """Update the part of the plane that the cloud view shows."""
        camera = self.camera()
        self._cloud.set_view(camera.widest if self._view.seen.overview else camera.at(self._cloud.stage))

    def fit_stage(self, trace: Trace) -> None:
        """Zoom to the particles of the current stage."""
        fitted = fitted_view(trace, self._view.seen.view, self._view.value.stage)
        self._view.zoom_to(fitted.center, fitted.half_extent)

    def camera(self, **changes: Any) -> Camera:
        """Return the camera for all stages, with changes to fields of the `ViewSpec`."""
        view = self._view.seen.view.model_copy(update=changes)
        return Camera.following(view, self._reaches) if self._view.seen.fitted and self._reaches else Camera(view)


def frame_of(view: View) -> tuple[object, ...]:
    """Return the parts of a view that decide how each stage is drawn."""
    return view.seen.view, view.seen.fitted, view.seen.overview

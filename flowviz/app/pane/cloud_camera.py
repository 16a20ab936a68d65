"""The camera of the cloud view: follows the cloud from stage to stage, or shows the part of the plane that is set."""

from collections.abc import Callable
from operator import attrgetter
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.playhead import FRAME_PERIOD_MS
from flowviz.app.state.view import View, ViewState
from flowviz.app.threads.delay import frames
from flowviz.records import Trace
from flowviz.records.trace import central_box
from flowviz.rendering import Camera, Frame, eased, fitted_view, steadied
from flowviz.rendering.camera import Boxes
from flowviz.rendering.projection import panel_of
from flowviz.specs.view import Direction

BoxesOf = Callable[[Trace], Boxes]
OWN_BOXES: BoxesOf = attrgetter("boxes")
CONTEXT = 0.05  # margin around selected particles, relative to the sides of the cloud
MAX_SECONDS = 0.05  # between two frames: after a longer pause, the view continues from where it was


class CloudCamera(QObject):
    """Aims the cloud view at the particles, unless the user has chosen a part of the plane.

    It moves with the cloud from stage to stage. When the particles change, it eases to their new frame; during a live
    training it is steady and ignores small changes, so that the scale does not change with each snapshot.

    Attributes:
        camera: The camera for all stages.
        jumps: Whether it jumps to each new frame instead of easing.
    """

    def __init__(
        self, view: ViewState, cloud: CloudView, parent: QObject, clock: Callable[[], float] = perf_counter
    ) -> None:
        super().__init__(parent)
        self._view, self._cloud, self._clock = view, cloud, clock
        self.jumps = False
        self._boxes_of = OWN_BOXES
        self._trace: Trace | None = None
        self._boxes: Boxes | None = None  # that are framed; during a training not always those of the latest trace
        self.camera = Camera(view.seen.view)
        self._is_new = True
        self._steady: Direction | None = None  # of the latest trace, unless its frames are to begin anew
        self._goal = self._shown = self._frame()
        self._advanced_at = clock()
        self._ticks = frames(self, self.advance, FRAME_PERIOD_MS)

    def show_trace(self, trace: Trace, *, steadily: bool) -> None:
        """Follow a trace; if `steadily`, small changes since the latest one in the same direction move no frame."""
        direction, held, boxes = self._view.seen.direction, self._boxes, self._boxes_of(trace)
        continues = steadily and direction == self._steady
        if not continues or held is None or held.shape != boxes.shape:
            held = boxes
        self._steady, self._trace = direction if steadily else None, trace
        self._set_boxes(steadied(held, boxes))
        if self._is_new:
            self._is_new = False
            self.aim()
        else:
            self._approach()

    def begin(self) -> None:
        """Show the next trace, which is that of another flow, at once and by itself."""
        self._steady, self._is_new = None, True

    def frame_by(self, boxes_of: "BoxesOf | None") -> None:
        """Frame the boxes, one for each stage, that a function returns for a trace. None frames the particles."""
        self._boxes_of = boxes_of or OWN_BOXES
        self._forget_earlier()
        self.aim()

    def refit(self) -> None:
        """Ease to the latest trace by itself, without regard to earlier ones."""
        self._forget_earlier()
        self._approach()

    def apply_view_change(self, old: View, new: View) -> None:
        """Start over when the camera begins to follow the cloud; aim when the view has another frame."""
        if frame_of(old) == frame_of(new):
            return
        if new.seen.fitted and not old.seen.fitted:
            self._forget_earlier()
        self._set_boxes(self._boxes)
        if self._frame() == self._goal:
            self._show(self._shown)
        else:
            self.aim()

    def aim(self) -> None:
        """Show the frame of the current stage at once."""
        self._ticks.stop()
        self._goal = self._frame()
        self._show(self._goal)

    def advance(self) -> None:
        """Move with the cloud, and closer to the frame of the current stage, as time has passed."""
        goal, now = self._frame(), self._clock()
        seconds, self._advanced_at = min(now - self._advanced_at, MAX_SECONDS), now
        frame = goal if self.jumps else eased(self._shown, self._goal, goal, seconds)
        self._goal = goal
        if frame != self._shown:
            self._show(frame)
        if frame == goal:
            self._ticks.stop()
        else:
            self._ticks.start()  # anew, so that frames of the playhead, which call this as well, are not doubled

    def fit_stage(self, trace: Trace) -> None:
        """Zoom to the particles of the current stage."""
        self._zoom_to(trace.boxes[self._view.value.stage])

    def fit_selection(self, trace: Trace) -> None:
        """Zoom to the selected particles at the current stage, with others around them for orientation."""
        selection, stage = self._view.value.selection, self._view.value.stage
        if selection is not None:
            lower, upper = trace.boxes[stage]
            margin = CONTEXT * (upper - lower)
            self._zoom_to(central_box(trace.positions[stage, selection.chosen]) + np.stack([-margin, margin]))

    def _zoom_to(self, box: NDArray[np.float64]) -> None:
        view = self._view.seen.view
        fitted = fitted_view(box, view, panel_of(view, self._cloud.size_in_pixels))
        self._view.zoom_to(fitted.center, fitted.half_extent)

    def _forget_earlier(self) -> None:
        self._steady = None
        if self._trace is not None:
            self._set_boxes(self._boxes_of(self._trace))

    def _set_boxes(self, boxes: Boxes | None) -> None:
        self._boxes = boxes
        value, view = self._view.value, self._view.seen.view
        view = view if value.camera is None else view.model_copy(update={"camera": value.camera})
        self.camera = Camera(view, boxes if value.seen.fitted else None)

    def _frame(self) -> Frame:
        """Return the frame of the current stage."""
        return self.camera.frame(self._cloud.stage, self._cloud.size_in_pixels)

    def _approach(self) -> None:
        """Ease to the frame of the current stage, which has jumped."""
        if not self._ticks.isActive():
            self._advanced_at = self._clock()
        self._goal = self._frame()
        self.advance()

    def _show(self, frame: Frame) -> None:
        self._shown = frame
        self._cloud.set_view(frame.on(self._view.seen.view))


def frame_of(view: View) -> tuple[object, ...]:
    """Return the parts of a view that decide how each stage is drawn."""
    return view.seen.view, view.seen.fitted, view.seen.overview, view.camera

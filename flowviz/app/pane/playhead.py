"""The playhead: a position in the flow that glides from stage to stage or plays."""

from collections.abc import Callable
from math import floor
from time import perf_counter

from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.state.state import State
from flowviz.app.threads.delay import frames
from flowviz.specs import Playback
from flowviz.specs.playback import MAX_SPEED, STEP_SECONDS, smoothed

FRAME_PERIOD_MS = 12  # slightly shorter than that of most displays, so that a late tick rarely misses a frame
MIN_STAGES_PER_SECOND = 4.5
MAX_SECONDS_ONCE = 8.0  # for one pass through all stages that the program starts by itself
CATCH_UP_PER_SECOND = 6.0  # speed relative to the distance: distant stages are reached soon


class Playhead(QObject):
    """Position that glides to a stage or plays according to a `Playback`.

    Attributes:
        stage: The current stage, or the one to which it glides.
        position: The current position; 2.25 is a quarter of the way from stage 2 to stage 3.
        last: The last stage.
        is_playing: Whether playback is running, which excludes gliding to a stage.
        jumps: Whether it jumps from stage to stage and is never in between.
        pace: Seconds from a stage to the next one, also while it plays. None for the usual speeds.
    """

    stage_reached = pyqtSignal(int)

    def __init__(
        self,
        show: Callable[[float], object],
        show_jump: Callable[[], object],
        show_moment: Callable[[float], object],
        parent: QObject | None = None,
    ) -> None:
        """Create a playhead that rests at the base.

        Args:
            show: Draws a position.
            show_jump: Frames the position that has been drawn, because the playback begins elsewhere.
            show_moment: Shows a position in the training, from 0, its start, to 1, now.
            parent: Owns the playhead.
        """
        super().__init__(parent)
        self._show, self._show_jump, self._show_moment = show, show_jump, show_moment
        self.jumps = False
        self.pace: float | None = None
        self._chosen = self._playback = Playback()
        self.position = 0.0
        self.stage = 0
        self.last = 0
        self.is_playing = State(False, self)
        self._started: float | None = None  # clock time; None if it is not playing, or glides to a stage first
        self._ticked = 0.0
        self._ticks = frames(self, self._on_tick, FRAME_PERIOD_MS)

    def set_playback(self, playback: Playback) -> None:
        """Set how to play; a playhead that is playing continues from its position."""
        self._chosen = playback
        if self._started is not None:
            self._start_playback()

    def set_pace(self, pace: float | None) -> None:
        """Set the pace; a playhead that is playing continues from its position."""
        if pace != self.pace:
            self.pace = pace
            self.set_playback(self._chosen)

    def glide_to(self, stage: int) -> None:
        """Glide to a stage, and stop playing."""
        if stage != self.stage and self.jumps:
            self.jump_to(stage)
        elif stage != self.stage:
            self._stop_playing()
            self.stage = stage
            self._start_ticks()

    def jump_to(self, stage: int) -> None:
        """Jump to a stage, and stop playing."""
        self._stop_playing()
        self._ticks.stop()
        self.stage, self.position = stage, float(stage)
        self.stage_reached.emit(stage)
        self._show(self.position)

    def toggle_playing(self) -> None:
        """Start playing, from the beginning if it is at the end, or stop at the nearest stage."""
        if self.is_playing.value:
            self._stop_playing()
        else:
            self.is_playing.set(True)
            if self.position == self.stage:
                self._start_playback()
        self._start_ticks()

    def play_once(self) -> None:
        """Play all stages once from the base, whatever the playback options; do nothing if motion is reduced."""
        if self.jumps:
            return
        self._stop_playing()
        seconds = Playback().seconds(self.last)
        self._playback = Playback(speed=min(max(1.0, seconds / MAX_SECONDS_ONCE), MAX_SPEED))
        self.is_playing.set(True)
        self._started = perf_counter()
        self._play_at(0.0)
        self._start_ticks()

    def _start_playback(self) -> None:
        speed = {} if self.pace is None else {"speed": STEP_SECONDS / self.pace}
        self._playback = self._chosen.model_copy(update=speed)
        start = self._playback.start(self.position, self.last)
        if self._playback.over(start, self.last):
            start = 0.0
        self._started = perf_counter() - start
        self._play_at(start)

    def _stop_playing(self) -> None:
        self._started = None
        self.is_playing.set(False)

    def _start_ticks(self) -> None:
        if not self._ticks.isActive():
            self._ticked = perf_counter()
            self._ticks.start()

    def _on_tick(self) -> None:
        now = perf_counter()
        elapsed, self._ticked = now - self._ticked, now
        if self._started is not None:
            self._play_at(now - self._started)
        else:
            self._glide(elapsed)

    def _play_at(self, seconds: float) -> None:
        """Go to the position of the playback at some seconds after its start."""
        position = self._playback.position(seconds, self.last)
        if self.jumps:
            position = float(round(position))
        if self._playback.through != "layers":
            self._show_moment(position / max(self.last, 1))
        if self._playback.through != "training":
            self._move_to(position)
        if self._playback.over(seconds, self.last):
            self._ticks.stop()
            self._stop_playing()

    def _move_to(self, position: float) -> None:
        if position == self.position and round(position) == self.stage:
            return
        has_jumped = abs(position - self.position) > 1
        self.position = position
        if self.stage != round(position):
            self.stage = round(position)
            self.stage_reached.emit(self.stage)
        self._show(position)
        if has_jumped:
            self._show_jump()

    def _glide(self, elapsed: float) -> None:
        distance = self.stage - self.position
        if self.pace is None:
            speed = max(MIN_STAGES_PER_SECOND, CATCH_UP_PER_SECOND * abs(distance))
        else:  # the last stage can be watched
            speed = max(1 / self.pace, CATCH_UP_PER_SECOND * (abs(distance) - 1))
        stride = min(abs(distance), speed * elapsed)
        self.position += stride if distance > 0 else -stride
        if abs(self.stage - self.position) < 1e-6:
            self.position = float(self.stage)
            if self.is_playing.value:
                self._start_playback()
                return
            self._ticks.stop()
        before = floor(self.position)
        self._show(before + smoothed(self.position - before))

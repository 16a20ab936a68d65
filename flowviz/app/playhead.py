"""Where in the layers we are: glides from stage to stage."""

from math import floor
from time import perf_counter

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

FRAME_PERIOD_MS = 12  # a little faster than a display shows them, so that a late frame is seldom a missed one
SLOWEST_STAGES_PER_SECOND = 2.5
CATCH_UP_PER_SECOND = 6.0  # a far target is approached at 6 x the distance a second
DWELL_MS = 350  # how long playing rests at each stage


class Playhead(QObject):
    """A stage number with a fraction, that moves to the stage it is sent to; and on by itself while it plays."""

    moved = pyqtSignal(float)
    stage_reached = pyqtSignal(int)
    playing_changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._position = 0.0
        self._goal = 0
        self._last = 0
        self._playing = False
        self._ticked = 0.0
        self._ticks = QTimer(self)
        self._ticks.setInterval(FRAME_PERIOD_MS)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.timeout.connect(self._tick)
        self._dwell = QTimer(self)
        self._dwell.setInterval(DWELL_MS)
        self._dwell.setSingleShot(True)
        self._dwell.timeout.connect(self._play_on)

    @property
    def stage(self) -> int:
        """The stage where it is, or to which it is on its way."""
        return self._goal

    def set_last(self, last: int) -> None:
        """The number of the last stage."""
        self._last = last

    def glide_to(self, stage: int) -> None:
        """Start to move to a stage."""
        if stage == self._goal:
            return
        self._goal = stage
        if not self._ticks.isActive():
            self._ticked = perf_counter()
            self._ticks.start()

    def toggle_playing(self) -> None:
        """Play to the last stage, from the first one if the last is reached already; or stop playing."""
        self._set_playing(not self._playing)
        if self._playing and self._goal == self._last:
            self._position, self._goal = 0.0, 0
            self.moved.emit(0.0)
            self.stage_reached.emit(0)
            self._dwell.start()
        elif self._playing:
            self._play_on()

    def _play_on(self) -> None:
        if not self._playing:
            return
        if self._goal >= self._last:
            self._set_playing(False)
            return
        self.glide_to(self._goal + 1)
        self.stage_reached.emit(self._goal)

    def _set_playing(self, playing: bool) -> None:
        self._playing = playing
        self._dwell.stop()
        self.playing_changed.emit(playing)

    def _tick(self) -> None:
        now = perf_counter()
        passed, self._ticked = now - self._ticked, now
        distance = self._goal - self._position
        speed = max(SLOWEST_STAGES_PER_SECOND, CATCH_UP_PER_SECOND * abs(distance))
        stride = min(abs(distance), speed * passed)
        self._position += stride if distance > 0 else -stride
        if abs(self._goal - self._position) < 1e-6:
            self._position = float(self._goal)
            self._ticks.stop()
            if self._playing:
                self._dwell.start()
        self.moved.emit(eased(self._position))


def eased(position: float) -> float:
    """3t² - 2t³ between two stages: slow at both."""
    stage = floor(position)
    t = position - stage
    return stage + t * t * (3 - 2 * t)

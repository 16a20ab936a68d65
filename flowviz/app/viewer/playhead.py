"""Where in the layers, and where in the training, we are."""

from math import floor
from time import perf_counter

from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal

from flowviz.specs import Playback
from flowviz.specs.playback import smoothed

FRAME_PERIOD_MS = 12  # a little faster than a display shows them, so that a late frame is seldom a missed one
SLOWEST_STAGES_PER_SECOND = 4.5
CATCH_UP_PER_SECOND = 6.0  # a far target is approached at 6 x the distance a second


class Playhead(QObject):
    """A position in the layers that glides to the stage it is sent to; played, it follows a `Playback`.

    Where it `jumps`, it is never between two stages.
    """

    moved = pyqtSignal(float)
    stage_reached = pyqtSignal(int)
    moment_reached = pyqtSignal(float)  # of the training: 0 its start, 1 now
    playing_changed = pyqtSignal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jumps = False
        self._playback = Playback()
        self._position = 0.0
        self._goal = 0
        self._last = 0
        self._playing = False
        self._started: float | None = None  # when, by the clock, the playing began: after the glide before it has ended
        self._ticked = 0.0
        self._ticks = QTimer(self)
        self._ticks.setInterval(FRAME_PERIOD_MS)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.timeout.connect(self._tick)

    @property
    def stage(self) -> int:
        """The stage where it is, or to which it is on its way."""
        return self._goal

    @property
    def position(self) -> float:
        """Where it is now; 2.25 is a quarter of the way from stage 2 to stage 3."""
        return self._position

    @property
    def playback(self) -> Playback:
        """How it plays."""
        return self._playback

    def set_playback(self, playback: Playback) -> None:
        """Play so from now on; what is being played goes on from where it is."""
        self._playback = playback
        if self._started is not None:
            self._start()

    def set_last(self, last: int) -> None:
        """The number of the last stage."""
        self._last = last
        if self._goal > last:
            self._go(float(last))
            self.stage_reached.emit(last)

    def glide_to(self, stage: int) -> None:
        """Move to a stage, and play no longer."""
        if stage == self._goal:
            return
        if self.jumps:
            self.jump_to(stage)
            return
        self._stop_playing()
        self._goal = stage
        self._run()

    def jump_to(self, stage: int) -> None:
        """Be at a stage at once, and play no longer."""
        self._stop_playing()
        self._ticks.stop()
        self._goal, self._position = stage, float(stage)
        self.stage_reached.emit(stage)
        self.moved.emit(self._position)

    def toggle_playing(self) -> None:
        """Play, from the beginning if the end is reached already; or stop playing, at the nearest stage."""
        if self._playing:
            self._stop_playing()
        else:
            self._playing = True
            self.playing_changed.emit(True)
            if self._position == self._goal:
                self._start()
        self._run()

    def _start(self) -> None:
        start = self._playback.start(self._position, self._last)
        if self._playback.repeat == "once" and start >= self._playback.seconds(self._last):
            start = 0.0
        self._started = perf_counter() - start
        self._follow(start)

    def _stop_playing(self) -> None:
        if self._playing:
            self._playing, self._started = False, None
            self.playing_changed.emit(False)

    def _run(self) -> None:
        if not self._ticks.isActive():
            self._ticked = perf_counter()
            self._ticks.start()

    def _tick(self) -> None:
        now = perf_counter()
        passed, self._ticked = now - self._ticked, now
        if self._started is not None:
            self._follow(now - self._started)
        else:
            self._glide(passed)

    def _follow(self, seconds: float) -> None:
        """Be where the playback is so long after its start."""
        position = self._playback.position(seconds, self._last)
        if self.jumps:
            position = float(round(position))
        if self._playback.through != "layers":
            self.moment_reached.emit(position / max(self._last, 1))
        if self._playback.through != "training":
            self._go(position)
        if self._playback.over(seconds, self._last):
            self._ticks.stop()
            self._stop_playing()

    def _go(self, position: float) -> None:
        if position == self._position and round(position) == self._goal:
            return
        self._position = position
        if self._goal != round(position):
            self._goal = round(position)
            self.stage_reached.emit(self._goal)
        self.moved.emit(position)

    def _glide(self, passed: float) -> None:
        distance = self._goal - self._position
        speed = max(SLOWEST_STAGES_PER_SECOND, CATCH_UP_PER_SECOND * abs(distance))
        stride = min(abs(distance), speed * passed)
        self._position += stride if distance > 0 else -stride
        if abs(self._goal - self._position) < 1e-6:
            self._position = float(self._goal)
            if self._playing:
                self._start()
                return
            self._ticks.stop()
        before = floor(self._position)
        self.moved.emit(before + smoothed(self._position - before))

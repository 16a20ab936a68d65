"""A stopwatch for the time of a training, and periodic events by that time."""

from collections.abc import Callable


class Stopwatch:
    """A stopwatch that can be paused."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.counted = 0.0  # seconds before it was last resumed
        self._resumed: float | None = None

    @property
    def seconds(self) -> float:
        """Return the total running time so far, in seconds."""
        running = 0.0 if self._resumed is None else self._clock() - self._resumed
        return self.counted + running

    @property
    def now(self) -> float:
        """Return the time of the clock, in seconds, whether it is counted or not."""
        return self._clock()

    def resume(self) -> None:
        """Start counting, or continue to count."""
        self._resumed = self._clock()

    def pause(self) -> None:
        """Stop counting until it is resumed."""
        self.counted, self._resumed = self.seconds, None


class Interval:
    """A periodic event, due every `period` seconds and for the first time at `first`. Never due if `period` is None."""

    def __init__(self, period: float | None, first: float = 0.0) -> None:
        self._period, self._due = period, first

    def passed(self, seconds: float) -> bool:
        """Return whether the event is due when the clock shows `seconds`; if so, schedule the next one."""
        if self._period is None or seconds < self._due:
            return False
        self._due = seconds + self._period
        return True

    def postpone(self, seconds: float) -> None:
        """Make the event due no earlier than when the clock shows `seconds`."""
        self._due = max(self._due, seconds)

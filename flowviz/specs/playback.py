"""How one plays through the layers: the window's clock and the frames of an export both ask here."""

from math import floor
from typing import Annotated, Literal

from flowviz.specs.export_kinds import FILMS
from flowviz.specs.fields import Option, described
from flowviz.specs.spec import Spec

Repeat = Literal["once", "loop", "ping-pong"]
Easing = Literal["smooth", "linear"]
Heading = Literal["forward", "backward"]
Through = Literal["layers", "training", "both", "condition"]

MIN_SPEED, MAX_SPEED = 0.25, 4.0
STEP_SECONDS = 0.75  # from a stage to the next one, at speed 1
GLIDING = 0.55  # the share of a smooth step that moves; the rest of it rests at the stage


class Playback(Spec):
    """A way through `last` steps: from 0 to `last` or backward, once or again and again.

    Smooth easing rests at every stage and is slow beside it; linear easing moves all the time.
    """

    repeat: Annotated[Repeat, described("Repeat", "Play once, in a loop, or back and forth"), Option(FILMS)] = "once"
    easing: Annotated[Easing, described("Movement", "Rest at each stage, or move at a steady speed"), Option(FILMS)] = (
        "smooth"
    )
    heading: Annotated[
        Heading, described("Playing direction", "From the base to the target, or back"), Option(FILMS)
    ] = "forward"
    speed: Annotated[float, described("Speed", "Speed of the playback in the window", ge=MIN_SPEED, le=MAX_SPEED)] = 1.0
    through: Annotated[
        Through,
        described("What to play", "Play the layers, the training, both, or the values of the condition"),
        Option(FILMS),
    ] = "layers"

    def seconds(self, last: int) -> float:
        """Return the duration of one pass, there and back for ping-pong, including a rest at the end."""
        return self._steps(last) * STEP_SECONDS / self.speed

    def over(self, seconds: float, last: int) -> bool:
        """Return whether the playback has ended a number of seconds after its start."""
        return self.repeat == "once" and seconds >= self.seconds(last)

    def position(self, seconds: float, last: int) -> float:
        """Return the position, from 0 to `last`, a number of seconds after the start; 2.25 is between 2 and 3."""
        return self._after(seconds * self.speed / STEP_SECONDS, last)

    def frames(self, last: int, in_betweens: int) -> tuple[float, ...]:
        """Return the position in each frame of one pass, with `in_betweens` frames between two stages.

        The speed does not matter. A pass that repeats continues from its last frame with its first one, so it shows
        nothing twice: ping-pong stops one frame before its start, and a loop rests at its end for one step.
        """
        a_step = in_betweens + 1
        count = self._steps(last) * a_step + (self.repeat == "once")
        return tuple(self._after(frame / a_step, last) for frame in range(max(count, 1)))

    def start(self, position: float, last: int) -> float:
        """Return the seconds after the start at which the first pass is at a stage, `position`."""
        way = position if self.heading == "forward" else last - position
        return floor(way + 1e-9) * STEP_SECONDS / self.speed

    def _after(self, steps: float, last: int) -> float:
        if last == 0:
            return 0.0
        cycle = self._steps(last)
        steps = min(steps, last) if self.repeat == "once" else steps % cycle
        if steps > last:  # on the way back, or at rest before it begins again
            steps = cycle - steps if self.repeat == "ping-pong" else last
        way = eased(steps) if self.easing == "smooth" else steps
        return way if self.heading == "forward" else last - way

    def _steps(self, last: int) -> int:
        return {"once": last, "loop": last + 1, "ping-pong": 2 * last}[self.repeat]


def eased(steps: float) -> float:
    """Return whole steps and a fraction: the moving part of a step is slow at both ends, and the rest of it rests."""
    whole = floor(steps)
    return whole + smoothed(min(1.0, (steps - whole) / GLIDING))


def smoothed(t: float) -> float:
    """Return 3t² - 2t³, which goes from 0 to 1 and is slow at both ends."""
    return t * t * (3 - 2 * t)

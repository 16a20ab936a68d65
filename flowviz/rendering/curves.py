"""Smooth curves through the stages of a trace: the paths of particles, and their motion between flow steps.

Each segment from one stage to the next is a cubic Hermite curve (a Catmull-Rom spline). Its knots are spaced by the
square root of the distance (centripetal; Yuksel et al. 2011, "Parameterization and applications of Catmull-Rom
curves"): a long jump, such as a permutation, then does not swing the short moves before and after it around. Each
tangent is at most twice as long as its segment, so that no curve strays from the straight line by more than half of its
length. Flow steps are spaced by their time instead, so that particles do not change their speed abruptly at a stage.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Trace
from flowviz.specs.recipes import FLOW_STEP

TINY = np.float32(1e-30)  # replaces 0 in divisors


class Segments(NamedTuple):
    """Cubic curves from `start` to `end`, whose derivatives at progress 0 and 1 are `leaving` and `arriving`.

    All are (..., 2), in flow units.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    leaving: NDArray[np.float32]
    arriving: NDArray[np.float32]

    def at(self, t: float) -> NDArray[np.float32]:
        """Return the points (..., 2) at a progress from 0 to 1."""
        s = 1 - t
        return np.asarray(
            np.float32(s * s * (1 + 2 * t)) * self.start
            + np.float32(t * t * (1 + 2 * s)) * self.end
            + np.float32(t * s * s) * self.leaving
            - np.float32(t * t * s) * self.arriving
        )

    def control_points(self) -> NDArray[np.float32]:
        """Return the control points (..., 4, 2) of the curves as Bézier curves."""
        third = np.float32(1 / 3)
        inner = self.start + third * self.leaving, self.end - third * self.arriving
        return np.stack([self.start, *inner, self.end], axis=-2)

    def until(self, t: float) -> "Segments":
        """Return the parts of the curves up to a progress from 0 to 1."""
        s = 1 - t
        slope = (
            np.float32(6 * t * s) * (self.end - self.start)
            + np.float32(s * (1 - 3 * t)) * self.leaving
            - np.float32(t * (2 - 3 * t)) * self.arriving
        )
        return Segments(self.start, self.at(t), np.float32(t) * self.leaving, np.float32(t) * slope)

    def shrunk(self, t: float) -> "Segments":
        """Return the curves, scaled about their starts by a factor from 0 to 1.

        They end at ``(1 - t) · start + t · end``, and leave their starts in the same direction.
        """
        share = np.float32(t)
        end = self.start + share * (self.end - self.start)
        return Segments(self.start, end, share * self.leaving, share * self.arriving)


def follows_field(trace: Trace, stage: int) -> bool:
    """Return whether particles move to a stage along a velocity field, rather than in a straight line."""
    return not trace.is_recorded and trace.names[stage].partition("_")[2] == FLOW_STEP


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def segment_to(trace: Trace, stage: int) -> Segments:
    """Return the curves (n, 2) of all particles from the stage before to a stage, 1 or more."""
    first = max(stage - 2, 0)
    segments = smooth_segments(trace, slice(first, stage + 2))
    return Segments(*(part[stage - 1 - first] for part in segments))


def smooth_segments(
    trace: Trace, stages: slice = slice(None), particles: NDArray[np.int64] | slice = slice(None)
) -> Segments:
    """Return the curves (stages - 1, n, 2) of particles through two or more stages."""
    points = trace.positions[stages][:, particles]
    numbers = range(len(trace.names))[stages]
    moves = points[1:] - points[:-1]
    in_time = np.array([follows_field(trace, stage) for stage in numbers[1:]])[:, None]
    spacing = np.where(in_time, np.float32(1), np.sqrt(np.hypot(moves[..., 0], moves[..., 1])))[..., None]
    slopes = moves / np.maximum(spacing, TINY)
    both = np.maximum(spacing[:-1] + spacing[1:], TINY)
    inner = (spacing[1:] * slopes[:-1] + spacing[:-1] * slopes[1:]) / both
    if len(inner):
        first, last = 2 * slopes[:1] - inner[:1], 2 * slopes[-1:] - inner[-1:]
    else:
        first = last = slopes
    tangents = np.concatenate([first, inner, last])
    return Segments(points[:-1], points[1:], tangents[:-1] * spacing, tangents[1:] * spacing)

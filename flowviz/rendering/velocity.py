"""Arrows on a regular grid: how the layer moves points.

At a stage, and on the way to it, they show the displacement by the layer of this stage, the one that its title names;
at the base, that of the first layer. Flow steps follow a field that changes with time: at a stage, the arrows are the
field at the time of the stage, t = 1 at the last, and on the way to the next one they change with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor, log2, log10

import numpy as np
from numpy.typing import NDArray

from flowviz.records import FieldGrid, Rectangle, Scene, Trace, VelocityField
from flowviz.records.velocity import ARROWS_ACROSS
from flowviz.rendering.cache import cached
from flowviz.rendering.camera import Camera
from flowviz.rendering.colors import SURROUNDINGS, packed_color
from flowviz.rendering.curves import follows_field
from flowviz.rendering.projection import Projection, visible_rectangle
from flowviz.rendering.raster import Canvas, Glide
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Velocity

LONGEST = 0.95  # share of the particles near which arrows fit in a cell of the grid
ROUND_NUMBERS = 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0  # of the scale, so that it seldom changes
FILL = 0.9  # share of a cell that an arrow of the length of the scale fills; longer ones are cut, and drawn fainter
MIN_CELL = 16.0  # pixels; of a finer grid, only every second or fourth arrow is drawn
HEAD, HEAD_SHARE, SPREAD = 0.26, 0.42, 0.5  # length of a head in cells, at most as a share of the arrow; half its angle
STILL = 0.07  # cells; shorter arrows are drawn as dots
DOT, LINE_WIDTH, HALO_WIDTH = 2.2, 1.5, 4.0  # pixels, for an 800-pixel shorter side
HALO_ALPHA, CUT_ALPHA = 0.75, 0.6
MORE: Mapping[Velocity, str] = {"learned": "faster", "best": "faster", "difference": "larger"}
CAPTIONS: Mapping[Velocity, str] = {
    "learned": "velocity",
    "best": "best velocity",
    "difference": "difference",
}
EDGE = 2**20  # cells from the origin; farther ones are not told apart

Lines = NDArray[np.float64]


@dataclass(frozen=True)
class Arrows:
    """The arrows of a picture, in flow units.

    Attributes:
        strokes: The start, the tip and both ends of the head of each arrow, (n, 4, 2).
        cut: Whether an arrow (n,) would be longer than `length`.
        dots: Points (m, 2) that do not move, or hardly.
        length: Length of an arrow of `scale`.
        scale: Displacement or velocity of an arrow of `length`, in the units of the axes, along x. 0 if nothing moves.
        is_velocity: Whether the arrows are a velocity rather than a displacement.
        field: The field whose vectors they are.
    """

    strokes: Lines
    cut: NDArray[np.bool_]
    dots: Lines
    length: float
    scale: float
    is_velocity: bool
    field: VelocityField

    def segments(self, cut: bool) -> tuple[Lines, Lines]:
        """Return the starts and the ends (3 m, 2) of the shafts and of both sides of the heads of m arrows."""
        start, tip, one, other = np.moveaxis(self.strokes[self.cut == cut], 1, 0)
        return np.concatenate([start, tip, tip]), np.concatenate([tip, one, other])

    def polylines(self, cut: bool) -> list[Lines]:
        """Return the shafts (2, 2) and the heads (3, 2) of m arrows."""
        strokes = self.strokes[self.cut == cut]
        return [*strokes[:, :2], *strokes[:, [2, 1, 3]]]


def swept_grids(camera: Camera, last_stage: int, size: PictureSize) -> tuple[FieldGrid, ...]:
    """Return grids over the part of the plane that is visible at each stage after the base and at the one before."""
    seen = [visible_rectangle(camera.at(stage, size), size) for stage in range(last_stage + 1)]
    return tuple(_grid_over(one, other) for one, other in pairwise(seen))


def _grid_over(one: Rectangle, other: Rectangle) -> FieldGrid:
    around = min(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), max(one[3], other[3])
    smallest = min(one[1] - one[0], one[3] - one[2], other[1] - other[0], other[3] - other[2])
    return FieldGrid.across(around, smallest)


def draw_velocity(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, projection: Projection) -> None:
    """Draw the arrows of a stage.

    Args:
        canvas: The canvas.
        scene: The scene. Nothing is drawn without velocities.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view, which determines the colors.
        projection: The projection of the canvas.
    """
    arrows = arrows_at(scene, stage, projection)
    if arrows is None:
        return
    colors, pixel = SURROUNDINGS[view.theme], projection.pixel
    for cut in (True, False):
        lines = arrows.segments(cut)
        canvas.draw_lines(*lines, colors.background, HALO_WIDTH * pixel, HALO_ALPHA)
        canvas.draw_lines(*lines, colors.label if cut else colors.title, LINE_WIDTH * pixel, CUT_ALPHA if cut else 1.0)
    color = np.full(len(arrows.dots), packed_color(colors.label), np.uint32)
    canvas.draw_discs(Glide.still(arrows.dots), color, DOT * pixel)


def arrows_at(scene: Scene, stage: float, projection: Projection) -> Arrows | None:
    """Return the arrows of a stage that start in the picture, or None if the scene has no velocities."""
    fields = scene.velocities
    last = scene.trace.last_stage
    if not fields or len(fields) != last + follows_field(scene.trace, last):
        return None
    field = _field_at(scene, fields, stage)
    every = _stride(field.spacing * projection.pixels_per_unit, min(projection.panel.width, projection.panel.height))
    numbers = np.round(field.points / field.spacing)
    left, right, bottom, top = projection.rectangle
    low, high = (left, bottom), (right, top)
    drawn = (numbers % every == 0).all(axis=1) & ((field.points >= low) & (field.points <= high)).all(axis=1)
    drawn &= np.isfinite(field.vectors).all(axis=1)
    points, vectors = field.points[drawn].astype(np.float64), field.vectors[drawn].astype(np.float64)
    cell = every * field.spacing
    unit = abs(scene.units.scale[0])
    scale = _scale(np.hypot(*vectors.T) * unit, _crowds(scene.trace, field, points, cell))
    arrows = vectors * (FILL * cell * unit / scale if scale else 0.0)
    is_velocity = follows_field(scene.trace, field.stage)
    lengths = np.hypot(*arrows.T)
    moving, longest = lengths >= STILL * cell, FILL * cell
    cut = lengths > longest
    arrows[cut] *= longest / lengths[cut, None]
    strokes = _strokes(points[moving], arrows[moving], cell)
    return Arrows(strokes, cut[moving], points[~moving], longest, scale, is_velocity, field)


def _field_at(scene: Scene, fields: tuple[VelocityField, ...], stage: float) -> VelocityField:
    stage = min(max(stage, 0.0), scene.trace.last_stage)
    number = max(ceil(stage), 1)
    if not follows_field(scene.trace, number):
        return fields[number - 1]
    before = floor(stage)
    now, later, t = fields[before], fields[min(before + 1, len(fields) - 1)], np.float32(stage - before)
    if not follows_field(scene.trace, later.stage) or not np.array_equal(now.points, later.points):
        return now
    return replace(now, vectors=(1 - t) * now.vectors + t * later.vectors)


def _stride(spacing: float, side: int) -> int:
    """Return the power of 2 by which a grid is thinned out to about 24 arrows along the shorter side.

    Args:
        spacing: The distance between neighboring points, in pixels.
        side: The length of the shorter side, in pixels.
    """
    cell = max(side / ARROWS_ACROSS, MIN_CELL)
    return int(2 ** max(0, round(log2(cell / spacing))))


def _crowds(trace: Trace, field: VelocityField, points: Lines, cell: float) -> NDArray[np.int64]:
    """Return how many particles that the stage moves are in the cell of each point (n,) of a grid.

    They determine the scale of the arrows. Where no particle is, couplings stretch the plane without limit, and at the
    end of flow matching, the field between letters is several times as fast as on them.
    """
    numbers, counts = _occupied_cells(trace, field.stage if field.at_end else field.stage - 1, cell)
    wanted = _cells(points, cell)
    places = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return np.where(numbers[places] == wanted, counts[places], 0)


@cached(maxsize=4)
def _occupied_cells(trace: Trace, stage: int, cell: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the cells with particles at a stage, in ascending order, and how many there are in each."""
    return np.unique(_cells(trace.positions[stage].astype(np.float64), cell), return_counts=True)


@np.errstate(invalid="ignore", over="ignore")
def _cells(points: Lines, cell: float) -> NDArray[np.int64]:
    """Return the numbers (n,) of the square cells, centered at multiples of their side, in which points (n, 2) lie.

    Points far away, or that have diverged, are in a cell at the edge.
    """
    column, row = np.clip(np.nan_to_num(np.round(points / cell), nan=EDGE), -EDGE, EDGE).astype(np.int64).T
    return np.asarray(2 * EDGE * column + row)


def _scale(lengths: NDArray[np.float64], crowds: NDArray[np.int64]) -> float:
    """Return the round number that the lengths (n,) of the arrows of hardly any particles exceed, or 0 if none moves.

    Args:
        lengths: The length of each arrow.
        crowds: How many particles are near each arrow. If none is near any, all arrows count alike.
    """
    if not len(lengths):
        return 0.0
    order = lengths.argsort()
    shares = np.cumsum(crowds[order] if crowds.any() else np.ones(len(lengths)))
    longest = float(lengths[order][np.searchsorted(shares, LONGEST * shares[-1])])
    if longest <= 0:
        return 0.0
    power = 10.0 ** floor(log10(longest))
    return power * next((number for number in ROUND_NUMBERS if number * power >= longest), ROUND_NUMBERS[-1])


def _strokes(points: Lines, arrows: Lines, cell: float) -> Lines:
    """Return arrows (n, 2) that are centered at points (n, 2) as polylines (n, 4, 2)."""
    lengths, tips = np.hypot(*arrows.T)[:, None], points + arrows / 2
    back = -arrows * np.minimum(HEAD * cell / lengths, HEAD_SHARE)
    cos, sin = np.cos(SPREAD), np.sin(SPREAD)
    sides = [tips + back @ np.array([[cos, turn], [-turn, cos]]) for turn in (sin, -sin)]
    return np.stack([points - arrows / 2, tips, *sides], axis=1)


def scale_text(arrows: Arrows) -> str:
    """Return the caption of the arrow in the legend, such as "displacement 0.5"."""
    return f"{CAPTIONS[arrows.field.of] if arrows.is_velocity else 'displacement'} {arrows.scale:.3g}"

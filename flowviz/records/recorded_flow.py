"""Recorded flows: the known parts of a flow of another program, such as its particles at every stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.errors import FileError, SpecError
from flowviz.records.base_distribution import Base
from flowviz.records.density import DENSITY_SIDE, Density, Rectangle, cell_centers, grid_shape
from flowviz.records.equality import EqualByContent
from flowviz.records.lattice import lattice_points
from flowviz.records.report import StageReport
from flowviz.records.trace import PARTICLES, Trace, checked_points, checked_stage, nearest_particles
from flowviz.records.weights import Weights
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits
from flowviz.specs.recipes import RECORDED
from flowviz.specs.view import Mark

Arrays = Mapping[str, NDArray[np.float32]]

COLUMN = "column "  # before the names of the columns among the arrays
FLOOR = -60.0  # nats: smallest log-density of a lattice, below which a density is 0
ESTIMATE_SIDE = 256  # cells along each axis of an estimated density
NEIGHBORS = 32  # the median distance to the 32nd neighbor of a particle is twice the bandwidth of an estimate
MARGIN = 0.1  # around the particles, in shares of their width and height, to which an estimated density extends
CLOSE = 1e-4, 1e-5  # relative and absolute tolerances for points that were converted to float32
SAME = 1e-5  # relative distance up to which a point counts as a particle


@dataclass(frozen=True, eq=False)
class RecordedBase(EqualByContent, Base):
    """The base of a recorded flow, of which only particles and perhaps their log-densities are known.

    Attributes:
        points: Positions (n, 2) of the particles at the base.
        values: Log-densities (n,) there, in nats. None if they are unknown.
    """

    name = RECORDED
    formula = ("known only at the recorded particles",)
    entropy = None

    points: NDArray[np.float32]
    values: NDArray[np.float32] | None = None

    @property
    def has_density(self) -> bool:
        """Return whether the log-densities of the particles are known."""
        return self.values is not None

    def log_prob(self, points: NDArray[np.floating], xp: object = np) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats of the particle nearest to each point (n, 2); NaN if it is unknown."""
        if self.values is None:
            return np.full(len(points), np.nan, np.float32)
        return self.values[nearest_particles(self.points, points)]

    def sample(self, count: int, seed: int) -> NDArray[np.float32]:
        """Return the first particles (count, 2). Raises `SpecError` if there are fewer."""
        if count > len(self.points):
            raise SpecError(f"Only {len(self.points):,} particles were recorded. Choose at most this number.")
        return self.points[:count]

    def coordinate_density(self, axis: int, values: NDArray[np.float64]) -> NoReturn:
        """Raise `SpecError`, because the density of a coordinate is unknown."""
        raise unknown("The density of its base")

    coordinate_below = coordinate_density


class RecordedFlow:
    """A recorded flow, with the methods of a `Flow` that its particles allow.

    All arrays are float32, in flow units, which are those of the recording unless its target has others:

        positions       (stages, n, 2): the particles at every stage, base first
        log_det         (stages, n): forward log|det J| in nats, accumulated from the base; 0 in the first row
        log_prob        (n,): log-densities of the particles at the last stage, in nats
        column NAME     (n,): values by which the particles can be colored
        density         (stages, rows, columns): log-densities in nats over a grid of cells, top row first
        density_box     (stages, 4): left, right, bottom and top edges of these grids
        grid            (stages, nodes, 2): the nodes of `lattice_points()` at every stage
        grid_log_det    (stages, nodes): their log|det J|, as above
        points          (m, 2): points of the target
        points_log_prob (m,): their log-densities under the flow, in nats

    All but the positions are optional. Densities that are missing are estimated from the particles.
    """

    can_fold = False

    def __init__(self, spec: FlowSpec, weights: Weights) -> None:
        """Create a flow from the weights of a project, which are its arrays.

        Raises:
            FileError: If there are no positions.
        """
        self.spec, self.stages = spec, spec.stages[1:]
        self.restore(weights)

    @classmethod
    def of(cls, names: tuple[str, ...], arrays: Arrays) -> "RecordedFlow":
        """Return the flow with the given names of stages and arrays."""
        weights = Weights({f"{RECORDED}/{name}": array for name, array in arrays.items()}, {})
        return cls(FlowSpec(family=RECORDED, stages=names), weights)

    def restore(self, weights: Weights) -> None:
        """Set the arrays. Raises `FileError` if there are no positions."""
        self._weights = weights
        self.arrays: Arrays = {name.partition("/")[2]: array for name, array in weights.parameters.items()}
        if "positions" not in self.arrays:
            raise FileError("The recording has no positions.")
        vars(self).pop("recorded", None)
        self._estimated = cache(lambda stage: estimated_density(self.arrays["positions"][stage]))

    def checked(self) -> "RecordedFlow":
        """Return this flow if its arrays fit each other. Raises `FileError` otherwise."""
        arrays, stages = self.arrays, len(self.spec.stages)
        particles = arrays["positions"].shape[1:2]
        shapes = {
            "positions": (stages, *particles, 2),
            "log_det": (stages, *particles),
            "log_prob": particles,
            "density": (stages, *arrays["density"].shape[1:3]) if "density" in arrays else (),
            "density_box": (stages, 4),
            "grid": (stages, len(lattice_points()), 2),
            "grid_log_det": (stages, len(lattice_points())),
            "points": (*arrays.get("points_log_prob", np.zeros(0)).shape[:1], 2),
            "points_log_prob": arrays["points"].shape[:1] if "points" in arrays else (),
        }
        for name, array in arrays.items():
            wanted = particles if name.startswith(COLUMN) else shapes.get(name)
            if array.shape != wanted or 0 in array.shape:
                raise FileError(f"The array {name} has the shape {array.shape}. The shape must be {wanted}.")
            if not np.isfinite(array).all():
                raise FileError(f"The array {name} contains NaN or infinite numbers. Leave out such particles.")
        if ("density" in arrays) != ("density_box" in arrays):
            raise FileError("The arrays density and density_box belong together.")
        if "density_box" in arrays and (arrays["density_box"][:, 0::2] >= arrays["density_box"][:, 1::2]).any():
            raise FileError("The array density_box must contain left, right, bottom and top edges, in this order.")
        return self

    def weights(self) -> Weights:
        """Return the arrays as the weights of a project."""
        return self._weights

    def edit(self, edits: Edits) -> None:
        """Raise `SpecError` if there are edits, because recorded layers cannot be edited."""
        if edits:
            raise SpecError("The layers of a recorded flow cannot be edited, because only its particles are known.")

    @property
    def edits(self) -> Edits:
        """Return edits that change nothing."""
        return Edits()

    @property
    def base(self) -> Base:
        """Return the base, of which only the particles are known."""
        return self.recorded.base

    @cached_property
    def recorded(self) -> Trace:
        """Return the recorded particles at every stage."""
        arrays, positions = self.arrays, self.arrays["positions"]
        log_det = arrays.get("log_det", np.full(positions.shape[:2], np.nan, np.float32))
        known = "log_prob" in arrays and "log_det" in arrays
        base = RecordedBase(positions[0], arrays["log_prob"] + log_det[-1] if known else None)
        columns = {name.removeprefix(COLUMN): array for name, array in arrays.items() if name.startswith(COLUMN)}
        return Trace(self.spec.stage_names(), positions, log_det, base=base, columns=columns)

    def particles(self, n: int = PARTICLES, seed: int = 0) -> NDArray[np.float32]:
        """Return the first particles (n, 2) at the base. Raises `SpecError` if there are fewer."""
        return self.base.sample(n, seed)

    def trace(self, particles: ArrayLike) -> Trace:
        """Return recorded particles (n, 2) at every stage. Raises `SpecError` if one was not recorded."""
        whole, given = self.recorded, checked_points(particles)
        if np.array_equal(given, whole.positions[0]):
            return whole
        rows = nearest_particles(whole.positions[0], given)
        if (np.abs(whole.positions[0][rows] - given) > SAME * (1 + np.abs(given))).any():
            raise unknown("The path of points other than its particles")
        columns = {name: column[rows] for name, column in whole.columns.items()}
        return Trace(whole.names, whole.positions[:, rows], whole.log_det[:, rows], base=whole.base, columns=columns)

    trace_positions = trace

    def trace_through(self, points: ArrayLike, stage: int) -> Trace:
        """Return the recorded grid, or recorded particles of the base. Raises `SpecError` for other points."""
        if stage:
            raise unknown("The path of points other than its particles")
        if not np.array_equal(points, lattice_points()):
            return self.trace(points)
        if (grid := self.arrays.get("grid")) is None:
            raise unknown("How it bends a grid")
        log_det = self.arrays.get("grid_log_det", np.zeros(grid.shape[:2], np.float32))
        return Trace(self.spec.stage_names(), grid, log_det, base=self.base)

    @property
    def unknown_marks(self) -> frozenset[Mark]:
        """Return the marks that cannot be drawn without the map: velocities, and a grid that was not recorded."""
        return frozenset({"velocity"} if "grid" in self.arrays else {"velocity", "grid"})

    @property
    def has_density_grids(self) -> bool:
        """Return whether the densities are those of the flow, and not estimated from the particles."""
        return "density" in self.arrays

    def log_density(self, stage: int, points: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats at points (n, 2) of a stage: interpolated, or estimated from particles.

        It is -inf outside the recorded grid, or far from all particles.

        Raises:
            SpecError: If there is no such stage.
        """
        box, values = self._lattice(checked_stage(stage, len(self.stages)))
        return interpolated(box, values, points)

    def density(
        self, stage: int, rectangle: Rectangle, particles: Trace | None = None, side: int = DENSITY_SIDE
    ) -> Density:
        """Return the density at a stage on a grid of square cells; see `log_density`.

        Raises:
            SpecError: If there is no such stage.
        """
        shape, drawn = grid_shape(rectangle, side), self.recorded
        values = self.log_density(stage, cell_centers(rectangle, shape)).reshape(shape)
        is_known = drawn.has_densities and self.has_density_grids
        draws = drawn.log_density(stage) if is_known else self.log_density(stage, drawn.positions[stage])
        return Density(stage, rectangle, values, draws, is_estimate=not self.has_density_grids)

    def log_prob(self, x: ArrayLike, values: object = None) -> NDArray[np.float32]:
        """Return the log-density (n,) in nats of the recorded points of the target.

        Raises:
            SpecError: If the points `x` (n, 2) are other ones, or if none were recorded.
        """
        known = self.arrays.get("points_log_prob")
        given = checked_points(x)
        if known is None or len(given) != len(known) or not np.allclose(self.arrays["points"], given, *CLOSE):
            raise unknown("Its density at points other than the recorded ones")
        return known

    def folds_at(self, points: NDArray[np.floating], log_density: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return False for each of the points (n, 2), because a recorded flow does not fold."""
        return np.zeros(len(points), np.bool_)

    def report(self, stage: int, trace: Trace | None = None) -> StageReport:
        """Return a report without formulas. Raises `SpecError` if there is no such stage."""
        kind = self.spec.stages[checked_stage(stage, len(self.stages))]
        return StageReport(stage, kind, ("recorded; the map is not known",))

    def encoded(self, points: ArrayLike) -> NoReturn:
        """Raise `SpecError`, because there is no map from the target to the base."""
        raise unknown("Its inverse, which moves points of the target to the base,")

    def velocity(self, stage: int, points: ArrayLike, *, at_end: bool = False) -> NoReturn:
        """Raise `SpecError`, because the map is known at the particles only."""
        raise unknown("How it moves points other than its particles")

    def move(self, trace: Trace, first: int, last: int) -> NoReturn:
        """Raise `SpecError`, because recorded layers cannot be edited."""
        raise unknown("How it moves points other than its particles")

    def _lattice(self, stage: int) -> tuple[Rectangle, NDArray[np.float32]]:
        """Return the edges of a grid at a stage and the log-densities over its cells."""
        if not self.has_density_grids:
            return self._estimated(stage)
        left, right, bottom, top = self.arrays["density_box"][stage].tolist()
        return (left, right, bottom, top), self.arrays["density"][stage]


def unknown(what: str) -> SpecError:
    """Return the error for something that is not known about a recorded flow."""
    return SpecError(f"{what} is not known: the flow was recorded from another program, without the map of its layers.")


def interpolated(box: Rectangle, values: NDArray[np.float32], points: NDArray[np.floating]) -> NDArray[np.float32]:
    """Interpolate log-densities over a grid of cells at points.

    Args:
        box: Left, right, bottom and top edges of the grid.
        values: Log-densities at the centers of the cells (rows, columns), in nats, top row first.
        points: The points (n, 2).

    Returns:
        Log-densities (n,); -inf outside the grid, and where they are below -60 nats.
    """
    from scipy.ndimage import map_coordinates

    (left, right, bottom, top), (rows, columns) = box, values.shape
    x, y = points.T.astype(np.float64)
    places = (top - y) / (top - bottom) * rows - 0.5, (x - left) / (right - left) * columns - 0.5
    found = map_coordinates(np.maximum(values, FLOOR), places, order=1, cval=FLOOR)
    return np.where(found > FLOOR, found, -np.inf).astype(np.float32)


def estimated_density(particles: NDArray[np.floating]) -> tuple[Rectangle, NDArray[np.float32]]:
    """Estimate the density of particles (n, 2) by a Gaussian kernel whose bandwidth follows their spacing.

    Returns:
        The edges of a grid around the particles, and log-densities over its cells, in nats, top row first.
    """
    from scipy.ndimage import gaussian_filter
    from scipy.spatial import KDTree

    particles = particles.astype(np.float64)
    low, high = particles.min(axis=0), particles.max(axis=0)
    margin = np.maximum(MARGIN * (high - low), SAME * (1 + np.abs(high)))  # even if all are at one place
    low, high = low - margin, high + margin
    cells = (high - low) / ESTIMATE_SIDE
    spacing = np.median(KDTree(particles).query(particles, [min(NEIGHBORS, len(particles))])[0])
    counts, *_ = np.histogram2d(particles[:, 0], particles[:, 1], ESTIMATE_SIDE, np.stack([low, high], axis=1))
    smooth = gaussian_filter(counts, np.maximum(spacing / 2 / cells, 0.5), mode="constant")
    with np.errstate(divide="ignore"):
        found = np.log(smooth.T[::-1] / (len(particles) * cells.prod()))
    (left, bottom), (right, top) = low.tolist(), high.tolist()
    return (left, right, bottom, top), np.maximum(found, FLOOR).astype(np.float32)

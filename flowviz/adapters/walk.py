"""The layers of a flow of another library, and the arrays that are recorded from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz.arguments import level_of_user
from flowviz.errors import ArgumentError
from flowviz.records.density import DENSITY_SIDE, cell_centers
from flowviz.records.lattice import LATTICE_REACH, lattice_points
from flowviz.records.recorded_flow import FLOOR
from flowviz.records.trace import central_box, slices

CHECKED, MAX_ERROR = 256, 0.1  # particles that are moved back, and by how many nats the median may differ
DENSITY_REACH = 1.6  # side of a density, relative to the box of the central 99%: 4 standard deviations of a normal one
CLASSES = {  # package and name of a class, and the adapter that takes its objects
    ("zuko", "Flow"): "zuko",
    ("zuko", "NormalizingFlow"): "zuko",
    ("flowjax", "AbstractTransformed"): "flowjax",
    ("normflows", "NormalizingFlow"): "normflows",
    ("normflows", "ConditionalNormalizingFlow"): "",  # a subclass that needs a context
    ("tensorflow_probability", "_TransformedDistribution"): "tfp",
}

Array = NDArray[np.float64]
Map = Callable[[Any], tuple[Any, Any]]  # of points (n, 2), to their images (n, 2) and log|det J| (n,), in nats
Layer = tuple[str, Map, Map]  # name, map from the side of the base to that of the data, inverse


def inverted(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers of the inverse of a chain of layers."""
    return [(name, inverse, forward) for name, forward, inverse in reversed(layers)]


@dataclass(frozen=True)
class Walk:
    """A flow as a chain of layers, each of which can be computed alone.

    Attributes:
        layers: The layers in drawing order, from the base to the data.
        base_log_prob: Log-density (n,) of the base at points (n, 2), in nats.
        base_sample: Draws a number of points (n, 2) from the base, given a seed.
    """

    layers: Sequence[Layer]
    base_log_prob: Callable[[Any], Any]
    base_sample: Callable[[int, int], Any]

    def follow(self, points: ArrayLike) -> Array:
        """Return x, y and the cumulative log|det J| (stages, n, 3) of points (n, 2) of the base at every stage."""
        path = [_stacked(points)]
        for _, forward, _ in self.layers:
            path.append(_moved(forward, path[-1]))
        return np.stack(path)

    def log_prob(self, points: Sequence[ArrayLike]) -> Array:
        """Return the log-densities (m,) in nats of points (n, 2) of every stage, in the order of the stages.

        The points of all stages are pulled back together, because libraries are faster with many points at once.

        Raises:
            NotImplementedError: If a layer has no inverse.
        """
        found = np.empty((0, 3))
        for (_, _, inverse), some in zip(reversed(self.layers), reversed(points), strict=False):
            found = _moved(inverse, np.concatenate([_stacked(some), found]))
        return self._plus_base(np.concatenate([_stacked(points[0]), found]))

    def _plus_base(self, found: Array) -> Array:
        """Return the sums (n,) of the log-density of the base and the log-determinants, given both with points."""
        return _moved(lambda points: (points, self.base_log_prob(points)), found)[:, 2]

    def recorded(
        self, particles: int, seed: int, points: NDArray[np.floating] | None = None
    ) -> dict[str, NDArray[Any]]:
        """Return the arrays of a recorded flow, in nats and in the units of the flow; see `RecordedFlow`.

        Args:
            particles: Number of particles.
            seed: The same seed gives the same particles.
            points: Test points (m, 2) of the target, whose log-densities are recorded as well.

        Raises:
            ValueError: If the flow does not map points of the plane to points of the plane.
        """
        path = self.follow(self.base_sample(particles, seed))
        stays = np.isfinite(path).all(axis=(0, 2))
        _warn_of(~stays, "particles are left out, because the flow moves them to infinity or NaN.")
        positions, log_det = path[:, stays, :2], path[:, stays, 2]
        found = {
            "names": np.array(["base", *(name for name, _, _ in self.layers)]),
            "positions": positions,
            "log_det": log_det,
            "log_prob": self._plus_base(_stacked(positions[0], -log_det[-1])),
        }
        grid, boxes = self.follow(grid_on(positions[0])), density_boxes(positions)
        if np.isfinite(grid).all():
            found |= {"grid": grid[..., :2], "grid_log_det": grid[..., 2]}
        cells = [cell_centers(tuple(box), (DENSITY_SIDE, DENSITY_SIDE)) for box in boxes.tolist()]
        try:
            own, tests = positions[-1, :CHECKED], np.empty((0, 2)) if points is None else points
            log_prob = self.log_prob([*cells[:-1], np.concatenate([cells[-1], own, tests])])
        except NotImplementedError:
            return found
        count = len(cells) * DENSITY_SIDE**2
        density, inverted, tested = np.split(log_prob, [count, count + len(own)])
        known = np.isfinite(inverted) & np.isfinite(found["log_prob"][:CHECKED])
        errors = np.abs(inverted[known] - found["log_prob"][:CHECKED][known])
        if known.any() and np.median(errors) > MAX_ERROR:
            raise ValueError("an inverse, or its log-determinant, does not fit the map of its layer")
        _warn_of(~np.isfinite(tested), "test points have no density under the flow, which is therefore not scored.")
        if points is not None and np.isfinite(tested).all():
            found |= {"points": points, "points_log_prob": tested}
        return found | {  # fmax replaces NaN, too
            "density": np.fmax(density, FLOOR).reshape(-1, DENSITY_SIDE, DENSITY_SIDE),
            "density_box": boxes,
        }


def grid_on(base: Array) -> Array:
    """Return the nodes of a grid (nodes, 2) over 3 standard deviations of particles (n, 2) of a base."""
    center = base.mean(axis=0)
    reach = np.minimum(LATTICE_REACH * base.std(axis=0), np.abs(base - center).max(axis=0))  # nothing is beyond an edge
    return np.asarray(center + lattice_points() * (reach / LATTICE_REACH))


def density_boxes(positions: Array) -> Array:
    """Return boxes (stages, 4) around the central particles at each stage: left, right, bottom and top."""
    boxes = np.array([central_box(each) for each in positions])  # (stages, 2, 2)
    centers, halves = boxes.mean(axis=1), DENSITY_REACH * (boxes[:, 1] - boxes[:, 0]) / 2
    return np.stack([centers - halves, centers + halves], axis=-1).reshape(-1, 4)


def check_class(flow: object, adapter: str) -> None:
    """Check that an adapter takes an object, without importing its library.

    Raises:
        ArgumentError: If it does not. The message names the adapter that does, if there is one.
    """
    kinds = ((each.__module__.partition(".")[0], each.__name__) for each in type(flow).__mro__)
    fitting = [CLASSES[kind] for kind in kinds if kind in CLASSES]
    if fitting[:1] != [adapter]:
        raise ArgumentError(
            f"flowviz.adapters.{adapter} takes "
            + " or ".join(
                f"{package}'s {name.strip('_')}" for (package, name), own in CLASSES.items() if own == adapter
            )
            + f", not {type(flow).__name__}."
            + (f" Use flowviz.adapters.{fitting[0]}." if fitting and fitting[0] else "")
        )


def _stacked(points: ArrayLike, log_det: ArrayLike = 0.0) -> Array:
    found = np.asarray(points, np.float64)
    if found.ndim != 2 or found.shape[1] != 2:
        raise ValueError(f"its points have shape {found.shape}, not (n, 2)")
    return np.column_stack([found, np.broadcast_to(log_det, len(found))])


def _moved(function: Map, found: Array) -> Array:
    """Move points and their log-determinants (n, 3), where a map may give one for all points, or one per coordinate."""
    moved = [(part[:, 2], *function(part[:, :2])) for part in (found[some] for some in slices(len(found)))]
    return np.concatenate(
        [_stacked(at, old + (np.sum(new, axis=1) if np.ndim(new) > 1 else new)) for old, at, new in moved]
    )


def _warn_of(are_left_out: Any, what: str) -> None:
    if are_left_out.any():
        warn(f"{are_left_out.sum():,} of {len(are_left_out):,} {what}", stacklevel=level_of_user())

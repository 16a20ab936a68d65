"""Scenes to draw: a flow that is known without TensorFlow."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import (
    STANDARD_NORMAL,
    Density,
    Rectangle,
    Scene,
    Selection,
    Trace,
    base_particles,
    cell_centers,
    lattice_points,
)
from flowviz.specs import FlowSpec

NAMES = ("00_base", "01_scale", "02_permute", "03_real_nvp")
SCALE = 0.5, 1.5
WIDE: Rectangle = (-4.0, 4.0, -4.0, 4.0)


def bent(points: NDArray[np.floating]) -> Trace:
    """Points (n, 2) scaled, mirrored, then bent: y + sin x."""
    base = points.astype(np.float32)
    scaled = base * np.array(SCALE, np.float32)
    mirrored = scaled[:, ::-1]
    moved = mirrored + np.stack([np.zeros(len(base)), np.sin(mirrored[:, 0])], axis=1).astype(np.float32)
    log_det = np.full((4, len(base)), np.log(np.prod(SCALE)), np.float32)
    log_det[0] = 0
    return Trace(NAMES, np.stack([base, scaled, mirrored, moved]), log_det)


def bent_trace(points: NDArray[np.floating]) -> Trace:
    """Points (n, 2) through bijectors in the order of the default flow that bend as a trained one does."""
    spec = FlowSpec()
    positions, log_det = [points.astype(np.float32)], [np.zeros(len(points), np.float32)]
    for number, kind in enumerate(spec.bijector_kinds()):
        x, y = positions[-1].T
        scale = 0.4 * np.sin(2 * x + number) - 0.1
        bent = {"permute": (y, x), "batch_normalization": (0.95 * x, 0.95 * y)}
        moved = bent.get(kind, (x, y * np.exp(scale) + 0.6 * np.cos(1.5 * x + number)))
        positions.append(np.stack(moved, axis=1).astype(np.float32))
        change = {"permute": 0 * x, "batch_normalization": 0 * x + 2 * np.log(0.95)}.get(kind, scale)
        log_det.append((log_det[-1] + change).astype(np.float32))
    return Trace(spec.stage_names(), np.stack(positions), np.stack(log_det))


def base_density(stage: int = 0, rectangle: Rectangle = WIDE, side: int = 256) -> Density:
    """The exact density of the base, said to be that of a stage."""
    centers = cell_centers(rectangle, (side, side)).astype(np.float32)
    draws = STANDARD_NORMAL.log_prob(base_particles(8000, seed=3))
    return Density(stage, rectangle, STANDARD_NORMAL.log_prob(centers).reshape(side, side), draws)


def full(count: int = 2000) -> Scene:
    """A scene with everything in it."""
    trace = bent(base_particles(count))
    chosen = Selection.in_rectangle(trace.positions[0], (0.0, 0.0), (1.0, 1.0))
    return Scene(trace, chosen, base_density(), bent(lattice_points()), bent(np.array([[1.0, -0.5]])))


def broken() -> Scene:
    """The same, where everything has somewhere run off or is not a number."""
    scene = full()
    assert scene.grid is not None
    assert scene.density is not None
    for trace in (scene.trace, scene.grid):
        trace.positions[1, :6] = [[1e6, 0], [np.nan, 1], [np.inf, -np.inf], [1e30, 1e30], [-1e38, 1e38], [3e38, 0]]
        trace.positions[2, :50] *= np.float32(1e9)
        trace.log_det[2:, :3] = [np.nan, np.inf, -np.inf]
    scene.density.log_density[:2, :2] = [[np.nan, np.inf], [-np.inf, -1e30]]
    nowhere = bent(np.zeros((1, 2)))
    nowhere.positions[:] = [np.nan, np.inf]
    return Scene(scene.trace, scene.selection, scene.density, scene.grid, nowhere)

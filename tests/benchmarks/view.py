"""How fast pictures are drawn: every view, by number of points and by size.

    python -m tests.benchmarks.view [--repeats 40]

Needs no display. Prints one line a figure, with its goal. A repaint is what the window pays when only the stage moves.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle

import numpy as np

from flowviz.records import (
    STANDARD_NORMAL,
    Density,
    Scene,
    Selection,
    base_particles,
    cell_centers,
    grid_shape,
    lattice_points,
)
from flowviz.rendering import Camera, render_frame, render_sheet, render_thumbnails, visible_rectangle
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import ColorBy, Mark
from tests.benchmarks.window import report
from tests.rendering.scenes import bent_trace

SIZE, DENSE_SIZE = PictureSize(width=900, height=800), PictureSize(width=1800, height=1600)
DENSE = 2.5  # times as long may a picture of four times as many pixels take
GOALS_MS = {8_000: 8.0, 100_000: 16.0, 1_000_000: 80.0}
COLORS: tuple[ColorBy, ...] = ("quadrant", "angle", "radius", "log_density", "log_det", "selection")
MARKS: dict[str, frozenset[Mark]] = {
    "points": frozenset({"points"}),
    "density": frozenset({"density"}),
    "density, points": frozenset({"density", "points"}),
    "grid": frozenset({"grid"}),
    "grid, points": frozenset({"grid", "points"}),
    "paths, points": frozenset({"paths", "points"}),
    "all": frozenset({"density", "grid", "paths", "points"}),
}
LOADING = """
import time, numpy, PIL.Image, flowviz.records
from flowviz.rendering import raster
started = time.perf_counter()
raster._kernels()
print(time.perf_counter() - started)
from flowviz.records import Scene, base_particles, untrained_trace
from flowviz.rendering import render_frame
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
scene = Scene(untrained_trace(FlowSpec(), base_particles()))
started = time.perf_counter()
render_frame(scene, 0.5, ViewSpec(), PictureSize(width=900, height=800))
print(time.perf_counter() - started)
"""


def full_scene(count: int) -> Scene:
    """So many particles, and everything else that a picture may show; a density of the stage in the middle."""
    trace = bent_trace(base_particles(count))
    rectangle = visible_rectangle(ViewSpec(), SIZE)
    shape = grid_shape(rectangle)
    density = STANDARD_NORMAL.log_prob(cell_centers(rectangle, shape).astype(np.float32)).reshape(shape)
    chosen = Selection.in_rectangle(trace.positions[0], (0.0, 0.0), (1.0, 1.0))
    probe = bent_trace(np.array([[0.5, 0.5]]))
    return Scene(
        trace, chosen, Density(10, rectangle, density, trace.log_density(10)), bent_trace(lattice_points()), probe
    )


def median_ms(draw: Callable[[float], object], stages: list[float], repeats: int) -> float:
    """The median time of a picture, the stage moving from each to the next."""
    times = []
    for _, stage in zip(range(repeats + 3), cycle(stages), strict=False):
        started = time.perf_counter()
        draw(stage)
        times.append(time.perf_counter() - started)
    return 1e3 * float(np.median(times[3:]))


def repaints(count: int, size: PictureSize, repeats: int, marks: dict[str, frozenset[Mark]]) -> None:
    """Each color of the points, then each choice of marks, then side by side."""
    scene = full_scene(count)
    goal = GOALS_MS[count] * (DENSE if size == DENSE_SIZE else 1)
    fitted = Camera(ViewSpec(), scene.trace.boxes).widest(size)
    bare = Scene(scene.trace, probe=scene.probe, density=scene.density, grid=scene.grid)
    views = {f"by {color}": fitted.model_copy(update={"color_by": color}) for color in COLORS}
    views |= {name: fitted.model_copy(update={"marks": chosen}) for name, chosen in marks.items()}
    beside = {"marks": MARKS["density, points"], "beside": True}
    views |= {"beside": fitted.model_copy(update=beside)}
    stages = [9.6 + 0.05 * k for k in range(17)]  # about that of the density, which shows from 9.5 to 10.5
    for name, view in views.items():
        chosen = scene if name == "by selection" else bare

        def draw(stage: float, shown: Scene = chosen, view: ViewSpec = view) -> object:
            return render_frame(shown, stage, view, size)

        report(f"{count:,} points at {size}: {name}", median_ms(draw, stages, repeats), "ms", f"<= {goal:g}")


def sheets(repeats: int) -> None:
    """All stages at once."""
    scene = Scene(full_scene(8000).trace)
    for side in (96, 192):

        def draw(_: float, side: int = side) -> object:
            return render_thumbnails(scene, ViewSpec(), side)

        report(f"20 thumbnails of 8000 points at {side}x{side}", median_ms(draw, [0.0], repeats), "ms", "<= 40")
    report("sheet at 900x800", median_ms(lambda _: render_sheet(scene, ViewSpec(), SIZE), [0.0], repeats), "ms", "")


def loading() -> None:
    """What numba costs a window: its import, and the first picture, compiled anew and from what is kept."""
    with tempfile.TemporaryDirectory() as kept:
        for how in ("compiled anew", "from what is kept"):
            environment = {**os.environ, "NUMBA_CACHE_DIR": kept}
            done = subprocess.run(
                [sys.executable, "-c", LOADING], env=environment, capture_output=True, text=True, check=True
            )
            imported, first = map(float, done.stdout.split())
            report("numba: import", 1e3 * imported, "ms", "")
            report(f"the first picture, its loops {how}", 1e3 * first, "ms", "")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40, help="pictures a figure")
    repeats = parser.parse_args().repeats
    loading()
    sheets(repeats)
    for count in GOALS_MS:
        for size in (SIZE, DENSE_SIZE):
            repaints(count, size, max(5, repeats if count < 1_000_000 else repeats // 4), MARKS)


if __name__ == "__main__":
    main()

"""Recorded flows of other programs, and the window that shows them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz import projects
from flowviz.arguments import checked
from flowviz.errors import SpecError, TargetError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.projects import Project
from flowviz.projects.recording import recorded_project
from flowviz.specs import TargetSpec
from flowviz.targets import build_target, target_units
from flowviz.training import scoring
from flowviz.training.recorded import scored

HIDDEN = "FLOWVIZ_HIDE_WINDOW"  # an environment variable that tests set


@checked
def record(
    positions: ArrayLike,
    log_det: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    log_prob: ArrayLike | None = None,
    steps: Sequence[int] | None = None,
    target: TargetSpec | None = None,
    title: str = "recorded flow",
    **columns: ArrayLike,
) -> Project:
    """Return a project of a flow of another program, given its particles after each layer.

    Everything that needs only particles works as for a flow of flowviz. Densities that are not given are estimated from
    the particles, and labeled as estimates.

    Args:
        positions: Positions of the particles (stages, n, 2), from the base to the target, in the units of the data; or
            (moments, stages, n, 2) for the history of a training.
        log_det: Forward log|det J| (stages, n) in nats, accumulated from the base, where it is 0.
        names: Names of the stages.
        log_prob: Log-densities (n,) of the particles at the last stage, in nats.
        steps: Training step of each moment.
        target: The target that the flow has learned. None if it is unknown.
        title: Name of the flow.
        **columns: Values (n,) by which the particles can be colored, such as `speed=...`, or one of the arrays
            `density` (stages, rows, columns) with `density_box` (stages, 4), `grid` (stages, nodes, 2) with
            `grid_log_det` (stages, nodes), and `points` (m, 2) with `points_log_prob` (m,): see
            `flowviz.records.recorded_flow`. With moments, each array can have an axis of moments in front.

    Raises:
        FileError: If the arrays have wrong shapes, contain NaN, or contradict each other.
        SpecError: If `points` are not the test points of the target.
        TargetError: If the target cannot be built.
    """
    given = {"positions": positions, "log_det": log_det, "names": names, "log_prob": log_prob, "steps": steps}
    arrays = {name: array for name, array in {**given, **columns}.items() if array is not None}
    return scored(recorded_project(arrays, title, target))[0]


@checked
def view(
    positions: Project | ArrayLike,
    log_det: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    *,
    path: str | Path | None = None,
    **arrays: ArrayLike,
) -> Project:
    """Open a project in a separate window, which stays open when the calling program ends, and return the project.

    Args:
        positions: Positions of particles, as for `record`; or a project.
        log_det: As for `record`.
        names: As for `record`.
        path: The file to write, from which the window reads the project, such as "layers.flowviz". None for a new file
            in the folder for temporary files.
        **arrays: Further arguments of `record`.

    Raises:
        FileError: As `record` and `save` do.
        SpecError: If the path has another suffix than .flowviz.
    """
    given = positions, log_det, names
    project = positions if isinstance(positions, Project) else record(*given, **arrays)  # type: ignore[arg-type]
    place = Path(mkdtemp(prefix="flowviz-")) / "view.flowviz" if path is None else Path(path)
    if place.suffix != PROJECT_SUFFIX:  # an .npz file of positions would be lost
        raise SpecError(f"view() writes a project. Give a path that ends in {PROJECT_SUFFIX}, not {place.name}.")
    projects.save_project(project, place)
    if not os.environ.get(HIDDEN):
        command = [sys.executable, "-m", "flowviz", os.fspath(place)]
        nowhere: Mapping[str, int] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.Popen(command, start_new_session=True, **nowhere)  # type: ignore[call-overload]  # noqa: S603
    return project


@checked
def points_of_test(target: TargetSpec) -> NDArray[np.floating]:
    """Return the points (m, 2) of a target, in the units of the data, on which all flows that learn it are tested.

    With its log-densities at these points, a recorded flow takes part in a comparison: pass them to `record` as
    `points` and `points_log_prob`. Do not use them for anything else.

    Args:
        target: The target.

    Raises:
        TargetError: If the target is a table with fewer than 100 points, or if it cannot be built.
    """
    built = build_target(target)
    drawn = scoring.points_of_test(built)
    if not len(drawn.points):
        raise TargetError("The table is too small to have test points; it needs at least 100 points.")
    return target_units(built, "data").values(drawn.points)

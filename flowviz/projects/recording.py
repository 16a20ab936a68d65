"""Projects of recorded flows, from arrays and from .npz files of other programs."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowviz import targets
from flowviz.errors import FileError, SpecError, TargetError
from flowviz.projects.project import MAX_FILE_BYTES, Project
from flowviz.records import FLOW_UNITS, History, Moment, Snapshot, Timeline, Units, Weights
from flowviz.records.neighbors import check_log_det
from flowviz.records.recorded_flow import COLUMN, RecordedFlow
from flowviz.records.timeline import MAX_MOMENTS
from flowviz.specs import PointsSpec, TargetSpec, TrainingSpec
from flowviz.specs.recipes import BASE
from flowviz.specs.training import DEFAULT_SECONDS

POSITIONS = "positions"  # the array that makes an .npz file a recording
DIMENSIONS = {  # of each array at one moment; all other arrays are columns
    "positions": 3,
    "log_det": 2,
    "log_prob": 1,
    "density": 3,
    "density_box": 2,
    "grid": 3,
    "grid_log_det": 2,
    "points": 2,
    "points_log_prob": 1,
}
MAX_STAGES, MAX_COLUMNS, MAX_NAME = 1000, 100, 60  # MAX_NAME in characters


def recorded_project(arrays: Mapping[str, ArrayLike], title: str, target: TargetSpec | None = None) -> Project:
    """Return the project of a recorded flow.

    Args:
        arrays: The array `positions` (stages, n, 2), or (moments, stages, n, 2) for the history of a training, and the
            optional arrays of `flowviz.view`.
        title: The name of the flow.
        target: The target that the flow has learned, in the units of the recording. None if it is unknown: the
            particles at the last stage take its place.

    Raises:
        FileError: If an array has the wrong shape, contains NaN, or contradicts another one.
    """
    found = {str(name): _numbers(name, array) for name, array in arrays.items() if name not in {"names", "steps"}}
    if POSITIONS not in found:
        raise FileError("A recorded flow needs an array positions (stages, n, 2).")
    shape = found[POSITIONS].shape
    if len(shape) not in {3, 4} or shape[-1] != 2 or shape[-3] < 2 or not all(shape):
        raise FileError(
            f"The positions have the shape {shape}. They need (stages, n, 2), with the base and at least one more "
            "stage, or (moments, stages, n, 2)."
        )
    if len(shape) == 3 and "steps" in arrays:
        raise FileError("Steps need positions (moments, stages, n, 2); these have only one moment.")
    names = _names(arrays.get("names"), shape[-3])
    units = FLOW_UNITS if target is None else targets.spec_units(target, "data")
    flows = [RecordedFlow.of(names, _in_flow_units(each, units)).checked() for each in _by_moment(found, shape)]
    for moment in {0, len(flows) - 1}:  # the first and the last one only, because each takes half a second
        if "log_det" in flows[moment].arrays:
            check_log_det(flows[moment].recorded)
    moments = _moments(flows, arrays.get("steps")) if len(shape) == 4 else ()
    latest, spec, training = flows[-1], target or _own_target(flows[-1], title), TrainingSpec(seconds=DEFAULT_SECONDS)
    weights, trace = latest.weights(), latest.recorded
    return Project(spec, latest.spec, training, weights, History(), trace, timeline=Timeline(moments))


def has_target(project: Project) -> bool:
    """Return whether the target of a recorded flow is known, instead of being its own particles."""
    own = np.ascontiguousarray(project.trace.positions[-1], "<f4").tobytes()
    return not isinstance(project.target, PointsSpec) or project.target.data != own


def with_target(project: Project, target: TargetSpec) -> Project:
    """Return the project of a recorded flow whose target was unknown, with the target that it has learned.

    Raises:
        SpecError: If it was recorded with another target.
    """
    if target == project.target:
        return project
    if has_target(project):
        raise SpecError(f"It was recorded with the target '{project.target.title}', not with '{target.title}'.")
    units = targets.spec_units(target, "data")

    def converted(weights: Weights) -> RecordedFlow:
        arrays = _in_flow_units(dict(RecordedFlow(project.flow, weights).arrays), units)
        return RecordedFlow.of(project.flow.stages, arrays)

    latest = converted(project.weights)
    flows = [(moment.step, converted(moment.weights)) for moment in project.timeline.moments]
    moments = tuple(Snapshot(step, flow.weights(), None, None, flow.recorded) for step, flow in flows)
    found = replace(project, target=target, weights=latest.weights(), trace=latest.recorded)
    return replace(found, timeline=replace(project.timeline, moments=moments))


def is_recording(path: Path) -> bool:
    """Return whether a file is an .npz file with an array of positions."""
    try:
        if not (path.is_file() and zipfile.is_zipfile(path)):
            return False
        with zipfile.ZipFile(path) as archive:
            return f"{POSITIONS}.npy" in archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def load_recording(path: Path) -> Project:
    """Read the project of a recorded flow from an .npz file.

    Raises:
        FileError: If the file cannot be read, or if its arrays do not fit each other.
    """
    try:
        return recorded_project(targets.read_arrays(path, MAX_FILE_BYTES), path.stem)
    except FileError as error:
        raise FileError(f"{path} cannot be opened. {error}") from error


def _numbers(name: str, array: ArrayLike) -> NDArray[np.float32]:
    try:
        values = np.asarray(array)
    except ValueError as error:
        raise FileError(f"The array {name} has rows of different lengths.") from error
    if values.dtype.kind not in "fiub":
        raise FileError(f"The array {name} does not contain numbers.")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, np.float32)


def _by_moment(arrays: Mapping[str, NDArray[np.float32]], shape: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield the arrays of each moment. Those without an axis of moments belong to all of them."""
    if len(arrays) > MAX_COLUMNS:
        raise FileError(f"The recording has {len(arrays)} arrays, more than {MAX_COLUMNS}.")
    names = {name: name if name in DIMENSIONS else COLUMN + _words(name) for name in arrays}
    if len({*names.values()}) < len(names):
        raise FileError("Some arrays have the same name. Give the columns different names, without special characters.")
    for moment in range(shape[0] if len(shape) == 4 else 1):
        yield {
            names[name]: array[moment] if _has_moments(name, array, shape) else array for name, array in arrays.items()
        }


def _in_flow_units(arrays: dict[str, Any], units: Units) -> dict[str, Any]:
    """Return arrays in data units in the flow units of a target. All stages have the same units."""
    if units.are_flow_units:
        return arrays
    placed = {"positions", "grid", "points"} & arrays.keys()
    found: dict[str, Any] = {name: np.float32(units.points(arrays[name])) for name in placed}
    for name in ("log_prob", "density", "points_log_prob"):
        if name in arrays:
            found[name] = arrays[name] + np.float32(units.log_det)
    if (box := arrays.get("density_box")) is not None:  # left, right, bottom, top
        low, high = units.points(box[..., 0::2]), units.points(box[..., 1::2])
        found["density_box"] = np.float32(np.stack([low, high], axis=-1).reshape(box.shape))
    return arrays | found


def _has_moments(name: str, array: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and array.ndim == DIMENSIONS.get(name, 1) + 1 and len(array) == shape[0]


def _names(given: ArrayLike | None, stages: int) -> tuple[str, ...]:
    if stages > MAX_STAGES:
        raise FileError(f"The recording has {stages:,} stages, more than {MAX_STAGES:,}.")
    if given is None:
        return (BASE, *(f"Layer {stage}" for stage in range(1, stages)))
    names = np.atleast_1d(np.asarray(given))
    if names.dtype.kind not in "US" or names.shape != (stages,):
        raise FileError(f"The names must be {stages} strings, one for each stage.")
    found = [str(name, "utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names]
    digits = max(2, len(str(stages - 1)))  # of the numbers before the names that `flowviz trace` writes
    return tuple(_words(name.removeprefix(f"{stage:0{digits}d}_")) for stage, name in enumerate(found))


def _words(name: str) -> str:
    """Return a name in one line without control characters, cut off if it is long."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.replace("/", " ").split())[:MAX_NAME] or "unnamed"


def _moments(flows: Sequence[RecordedFlow], given: ArrayLike | None) -> tuple[Moment, ...]:
    found = np.arange(len(flows)) if given is None else np.asarray(given)
    steps = found.astype(np.float64) if found.dtype.kind in "iuf" else np.full(1, np.nan)  # exact below 2^53
    is_whole = (steps == np.round(steps)).all() and (np.abs(steps) < 2**53).all()
    if not is_whole or steps.shape != (len(flows),) or (np.diff(steps) <= 0).any() or steps[0] < 0:
        raise FileError(f"The steps must be {len(flows)} increasing whole numbers, one for each moment.")
    kept = np.unique(np.linspace(0, len(flows) - 1, MAX_MOMENTS).round().astype(int))
    return tuple(Snapshot(int(steps[n]), flows[n].weights(), None, None, flows[n].recorded) for n in kept)


def _own_target(flow: RecordedFlow, title: str) -> PointsSpec:
    """Return the particles at the last stage as a target, in their own units."""
    ends = flow.arrays[POSITIONS][-1].astype("<f4")
    found = PointsSpec(data=ends.tobytes(), name=f"particles of {_words(title)}", standardize=False)
    try:
        targets.build_target(found)
    except TargetError as error:
        raise FileError(f"The particles at the last stage cannot be shown. {error}") from error
    return found

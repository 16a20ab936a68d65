"""A trained flow with all that belongs to it, and its file.

The file is in the safetensors format: arrays, and a JSON text under the key "flowviz" of the metadata.

    metadata    {"flowviz": '{"format_version": 1, "target": {...}, "flow": {...}, "training": {...}}'}
    arrays      parameters/STAGE/NAME, statistics/STAGE/NAME    the weights
                history/step, .../seconds, .../train_nll, .../heldout_nll    float64 (reports,)
                trace/positions float32 (stages, n, 2), trace/log_det float32 (stages, n)
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from flowviz.errors import FileError, SpecError
from flowviz.files import reason, written_whole
from flowviz.records import History, Trace, Weights
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec

FORMAT_VERSION = 1
LARGEST_FILE = 2**31  # bytes; a default project has two million


@dataclass(frozen=True)
class Project:
    """What was asked for and what was found."""

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec
    weights: Weights
    history: History
    trace: Trace


def save_project(project: Project, path: Path) -> None:
    """Write the project, whole or not at all. Raises `FileError`."""
    with written_whole(path) as part:
        part.write_bytes(to_bytes(project))


def load_project(path: Path) -> Project:
    """Read what `save_project` wrote. Raises `FileError` with a sentence for anything else."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FileError(f"{path} is too large to be a flowviz project.")
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error
    try:
        return from_bytes(content)
    except FileError as error:
        raise FileError(f"{path} cannot be opened. {error}") from error


def to_bytes(project: Project) -> bytes:
    """The project as the content of a file."""
    specs = {"target": project.target, "flow": project.flow, "training": project.training}
    text = {"format_version": FORMAT_VERSION, **{name: spec.model_dump(mode="json") for name, spec in specs.items()}}
    groups: dict[str, Mapping[str, NDArray[Any]]] = {
        "parameters": project.weights.parameters,
        "statistics": project.weights.statistics,
        "history": asdict(project.history),
        "trace": {"positions": project.trace.positions, "log_det": project.trace.log_det},
    }
    arrays = {f"{group}/{name}": np.ascontiguousarray(a) for group, g in groups.items() for name, a in g.items()}
    return save(arrays, metadata={"flowviz": json.dumps(text)})


def from_bytes(content: bytes) -> Project:
    """The project that `to_bytes` wrote. Raises `FileError`."""
    text = _metadata(content)
    version = text.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise FileError("It is not a flowviz project.")
    if version > FORMAT_VERSION:
        raise FileError(
            f"It has format {version}, this flowviz knows format {FORMAT_VERSION}. Install a newer flowviz."
        )
    try:
        arrays = load(content)
        flow = FlowSpec(**text["flow"])
        return Project(
            target=TargetSpec(**text["target"]),
            flow=flow,
            training=TrainingSpec(**text["training"]),
            weights=Weights(_group(arrays, "parameters"), _group(arrays, "statistics")),
            history=History(**_group(arrays, "history")),
            trace=_trace(flow.stage_names(), **_group(arrays, "trace")),
        )
    except (SafetensorError, KeyError, TypeError, ValueError, SpecError) as error:
        raise FileError("It is damaged, or was not written by flowviz.") from error


def _metadata(content: bytes) -> dict[str, Any]:
    """The JSON of the metadata. In safetensors the length of the header, 8 bytes little-endian, comes first."""
    length = int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8 : 8 + length])
        text = json.loads(header["__metadata__"]["flowviz"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError("It is not a flowviz project.") from error
    return text if isinstance(text, dict) else {}


def _group(arrays: Mapping[str, NDArray[Any]], group: str) -> dict[str, NDArray[Any]]:
    """The arrays `group/...`, without that prefix. Raises `ValueError` where a number is not finite."""
    prefix = f"{group}/"
    found = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    if any(array.dtype.kind != "f" or not np.isfinite(array).all() for array in found.values()):
        raise ValueError(f"{group} holds numbers that are not finite")
    return found


def _trace(names: tuple[str, ...], positions: NDArray[Any], log_det: NDArray[Any]) -> Trace:
    if positions.ndim != 3 or positions.shape[1] < 1 or positions.shape[2] != 2:
        raise ValueError(f"positions of shape {positions.shape} are no trace")
    return Trace(names, positions.astype(np.float32), log_det.astype(np.float32))

"""A trained flow with all that belongs to it, and its file.

The file is in the safetensors format: arrays, and a JSON text under the key "flowviz" of the metadata.

    metadata    {"flowviz": '{"format_version": 5, "target": {...}, "flow": {...}, "training": {...},
                              "changes": [{"step": ..., "title": ...}, ...] of the target while it was trained,
                              "checkpoint": {"step": ..., "seconds": ..., "random_state": {...}, ...} or null}'}
    arrays      target/NUMBER    uint8: pictures (PNG) and points (float32) of the target; see `contents.py`
                parameters/STAGE/NAME, statistics/STAGE/NAME    the weights of the state that was kept
                history/step, .../seconds, .../train_nll, .../heldout_nll    float64 (reports,)
                trace/positions float32 (stored, n, 2), .../log_det float32 (stored, n): of all stages but the
                permutations, which mirror the stage before; .../round_trip_error float32 (stages,), if measured
                checkpoint/parameters, .../first_moment, .../second_moment, .../statistics, .../losses    float32, flat
                kept/parameters/STAGE/NAME, kept/statistics/STAGE/NAME    the best weights up to the checkpoint

Format 4 had no flow with waves, format 3 no target but text. Format 2 stored every stage of the trace. Format 1, the
first one, had RealNVP only, and neither the checkpoint nor the round-trip error: see `upgrade.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from flowviz.errors import FileError, SpecError
from flowviz.files import reason, written_whole
from flowviz.projects.contents import put_back, taken_out
from flowviz.projects.upgrade import FORMAT_VERSION, upgraded
from flowviz.records import (
    Checkpoint,
    Finished,
    History,
    Kept,
    Retargeted,
    Selection,
    Timeline,
    Trace,
    Weights,
    base_particles,
    untrained_trace,
)
from flowviz.specs import FlowSpec, Seen, TargetSpec, TrainingSpec, target_spec
from flowviz.specs.recipes import BASE, PERMUTE

ALL_STAGES_FORMAT = 2  # the last that stored those that only mirror
LARGEST_FILE = 2**31  # bytes; a default project has two million


@dataclass(frozen=True)
class Plan:
    """What is asked for: a training."""

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec


@dataclass(frozen=True)
class Project:
    """What was asked for, what was found, and what of it is looked at.

    `timeline` are moments of the training up to the present one, whose particles are the trace; `next` is what the
    next training shall be, where that is something else.
    """

    target: TargetSpec
    flow: FlowSpec
    training: TrainingSpec
    weights: Weights
    history: History
    trace: Trace
    checkpoint: Checkpoint | None = None
    timeline: Timeline = field(default_factory=Timeline)
    seen: Seen = field(default_factory=Seen)
    selection: Selection | None = None
    next: Plan | None = None

    @classmethod
    def untrained(cls, target: TargetSpec, flow: FlowSpec, training: TrainingSpec) -> "Project":
        """What is asked for, before anything is found."""
        nothing = Weights({}, {})
        return cls(target, flow, training, nothing, History(), untrained_trace(flow, base_particles()))

    @property
    def plan(self) -> Plan:
        """What was asked for."""
        return Plan(self.target, self.flow, self.training)

    @property
    def asked(self) -> Plan:
        """What the next training shall be: that of the project once more, where nothing else is asked for."""
        return self.next or self.plan

    def trained(self, finished: Finished, history: History) -> "Project":
        """This project with what a training of it found."""
        return replace(
            self, weights=finished.weights, history=history, trace=finished.trace, checkpoint=finished.checkpoint
        )


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
    specs = {"flow": project.flow, "training": project.training}
    text: dict[str, Any] = {name: spec.model_dump(mode="json") for name, spec in specs.items()}
    text["changes"] = [asdict(change) for change in project.history.changes]
    contents: dict[str, NDArray[Any] | None] = {}
    text["target"] = taken_out(project.target.model_dump(), contents)
    groups: dict[str, Mapping[str, NDArray[Any] | None]] = {
        "target": contents,
        "parameters": project.weights.parameters,
        "statistics": project.weights.statistics,
        "history": _arrays(project.history),
        "trace": _stored(project.trace, project.flow),
    }
    if project.checkpoint is not None:
        text["checkpoint"], of_checkpoint = _split(project.checkpoint)
        groups |= of_checkpoint
    arrays = {
        f"{group}/{name}": np.ascontiguousarray(a)
        for group, g in groups.items()
        for name, a in g.items()
        if a is not None
    }
    return save(arrays, metadata={"flowviz": json.dumps({"format_version": FORMAT_VERSION, **text})})


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
        arrays, text = load(content), upgraded(text)
        flow = FlowSpec(**text["flow"])
        return Project(
            target=target_spec(put_back(text["target"], _named(arrays, "target"))),
            flow=flow,
            training=TrainingSpec(**text["training"]),
            weights=Weights(_group(arrays, "parameters"), _group(arrays, "statistics")),
            history=History(**_group(arrays, "history"), changes=_changes(text)),
            trace=_trace(flow, version <= ALL_STAGES_FORMAT, **_group(arrays, "trace")),
            checkpoint=_checkpoint(text["checkpoint"], arrays) if text.get("checkpoint") else None,
        )
    except (SafetensorError, KeyError, TypeError, ValueError, AttributeError, SpecError) as error:
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
    found = _named(arrays, group)
    if any(array.dtype.kind != "f" or not np.isfinite(array).all() for array in found.values()):
        raise ValueError(f"{group} holds numbers that are not finite")
    return found


def _named(arrays: Mapping[str, NDArray[Any]], group: str) -> dict[str, NDArray[Any]]:
    """The arrays `group/...`, without that prefix."""
    prefix = f"{group}/"
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _arrays(history: History) -> dict[str, NDArray[Any]]:
    return {name: value for name, value in vars(history).items() if isinstance(value, np.ndarray)}


def _changes(text: Mapping[str, Any]) -> tuple[Retargeted, ...]:
    """Raises `TypeError` or `ValueError` where they are none."""
    return tuple(Retargeted(int(change["step"]), str(change["title"])) for change in text.get("changes", ()))


def _stored(trace: Trace, flow: FlowSpec) -> dict[str, NDArray[Any] | None]:
    """The arrays of a trace, without the stages that are known from those before."""
    stored = [kind != PERMUTE for kind in (BASE, *flow.bijector_kinds())]
    return {
        "positions": trace.positions[stored],
        "log_det": trace.log_det[stored],
        "round_trip_error": trace.round_trip_error,
    }


def _trace(flow: FlowSpec, all_stages: bool, **arrays: NDArray[Any]) -> Trace:
    """The opposite of `_stored`, unless `all_stages` are there. Raises `KeyError` or `ValueError` where it is none."""
    positions, log_det, *error = (array.astype(np.float32) for array in _in_order(arrays))
    if positions.ndim != 3 or positions.shape[1] < 1 or positions.shape[2] != 2:
        raise ValueError(f"positions of shape {positions.shape} are no trace")
    if not all_stages:
        kinds = (BASE, *flow.bijector_kinds())
        if len(positions) != len(log_det) or len(positions) != sum(kind != PERMUTE for kind in kinds):
            raise ValueError(f"{len(positions)} stored stages do not make the {len(kinds)} of the flow")
        stored, stages = iter(zip(positions, log_det, strict=True)), list[Any]()
        for kind in kinds:
            stages.append((stages[-1][0][:, ::-1], stages[-1][1]) if kind == PERMUTE else next(stored))
        positions, log_det = (np.stack(each) for each in zip(*stages, strict=True))
    return Trace(flow.stage_names(), positions, log_det, *error)


def _in_order(arrays: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    names = ("positions", "log_det", *(["round_trip_error"] if "round_trip_error" in arrays else []))
    return [arrays[name] for name in names]


def _split(checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Mapping[str, NDArray[Any] | None]]]:
    """What of a checkpoint is JSON, and what are arrays, by group."""
    values = {field.name: getattr(checkpoint, field.name) for field in fields(checkpoint) if field.name != "kept"}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    text = {name: value for name, value in values.items() if name not in arrays}
    groups: dict[str, Mapping[str, NDArray[Any] | None]] = {"checkpoint": arrays}
    if kept := checkpoint.kept:
        text["kept"] = {"step": kept.step, "heldout_nll": kept.heldout_nll}
        groups |= {"kept/parameters": kept.weights.parameters, "kept/statistics": kept.weights.statistics}
    return text, groups


def _checkpoint(text: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Checkpoint:
    """The opposite of `_split`. Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
    kept = text.pop("kept", None)
    weights = Weights(_group(arrays, "kept/parameters"), _group(arrays, "kept/statistics"))
    values: dict[str, Any] = {**text, **_group(arrays, "checkpoint")}
    return Checkpoint(**values, kept=Kept(weights, kept["heldout_nll"], kept["step"]) if kept else None)

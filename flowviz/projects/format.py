"""Format 12 of the project file: conversion between a project and the bytes of its file.

The file is a safetensors file: arrays, and a JSON text under the key "flowviz" of the metadata. A *state* is a row of
all parameters and statistics of the flow at one moment; states that are equal bit for bit are stored once. Saving the
same project always produces the same bytes. NLLs, losses and entropies are in nats.

    metadata    format_version    12
                target            the target spec, with {"content": NUMBER} in place of the bytes of a file
                flow, training    the other specs of the training that produced the weights
                next              {"target", "flow", "training"} of the next training, or null if they are the same
                layout            {"parameters": {"STAGE/NAME": SHAPE, ...}, "statistics": {...}}: the arrays that are
                                  concatenated in a state, each in C order
                present           number of the current state, whose particles are the trace
                changes           [{"step", "title"}, ...]: the latest changes of the target during training
                adjustments       [{"step", "before", "after"}, ...]: the latest changes of the settings, which are
                                  {"learning_rate", "clip_norm", "batch"}; missing from older files
                recoveries        [{"cause", "step" to which the training returned, "learning_rate" from then on,
                                  "recoveries" so far, "failed_step", "seconds", "rise" of the validation NLL, or
                                  null}, ...]: the latest recoveries; missing from older files
                kept_step         step of the best report in the history since the latest change, or null
                score             score of the current state, or null: {"step", "validation", "test", "entropy",
                                  "folded": share of points without an exact density}; "validation" and "test" are the
                                  fields of `Measured`, or null; what is unknown is null. Older files repeat "test_uses"
                test_uses         number of times the test points were used for a score; missing from older files
                checkpoint        state of the training, or null: {"step", "seconds" since the first step,
                                  "start_step" and "start_seconds" of the schedule, "chunks" of steps, "recoveries",
                                  "rate_factor" of the learning rate, "random_state" of numpy's PCG64,
                                  "kept": {"step", "validation_nll", "without_density", "state"} of the best state so
                                  far, or null,
                                  "failed_chunks" and "failed_validations" since a success, "median_loss" of the latest
                                  successful chunk, or null, "validated_step": step of the best validated state, null
                                  if that is the state of the checkpoint, "latest_validation": step of the latest
                                  successful validation and "largest_rise" of the validation NLL, or null, and
                                  "unimproved", the number of validations since the best one; missing from older files,
                                  "edits" of the training}
                timeline          {"period", "moments": [{"step", "state", "on_target", "coverage", "legibility",
                                  "effective_share", "log_normalizer", "covered", "parts"}, ...]}
                                  of the training: steps ascend; shares and the legibility, which is missing from older
                                  files, are from 0 to 1, or null. The particles of a moment are stored only if it is
                                  the last one and its state is the current one, as the trace
                seen              how the project was viewed: the spec `Seen`
                edits             {"layers": {STAGE: {"disabled", "bumps": [{"curve", "center", "height", "width"},
                                  ...]}, ...}}: the spec `Edits`, with which the trace and the score were computed
                environment       {"flowviz", "tensorflow", "python", "platform"} in which the weights were trained, or
                                  null; missing from older files of this format
                ending            how the training ended: "completed", "patience", "stopped", "interrupted" or
                                  "diverged", or null before its end; missing from older files
                trained_as        edits with which weights without a checkpoint were trained, only if they have been
                                  changed since; older versions of flowviz do not open such files
    arrays      target/NUMBER     uint8: contents of files in targets: pictures (PNG) and points (float32,
                                  little-endian, alternating x and y)
                states/parameters (states, P), states/statistics (states, S)    float32
                states of a recorded flow: the arrays of `RecordedFlow`; it has no trace of its own
                trace/columns     float32 (stored, n): the distinct columns of x, y or log-det of n particles at a stage
                trace/index       uint16 (stages, 3): numbers of the columns that are x, y and log-det of each stage,
                                  base first; on average, a stored column is used at most twice
                trace/round_trip_error    float32 (stages,), if it was measured
                trace/folded      uint8: one bit per particle that a stage folds over, starting with the highest bit of
                                  the first byte; missing if there is none
                history/step, .../seconds         float64 (reports,)
                history/train_nll, .../validation_nll    float64 (reports,), NaN if unknown, because points have no
                                  density; older versions of flowviz do not open files with a NaN
                history/entropy   float64 (reports,): entropy of the target at each report, NaN if unknown; missing from
                                  older files of this format
                history/loss      float64 (reports,): mean loss of the latest steps, NaN if it is the NLL; missing from
                                  older files
                history/on_target float64 (reports,): share of the particles on the target, NaN if unknown; missing from
                                  older files
                checkpoint/parameters, .../first_moment, .../second_moment float32 (P,), .../statistics float32 (S,):
                the flow and the moments of Adam; checkpoint/losses float32, the latest losses
                validated/parameters, ...: the same arrays, except for the losses, of the best validated state, if that
                is a different one; of the latest validated state in older files
                selection/chosen  uint8: one bit per particle, starting with the highest bit of the first byte

Files are not trusted. When one is opened, all numbers outside the history must be finite, the shapes of all arrays must
be consistent, and the project may take at most 4 times the memory of the file (or 2 MB more than a small file).
`upgrade.py` opens older formats.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from flowviz import targets
from flowviz.errors import FileError, SpecError, TargetError
from flowviz.files import write_bytes
from flowviz.projects.arrays import bits_of, checked, flags_of
from flowviz.projects.columns import columns_of, trace_of
from flowviz.projects.contents import put_back, taken_out
from flowviz.projects.header import NOT_OURS, PROJECT, file_holds, max_memory, metadata
from flowviz.projects.losses import history_of
from flowviz.projects.metadata import KeptText, Metadata, WholeCheckpoint, missing_extensions
from flowviz.projects.moments import with_particles
from flowviz.projects.project import MAX_FILE_BYTES, Plan, Project
from flowviz.projects.recording import is_recording, load_recording
from flowviz.projects.states import Layout, States, size_of, weights_of
from flowviz.projects.storage import NotOurs, checked_content, read_content
from flowviz.projects.upgrade import FORMAT_VERSION, OLDEST_VERSION, upgraded
from flowviz.records import (
    FLOW_UNITS,
    Checkpoint,
    History,
    Kept,
    Moment,
    Selection,
    Timeline,
    Trace,
    Units,
    Validated,
    Weights,
    base_of,
)
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.specs import FlowSpec, TargetSpec

SAVED_BYTES = 32  # per weight of the flow: with its moments and checkpoint, each weight is saved about seven times
UNLIKELY_VERSION = 1000

Arrays = dict[str, NDArray[Any] | None]


def check_storable(flow: FlowSpec) -> None:
    """Check before training that a project with the trained flow can be saved.

    Raises:
        SpecError: If the project file would be too large.
    """
    if SAVED_BYTES * flow.weight_count > MAX_FILE_BYTES:
        raise SpecError(
            f"This flow has about {flow.weight_count / 1e6:.0f} million weights, too many for a project file. "
            "Choose a smaller width or depth, or fewer layers."
        )


def save_project(project: Project, path: Path, *, private: bool = False) -> None:
    """Save a project to a file, atomically even if the power fails.

    Args:
        project: The project. Only what `Project.storable` returns is saved.
        path: The file to write or replace.
        private: Whether to make the file readable by the user only.

    Raises:
        FileError: If the project is too large, if it could not be opened again, or if the file cannot be written.
    """
    content = checked_content(partial(to_bytes, project), from_bytes, "project", "Train a smaller flow.")
    write_bytes(path, content, lasting=True, private=private)


def load_project(path: Path) -> Project:
    """Load a project from a file that `save_project` wrote, or that of a recorded flow from an .npz file.

    Raises:
        FileError: If the file cannot be read, is damaged, or is not a project.
    """
    if is_recording(path):
        return load_recording(path)
    return read_content(path, from_bytes)


def is_project(path: Path) -> bool:
    """Return whether a file begins like one that `save_project` wrote."""
    return file_holds(path, PROJECT)


def to_bytes(project: Project) -> bytes:
    """Return the content of a project file. Only what `Project.storable` returns is included."""
    project = project.storable()
    states = States(Layout.of(project.weights))
    contents: list[bytes] = []
    text = taken_out(_metadata(project, states), contents)
    columns, index = (None, None) if project.flow.is_recorded else columns_of(project.trace)
    groups: dict[str, Arrays] = {
        "target": {str(number): np.frombuffer(content, np.uint8) for number, content in enumerate(contents)},
        "states": {**states.arrays()},
        "trace": {
            "columns": columns,
            "index": index,
            "round_trip_error": project.trace.round_trip_error,
            "folded": bits_of(project.trace.folded),
        },
        "history": _arrays_of(project.history),
        "checkpoint": _arrays_of(project.checkpoint),
        "validated": _arrays_of(project.checkpoint and project.checkpoint.validated),
        "selection": {"chosen": bits_of(None if project.selection is None else project.selection.chosen)},
    }
    arrays = {
        f"{group}/{name}": np.ascontiguousarray(a)
        for group, g in groups.items()
        for name, a in g.items()
        if a is not None
    }
    return save(arrays, metadata={PROJECT: json.dumps(text, allow_nan=False)})


def from_bytes(content: bytes) -> Project:
    """Return the project from the content of a project file.

    Raises:
        FileError: If the content is damaged, is not a project, or has a format that is not supported.
    """
    text, memory = metadata(content, PROJECT), max_memory(len(content))
    version = text.get("format_version")
    if not isinstance(version, int) or not 0 < version < UNLIKELY_VERSION:
        raise FileError(NOT_OURS[PROJECT])
    if version > FORMAT_VERSION:
        raise FileError(
            f"It has format {version}, but this version of flowviz supports formats up to {FORMAT_VERSION}. "
            "Install a newer version of flowviz."
        )
    if version < OLDEST_VERSION:
        raise FileError(
            f"It was saved before the first release of flowviz, in format {version}, which is no longer supported. "
            "Train the flow again."
        )
    try:
        arrays = load(content)
        del content  # free its memory for the trace
        text = upgraded(text)
        if missing := missing_extensions(text):
            raise FileError(
                f"It uses {missing} of an extension that is not loaded. Load it with: flowviz --with FILE.py."
            )
        found = Metadata.model_validate(put_back(text, _contents(arrays)))
        return _project(found, arrays, memory)
    except NotOurs as error:
        raise FileError("It is damaged or was not written by flowviz.") from error


def _metadata(project: Project, states: States) -> dict[str, Any]:
    """Return the JSON metadata, still with the bytes of files, and add the weights that it refers to to the states."""
    present = states.number(project.weights)
    checkpoint = project.checkpoint and _checkpoint_text(project.checkpoint, states)
    moments = [
        {"step": moment.step, **moment.hits, "state": states.number(moment.weights)}
        for moment in project.timeline.moments
    ]
    return {
        "format_version": FORMAT_VERSION,
        **_dumped(project.plan),
        "next": project.next and _dumped(project.next),
        "layout": vars(states.layout),
        "present": present,
        "changes": [vars(change) for change in project.history.changes],
        "adjustments": [asdict(change) for change in project.history.adjustments],
        "recoveries": [vars(each) for each in project.history.recoveries],
        "kept_step": project.history.kept_step,
        "score": project.score
        and {name: value for name, value in asdict(project.score).items() if name != "data_units"},
        "test_uses": project.test_uses,
        "checkpoint": checkpoint,
        "timeline": {"period": project.timeline.period, "moments": moments},
        "seen": project.seen.model_dump(),
        "environment": project.environment and vars(project.environment),
        "edits": project.edits.model_dump(),
        "ending": project.ending,
        **({"trained_as": project.trained_as.model_dump()} if project.trained_as else {}),
    }


def _checkpoint_text(checkpoint: Checkpoint, states: States) -> dict[str, Any]:
    """Return the JSON part of a checkpoint, and add its kept weights to the states."""
    kept, validated = checkpoint.kept, checkpoint.validated
    values = {name: value for name, value in vars(checkpoint).items() if not isinstance(value, np.ndarray)}
    del values["validated"]
    return {
        **values,
        "kept": kept
        and {
            "step": kept.step,
            "validation_nll": kept.validation_nll,
            "without_density": kept.without_density,
            "state": states.number(kept.weights),
        },
        "validated_step": validated and validated.step,
        "edits": checkpoint.edits.model_dump(),
    }


def _dumped(plan: Plan) -> dict[str, Any]:
    return {name: spec.model_dump() for name, spec in vars(plan).items()}


def _arrays_of(record: History | Checkpoint | Validated | None) -> Arrays:
    values = vars(record) if record else {}
    return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def _contents(arrays: Mapping[str, NDArray[Any]]) -> dict[int, bytes]:
    """Return the contents of the files in the targets by number. Raises `ValueError` if they are not valid."""
    named = {name.removeprefix("target/"): array for name, array in arrays.items() if name.startswith("target/")}
    return {int(number): checked(array, np.uint8).tobytes() for number, array in named.items()}


def _project(found: Metadata, arrays: Mapping[str, NDArray[Any]], memory: int) -> Project:
    """Return the project from its validated metadata and its arrays. Raises one of `NotOurs` if they do not fit."""
    parameters = checked(arrays["states/parameters"], np.float32, np.float64)
    statistics = checked(arrays["states/statistics"], np.float32, np.float64)
    states = weights_of(found.layout, parameters, statistics, memory)
    present = states[found.present]
    is_recorded = found.flow.is_recorded
    trace = RecordedFlow(found.flow, present).checked().recorded if is_recorded else _trace(found, arrays, present)
    checkpoint = None if found.checkpoint is None else _checkpoint(found.checkpoint, arrays, states)
    if checkpoint is not None:
        checkpoint.edits.checked(found.flow)
    chosen = flags_of(arrays.get("selection/chosen"), trace.positions.shape[1])
    return Project(
        target=found.target,
        flow=found.flow,
        training=found.training,
        weights=present,
        history=history_of(found, arrays),
        trace=trace,
        checkpoint=checkpoint,
        timeline=_timeline(found, states, trace),
        seen=found.seen,
        selection=None if chosen is None else Selection(chosen),
        next=found.next,
        environment=found.environment,
        score=found.score and replace(found.score, data_units=_data_units(found.target)),
        test_uses=found.test_uses,
        edits=found.edits,
        ending=found.ending,
        trained_as=found.trained_as,
    )


def _data_units(target: TargetSpec) -> Units:
    """Return the units of the data, or flow units for a target that no flow could have learned."""
    with suppress(TargetError):
        return targets.spec_units(target, "data")
    return FLOW_UNITS


def _trace(found: Metadata, arrays: Mapping[str, NDArray[Any]], weights: Weights) -> Trace:
    error, folded = arrays.get("trace/round_trip_error"), arrays.get("trace/folded")
    return trace_of(
        found.flow.stage_names(),
        checked(arrays["trace/columns"], np.float32),
        checked(arrays["trace/index"], np.uint16),
        error if error is None else checked(error, np.float32),
        folded,
        base_of(found.flow, weights.parameters),
    )


def _checkpoint(text: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], states: list[Weights]) -> Checkpoint:
    parameters, statistics = (size_of(of_flow) for of_flow in (states[0].parameters, states[0].statistics))
    sizes = dict.fromkeys(("parameters", "first_moment", "second_moment"), parameters) | {"statistics": statistics}

    def state(group: str) -> dict[str, NDArray[Any]]:
        flat = {name: checked(arrays[f"{group}/{name}"], np.float32) for name in sizes}
        if any(flat[name].shape != (size,) for name, size in sizes.items()):
            raise ValueError("the checkpoint belongs to a different flow")
        return flat

    losses = checked(arrays["checkpoint/losses"], np.float32)
    if losses.ndim != 1:
        raise ValueError(f"{losses.ndim} dimensions of losses")
    values = {**text, **state("checkpoint"), "losses": losses, "kept": None, "validated": None}
    if text.get("kept") is not None:
        kept = KeptText(**text["kept"])
        values["kept"] = Kept(states[kept.state], kept.validation_nll, kept.step, kept.without_density)
    if (step := values.pop("validated_step", None)) is not None:
        values["validated"] = {**state("validated"), "step": step}
    return WholeCheckpoint(checkpoint=values).checkpoint


def _timeline(found: Metadata, states: list[Weights], trace: Trace) -> Timeline:
    texts = found.timeline.moments
    moments = [Moment(weights=states[text.state], **text.model_dump(exclude={"state"})) for text in texts]
    if found.flow.is_recorded:
        moments = [with_particles(each, RecordedFlow(found.flow, each.weights).checked().recorded) for each in moments]
    if texts and texts[-1].state == found.present:
        moments[-1] = with_particles(moments[-1], trace)
    return Timeline(tuple(moments), found.timeline.period)

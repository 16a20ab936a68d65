"""Projects with something in every field, made without a training; and how two are compared to the last bit."""

import json
import struct
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from flowviz.projects import Plan, Project
from flowviz.records import (
    Adjusted,
    Checkpoint,
    Environment,
    History,
    Kept,
    Moment,
    Recovered,
    Retargeted,
    Selection,
    Settings,
    Snapshot,
    Timeline,
    Trace,
    Validated,
    Weights,
    base_particles,
    untrained_trace,
)
from flowviz.specs import DrawingSpec, FlowSpec, Playback, PointsSpec, Seen, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from flowviz.specs.recipes import BATCH_NORMALIZATION, PERMUTE
from tests.records.scores import scored

Change = Callable[[dict[str, Any], dict[str, NDArray[Any]]], object]
EDITS = Edits(
    layers={
        1: LayerEdit(
            bumps=(
                Bump(curve="shift", center=(0.5,), height=(1 / 3,), width=0.3),
                Bump(curve="log-scale", center=(-0.1,), height=(-0.7,)),
            )
        ),
        3: LayerEdit(disabled=True),
    }
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def whole_project(
    particles: int = 100, moments: int = 5, width: int = 4, flow: FlowSpec | None = None, seed: int = 0
) -> Project:
    """A flow of random numbers, with a checkpoint, moments, changes, a selection, and a next training."""
    rng = np.random.default_rng(seed)
    flow = flow or FlowSpec(layers=4, width=8)
    past = [moment(flow, 100 * number, width, rng) for number in range(moments)]
    present = past[-1].weights
    trace = moved(flow, particles, rng)
    return Project(
        target=DrawingSpec(png=PNG),
        flow=flow,
        training=TrainingSpec(seconds=2.5, seed=2**62 + 1),
        weights=present,
        history=history(rng),
        trace=trace,
        checkpoint=checkpoint(present, past[-2].weights, rng),
        timeline=Timeline((*past[:-1], Snapshot(**vars(past[-1]), trace=trace)), 7),
        seen=Seen(
            view=ViewSpec(marks=frozenset({"points", "paths", "grid"}), center=(0.1, -1e300)),
            stage=3,
            moment=200 if moments > 2 else None,
            playback=Playback(repeat="ping-pong", speed=0.3),
            probe=(2, (0.1, 0.2)),
            fitted=False,
        ),
        selection=Selection(rng.random(particles) < 0.3),
        score=scored(400, -0.5, -0.25, 0.125, -1.5),
        next=Plan(PointsSpec(data=PNG[:160]), FlowSpec(family="spline"), TrainingSpec(steps=3)),
        environment=Environment(flowviz="0.1.0", tensorflow="2.21.0", python="3.11.7", platform="Linux 6.1 x86_64"),
        edits=EDITS if flow == FlowSpec(layers=4, width=8) else Edits(),
    )


def history(rng: np.random.Generator) -> History:
    changes = (Retargeted(0, "a"), Retargeted(3, "Ünïcode ✨"))
    seconds, train_nll, validation_nll = rng.normal(size=(3, 7))
    step = np.arange(100.0, 800, 100)
    entropy = np.array([np.nan, *rng.normal(size=6)])
    before, after = Settings(2e-3, 1.0, 256), Settings(1e-4, 0.1, 300)
    adjustments = (Adjusted(150, before, after), Adjusted(151, after, before))
    recoveries = (
        Recovered("loss exploded", 100, 1e-3, 1, 140, 0.2),
        Recovered("loss rose", 100, 5e-4, 2, 300, 0.5, 0.375),
    )
    marks: dict[str, Any] = {"adjustments": adjustments, "recoveries": recoveries}
    return History(step, seconds, train_nll, validation_nll, changes, entropy, 400, **marks)


def weights(flow: FlowSpec, width: int, rng: np.random.Generator) -> Weights:
    """Two arrays a stage, some of them statistics, float32."""
    parameters, statistics = {}, {}
    for name in flow.stage_names()[1:]:
        if name.endswith(BATCH_NORMALIZATION):
            statistics[f"{name}/mean"] = rng.normal(size=2).astype(np.float32)
        elif not name.endswith(PERMUTE):
            parameters[f"{name}/kernel"] = rng.normal(size=(width, width)).astype(np.float32)
            parameters[f"{name}/bias"] = rng.normal(size=width).astype(np.float32)
    return Weights(parameters, statistics)


def moment(flow: FlowSpec, step: int, width: int, rng: np.random.Generator) -> Moment:
    on_target, coverage, legibility = (None if step == 100 else float(share) for share in rng.random(3))
    return Moment(step, weights(flow, width, rng), on_target, coverage, legibility=legibility)


def moved(flow: FlowSpec, particles: int, rng: np.random.Generator) -> Trace:
    """A trace as couplings make it: each stage but a permutation moves one coordinate, and changes the log-det."""
    trace = untrained_trace(flow, base_particles(particles))
    positions, log_det = trace.positions.copy(), trace.log_det.copy()
    for stage, name in enumerate(trace.names[1:], 1):
        positions[stage] = positions[stage - 1]
        log_det[stage] = log_det[stage - 1]
        if name.endswith(PERMUTE):
            positions[stage] = positions[stage - 1][:, ::-1]
        else:
            positions[stage, :, 1] = rng.normal(size=particles)
            log_det[stage] = rng.normal(size=particles)
    return Trace(trace.names, positions, log_det, rng.random(len(trace.names)).astype(np.float32))


def checkpoint(present: Weights, best: Weights, rng: np.random.Generator) -> Checkpoint:
    sizes = [sum(a.size for a in arrays.values()) for arrays in (present.parameters, present.statistics)]
    generator = np.random.default_rng(5)
    generator.integers(10, dtype=np.uint32)
    return Checkpoint(
        parameters=rng.normal(size=sizes[0]).astype(np.float32),
        first_moment=rng.normal(size=sizes[0]).astype(np.float32),
        second_moment=rng.random(sizes[0]).astype(np.float32),
        statistics=rng.normal(size=sizes[1]).astype(np.float32),
        losses=rng.normal(size=9).astype(np.float32),
        step=500,
        seconds=1.25,
        chunks=3,
        rate_factor=0.5,
        recoveries=1,
        random_state=generator.bit_generator.state,
        kept=Kept(best, -0.5, 400),
        start_step=20,
        start_seconds=0.1,
        validated=Validated(
            parameters=rng.normal(size=sizes[0]).astype(np.float32),
            first_moment=rng.normal(size=sizes[0]).astype(np.float32),
            second_moment=rng.random(sizes[0]).astype(np.float32),
            statistics=rng.normal(size=sizes[1]).astype(np.float32),
            step=480,
        ),
        failed_chunks=1,
        failed_validations=2,
        median_loss=0.25,
        edits=Edits(layers={4: LayerEdit(disabled=True)}),
        latest_validation=490,
        largest_rise=0.125,
    )


def bare_project(flow: FlowSpec | None = None) -> Project:
    """What is asked for alone."""
    return Project.untrained(TextSpec(text="Hi"), flow or FlowSpec(), TrainingSpec(steps=1))


def without_moments(project: Project) -> Project:
    return replace(project, timeline=Timeline(), seen=replace_moment(project.seen, None))


def replace_moment(seen: Seen, step: int | None) -> Seen:
    return seen.model_copy(update={"moment": step})


def assert_same(one: Any, other: Any, where: str = "") -> None:
    """To the last bit, in every field of all records."""
    assert type(one) is type(other), where
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), where
        assert one.tobytes() == other.tobytes(), where
    elif is_dataclass(one):
        for each in fields(one):
            assert_same(getattr(one, each.name), getattr(other, each.name), f"{where}.{each.name}")
    elif isinstance(one, dict):
        assert set(one) == set(other), where
        for key in one:
            assert_same(one[key], other[key], f"{where}[{key}]")
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for number, pair in enumerate(zip(one, other, strict=True)):
            assert_same(*pair, f"{where}[{number}]")
    else:
        assert one == other, where


def changed(content: bytes, change: Change) -> bytes:
    """Return a file whose JSON and arrays are something else."""
    arrays = load(content)
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    text = json.loads(header["__metadata__"]["flowviz"])
    change(text, arrays)
    return save(arrays, metadata={"flowviz": json.dumps(text)})

"""Many trainings, to learn how often one fails and how good it is otherwise."""

import json
from collections.abc import Collection, Generator, Sequence
from functools import partial
from hashlib import blake2b
from time import process_time
from typing import Any

import numpy as np

import flowviz
from flowviz.errors import SpecError
from flowviz.records import Finished, Trial
from flowviz.records.trial import TrialKey
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training.jobs import Backend, Failure, run_jobs, workers
from flowviz.training.train import train


def run_trials(
    target: TargetSpec,
    flow: FlowSpec,
    specs: Sequence[TrainingSpec],
    seeds: Sequence[int],
    *,
    done: Collection[TrialKey] = (),
    jobs: int = -1,
    backend: Backend = "loky",
    scheduler: str | None = None,
) -> Generator[Trial, None, None]:
    """Train with every spec and every seed, and yield each trial once, as it ends.

    Every run has a core and a clock of its own: a budget of seconds counts the processor time of its process.

    Args:
        target: What is learned.
        flow: The flow; its seed is replaced.
        specs: The trainings; their seeds are replaced.
        seeds: A run each for every spec.
        done: Keys of the trials that are left out, because they are known.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes of this machine, `dask` for a cluster.
        scheduler: Address of the scheduler of the cluster.

    Raises:
        SpecError: If nothing is to be run, a spec is wrong, or the cluster is not there.
        MachineError: If the workers are lost for good.
    """
    build_target(target)
    calls = {
        (flow.family, spec.learning_rate, seed): _call(target, flow, spec, seed) for spec in specs for seed in seeds
    }
    if not calls:
        raise SpecError("There is nothing to try: give at least one seed and one learning rate.")
    missing = {key: call for key, call in calls.items() if key not in done}
    if not missing:
        return
    with workers(backend, jobs, scheduler) as found:
        for key, result in run_jobs(missing, found):
            yield Trial(*key, "failed", False, {}, result.reason) if isinstance(result, Failure) else result


def run_trial(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec) -> Trial:
    """Train once, by the processor time of this process: trainings side by side do not change each other's budget."""
    *_, end = train(build_target(target), flow, spec, clock=process_time)
    assert isinstance(end, Finished)
    arrays = (*end.weights.parameters.values(), *end.weights.statistics.values(), end.trace.positions)
    figures = end.figures()
    finite = all(np.isfinite(array).all() for array in arrays) and all(
        np.isfinite(value) for value in figures.values() if value is not None
    )
    return Trial(flow.family, spec.learning_rate, spec.seed, end.ending, finite, figures)


def settings_digest(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec) -> str:
    """Return a text that is the same for trials that differ by their seeds and learning rates alone."""
    varied = {"seed": None, "learning_rate": None}
    settings = [
        flowviz.__version__,
        target.model_dump(),
        {**flow.model_dump(), "seed": None},
        {**spec.model_dump(), **varied},
    ]
    text = json.dumps(settings, sort_keys=True, default=_digest_of_bytes)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _digest_of_bytes(content: Any) -> str:
    """Return a digest of the content of a file in a spec."""
    return blake2b(content).hexdigest()


def _call(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec, seed: int) -> partial[Trial]:
    seeded = {"seed": seed}
    return partial(run_trial, target, flow.model_copy(update=seeded), spec.model_copy(update=seeded))

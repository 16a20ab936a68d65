"""Series of trainings, to measure how often training fails and how good its results are."""

import json
from collections.abc import Collection, Generator, Sequence
from functools import partial
from hashlib import blake2b
from time import process_time
from typing import Any

import flowviz
from flowviz.errors import SpecError
from flowviz.extensions import Loading, loading
from flowviz.records import Finished, History, Trial
from flowviz.records.trial import TrialKey
from flowviz.specs import FlowSpec, PointsSpec, TargetSpec, TrainingSpec
from flowviz.targets import build_target, target_units
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
    """Train with every combination of a spec and a seed, in parallel.

    Each trial has its own core and clock: a budget of seconds is measured in the processor time of its process.

    Args:
        target: The target to learn.
        flow: The flow. Its seed is replaced.
        specs: The trainings. Their seeds are replaced.
        seeds: Seeds of the flow and of the training.
        done: Keys of the trials to skip because their results are known.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes on this machine, `dask` for a cluster.
        scheduler: Address of the cluster's scheduler.

    Yields:
        Each trial as soon as it ends. If it raised an error or its process was killed, its ending is "failed".

    Raises:
        SpecError: If there are no specs or no seeds, a spec is invalid, or the cluster cannot be used.
        MachineError: If the workers are lost for good.
    """
    build_target(target)
    own = [spec.of_family(flow.recipe) for spec in specs]
    calls = {(flow.family, spec.peak_rate, seed): _call(target, flow, spec, seed) for spec in own for seed in seeds}
    if not calls:
        raise SpecError("There are no trials to run. Give at least one seed and one learning rate.")
    missing = {key: call for key, call in calls.items() if key not in done}
    if not missing:
        return
    with workers(backend, jobs, scheduler) as found:
        for key, result in run_jobs(missing, found):
            yield Trial(*key, "failed", False, {}, result.reason) if isinstance(result, Failure) else result


def run_trial(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec, extensions: Loading | None = None) -> Trial:
    """Train once, with a budget in processor time, so that concurrent trials do not use up each other's budget.

    A worker process first loads the extensions that the program has loaded. NLLs are in the units of the data.
    """
    if extensions is not None:
        extensions.repeat()
    built = build_target(target)
    history = History()
    for event in train(built, flow, spec, clock=process_time):
        history = history.with_event(event)
    assert isinstance(event, Finished)
    return Trial.of("", flow, spec, event, history, target_units(built, "data"))


def settings_digest(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec) -> str:
    """Return a hexadecimal digest of all settings of a trial, except for the seeds and the learning rate."""
    varied = {"seed": None, "learning_rate": None}
    settings = [
        flowviz.__version__,
        target.model_dump(),
        {**flow.model_dump(), "seed": None},
        {**spec.model_dump(), **varied},
        *(["NLLs in data units"] if isinstance(target, PointsSpec) else []),  # earlier tables have them in flow units
    ]
    text = json.dumps(settings, sort_keys=True, default=_digest_of_bytes)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _digest_of_bytes(content: Any) -> str:
    """Return the digest of the bytes of a file in a spec, which JSON cannot hold."""
    return blake2b(content).hexdigest()


def _call(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec, seed: int) -> partial[Trial]:
    seeded = {"seed": seed}
    return partial(run_trial, target, flow.model_copy(update=seeded), spec.model_copy(update=seeded), loading())

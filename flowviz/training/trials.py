"""Series of trainings, to measure how often training fails and how good its results are."""

import json
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import flowviz
from flowviz.errors import SpecError
from flowviz.records import Trial
from flowviz.records.trial import TrialKey
from flowviz.specs import Entrant, FlowSpec, PointsSpec, TargetSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training.jobs import Backend
from flowviz.training.runs import Run, run_all


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
    configure: Callable[[], object] = lambda: None,
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
        configure: Applies the settings of the program to each process on this machine.

    Yields:
        Each trial as soon as it ends. If it raised an error or its process was killed, its ending is "failed".

    Raises:
        SpecError: If there are no specs or no seeds, a spec is invalid, or the cluster cannot be used.
        MachineError: If the workers are lost for good.
    """
    build_target(target)
    trainings = [spec.of_family(flow.recipe).with_seed(seed) for spec in specs for seed in seeds]
    if not trainings:
        raise SpecError("There are no trials to run. Give at least one seed and one learning rate.")
    runs = [
        Run(Entrant(name=flow.family, target=target, flow=flow.model_copy(update={"seed": spec.seed}), training=spec))
        for spec in trainings
        if (flow.family, spec.peak_rate, spec.seed) not in done
    ]
    for trial, _ in run_all(runs, jobs=jobs, backend=backend, scheduler=scheduler, configure=configure):
        yield replace(trial, name="")  # the table tells the trials apart by their family, rate and seed


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

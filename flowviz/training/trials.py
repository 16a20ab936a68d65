"""Many trainings, to learn how often one fails and how good it is otherwise."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Literal

import numpy as np
from joblib import Parallel, delayed, parallel_config

from flowviz.errors import SpecError
from flowviz.records import Finished, Trial
from flowviz.specs import FlowSpec, TargetSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training.train import train

Backend = Literal["loky", "dask"]
CLUSTER_SECONDS = 10


def run_trials(
    target: TargetSpec,
    flow: FlowSpec,
    specs: Sequence[TrainingSpec],
    seeds: Sequence[int],
    *,
    jobs: int = -1,
    backend: Backend = "loky",
    scheduler: str | None = None,
) -> Iterator[Trial]:
    """Train with every spec and every seed; the trials come as they end, each of them once.

    `loky` runs `jobs` processes on this machine, -1 for one a core, each with one thread; `dask` sends the same work
    to the cluster of the scheduler at that address. Raises `SpecError` where the cluster is not there, and for what
    is wrong with a spec before anything runs.
    """
    build_target(target)
    calls = [delayed(run_trial)(target, *_seeded(flow, spec, seed)) for spec in specs for seed in seeds]
    if not calls:
        raise SpecError("There is nothing to try: give at least one seed and one learning rate.")
    with ExitStack() as stack:
        if backend == "dask":
            stack.enter_context(_cluster(scheduler))
            options: dict[str, Any] = {}
        elif scheduler is not None:
            raise SpecError("A scheduler goes with --backend dask.")
        else:
            options = {"n_jobs": jobs, "inner_max_num_threads": 1}
        stack.enter_context(parallel_config(backend, **options))
        yield from Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="all")(calls)


def run_trial(target: TargetSpec, flow: FlowSpec, spec: TrainingSpec) -> Trial:
    """Train once."""
    *_, end = train(build_target(target), flow, spec)
    assert isinstance(end, Finished)
    arrays = (*end.weights.parameters.values(), *end.weights.statistics.values(), end.trace.positions)
    figures = end.figures()
    finite = all(np.isfinite(array).all() for array in arrays) and all(
        np.isfinite(value) for value in figures.values() if value is not None
    )
    return Trial(flow.family, spec.learning_rate, spec.seed, end.ending, finite, figures)


def _seeded(flow: FlowSpec, spec: TrainingSpec, seed: int) -> tuple[FlowSpec, TrainingSpec]:
    return flow.model_copy(update={"seed": seed}), spec.model_copy(update={"seed": seed})


def _cluster(scheduler: str | None) -> Any:
    """A client of the Dask cluster, to be closed at the end."""
    try:
        from distributed import Client
    except ImportError as error:
        raise SpecError('Dask is not installed. Add it by: pip install "flowviz-desktop[cluster]"') from error
    if scheduler is None:
        raise SpecError("Give the address of the cluster, such as --scheduler tcp://HOST:8786.")
    try:
        return Client(scheduler, timeout=CLUSTER_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise SpecError(f"There is no Dask scheduler at {scheduler}.") from error

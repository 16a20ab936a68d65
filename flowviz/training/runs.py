"""Trainings in worker processes, each on one core."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from time import process_time

from flowviz.extensions import Loading, loading
from flowviz.projects import Comparison, Project
from flowviz.records import Event, Finished, Trial
from flowviz.specs import Entrant
from flowviz.targets import build_target, target_units
from flowviz.training.jobs import Backend, Failure, run_jobs, workers
from flowviz.training.trained import trained


@dataclass(frozen=True)
class Run:
    """A training to run.

    Attributes:
        entrant: What to train.
        start: A project of the entrant, to continue from its checkpoint. None to train from scratch.
        keeps_project: Whether the trained project is wanted, and not only its figures.
    """

    entrant: Entrant
    start: Project | None = None
    keeps_project: bool = False


Result = tuple[Trial, Project | None]  # of a run; the project is None unless it was wanted, and after a failure


def run_all(
    runs: Sequence[Run], *, jobs: int = -1, backend: Backend = "loky", scheduler: str | None = None
) -> Generator[Result, None, None]:
    """Run trainings in parallel, each on its own core: a budget of seconds is the processor time of its process.

    Args:
        runs: The trainings.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes on this machine, `dask` for a cluster.
        scheduler: Address of the cluster's scheduler.

    Yields:
        Each result as soon as it is known. If the run raised an error or its process was killed repeatedly, the ending
        of its trial is "failed".

    Raises:
        SpecError: If the cluster cannot be used.
        MachineError: If the workers are lost for good.
    """
    if not runs:
        return
    calls = {number: partial(run_here, run, loading()) for number, run in enumerate(runs)}
    with workers(backend, jobs, scheduler) as found:
        for number, result in run_jobs(calls, found):
            yield _failed(runs[number], result) if isinstance(result, Failure) else result


def run_here(run: Run, extensions: Loading | None = None) -> Result:
    """Run a training in this process, after loading the extensions that the program has loaded."""
    if extensions is not None:
        extensions.repeat()
    entrant, ends = run.entrant, list[Finished]()
    target = build_target(entrant.target)
    start = run.start or Project.untrained(entrant.target, entrant.flow, entrant.training)

    def take(event: Event) -> None:
        if isinstance(event, Finished):
            ends.append(event)

    found = trained(start, target, on_event=take, clock=process_time, keeps_moments=run.keeps_project)
    (end,) = ends
    units = target_units(target, "data")
    trial = Trial.of(entrant.name, entrant.flow, entrant.training, end, found.history, units)
    return trial, found if run.keeps_project else None


def compared_in_processes(
    comparison: Comparison, *, jobs: int = -1, backend: Backend = "loky", scheduler: str | None = None
) -> Generator[Comparison, None, None]:
    """Train the missing runs of a comparison in worker processes, each run on its own core.

    A budget of seconds is measured in the processor time of the process.

    Args:
        comparison: The comparison, of which some runs may have ended or been stopped.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes on this machine, `dask` for a cluster.
        scheduler: Address of the cluster's scheduler.

    Yields:
        The comparison after each run that has ended, including those that failed.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
        SpecError: If the cluster cannot be used.
        MachineError: If the workers are lost for good.
    """
    for entrant in comparison.spec.entrants:
        build_target(entrant.target)
    own = [Run(entrant, _begun(comparison[entrant.name]), keeps_project=True) for entrant in comparison.missing()]
    later = [Run(entrant) for offset in range(1, comparison.seeds) for entrant in comparison.missing(offset)]
    for trial, found in run_all([*own, *later], jobs=jobs, backend=backend, scheduler=scheduler):
        if found is not None:
            comparison = comparison.with_project(trial.name, found)
        comparison = comparison.with_trial(trial)
        yield comparison


def _begun(project: Project) -> Project | None:
    return project if project.checkpoint else None


def _failed(run: Run, failure: Failure) -> Result:
    return Trial.failed(run.entrant.name, run.entrant.flow, run.entrant.training, failure.reason), None

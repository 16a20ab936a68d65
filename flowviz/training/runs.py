"""Trainings in worker processes, each on one core."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import parent_process
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from flowviz.errors import FileError
from flowviz.extensions import Loading, loading
from flowviz.projects import Comparison, Project, save_checkpoint
from flowviz.records import Event, Finished, Trial
from flowviz.specs import Entrant
from flowviz.targets import build_target
from flowviz.training.jobs import Backend, Failure, run_jobs, workers
from flowviz.training.run_files import checkpoint_of, discard_checkpoint_of, output_of
from flowviz.training.trained import trained

CHECKPOINT_SECONDS = 10.0  # training time between checkpoints, the most that a killed run loses


@dataclass(frozen=True)
class Run:
    """A training to run.

    Attributes:
        entrant: What to train.
        start: A project of the entrant, to continue from its checkpoint. None to train from scratch.
        keeps_project: Whether the trained project is wanted, and not only its figures.
        folder: The folder in which the run keeps its checkpoint until its result is saved, and from which it continues
            if there is one. None to keep no checkpoint.
    """

    entrant: Entrant
    start: Project | None = None
    keeps_project: bool = False
    folder: Path | None = None


class RunStopped(Exception):  # noqa: N818  # nothing is wrong
    """The run has kept its checkpoint, and nobody waits for its result."""


Result = tuple[Trial, Project | None]  # of a run; the project is None unless it was wanted, and after a failure


def run_all(
    runs: Sequence[Run],
    *,
    jobs: int = -1,
    backend: Backend = "loky",
    scheduler: str | None = None,
    configure: Callable[[], object] = lambda: None,
) -> Generator[Result, None, None]:
    """Run trainings in parallel, each on its own core: a budget of seconds is the processor time of its process.

    Args:
        runs: The trainings.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes on this machine, `dask` for a cluster.
        scheduler: Address of the cluster's scheduler.
        configure: Applies the settings of the program to each process on this machine.

    Yields:
        Each result as soon as it is known. If the run raised an error or its process was killed repeatedly, the ending
        of its trial is "failed".

    Raises:
        SpecError: If the cluster cannot be used.
        MachineError: If the workers are lost for good.
    """
    if not runs:
        return
    with TemporaryDirectory(prefix="flowviz-") as shared:
        stop = Path(shared) / "stop"
        calls = {number: partial(run_here, run, loading(), stop) for number, run in enumerate(runs)}
        with workers(backend, jobs, scheduler, configure) as found:
            for number, result in run_jobs(calls, found, on_interrupt=stop.touch):
                yield _failed(runs[number], result) if isinstance(result, Failure) else result


def run_here(run: Run, extensions: Loading | None = None, stop: Path | None = None) -> Result:
    """Run a training in this process, after loading the extensions that the program has loaded.

    Args:
        run: The training.
        extensions: The extensions.
        stop: A file that appears when the run must end. The run ends as well if its parent process does.

    Raises:
        RunStopped: If it had to end, after its checkpoint has been kept.
        SpecError: If an extension cannot be loaded in this process.
    """
    if extensions is not None:
        extensions.repeat()
    entrant, ends, parent_has_ended = run.entrant, list[Finished](), _end_of_parent()
    target = build_target(entrant.target)

    def take(event: Event) -> None:
        if isinstance(event, Finished):
            ends.append(event)

    def must_stop() -> bool:
        return parent_has_ended() or (stop is not None and stop.exists())

    found = trained(
        _start(run),
        target,
        on_event=take,
        should_stop=must_stop,
        on_checkpoint=_keeper(run.folder, entrant, must_stop),
        checkpoint_seconds=CHECKPOINT_SECONDS,
        checkpoints_end=True,
        clock=process_time,
        keeps_moments=run.keeps_project,
    )
    (end,) = ends
    trial = Trial.of(entrant.name, entrant.flow, entrant.training, end, found.history)
    return trial, found if run.keeps_project else None


def _end_of_parent() -> Callable[[], bool]:
    """Return a function that tells whether the parent of this process has ended.

    A process whose parent has ended gets another one, except on Windows, where loky passes it a handle of its parent.
    """
    number, parent = os.getppid(), parent_process()
    if parent is None or not parent.sentinel:
        return lambda: os.getppid() != number
    return lambda: os.getppid() != number or not parent.is_alive()


def _start(run: Run) -> Project:
    """Return the most advanced state of a run."""
    entrant = run.entrant
    states = (run.start, checkpoint_of(entrant, run.folder) if run.folder else None)
    known = [state for state in states if state is not None and state.checkpoint is not None]
    new = Project.untrained(entrant.target, entrant.flow, entrant.training)
    return max(known, key=attrgetter("resumes_at"), default=new)


def _keeper(folder: Path | None, entrant: Entrant, must_stop: Callable[[], bool]) -> Callable[[Project], None] | None:
    """Return what keeps the checkpoint of a run, and ends the run if it must stop."""
    if folder is None:
        return None
    output = output_of(entrant.name, entrant.seed, folder)

    def keep(project: Project) -> None:
        with suppress(FileError):  # a full disk need not end the run
            save_checkpoint(project, output)
        if must_stop():
            raise RunStopped

    return keep


def compared_in_processes(
    comparison: Comparison,
    *,
    jobs: int = -1,
    backend: Backend = "loky",
    scheduler: str | None = None,
    folder: Path | None = None,
    configure: Callable[[], object] = lambda: None,
) -> Generator[Comparison, None, None]:
    """Train the missing runs of a comparison in worker processes, each run on its own core.

    A budget of seconds is measured in the processor time of the process.

    Args:
        comparison: The comparison, of which some runs may have ended or been stopped.
        jobs: Number of processes on this machine; -1 for one per core.
        backend: `loky` for processes on this machine, `dask` for a cluster.
        scheduler: Address of the cluster's scheduler.
        folder: A folder in which runs on this machine keep their checkpoints until the next comparison is requested,
            and from which interrupted ones continue. None to keep none.
        configure: Applies the settings of the program to each process on this machine.

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
    place = folder if backend == "loky" else None
    own = [Run(entrant, comparison[entrant.name], keeps_project=True, folder=place) for entrant in comparison.missing()]
    later = [
        Run(entrant, folder=place) for offset in range(1, comparison.seeds) for entrant in comparison.missing(offset)
    ]
    for trial, found in run_all([*own, *later], jobs=jobs, backend=backend, scheduler=scheduler, configure=configure):
        if found is not None:
            uses = comparison[trial.name].test_uses + trial.is_tested  # also those of later seeds that ended before
            comparison = comparison.with_project(trial.name, replace(found, test_uses=uses))
        comparison = comparison.with_trial(trial)
        yield comparison
        if folder is not None:
            discard_checkpoint_of(trial.name, trial.seed, folder)


def with_checkpoints(comparison: Comparison, folder: Path) -> Comparison:
    """Return a comparison with the states that interrupted runs have kept in a folder, each with its entrant's seed."""
    for entrant in comparison.missing():
        kept = checkpoint_of(entrant, folder)
        if kept is not None and kept.resumes_at > comparison[entrant.name].resumes_at:
            comparison = comparison.with_project(entrant.name, kept)
    return comparison


def _failed(run: Run, failure: Failure) -> Result:
    return Trial.failed(run.entrant.name, run.entrant.flow, run.entrant.training, failure.reason), None

"""Run jobs in worker processes: results arrive as they are ready, and a killed process affects only its own job.

joblib's `Parallel` does not offer this. Its loky backend runs all jobs in one executor, which breaks as a whole when
one process is killed, without reporting which job that process ran; its Dask backend waits forever for a job whose
workers were killed (joblib 1.6). Both libraries also provide executors in the style of `concurrent.futures`, which
report the outcome of each job. This module uses one single-process loky executor per core, or the executor of a Dask
client.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from typing import Any, Literal, TypeVar

import joblib
from joblib.externals.loky import ProcessPoolExecutor

from flowviz.errors import MachineError, SpecError, clause_of

Backend = Literal["loky", "dask"]
Key = TypeVar("Key")
Result = TypeVar("Result")
Job = Callable[[], Result]

CLUSTER_SECONDS = 10
IDLE_SECONDS = 5.0  # after which a process without a job ends, as nobody ends it if the main program was killed
PATIENCE_SECONDS = 0.4  # for running jobs to end by themselves after an interruption
# Concurrent jobs are comparable only if each has one core. TensorFlow and BLAS read these variables when they load.
ONE_CORE = {
    **dict.fromkeys(
        ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
    ),
    "CUDA_VISIBLE_DEVICES": "-1",  # one process would take all memory of the GPU and leave none for the next
}


@dataclass(frozen=True)
class Failure:
    """The outcome of a job without a result. `reason` is a clause that can end a sentence."""

    reason: str


@dataclass(frozen=True)
class Workers:
    """Worker processes that run jobs.

    Attributes:
        submit: Submits a job.
        killed: Exception of a job whose process was killed.
        repeats: How many times to repeat such a job.
    """

    submit: Callable[[Job[Any]], "Future[Any]"]
    killed: type[Exception]
    repeats: int = 1


def run_jobs(
    jobs: Mapping[Key, Job[Result]], workers: Workers, on_interrupt: Callable[[], object] = lambda: None
) -> Iterator[tuple[Key, Result | Failure]]:
    """Run jobs and yield each result as soon as it is ready.

    A job whose process was killed is submitted again. A job that raised an error is not, because it would fail again.

    Args:
        jobs: The jobs by key.
        workers: The workers that run them.
        on_interrupt: Called if jobs are left when the caller, or an exception, closes the generator. It can ask running
            jobs to end, which have a moment to do so.

    Yields:
        The key of a job with its result, or with a `Failure` if it has none.

    Raises:
        MachineError: If the workers are lost for good.
    """
    pending = {workers.submit(job): key for key, job in jobs.items()}
    try:
        yield from _results(jobs, workers, pending)
    finally:
        if pending:
            on_interrupt()
            wait([future for future in pending if not future.cancel()], PATIENCE_SECONDS)


def _results(
    jobs: Mapping[Key, Job[Result]], workers: Workers, pending: dict["Future[Result]", Key]
) -> Iterator[tuple[Key, Result | Failure]]:
    """Yield the results of pending jobs, which leave `pending` as they end."""
    killed = dict.fromkeys(jobs, 0)
    while pending:
        ended, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in ended:
            key = pending.pop(future)
            try:
                yield key, future.result()
            except workers.killed:
                killed[key] += 1
                if killed[key] <= workers.repeats:
                    pending[workers.submit(jobs[key])] = key
                else:
                    yield key, Failure("its process was killed repeatedly, perhaps because memory ran out")
            except CancelledError as error:
                raise MachineError("The connection to the workers was lost. Repeat the command to continue.") from error
            except Exception as error:  # an error in one job must not end the others
                yield key, Failure(clause_of(error))


@contextmanager
def workers(
    backend: Backend, count: int, scheduler: str | None, configure: Callable[[], object] = lambda: None
) -> Iterator[Workers]:
    """Start worker processes, or connect to a cluster. On exit, kill local processes that still run a job.

    Args:
        backend: `loky` for processes on this machine, `dask` for a cluster.
        count: Number of processes on this machine; -1 for one per core. A cluster determines its own.
        scheduler: Address of the cluster's scheduler.
        configure: Applies the settings of the program to each process on this machine.

    Yields:
        The workers.

    Raises:
        SpecError: If the arguments contradict each other, or if the cluster cannot be used.
    """
    if backend == "dask":
        with _cluster(scheduler) as found:
            yield found
    elif scheduler is not None:
        raise SpecError("--scheduler requires --backend dask.")
    elif count == 0:
        raise SpecError("The number of jobs cannot be 0. Give 1 or more, or -1 for one per core.")
    else:
        with _processes(joblib.effective_n_jobs(count), configure) as found:
            yield found


@contextmanager
def _processes(count: int, configure: Callable[[], object]) -> Iterator[Workers]:
    """Run each job in a single-process executor. An executor that breaks because its process was killed is replaced."""
    threads, lock, is_closed = ThreadPoolExecutor(count), Lock(), Event()
    started, idle = list[Any](), list[Any]()

    def run(job: Job[Any]) -> Any:
        with lock:
            if is_closed.is_set():
                raise CancelledError
            if not idle:
                started.append(_process(configure))
                idle.append(started[-1])
            process = idle.pop()
            future = process.submit(job)
        error = future.exception()
        if not isinstance(error, BrokenProcessPool):
            idle.append(process)
        return future.result()

    def submit(job: Job[Any]) -> "Future[Any]":
        return threads.submit(run, job)

    try:
        yield Workers(submit, BrokenProcessPool)
    finally:
        with lock:
            is_closed.set()
        for process in started:
            process.shutdown(kill_workers=True)
        threads.shutdown(cancel_futures=True)


def _process(configure: Callable[[], object]) -> Any:
    """Return an executor with one process."""
    return ProcessPoolExecutor(1, timeout=IDLE_SECONDS, env=ONE_CORE, initializer=partial(_begin, configure))


def _begin(configure: Callable[[], object]) -> None:
    """Begin a process, which ignores Ctrl+C: the terminal sends it to the main program as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure()


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[Workers]:
    """Connect to a Dask cluster. Dask itself retries a job whose worker was killed, up to three times."""
    if scheduler is None:
        raise SpecError("Give the address of the cluster, such as --scheduler tcp://HOST:8786.")
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise SpecError("Dask is not installed. Install it with: pip install distributed.") from error
    try:
        client = Client(scheduler, timeout=CLUSTER_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise SpecError(
            f"No Dask scheduler responds at {scheduler}. Check the address, or start the scheduler."
        ) from error
    with client:
        if any(threads > 1 for threads in client.nthreads().values()):  # type: ignore[no-untyped-call]
            raise SpecError(
                "The workers of the cluster have several threads, so runs would share a process. "
                "Start them with --nthreads 1."
            )
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        yield Workers(lambda job: executor.submit(_run_on_one_core, job), KilledWorker, repeats=0)


def _run_on_one_core(job: Job[Result]) -> Result:
    """Run a job in a worker of a cluster, whose environment variables flowviz did not set."""
    os.environ.update(ONE_CORE)
    return job()

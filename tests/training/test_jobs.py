"""Many jobs: every result comes once, a killed process costs its own job one repetition, and the rest goes on."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from flowviz.errors import MachineError, SpecError
from flowviz.training.jobs import Failure, Workers, run_jobs, workers

KILLED_TWICE = Failure("its process was killed repeatedly, perhaps because memory ran out")


class Killed(Exception):  # noqa: N818  # as KilledWorker of Dask
    """Stands for the death of a process."""


class FakeJob:
    """Is killed some times, then has a result."""

    def __init__(self, deaths: int, result: object = "done") -> None:
        self.deaths, self.result, self.calls = deaths, result, 0

    def __call__(self) -> object:
        self.calls += 1
        if self.calls <= self.deaths:
            raise Killed
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.fixture
def threads() -> Iterator[Workers]:
    with ThreadPoolExecutor(2) as executor:
        yield Workers(executor.submit, Killed)


def test_killed_job_is_repeated_once_and_then_fails_alone(threads: Workers) -> None:
    jobs = {deaths: FakeJob(deaths) for deaths in (0, 1, 2, 3)}
    results = list(run_jobs(jobs, threads))
    assert sorted(results, key=lambda each: each[0]) == [(0, "done"), (1, "done"), (2, KILLED_TWICE), (3, KILLED_TWICE)]
    assert [job.calls for job in jobs.values()] == [1, 2, 2, 2]


def test_error_of_a_job_is_its_failure_in_one_line(threads: Workers) -> None:
    jobs = {1: FakeJob(0, ValueError("No memory.\nGraph:\n...")), 2: FakeJob(0, ValueError()), 3: FakeJob(0)}
    assert dict(run_jobs(jobs, threads)) == {1: Failure("No memory"), 2: Failure("ValueError"), 3: "done"}
    assert [job.calls for job in jobs.values()] == [1, 1, 1]


def test_lost_cluster_is_a_sentence() -> None:
    def submit(job: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future

    with pytest.raises(MachineError, match="Repeat the command"):
        list(run_jobs({1: FakeJob(0)}, Workers(submit, Killed)))


def test_no_process_or_a_scheduler_without_cluster_is_refused() -> None:
    for count, scheduler, said in ((0, None, "cannot be 0"), (1, "tcp://localhost:1", "--backend dask")):
        with pytest.raises(SpecError, match=said), workers("loky", count, scheduler):
            pass


def test_cluster_without_an_address_is_refused() -> None:
    with pytest.raises(SpecError, match="Give the address of the cluster"), workers("dask", 1, None):
        pass


def die_once(mark: Path) -> int:
    """Be killed at the first call, and give the process of the second."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_killed_process_takes_no_other_job_along(tmp_path: Path) -> None:
    jobs: dict[str, Callable[[], Any]] = {
        "once": partial(die_once, tmp_path / "mark"),
        "always": partial(signal.raise_signal, signal.SIGKILL),
        "threads": partial(os.getenv, "TF_NUM_INTRAOP_THREADS"),
        "configured": sys.getrecursionlimit,
        "Ctrl+C": partial(signal.getsignal, signal.SIGINT),
    }
    with workers("loky", 2, None, partial(sys.setrecursionlimit, 2345)) as found:
        results = dict(run_jobs(jobs, found))
    assert results["always"] == KILLED_TWICE
    assert (results["threads"], results["configured"]) == ("1", 2345)
    assert results["Ctrl+C"] == signal.SIG_IGN, "the terminal sends it to the main program as well"
    assert isinstance(results["once"], int)
    assert results["once"] != os.getpid()


def test_missing_dask_is_installed_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(SpecError, match=r"Install it with: pip install distributed\.$"),
        workers("dask", 1, "tcp://localhost:8786"),
    ):
        pass


def test_running_jobs_end_with_the_block() -> None:
    with workers("loky", 1, None) as found:
        running, waiting = (found.submit(partial(time.sleep, 600)) for _ in range(2))
    assert isinstance(running.exception(), Exception)
    assert waiting.cancelled() or isinstance(waiting.exception(), CancelledError)


@pytest.mark.skipif(sys.platform == "win32", reason="looks for a process as POSIX does")
def test_idle_process_ends_and_another_one_takes_the_next_job(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("flowviz.training.jobs.IDLE_SECONDS", 0.1)
    with workers("loky", 1, None) as found:
        first = found.submit(os.getpid).result()
        qtbot.waitUntil(lambda: not is_running(first))
        assert found.submit(os.getpid).result() != first


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until_asked(mark: Path, stop: Path) -> None:
    """Work until a file appears, and leave another one."""
    mark.touch()
    while not stop.exists():
        time.sleep(0.01)
    mark.with_name("kept").touch()


def test_running_job_may_keep_something_when_the_series_is_interrupted(tmp_path: Path) -> None:
    mark, stop = tmp_path / "mark", tmp_path / "stop"
    jobs: dict[str, Callable[[], Any]] = {"quick": os.getpid, "long": partial(until_asked, mark, stop)}
    jobs |= {str(number): partial(time.sleep, 600) for number in range(3)}  # none of which begins
    with workers("loky", 1, None) as found:
        results = run_jobs(jobs, found, stop.touch)
        assert next(results)[0] == "quick"
        while not mark.exists():
            time.sleep(0.01)
        results.close()  # type: ignore[attr-defined]  # it is a generator
        assert (tmp_path / "kept").exists()

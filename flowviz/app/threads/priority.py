"""Priority of threads: background work gives way to the window, until somebody waits for it."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

LOW_NICE = 15
CAP_SYS_NICE = 23  # of linux/capability.h
THREADS = Path("/proc/self/task")  # of Linux; macOS and Windows have no such call, so nothing changes there


class LowPriority:
    """Low priority of the calling thread and of all threads that it starts.

    On Linux, threads inherit the nice value and the scheduling policy (https://man7.org/linux/man-pages/man7/sched.7.html).
    Most users may not return from a higher nice value, so theirs become batch threads instead, which the scheduler
    never lets interrupt the threads of the window, and which may return to normal at any time.
    """

    def __init__(self) -> None:
        self._others: set[int] = set()  # threads of the process when the priority was first lowered

    def enter(self) -> None:
        """Lower the priority of the calling thread."""
        if sys.platform != "linux":
            return
        with suppress(OSError):
            self._others = self._others or _threads() - {threading.get_native_id()}
            if _may_return():
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_NICE)
            else:
                os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    def leave(self) -> None:
        """Restore the priority of all these threads. May be called in any thread."""
        if sys.platform != "linux":
            return
        normal = os.getpriority(os.PRIO_PROCESS, os.getpid())
        for thread in _threads() - self._others:
            with suppress(OSError):  # it has ended
                if os.getpriority(os.PRIO_PROCESS, thread) == LOW_NICE:
                    os.setpriority(os.PRIO_PROCESS, thread, normal)
                if os.sched_getscheduler(thread) == os.SCHED_BATCH:
                    os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _threads() -> set[int]:
    with suppress(OSError):
        return {int(path.name) for path in THREADS.iterdir()}
    return set()


def _may_return() -> bool:
    """Return whether a thread may return from a higher nice value; root in a container often may not."""
    lines = Path("/proc/self/status").read_text().splitlines()
    capabilities = next((line.split()[1] for line in lines if line.startswith("CapEff:")), "0")
    return bool(int(capabilities, 16) >> CAP_SYS_NICE & 1)

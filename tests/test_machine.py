"""What is asked of the C library."""

import platform
import subprocess
import sys

import pytest

THREADS = """
import re, sys, threading
from pathlib import Path
from flowviz import machine

def reserved():
    return int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

if sys.argv[1:] == ["shared"]:
    machine.share_memory_between_threads()
threading.stack_size(2**18)
ready, seen, before = threading.Barrier(21), threading.Barrier(21), reserved()

def take():
    kept = bytearray(100_000)
    ready.wait()
    seen.wait()

for _ in range(20):
    threading.Thread(target=take).start()
ready.wait()
print(reserved() - before)
seen.wait()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps memory for each thread")
def test_threads_share_what_the_c_library_keeps() -> None:
    shared, apart = (
        float(
            subprocess.run([sys.executable, "-c", THREADS, *said], capture_output=True, check=True, timeout=60).stdout
        )
        for said in (["shared"], [])
    )
    assert shared < 250, "MiB: two arenas and the stacks"
    assert apart > 2 * shared

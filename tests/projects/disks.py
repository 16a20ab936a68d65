"""Small real file systems, where the machine lets one mount them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int = 1) -> Iterator[Path]:
    """A file system in memory of that size, or the test is skipped."""
    disk = folder / "disk"
    disk.mkdir()
    if _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "flowviz-test", str(disk)):
        pytest.skip("this machine does not let one mount a file system")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def make_read_only(disk: Path) -> None:
    assert not _mount("-o", "remount,ro", str(disk))


def _mount(*arguments: str) -> int:
    if os.name != "posix" or os.geteuid() != 0:
        return 1
    return subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode

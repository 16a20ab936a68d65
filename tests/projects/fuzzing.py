"""Damaged project files are opened here, and watched: how much memory is taken, and whether code is run.

    python -m tests.projects.fuzzing COUNT FILE [COUNT FILE...]

A program of its own, since an audit hook cannot be removed from a process. Of each file, it opens COUNT mutants, or the
file itself if COUNT is 0. Prints a line of JSON for each file: how often each outcome occurred.
"""

import json
import random
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from flowviz.errors import FileError
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import History
from flowviz.targets import units  # noqa: F401  # which would be imported by the first project that is opened
from tests.projects.examples import assert_same, bare_project
from tests.projects.mutants import mutant

SEED = 0
MAX_MEMORY = 4  # times the size of the file, of memory
SMALL = 2**19  # bytes; a smaller file may take as much as this one
FORBIDDEN = {"pickle.find_class", "marshal.loads", "exec", "compile", "import", "os.system", "subprocess.Popen", "open"}

watched: list[str] | None = None


def watch(event: str, _: object) -> None:
    """Record a forbidden event, as an audit hook."""
    if watched is not None and event in FORBIDDEN:
        watched.append(event)


@contextmanager
def nothing_run() -> Iterator[None]:
    """Fail where code is made, imported or run, or a file or process is opened, if `watch` is an audit hook."""
    global watched
    watched = []
    try:
        yield
    finally:
        found, watched = watched, None
        assert found == []


@contextmanager
def little_memory(size: int) -> Iterator[None]:
    """Fail where the block takes more than what a file of that size may."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield
    finally:
        taken = tracemalloc.get_traced_memory()[1] - before
        assert taken <= MAX_MEMORY * max(size, SMALL), f"{taken:,} bytes for a file of {size:,}"


def traced(make: Callable[[], object]) -> int:
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    make()
    return tracemalloc.get_traced_memory()[1] - before


def opened(content: bytes) -> Project | str:
    """The project, or the sentence that says why there is none."""
    try:
        with nothing_run(), little_memory(len(content)):
            return from_bytes(bytes(memoryview(content)))  # as from a file: nobody else holds the content
    except FileError as error:
        said = str(error)
        assert said.endswith(".")
        assert "\n" not in said
        assert len(said) < 200
        return said


def check_plain(value: Any) -> None:
    """No array of objects, nothing but numbers and what a person wrote."""
    if isinstance(value, History):
        assert not np.isinf(value.entropy).any()
        # NaN means unknown
        partial = "train_nll", "validation_nll", "entropy", "loss", "on_target"
        known = {name: np.nan_to_num(getattr(value, name)) for name in partial}
        value = replace(value, **known)
    if isinstance(value, np.ndarray):
        assert value.dtype.kind in "fb"
        assert np.isfinite(value).all()
    elif is_dataclass(value):
        for each in fields(value):
            check_plain(getattr(value, each.name))
    elif isinstance(value, tuple):
        for each in value:
            check_plain(each)
    elif isinstance(value, dict):
        for each in value.values():
            check_plain(each)


def fates(content: bytes, count: int) -> Counter[str]:
    """Count the mutants of a file that open, and those that are refused with each message."""
    dice, found = random.Random(SEED), Counter[str]()
    for number in range(count):
        damaged = mutant(content, dice)
        try:
            project = opened(damaged)
            if isinstance(project, Project):
                check_plain(project)
                assert_same(from_bytes(to_bytes(project)), project.storable())
        except Exception as error:
            error.add_note(f"mutant {number} of seed {SEED}")
            raise
        found[project if isinstance(project, str) else "opened"] += 1
    return found


def outcomes(content: bytes, count: int) -> Counter[str]:
    """Return how often the mutants of a file, or the file itself, opened or ended with each sentence."""
    if count:
        return fates(content, count)
    project = opened(content)
    return Counter([project if isinstance(project, str) else "opened"])


def main(*words: str) -> None:
    """Print the outcomes of each file."""
    from_bytes(to_bytes(bare_project()))  # imports what it needs
    sys.addaudithook(watch)
    tracemalloc.start()
    for count, path in zip(words[::2], words[1::2], strict=True):
        print(json.dumps(outcomes(Path(path).read_bytes(), int(count))))


if __name__ == "__main__":
    main(*sys.argv[1:])

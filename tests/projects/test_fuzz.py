"""Whatever is done to a file, it opens to a whole project or is one sentence; in bounded memory, and runs no code."""

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.projects import Project, from_bytes, load_project, to_bytes
from flowviz.specs import FlowSpec
from tests.projects.examples import bare_project, whole_project
from tests.projects.fuzzing import MAX_MEMORY, SMALL, opened, traced
from tests.projects.mutants import joined, parts, with_header

OLDER_FILES = sorted((Path(__file__).parent / "files").glob("format_*.flowviz"))
COUNTS = [200, pytest.param(2000, marks=pytest.mark.slow)]  # the rest of 2,000 mutants take 10 seconds


Outcomes = list[dict[str, int]]


@dataclass(frozen=True)
class Fuzzed:
    """Counts of the damaged files that a process opened, and of those that it refused, by reason.

    Attributes:
        count: Number of mutants of the file in the current format.
        whole: Outcomes of these mutants.
        older: Outcomes for each file in an older format, which has a tenth as many mutants.
        hostile: Outcome for each hostile file, which is opened as it is.
    """

    count: int
    whole: Outcomes
    older: Outcomes
    hostile: Outcomes


@pytest.fixture
def tracing() -> Iterator[None]:
    tracemalloc.start()
    assert traced(lambda: np.ones(10**6)) > 10**6, "numpy's arrays are seen, too"
    assert traced(lambda: from_bytes(to_bytes(bare_project()))) > 10**6
    yield
    tracemalloc.stop()


@pytest.fixture(scope="module")
def hostile() -> Mapping[str, bytes]:
    """Return the hostile files, which take longer to make than to refuse."""
    return {name: make() for name, make in HOSTILE.items()}


@pytest.fixture(scope="module", params=COUNTS)
def fuzzed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hostile: Mapping[str, bytes]
) -> Fuzzed:
    """Open mutants and hostile files in a process that is watched, and return their outcomes."""
    folder, count = tmp_path_factory.mktemp("fuzzed"), request.param
    whole, bad = folder / "whole.flowviz", [folder / name for name in hostile]
    whole.write_bytes(to_bytes(whole_project(particles=2000, width=34, flow=FlowSpec(width=8))))
    assert whole.stat().st_size > SMALL
    for path in bad:
        path.write_bytes(hostile[path.name])
    files = [(count, whole), *((count // 10, path) for path in OLDER_FILES), *((0, path) for path in bad)]
    command = [sys.executable, "-m", "tests.projects.fuzzing", *(str(word) for pair in files for word in pair)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return Fuzzed(count, found[:1], found[1 : -len(bad)], found[-len(bad) :])


def test_no_mutant_does_harm(fuzzed: Fuzzed) -> None:
    (found,) = fuzzed.whole
    assert found["opened"] > fuzzed.count / 20
    assert found["It is damaged or was not written by flowviz."] > fuzzed.count / 4
    assert found["It is not a flowviz project."] > fuzzed.count / 20


def test_no_mutant_of_an_older_file_does_harm(fuzzed: Fuzzed) -> None:
    assert len(fuzzed.older) == len(OLDER_FILES) == 3
    for found in fuzzed.older:
        assert found.keys() - {"opened"}


HOSTILE: dict[str, Callable[[], bytes]] = {
    "many empty lists": lambda: hostile_text('{"format_version": 10, "changes": [' + "[]," * 10**6 + "[]]}"),
    "many empty objects": lambda: hostile_text('{"format_version": 10, "changes": [' + "{}," * 10**6 + "{}]}"),
    "many keys": lambda: hostile_text("{" + ",".join(f'"{key}":1' for key in range(10**5)) + "}"),
    "many numbers": lambda: hostile_text('{"format_version": 10, "changes": [' + "9.5," * 10**6 + "1]}"),
    "a long text with one wide character": lambda: hostile_text('{"a": "' + "x" * 10**7 + '\\ud83d\\ude00"}'),
    "a wide character in the header": lambda: with_header(('{"a": "' + "x" * 10**6 + '😀"}').encode(), bytes(10**7)),
    "depth": lambda: hostile_text("[" * 10**5),
    "depth of objects": lambda: hostile_text('{"a":' * 10**5),
    "many arrays": lambda: with_header(
        json.dumps(
            {
                "__metadata__": {"flowviz": '{"format_version": 10}'},
                **{str(key): {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for key in range(20_000)},
            }
        ).encode()
    ),
    "a header of all that there is": lambda: with_header(b" " * 10**7),
    "a number of ten thousand digits": lambda: hostile_text('{"format_version": ' + "9" * 10**4 + "}"),
    "a version of four thousand digits": lambda: hostile_text('{"format_version": ' + "9" * 4000 + "}"),
}


def hostile_text(text: str) -> bytes:
    """A header with hardly any data, and one that a large file hides."""
    return with_header(json.dumps({"__metadata__": {"flowviz": text}}).encode())


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("padding", [0, 4])
def test_a_hostile_header_takes_little_memory(
    name: str, padding: int, hostile: Mapping[str, bytes], tracing: None
) -> None:
    content = hostile[name] + bytes(padding * len(hostile[name]))
    assert isinstance(opened(content), str)


def test_hostile_header_runs_no_code(fuzzed: Fuzzed) -> None:
    assert all("opened" not in found for found in fuzzed.hostile)


def states(content: bytes, change: Callable[[dict[str, Any], int], object], rows: int, numbers: int) -> bytes:
    """A file whose states are so many rows of so many numbers, all of them 0."""
    header, text, data = parts(content)
    for name, size in (("parameters", numbers), ("statistics", 0)):
        begin, end = header[f"states/{name}"]["data_offsets"]
        kept, bytes_of = data[:begin] + data[end:], 4 * rows * size
        for entry in header.values():
            if entry["data_offsets"][0] >= end:
                entry["data_offsets"] = [at - (end - begin) for at in entry["data_offsets"]]
        header[f"states/{name}"] |= {"shape": [rows, size], "data_offsets": [len(kept), len(kept) + bytes_of]}
        data = kept + bytes(bytes_of)
    change(text, numbers)
    return joined(header, text, data)


def test_states_of_very_many_arrays_take_little_memory(tracing: None) -> None:
    content = to_bytes(bare_project())

    def many(text: dict[str, Any], numbers: int) -> None:
        text["layout"]["parameters"] = {f"01_real_nvp/{number}": [1] for number in range(numbers)}

    assert isinstance(opened(states(content, many, rows=1, numbers=100)), Project)
    assert isinstance(opened(states(content, many, rows=1000, numbers=1000)), str)
    assert isinstance(opened(states(content, many, rows=10_000, numbers=10)), str)


def test_a_target_that_is_named_again_and_again_is_in_memory_once(tracing: None) -> None:
    header, text, data = parts(to_bytes(whole_project(flow=FlowSpec())))
    picture = bytes(data[slice(*header["target/0"]["data_offsets"])]) + bytes(2 * 10**6)
    for entry in header.values():
        entry["data_offsets"] = [at + len(picture) for at in entry["data_offsets"]]
    header["target/7"] = {"dtype": "U8", "shape": [len(picture)], "data_offsets": [0, len(picture)]}
    part = {"source": {"kind": "drawing", "png": {"content": 7}}, "weight": 1}
    text["target"] = {"kind": "mix", "parts": [part] * 8, "layout": "over"}
    text["next"]["target"] = text["target"]
    content = joined(header, text, picture + data)
    project = opened(content)
    assert isinstance(project, Project), project
    assert len(to_bytes(project)) < len(content) + 1000


def test_opening_a_file_takes_little_memory(tracing: None, tmp_path: Path) -> None:
    path = tmp_path / "hi.flowviz"
    for project in (bare_project(), whole_project(8000), bare_project(FlowSpec(family="nice", normalization="none"))):
        path.write_bytes(to_bytes(project))
        assert traced(lambda: load_project(path)) <= 3.5 * path.stat().st_size


RESIDENT = """
import os, sys
from pathlib import Path
from flowviz.errors import FileError
from flowviz.projects import load_project

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

small, *others = map(Path, sys.argv[1:])
load_project(small)
for large in others:
    if os.fork() > 0:
        os.wait()
        continue
    before = kilobytes("VmRSS")
    try:
        load_project(large)
    except FileError:
        pass
    print((kilobytes("VmHWM") - before) * 1024, flush=True)
    os._exit(0)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux how much memory a process took")
def test_what_the_system_sees_is_little_memory_too(tmp_path: Path) -> None:
    """Also what is allocated outside of Python, by safetensors and pydantic."""
    content = to_bytes(whole_project(particles=200_000, width=100, moments=10, flow=FlowSpec(width=8)))
    header, text, data = parts(content)
    text["changes"] = [[]] * (len(content) // 3000)
    contents = (to_bytes(whole_project()), content, joined(header, text, data))
    paths = [tmp_path / f"{name}.flowviz" for name in ("small", "large", "damaged")]
    for path, written in zip(paths, contents, strict=True):
        path.write_bytes(written)
    told = subprocess.check_output([sys.executable, "-c", RESIDENT, *map(str, paths)], text=True)
    large, damaged = map(int, told.split())
    for taken, written in ((large, contents[1]), (damaged, contents[2])):
        assert len(written) / 2 < taken <= MAX_MEMORY * len(written)

"""Whatever is done to a file, it opens to a whole project or is one sentence; in bounded memory, and runs no code."""

import json
import random
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.errors import FileError
from flowviz.projects import Project, from_bytes, load_project, to_bytes
from flowviz.records import History
from flowviz.specs import FlowSpec
from tests.projects.examples import assert_same, bare_project, whole_project
from tests.projects.mutants import joined, mutant, parts, with_header

MUTANTS, SEED = 2000, 0
MOST = 4  # times the size of the file, of memory
SMALL = 2**19  # bytes; a smaller file may take as much as this one
FORBIDDEN = {"pickle.find_class", "marshal.loads", "exec", "compile", "import", "os.system", "subprocess.Popen", "open"}

watched: list[str] | None = None


def _hear(event: str, _: object) -> None:
    if watched is not None and event in FORBIDDEN:
        watched.append(event)


sys.addaudithook(_hear)  # there is no way to take it away


@contextmanager
def nothing_run() -> Iterator[None]:
    """Fails where code is made, imported or run, or a file or a process is opened."""
    global watched
    watched = []
    try:
        yield
    finally:
        found, watched = watched, None
        assert found == []


@contextmanager
def little_memory(size: int) -> Iterator[None]:
    """Fails where the block takes more than what a file of that size may."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield
    finally:
        taken = tracemalloc.get_traced_memory()[1] - before
        assert taken <= MOST * max(size, SMALL), f"{taken:,} bytes for a file of {size:,}"


@pytest.fixture
def tracing() -> Iterator[None]:
    tracemalloc.start()
    assert traced(lambda: np.ones(10**6)) > 10**6, "numpy's arrays are seen, too"
    assert traced(lambda: from_bytes(to_bytes(bare_project()))) > 10**6
    yield
    tracemalloc.stop()


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
        value = replace(value, entropy=np.nan_to_num(value.entropy))  # NaN means that it is unknown
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
    """How often so many mutants opened to a whole project, and how often they made each sentence."""
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


def test_no_mutant_does_harm(tracing: None) -> None:
    content = to_bytes(whole_project(particles=2000, width=34, flow=FlowSpec(width=8)))
    assert len(content) > SMALL
    found = fates(content, MUTANTS)
    assert found["opened"] > MUTANTS / 20
    assert found["It is damaged, or was not written by flowviz."] > MUTANTS / 4
    assert found["It is not a flowviz project."] > MUTANTS / 20


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_no_mutant_of_an_older_file_does_harm(version: int, tracing: None) -> None:
    content = (Path(__file__).parent / "files" / f"format_{version}.flowviz").read_bytes()
    found = fates(content, MUTANTS // 10)
    assert len(found) > 2


HOSTILE: dict[str, Callable[[], bytes]] = {
    "many empty lists": lambda: hostile_text('{"format_version": 7, "changes": [' + "[]," * 10**6 + "[]]}"),
    "many empty objects": lambda: hostile_text('{"format_version": 7, "changes": [' + "{}," * 10**6 + "{}]}"),
    "many keys": lambda: hostile_text("{" + ",".join(f'"{key}":1' for key in range(10**5)) + "}"),
    "many numbers": lambda: hostile_text('{"format_version": 7, "changes": [' + "9.5," * 10**6 + "1]}"),
    "a long text with one wide character": lambda: hostile_text('{"a": "' + "x" * 10**7 + '\\ud83d\\ude00"}'),
    "a wide character in the header": lambda: with_header(('{"a": "' + "x" * 10**6 + '😀"}').encode(), bytes(10**7)),
    "depth": lambda: hostile_text("[" * 10**5),
    "depth of objects": lambda: hostile_text('{"a":' * 10**5),
    "many arrays": lambda: with_header(
        json.dumps(
            {
                "__metadata__": {"flowviz": '{"format_version": 7}'},
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


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("padding", [0, 4])
def test_a_hostile_header_takes_little_memory(make: Callable[[], bytes], padding: int, tracing: None) -> None:
    content = make()
    content += bytes(padding * len(content))
    assert isinstance(opened(content), str)


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
import sys
from pathlib import Path
from flowviz.errors import FileError
from flowviz.projects import load_project

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

small, large = map(Path, sys.argv[1:])
load_project(small)
before = kilobytes("VmRSS")
try:
    load_project(large)
except FileError:
    pass
print((kilobytes("VmHWM") - before) * 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux how much memory a process took")
@pytest.mark.parametrize("damaged", [False, True])
def test_what_the_system_sees_is_little_memory_too(damaged: bool, tmp_path: Path) -> None:
    """Also what is allocated outside of Python, by safetensors and pydantic."""
    small, large = tmp_path / "small.flowviz", tmp_path / "large.flowviz"
    small.write_bytes(to_bytes(whole_project()))
    content = to_bytes(whole_project(particles=200_000, width=100, moments=10, flow=FlowSpec(width=8)))
    if damaged:
        header, text, data = parts(content)
        text["changes"] = [[]] * (len(content) // 3000)
        content = joined(header, text, data)
    large.write_bytes(content)
    told = subprocess.check_output([sys.executable, "-c", RESIDENT, str(small), str(large)], text=True)
    assert len(content) / 2 < int(told) <= MOST * len(content)

"""Behavior of the cache of compiled programs, as seen by processes that start one after another."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import gettempdir

import pytest

from flowviz import compile_cache, process, training
from flowviz.records import Finished
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target

TRAINING = """
import logging, sys
from pathlib import Path
from flowviz import process
process.limit_threads()
if len(sys.argv) > 1:
    process.keep_compiled_programs(Path(sys.argv[1]))
from flowviz.flows import stored_graphs
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train
traced, portable = [], stored_graphs._portable
def note(*arguments):
    traced.append(1)
    return portable(*arguments)
stored_graphs._portable = note
*_, end = train(build_target(TextSpec(text="I")), FlowSpec(layers=1, width=4, depth=1), TrainingSpec(steps=100))
print(len(traced), end.checkpoint.parameters.tobytes().hex())
"""


def train(*arguments: Path) -> tuple[int, str]:
    """Train in a new process; return how many graphs it traced for the cache, and the parameters it found."""
    command = [sys.executable, "-c", TRAINING, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != process.XLA_VARIABLE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    traced, parameters = done.stdout.split()
    return int(traced), parameters


def parameters_without_cache() -> str:
    """Return the parameters that the same training finds in this process while it stores no graphs, as in a library."""
    *_, end = training.train(
        build_target(TextSpec(text="I")), FlowSpec(layers=1, width=4, depth=1), TrainingSpec(steps=100)
    )
    assert isinstance(end, Finished)
    return end.checkpoint.parameters.tobytes().hex()


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def of_xla(files: dict[str, bytes]) -> set[str]:
    return {name for name in files if name.endswith(".pb")}


@pytest.mark.slow  # starts TensorFlow in five processes, one after the other
@pytest.mark.usefixtures("fresh")
def test_second_start_finds_graphs_and_code_and_damaged_files_are_rebuilt(tmp_path: Path) -> None:
    parameters = parameters_without_cache()
    assert train(tmp_path) == (3, parameters), "the cache does not change the numbers"
    kept = contents(tmp_path)
    assert len(of_xla(kept)) == 1
    assert train(tmp_path) == (0, parameters)
    assert contents(tmp_path) == kept, "nothing is compiled or written again"
    for path in tmp_path.rglob("*"):
        if path.suffix in {".graph", ".pb"}:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 255
            path.write_bytes(content)
    assert train(tmp_path) == (3, parameters)
    assert contents(tmp_path).keys() == kept.keys()


def start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be one that has not enabled the cache yet."""
    monkeypatch.setattr(compile_cache, "_enabled", [])
    compile_cache._tidy_up.cache_clear()


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what enabling the cache does to this process."""
    start_anew(monkeypatch)


@pytest.mark.usefixtures("fresh")
def test_cache_is_private_and_named_by_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_cache.enable(tmp_path)
    folder = compile_cache.folder()
    assert folder is not None
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0
    assert f"--tf_xla_persistent_cache_directory={folder}" in compile_cache.xla_flags()
    start_anew(monkeypatch)
    monkeypatch.setattr(compile_cache, "_processor", lambda: "another one")
    compile_cache.enable(tmp_path)
    assert compile_cache.folder() != folder


@pytest.mark.usefixtures("fresh")
def test_cache_that_cannot_be_written_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    compile_cache.enable(tmp_path / "file")
    assert compile_cache.folder() is None
    assert compile_cache.xla_flags() == ""


@pytest.mark.usefixtures("fresh")
def test_cache_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_cache.enable(tmp_path)
    folder = compile_cache.folder()
    assert folder is not None
    for age in range(5):
        path = folder / f"{age}.graph"
        path.write_bytes(bytes(400))
        os.utime(path, (time.time() - age, time.time() - age))
        old = tmp_path / f"version {age}"
        old.mkdir()
        os.utime(old, (time.time() - 10 - age, time.time() - 10 - age))
    compile_cache.seal_new()
    monkeypatch.setattr(compile_cache, "MAX_BYTES", 1000)
    start_anew(monkeypatch)
    compile_cache.enable(tmp_path)
    assert compile_cache.folder() == folder
    assert {path.name for path in folder.iterdir()} == {
        f"{age}.graph{end}" for age in (0, 1) for end in ("", ".blake2b")
    }
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, "version 0", "version 1"}


@pytest.mark.usefixtures("fresh")
def test_file_that_another_process_writes_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_cache.enable(tmp_path)
    folder = compile_cache.folder()
    assert folder is not None
    for name, age in (("new", 0), ("forgotten", 2 * compile_cache.UNSEALED_SECONDS)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age, time.time() - age))
    start_anew(monkeypatch)
    compile_cache.enable(tmp_path)
    assert compile_cache.folder() == folder
    assert [path.name for path in folder.iterdir()] == ["new"]


@pytest.mark.usefixtures("fresh")
def test_files_that_are_used_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_cache.enable(tmp_path)
    folder = compile_cache.folder()
    assert folder is not None
    for age, name in enumerate(("new", "unused", "graph", "code")):
        path = folder / name
        path.write_bytes(bytes(400))
        os.utime(path, (time.time() - age - 100, time.time() - age - 100))
    compile_cache.seal_new()
    compile_cache.mark_used(folder / "graph")
    os.utime(folder / "code", (time.time(), time.time() - 200))  # as if XLA had read it
    monkeypatch.setattr(compile_cache, "MAX_BYTES", 1200)
    for _ in range(2):  # checking the files is no use
        start_anew(monkeypatch)
        compile_cache.enable(tmp_path)
        assert compile_cache.folder() == folder
    assert {path.name for path in folder.iterdir() if path.suffix != compile_cache.SEAL} == {"new", "graph", "code"}


@pytest.mark.usefixtures("fresh")
def test_seal_of_a_removed_file_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_cache.enable(tmp_path)
    folder = compile_cache.folder()
    assert folder is not None
    for name in ("kept.graph", "removed.graph"):
        (folder / name).write_bytes(b"whole")
    compile_cache.seal_new()
    (folder / "removed.graph").unlink()
    start_anew(monkeypatch)
    compile_cache.enable(tmp_path)
    assert compile_cache.folder() == folder
    assert {path.name for path in folder.iterdir()} == {"kept.graph", f"kept.graph{compile_cache.SEAL}"}


@pytest.mark.skipif(sys.platform != "linux", reason="the tests move the user's cache on Linux alone")
def test_tests_leave_the_cache_of_the_user_alone() -> None:
    assert compile_cache.default_folder().is_relative_to(gettempdir())

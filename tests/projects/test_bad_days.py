"""Disks fill, folders go, processes are killed: the old file stays, and a person reads one sentence."""

import errno
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.errors import FileError
from flowviz.files import STALE_SECONDS, atomic_write, check_writable, fingerprint
from flowviz.projects import Project, load_project, save_project
from tests.projects.disks import make_read_only, small_disk
from tests.projects.examples import assert_same, whole_project

KILLS = 20


@pytest.fixture(scope="module")
def large() -> Project:
    """Some 700 kB: two do not fit on a disk of a megabyte."""
    return whole_project(particles=12_000)


@contextmanager
def one_sentence(path: Path, *words: str) -> Iterator[None]:
    """What the block does fails with a `FileError` about that path, with these words, and changes nothing on disk."""
    before = contents(path.parent)
    with pytest.raises(FileError) as caught:
        yield
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert str(path) in said
    assert all(word in said for word in words), said
    assert contents(path.parent) == before


def contents(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, hidden files, too; nothing where there is no folder."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path.read_bytes() if path.is_file() else None for path in found}


def test_a_full_disk(large: Project, tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        path = disk / "hi.flowviz"
        save_project(large, path)
        with one_sentence(path, "cannot be written: no space left on device"):
            save_project(large, path)
        assert_same(load_project(path), large.storable())
        with one_sentence(disk / "other.flowviz", "no space left"):
            save_project(large, disk / "other.flowviz")


def test_a_file_system_that_cannot_be_written_to(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        path = disk / "hi.flowviz"
        save_project(whole_project(), path)
        make_read_only(disk)
        with one_sentence(path):
            save_project(whole_project(seed=1), path)
        with one_sentence(disk / "new.flowviz", "read-only file system"):
            save_project(whole_project(), disk / "new.flowviz")


def failing(number: int) -> Callable[..., Any]:
    def fails(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return fails


@pytest.mark.parametrize(
    ("call", "number", "words"),
    [
        ("write_bytes", errno.ENOSPC, "no space left"),
        ("write_bytes", errno.EDQUOT, "quota"),
        ("write_bytes", errno.EIO, "input/output error"),
        ("touch", errno.EACCES, "permission denied"),
        ("touch", errno.EROFS, "read-only file system"),
        ("replace", errno.EPERM, "operation not permitted"),
        ("fsync", errno.EIO, "input/output error"),
        ("fsync", errno.ENOSPC, "no space left"),
    ],
)
def test_a_system_call_that_fails(
    call: str, number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hi.flowviz"
    save_project(whole_project(), path)
    monkeypatch.setattr(os if call == "fsync" else pathlib.Path, call, failing(number))
    with one_sentence(path, words):
        save_project(whole_project(seed=1), path)


def test_a_folder_that_cannot_be_flushed_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flush, calls = os.fsync, []

    def only_files(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 1:
            raise OSError(errno.EINVAL, "Invalid argument")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    save_project(whole_project(), tmp_path / "hi.flowviz")
    assert len(calls) == 2
    assert_same(load_project(tmp_path / "hi.flowviz"), whole_project().storable())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 300 + ".flowviz", "name too long"),
        ("é" * 200 + ".flowviz", "name too long"),
        ("gone/hi.flowviz", "no such file or directory"),
        ("folder", "is a folder"),
        ("file/hi.flowviz", "not a directory"),
        ("circle", "is not a valid file name"),
        ("pipe", "is a device or a pipe"),
        ("zero\0byte", "is not a valid file name"),
    ],
)
def test_a_place_where_no_file_can_be(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    for act in (lambda path: save_project(whole_project(), path), check_writable):
        with one_sentence(tmp_path / name, words):
            act(tmp_path / name)
    with one_sentence(tmp_path / name):
        load_project(tmp_path / name)


def test_a_folder_goes_while_it_is_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with one_sentence(folder / "x.txt", "no such file or directory"), atomic_write(folder / "x.txt") as part:
        part.write_text("new")
        part.unlink()
        folder.rmdir()


def test_a_write_protected_file_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hi.flowviz"
    save_project(whole_project(), path)
    path.chmod(0o444)
    if os.geteuid() == 0:  # who may do anything, and is asked nothing
        monkeypatch.setattr(os, "access", lambda *_: False)
    with one_sentence(path, "write-protected"):
        save_project(whole_project(seed=1), path)


def test_permissions_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "hi.flowviz"
    save_project(whole_project(), path)
    path.chmod(0o600)
    save_project(whole_project(seed=1), path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    path, real = tmp_path / "hi.flowviz", tmp_path / "there" / "real.flowviz"
    path.symlink_to(real)
    save_project(whole_project(), path)
    save_project(whole_project(seed=1), path)
    assert path.is_symlink()
    assert_same(load_project(real), whole_project(seed=1).storable())


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_opened(device: str) -> None:
    with pytest.raises(FileError, match="is a device"):
        load_project(Path(device))


def test_the_unfinished_file_never_looks_like_a_whole_one(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "hi.flowviz") as part:
        assert part.suffix == ".part"
        assert part.name.startswith(".")
        assert part.parent == tmp_path


def test_what_a_killed_process_left_goes_after_a_day(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".flowviz-0123456789ab.part", tmp_path / ".flowviz-ab0123456789.part"
    mine = [tmp_path / name for name in (".flowviz-mine.part", "x.flowviz-0123456789ab.part", ".flowviz-0123456789ab")]
    long_ago = time.time() - STALE_SECONDS - 60
    for path in (old, fresh, *mine):
        path.write_text("left")
        os.utime(path, (long_ago, long_ago))
    os.utime(fresh)
    save_project(whole_project(), tmp_path / "hi.flowviz")
    assert not old.exists()
    assert fresh.exists()
    assert all(path.exists() for path in mine)


def test_a_fingerprint_tells_that_another_program_wrote_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hi.flowviz"
    assert fingerprint(path) is None
    assert fingerprint(tmp_path / ("x" * 300)) is None
    save_project(whole_project(), path)
    ours = fingerprint(path)
    assert ours is not None
    load_project(path)
    assert fingerprint(path) == ours
    save_project(whole_project(), path)
    assert fingerprint(path) != ours, "the same content, but another file"
    ours = fingerprint(path)
    path.write_bytes(path.read_bytes() + b" ")
    assert fingerprint(path) != ours
    path.unlink()
    assert fingerprint(path) is None


SAVING = """
import os, sys
from pathlib import Path
from flowviz.projects import save_project
from tests.projects.examples import whole_project
projects, path = [whole_project(particles=2000, seed=seed) for seed in (0, 1)], Path(sys.argv[1])
save_project(projects[0], path)
print("ready", flush=True)
for line in sys.stdin:  # a process for each line, which saves until it is killed
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        while True:
            for project in projects:
                save_project(project, path)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""


def test_a_process_that_is_killed_while_it_saves_leaves_whole_files(tmp_path: Path) -> None:
    path, dice = tmp_path / "hi.flowviz", random.Random(0)
    known = [whole_project(particles=2000, seed=seed).storable() for seed in (0, 1)]
    saver = subprocess.Popen(
        [sys.executable, "-c", SAVING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert saver.stdin is not None
    assert saver.stdout is not None
    with saver:
        assert saver.stdout.readline() == "ready\n"
        for _ in range(KILLS):
            saver.stdin.write("another\n")
            saver.stdin.flush()
            child = int(saver.stdout.readline())
            time.sleep(dice.uniform(0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert saver.stdout.readline() == "dead\n"
            whole = [found for found in tmp_path.iterdir() if found.name.endswith(".flowviz")]
            assert whole == [path]
            found = load_project(path)
            same = [np.array_equal(found.trace.positions, project.trace.positions) for project in known]
            assert_same(found, known[same.index(True)])
        saver.stdin.close()
    assert list(tmp_path.glob(".flowviz-*.part")), "some were killed in the middle of saving"

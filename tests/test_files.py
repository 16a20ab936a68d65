"""Atomic writing: errors about the file that is written, and the files that they leave behind."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flowviz.errors import FileError
from flowviz.files import atomic_write


def refuse(number: int, name: Path | None = None) -> None:
    raise OSError(number, os.strerror(number), name)


def lose_connection(_: Path) -> None:
    raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


def read_damaged_picture(_: Path) -> None:
    raise OSError("image file is truncated (0 bytes not processed)")  # as Pillow does


OF_OTHERS: dict[str, Callable[[Path], object]] = {
    "missing input": lambda part: part.with_name("input.csv").read_bytes(),
    "input that may not be read": lambda part: refuse(errno.EACCES, part.with_name("input.csv")),
    "temporary file of another folder": lambda part: refuse(errno.ENOSPC, Path("elsewhere", part.name)),
    "connection": lose_connection,
    "damaged picture": read_damaged_picture,
}
OF_THE_FILE: dict[str, Callable[[Path], object]] = {
    "full disk": lambda _: refuse(errno.ENOSPC),
    "file too large": lambda _: refuse(errno.EFBIG),
    "gone folder": lambda part: refuse(errno.ENOENT, part),
    "scratch file": lambda part: refuse(errno.EACCES, part.with_name(f".flowviz-{'0' * 12}.part")),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that exists."""
    found = tmp_path / "output.csv"
    found.write_text("old")
    return found


@pytest.mark.parametrize("name", OF_OTHERS)
def test_error_about_something_else_is_raised_as_it_is(name: str, path: Path) -> None:
    with pytest.raises(OSError, match=r"."), atomic_write(path) as part:
        OF_OTHERS[name](part)
    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [("output.csv", "old")]


@pytest.mark.parametrize("name", OF_THE_FILE)
def test_error_about_the_file_names_it(name: str, path: Path) -> None:
    with pytest.raises(FileError, match=r"output\.csv cannot be written: "), atomic_write(path) as part:
        OF_THE_FILE[name](part)
    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [("output.csv", "old")]

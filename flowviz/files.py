"""Files are written whole or not at all, and a failure is a sentence."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flowviz.errors import FileError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A new file beside `path` to write to; it takes the place of `path` when the block ends well, else it is removed.

    The folder must exist. Behind a symbolic link, the file that it points to is replaced. Raises `FileError`: at once
    where nothing can be written, later where the disk fills.
    """
    if path.is_dir():
        raise FileError(f"{path} is a folder. Give the name of a file.")
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is a device or a pipe. Give the name of a file.")
    whole = path.resolve()
    part = whole.with_name(f".flowviz-{secrets.token_hex(6)}{path.suffix}")
    try:
        part.touch(exist_ok=False)
        try:
            yield part
            part.replace(whole)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise FileError(f"{path} cannot be written: {reason(error)}.") from error


class _OnlyChecking(Exception):  # noqa: N818
    """Leaves `written_whole` before anything is written."""


def check_writable(path: Path) -> None:
    """Raise `FileError` where `written_whole` could not write: before long work, whose result has to go there."""
    with suppress(_OnlyChecking), written_whole(path):
        raise _OnlyChecking


@contextmanager
def folder_for(path: Path) -> Iterator[None]:
    """Make the folder, and those above it, for the files of the block; where that fails, a new folder is removed again.

    Raises `FileError`.
    """
    existed = path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FileError(f"{path} is a file. Give the name of a folder.") from error
    except OSError as error:
        raise FileError(f"The folder {path} cannot be made: {reason(error)}.") from error
    try:
        yield
    except BaseException:
        if not existed:
            with suppress(OSError):  # somebody else may have put a file there
                path.rmdir()
        raise


def reason(error: OSError) -> str:
    """What the system says went wrong, as the end of a sentence."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]


def check_readable(path: Path, most_bytes: int) -> int:
    """The size of a file that a person chose, in bytes. Raises `FileError` where it is none, is empty or too large."""
    try:
        if path.is_dir():
            raise FileError(f"{path} is a folder. Give the name of a file.")
        size = path.stat().st_size
        if not path.is_file():
            raise FileError(f"{path} is a device or a pipe. Give the name of a file.")
        with path.open("rb"):
            pass
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error
    if not size:
        raise FileError(f"{path} is empty.")
    if size > most_bytes:
        raise FileError(f"{path} is too large: it has {size / 1e6:,.0f} MB; {most_bytes / 1e6:,.0f} are the most.")
    return size


def content_of(path: Path, most_bytes: int) -> bytes:
    """The content of a file that a person chose. Raises `FileError`, as `check_readable` does."""
    check_readable(path, most_bytes)
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error


def resource(name: str) -> Path:
    """A file of `resources/`: beside the package's modules in a wheel, beside the package in a checkout."""
    package = Path(__file__).parent
    installed = package / "resources" / name
    return installed if installed.exists() else package.parent / "resources" / name

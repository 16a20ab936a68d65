"""Files are written whole or not at all, and a failure is a sentence."""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flowviz.errors import FileError

PART_NAME = re.compile(r"\.flowviz-[0-9a-f]{12}\.part")
STALE_SECONDS = 86_400  # so old is an unfinished file that nobody writes to any more, since its process was killed
LONGEST_FILE_NAME = 40  # characters, without the suffix
PRIVATE = 0o600  # permissions

_unfinished: list[Callable[[], object]] = []  # what takes back what is being done


@contextmanager
def written_whole(path: Path, *, lasting: bool = False, private: bool = False) -> Iterator[Path]:
    """A new file beside `path` to write to; it takes the place of `path` when the block ends well, else it is removed.

    Its name does not tell the format. The folder must exist. Behind a symbolic link, the file that it points to is
    replaced; the new one has the permissions of the old one. Until then, and with `private` for good, the user alone
    can read it. With `lasting`, which takes some hundredths of a second, there is either the old or the new one also
    after a power failure. Raises `FileError`: at once where nothing can be written, later where the disk fills.

    The package for this, atomicwrites, is no longer maintained.
    """
    try:
        whole = _place(path)
        part = whole.with_name(f".flowviz-{secrets.token_hex(6)}.part")
        part.touch(exist_ok=False)
        try:
            permissions = PRIVATE if private else _permissions(whole if whole.exists() else part)
            _permit(part, PRIVATE)
            _remove_stale(part.parent)
            with taken_back(part.unlink):
                yield part
                _take_place(part, whole, lasting, permissions)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise FileError(f"{path} cannot be written: {reason(error)}.") from error


@contextmanager
def scratch_file(beside: Path) -> Iterator[Path]:
    """A new empty file in the folder of another one, for what has no room in memory; removed when the block ends."""
    scratch = beside.with_name(f".flowviz-{secrets.token_hex(6)}.part")
    scratch.touch(PRIVATE, exist_ok=False)
    try:
        with taken_back(scratch.unlink):
            yield scratch
    finally:
        with suppress(OSError):
            scratch.unlink()


def _place(path: Path) -> Path:
    """Where a file of that name is, or will be. Raises `FileError` where none can be written, and `OSError`."""
    if path.is_dir():
        raise FileError(f"{path} is a folder. Give the name of a file.")
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is a device or a pipe. Give the name of a file.")
    if path.exists() and not os.access(path, os.W_OK):
        raise FileError(f"{path} is write-protected. Give the name of another file, or allow writing to it.")
    try:
        resolved = path.resolve()
    except (RuntimeError, ValueError) as error:  # links that lead in a circle; a name with a zero byte
        raise FileError(f"{path} cannot be the name of a file.") from error
    if resolved.is_symlink():  # of a circle, from Python 3.13 on
        raise FileError(f"{path} cannot be the name of a file.")
    return resolved


def _permissions(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _permit(path: Path, permissions: int) -> None:
    with suppress(OSError):  # the file system knows no permissions
        path.chmod(permissions)


def _take_place(part: Path, whole: Path, lasting: bool, permissions: int) -> None:
    if lasting:
        _flush(part, os.O_RDWR)
    _permit(part, permissions)
    part.replace(whole)
    if lasting:
        with suppress(OSError):  # not every system can flush a folder
            _flush(whole.parent, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    """Return when it is on the disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def taken_back(undo: Callable[[], object]) -> Iterator[None]:
    """What the block does is undone so by `take_back_unfinished`."""
    _unfinished.append(undo)
    try:
        yield
    finally:
        _unfinished.remove(undo)


def take_back_unfinished() -> None:
    """Undo what threads are in the midst of, the latest first: for a process that ends without waiting for them."""
    for undo in reversed(_unfinished.copy()):
        with suppress(OSError):
            undo()


@cache
def _remove_stale(folder: Path) -> None:
    """Once in a process: for thousands of pictures that are written together, it would take its time."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if PART_NAME.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > STALE_SECONDS:
                Path(entry.path).unlink()


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


@dataclass(frozen=True)
class Fingerprint:
    """What changes when another program writes a file: when it was written, its size in bytes, its number."""

    modified_ns: int
    size: int
    inode: int


def fingerprint(path: Path) -> Fingerprint | None:
    """That of a file; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Fingerprint(found.st_mtime_ns, found.st_size, found.st_ino)


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
    except ValueError as error:
        raise FileError(f"{path} cannot be the name of a file.") from error
    if not size:
        raise FileError(f"{path} is empty.")
    if size > most_bytes:
        raise FileError(f"{path} is too large: {size / 1e6:,.0f} MB. The limit is {most_bytes / 1e6:,.0f} MB.")
    return size


def content_of(path: Path, most_bytes: int) -> bytes:
    """The content of a file that a person chose. Raises `FileError`, as `check_readable` does."""
    size = check_readable(path, most_bytes)
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error


def resource(name: str) -> Path:
    """A file of `resources/`: beside the package's modules in a wheel, beside the package in a checkout."""
    package = Path(__file__).parent
    installed = package / "resources" / name
    return installed if installed.exists() else package.parent / "resources" / name


def as_file_name(text: str) -> str:
    """Return a name for a file, without a suffix, that is valid on every system."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in text)
    return " ".join(kept.split())[:LONGEST_FILE_NAME].strip() or "flowviz"

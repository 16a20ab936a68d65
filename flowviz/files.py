"""Reading and atomic writing of files, with errors that the user can understand."""

import errno
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flowviz.errors import FileError

PART_NAME = re.compile(r"\.flowviz-[0-9a-f]{12}\.part")
STALE_SECONDS = 86_400  # age from which an unfinished file is considered abandoned by a killed process
MAX_FILE_NAME = 40  # characters, without the suffix
WRITE_ERRORS = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EROFS,
)  # errors whose exceptions may lack a file name
PRIVATE, USUAL = 0o600, 0o666  # permissions; the system withholds those that the user does not grant by default

_unfinished: list[Callable[[], object]] = []  # functions that undo the unfinished work of all threads


@contextmanager
def atomic_write(path: Path, *, lasting: bool = False, private: bool = False) -> Iterator[Path]:
    """Write a file atomically: create a temporary file that replaces `path` if the block succeeds.

    If the block raises an exception, the temporary file is removed and `path` remains unchanged. If `path` is a
    symbolic link, the file that it points to is replaced. A replaced file keeps its permissions; while it is written,
    the temporary file is readable by the user only.

    This does not use the package atomicwrites because it is no longer maintained.

    Args:
        path: The file to write or replace. Its folder must exist.
        lasting: Whether the old or the new file must survive a power failure, which takes a few hundredths of a second.
        private: Whether to make the file readable by the user only.

    Yields:
        The temporary file, in the same folder. Its suffix does not indicate the format.

    Raises:
        FileError: If `path` cannot be written, before the block runs or later, for example because the disk is full.
            Other errors in the block, such as those about other files, are not converted.
    """
    with ExitStack() as scratch:
        with _named(path):
            whole = _place(path)
            part = scratch.enter_context(scratch_file(whole, USUAL))
            permissions = PRIVATE if private else _permissions(whole if whole.exists() else part)
            _permit(part, PRIVATE)
            _remove_stale(part.parent)
        with _named(path, part):
            yield part
        with _named(path):
            _take_place(part, whole, lasting, permissions)


@contextmanager
def _named(path: Path, part: Path | None = None) -> Iterator[None]:
    """Convert an `OSError` in the block to a `FileError` that names a path.

    Args:
        path: The file to write.
        part: The temporary file for it, if the block may use other files, too. Only errors that concern it are
            converted.
    """
    try:
        yield
    except OSError as error:
        if part is not None and not _concerns(error, part):
            raise
        raise FileError(f"{path} cannot be written: {reason(error)}.") from error


def _concerns(error: OSError, part: Path) -> bool:
    """Return whether an error is about a temporary file, or about another temporary file beside it."""
    if error.filename is None:
        return error.errno in WRITE_ERRORS
    named = Path(str(error.filename))
    return named.parent == part.parent and PART_NAME.fullmatch(named.name) is not None


def write_bytes(path: Path, content: bytes, *, lasting: bool = False, private: bool = False) -> None:
    """Write a file that has some content, atomically as `atomic_write` does. Raises `FileError`."""
    with atomic_write(path, lasting=lasting, private=private) as part:
        part.write_bytes(content)


@contextmanager
def scratch_file(beside: Path, permissions: int = PRIVATE) -> Iterator[Path]:
    """Create an empty temporary file in the folder of another file, and remove it when the block ends.

    It is meant for data that do not fit into memory, and for a file that takes the place of another one when it is
    complete: then, there is nothing left to remove.
    """
    scratch = beside.with_name(f".flowviz-{secrets.token_hex(6)}.part")
    scratch.touch(permissions, exist_ok=False)
    try:
        with undone_on_exit(scratch.unlink):
            yield scratch
    finally:
        with suppress(OSError):
            scratch.unlink()


def _place(path: Path) -> Path:
    """Return the path of the file to write, with symbolic links resolved.

    Raises:
        FileError: If no file can be written there.
        OSError: If the file system cannot be accessed.
    """
    _check_kind(path)
    if path.exists() and not os.access(path, os.W_OK):
        raise FileError(f"{path} is write-protected. Choose another file, or make it writable.")
    try:
        resolved = path.resolve()
    except (RuntimeError, ValueError) as error:  # circular links; a name with a null byte
        raise FileError(f"{path} is not a valid file name.") from error
    if resolved.is_symlink():  # circular links, from Python 3.13 on
        raise FileError(f"{path} is not a valid file name.")
    return resolved


def _check_kind(path: Path) -> None:
    """Raise `FileError` if there is something other than a file at a path."""
    if path.is_dir():
        raise FileError(f"{path} is a folder. Give the name of a file.")
    if path.exists() and not path.is_file():
        raise FileError(f"{path} is a device or a pipe. Give the name of a file.")


def _permissions(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _permit(path: Path, permissions: int) -> None:
    with suppress(OSError):  # some file systems have no permissions
        path.chmod(permissions)


def _take_place(part: Path, whole: Path, lasting: bool, permissions: int) -> None:
    if lasting:
        _flush(part, os.O_RDWR)
    _permit(part, permissions)
    part.replace(whole)
    if lasting:
        with suppress(OSError):  # not every operating system can flush a folder
            _flush(whole.parent, os.O_RDONLY)


def _flush(path: Path, flags: int) -> None:
    """Block until a file or folder has been written to the disk."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def undone_on_exit(undo: Callable[[], object]) -> Iterator[None]:
    """Register a function with which `undo_unfinished` undoes the work of the block while it runs."""
    _unfinished.append(undo)
    try:
        yield
    finally:
        _unfinished.remove(undo)


def undo_unfinished() -> None:
    """Undo the unfinished work of all threads, latest first, before a process exits without waiting for them."""
    for undo in reversed(_unfinished.copy()):
        with suppress(OSError):
            undo()


@cache
def _remove_stale(folder: Path) -> None:
    """Remove abandoned temporary files from a folder.

    This is done once per process and folder, because it would slow down writing thousands of pictures.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if PART_NAME.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > STALE_SECONDS:
                Path(entry.path).unlink()


class _OnlyChecking(Exception):  # noqa: N818
    """Signal to leave `atomic_write` before anything is written."""


def check_writable(path: Path) -> None:
    """Check that `atomic_write` can write a file. Call it before long work whose result goes there.

    Raises:
        FileError: If the file cannot be written.
    """
    with suppress(_OnlyChecking), atomic_write(path):
        raise _OnlyChecking


@contextmanager
def folder_for(path: Path) -> Iterator[None]:
    """Create a folder and its parents for files that the block writes.

    If the block raises an exception, the folder is removed again, provided that it is new and empty.

    Raises:
        FileError: If the folder cannot be created.
    """
    try:
        existed = path.exists()
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FileError(f"{path} is a file. Give the name of a folder.") from error
    except OSError as error:
        raise FileError(f"The folder {path} cannot be created: {reason(error)}.") from error
    try:
        yield
    except BaseException:
        if not existed:
            with suppress(OSError):  # the folder may contain files
                path.rmdir()
        raise


def reason(error: OSError) -> str:
    """Return the operating system's error message, in a form that can end a sentence."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]


@dataclass(frozen=True)
class Fingerprint:
    """Properties of a file that change when another program writes it: modification time, size in bytes and inode."""

    modified_ns: int
    size: int
    inode: int


def fingerprint(path: Path) -> Fingerprint | None:
    """Return the fingerprint of a file, or None if the file does not exist."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Fingerprint(found.st_mtime_ns, found.st_size, found.st_ino)


def is_file(path: Path) -> bool:
    """Return whether there is a file at a path, unlike `Path.is_file` also if the path is too long for any file."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def check_readable(path: Path, max_bytes: int) -> int:
    """Check that a file that the user has chosen can be read, and return its size in bytes.

    Args:
        path: The file.
        max_bytes: Maximum size in bytes.

    Raises:
        FileError: If it is not a file, cannot be read, is empty, or is too large.
    """
    try:
        _check_kind(path)
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error
    except ValueError as error:
        raise FileError(f"{path} is not a valid file name.") from error
    if not size:
        raise FileError(f"{path} is empty.")
    if size > max_bytes:
        raise FileError(f"{path} is too large: {size / 1e6:,.0f} MB. The limit is {max_bytes / 1e6:,.0f} MB.")
    return size


def content_of(path: Path, max_bytes: int) -> bytes:
    """Return the content of a file that the user has chosen.

    Args:
        path: The file.
        max_bytes: Maximum size in bytes.

    Raises:
        FileError: If it is not a file, cannot be read, is empty, or is too large.
    """
    size = check_readable(path, max_bytes)
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {reason(error)}.") from error


def resource(name: str) -> Path:
    """Return the path of a file in `resources/`, which is inside the installed package or, in a checkout, beside it."""
    package = Path(__file__).parent
    installed = package / "resources" / name
    return installed if installed.exists() else package.parent / "resources" / name


def as_file_name(text: str) -> str:
    """Convert a text to a file name, without a suffix, that is valid on every operating system."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in text)
    return " ".join(kept.split())[:MAX_FILE_NAME].strip() or "flowviz"

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

    The folder must exist. Raises `FileError`: at once where nothing can be written, later where the disk fills.
    """
    if path.is_dir():
        raise FileError(f"{path} is a folder. Give the name of a file.")
    part = path.with_name(f".flowviz-{secrets.token_hex(6)}{path.suffix}")
    try:
        part.touch(exist_ok=False)
        try:
            yield part
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise FileError(f"{path} cannot be written: {reason(error)}.") from error


def make_folder(path: Path) -> None:
    """Make the folder and those above it, where they are missing. Raises `FileError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise FileError(f"{path} is a file. Give the name of a folder.") from error
    except OSError as error:
        raise FileError(f"The folder {path} cannot be made: {reason(error)}.") from error


def reason(error: OSError) -> str:
    """What the system says went wrong, as the end of a sentence."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]

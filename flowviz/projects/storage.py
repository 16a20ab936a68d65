"""Files of projects and comparisons, which are written only if they can be opened again."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError

from flowviz.errors import FileError, SpecError, TargetError
from flowviz.files import content_of
from flowviz.projects.project import MAX_FILE_BYTES

Content = TypeVar("Content")

NotOurs = (
    SafetensorError,
    SpecError,
    TargetError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def checked_content(write: Callable[[], bytes], parse: Callable[[bytes], object], kind: str, advice: str) -> bytes:
    """Return the content of a file after checking that it can be opened again.

    Args:
        write: Returns the content.
        parse: Opens the content. This takes less time than writing it.
        kind: The kind of the content, such as "project", for messages.
        advice: What to do if the content is too large, as a sentence.

    Raises:
        FileError: If the content is too large or could not be opened again.
    """
    try:
        content = write()
        if len(content) <= MAX_FILE_BYTES:
            parse(content)
            return content
    except (FileError, *NotOurs) as error:
        cause = " ".join(str(error.__cause__ if isinstance(error.__cause__, NotOurs) else error).split())
        raise FileError(f"The {kind} was not saved, because it could not be opened again: {cause}") from error
    raise FileError(f"The {kind} is too large to be saved: {len(content) / 1e6:,.0f} MB. {advice}")


def read_content(path: Path, parse: Callable[[bytes], Content]) -> Content:
    """Return the parsed content of a file.

    Raises:
        FileError: If the file cannot be read or parsed. The message names the file.
    """
    try:
        return parse(content_of(path, MAX_FILE_BYTES))
    except FileError as error:
        if str(path) in str(error):
            raise
        raise FileError(f"{path} cannot be opened. {error}") from error

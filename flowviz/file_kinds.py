"""The kinds of files that flowviz reads and writes, and their suffixes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from mimetypes import MimeTypes
from pathlib import Path

PROJECT_SUFFIX = ".flowviz"


@dataclass(frozen=True)
class FileKind:
    """A kind of file.

    Attributes:
        name: Name of the kind with its article, for use in a sentence.
        written: Suffixes that flowviz writes.
        only_read: Further suffixes that flowviz only reads.
    """

    name: str
    written: tuple[str, ...]
    only_read: tuple[str, ...] = ()

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return all suffixes of this kind."""
        return self.written + self.only_read


PROJECT = FileKind("a project", (PROJECT_SUFFIX,))
PICTURE = FileKind("a picture", (".png", ".svg", ".pdf"), (".jpg", ".jpeg", ".bmp", ".tif", ".tiff"))
ANIMATION = FileKind("an animation", (".gif", ".apng", ".webp", ".mp4"))
NUMBERS = FileKind("numbers", (".csv", ".npy", ".npz", ".parquet"), (".txt", ".tsv"))

KINDS = {suffix: kind for kind in (PROJECT, PICTURE, ANIMATION, NUMBERS) for suffix in kind.suffixes}
EXPORTED = (*PICTURE.written, *ANIMATION.written, ".npz", ".csv")  # what `flowviz render` and the export dialog write


def denoted(path: Path) -> str | None:
    """Return the kind of file that the suffix of a path denotes, such as "a project", or None if it denotes none.

    Suffixes of other programs' files denote "another kind of data"; those of "run.v2" and "run" denote none.
    """
    if (kind := KINDS.get(path.suffix.lower())) is not None:
        return kind.name
    return "another kind of data" if any(_types().guess_type(path.name)) else None


def listed(suffixes: Sequence[str]) -> str:
    """Return suffixes as an enumeration for use in a sentence, such as ".npy, .npz or .csv"."""
    *others, last = suffixes
    return f"{', '.join(others)} or {last}" if others else last


@cache
def _types() -> MimeTypes:
    """Return a table of suffixes that is the same on every machine, unlike that of the functions in `mimetypes`."""
    return MimeTypes()

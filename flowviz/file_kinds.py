"""The kind of file that each suffix denotes, for everything that reads or writes files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from mimetypes import MimeTypes
from pathlib import Path

PROJECT_SUFFIX = ".flowviz"


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name in a sentence, and the suffixes of what flowviz writes and of what it only reads."""

    name: str
    written: tuple[str, ...]
    only_read: tuple[str, ...] = ()

    @property
    def suffixes(self) -> tuple[str, ...]:
        """All suffixes that denote this kind."""
        return self.written + self.only_read


PROJECT = FileKind("a project", (PROJECT_SUFFIX,))
PICTURE = FileKind("a picture", (".png", ".svg", ".pdf"), (".jpg", ".jpeg", ".bmp", ".tif", ".tiff"))
ANIMATION = FileKind("an animation", (".gif", ".apng", ".webp", ".mp4"))
NUMBERS = FileKind("numbers", (".csv", ".npy", ".npz", ".parquet"), (".txt", ".tsv"))

KINDS = {suffix: kind for kind in (PROJECT, PICTURE, ANIMATION, NUMBERS) for suffix in kind.suffixes}
EXPORTED = (*PICTURE.written, *ANIMATION.written, ".npz", ".csv")  # what `flowviz render` and the export dialog write


def denoted(path: Path) -> str | None:
    """Return what the suffix of a path denotes, such as "a project"; None if it denotes no kind of file.

    The suffixes of other programs' files count too; "run.v2" and "run" denote nothing.
    """
    if (kind := KINDS.get(path.suffix.lower())) is not None:
        return kind.name
    return "another kind of file" if any(_types().guess_type(path.name)) else None


def listed(suffixes: Sequence[str]) -> str:
    """Return suffixes as the end of a sentence, such as ".npy, .npz or .csv"."""
    *others, last = suffixes
    return f"{', '.join(others)} or {last}" if others else last


@cache
def _types() -> MimeTypes:
    """The same table on every machine, unlike that of the functions of `mimetypes`."""
    return MimeTypes()

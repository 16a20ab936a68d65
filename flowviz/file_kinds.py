"""The kinds of files that flowviz reads and writes, and their suffixes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from mimetypes import MimeTypes
from pathlib import Path

from flowviz.errors import SpecError

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
JSON = FileKind("JSON", (".json",))
CODE = FileKind("Python code", (".py",))
PAGE = FileKind("a web page", (".html",), (".htm",))

KINDS = {suffix: kind for kind in (PROJECT, PICTURE, ANIMATION, NUMBERS, JSON, CODE, PAGE) for suffix in kind.suffixes}
# Suffixes that the table of Python lacks, in some versions at least.
OF_OTHERS = (
    ".docx",
    ".feather",
    ".md",
    ".odp",
    ".ods",
    ".odt",
    ".pickle",
    ".pkl",
    ".pptx",
    ".rtf",
    ".toml",
    ".xlsx",
    ".yaml",
)
EXPORTED = (
    *PICTURE.written,
    *ANIMATION.written,
    ".npz",
    ".csv",
    ".json",
    *CODE.written,
    *PAGE.written,
)  # what exports write


def denoted(path: Path) -> str | None:
    """Return the kind of file that the suffix of a path denotes, such as "a project", or None if it denotes none.

    Suffixes of other programs' files denote "another kind of data"; those of "run.v2" and "run" denote none.
    """
    suffix = path.suffix.lower()
    if (kind := KINDS.get(suffix)) is not None:
        return kind.name
    return "another kind of data" if suffix in OF_OTHERS or any(_types().guess_type(path.name)) else None


def check_suffix(path: Path, suffixes: Sequence[str]) -> None:
    """Raise `SpecError` if the suffix of a file to write denotes another kind of file than `suffixes` do."""
    if path.suffix.lower() not in suffixes and (other := denoted(path)) is not None:
        raise SpecError(f"Files ending in {path.suffix} contain {other}. Give a file that ends in {listed(suffixes)}.")


def suffixes_of(form: str) -> tuple[str, ...]:
    """Return the suffixes of an export format. Many programs expect an animated PNG to end in .png."""
    return (".apng", ".png") if form == "apng" else (f".{form}",)


def listed(choices: Iterable[str]) -> str:
    """Return choices, such as suffixes, as an enumeration for use in a sentence, such as ".npy, .npz or .csv"."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


@cache
def _types() -> MimeTypes:
    """Return a table of suffixes that is the same on every machine, unlike that of the functions in `mimetypes`."""
    return MimeTypes()

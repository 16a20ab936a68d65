"""Sources of exports: a project or a comparison, and the choices for exporting it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from flowviz.app.export.words import COMMON, FORMATS, ONLY_FORMAT, OPAQUE
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import as_file_name
from flowviz.specs import ExportSpec, PictureSize
from flowviz.specs.fields import checked, with_values
from flowviz.specs.view import MAX_SIDE

if TYPE_CHECKING:  # imported late, for a fast start of the program
    from flowviz.exporting.comparison_figure import ComparisonFigure
    from flowviz.exporting.comparison_tables import ComparisonTable
    from flowviz.exporting.export import Export
    from flowviz.exporting.flow_keeper import FlowKeeper
    from flowviz.exporting.web_page import WebPage

PRESETS = ("1080x1080", "1920x1080", "1080x1920", "3840x2160")
OTHER = "own"  # a size that is not among the presets
NEUTRAL = {"background": "solid", "beside": False}  # values of fields that cannot be chosen

Choices = Mapping[str, Any]  # values of the fields of an `ExportSpec` by name, and the columns of a comparison


class Item(NamedTuple):
    """Value that a combo box offers. The tooltip of a disabled value is the reason."""

    text: str
    tip: str = ""
    is_enabled: bool = True


class Kind(NamedTuple):
    """Kind of export.

    Attributes:
        title: Its title.
        description: A phrase that describes it.
        file_name: Name of its file or folder without a suffix; {} is the name of the source.
        formats: Formats in which it can be written.
    """

    title: str
    description: str
    file_name: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class ExportSource(ABC):
    """A project or a comparison as its file stores it, with what can be chosen for its exports.

    Attributes:
        name: The name shown to the user.
        path: Its file. None if there is none.
        is_saved: Whether the file is up to date.
    """

    name: str
    path: Path | None
    is_saved: bool

    @property
    def file_name(self) -> str:
        """Return the name for exported files, without a suffix."""
        return as_file_name(self.name)

    @property
    def project_path(self) -> Path:
        """Return the file, or the one that it would be saved to."""
        return self.path or Path(f"{self.file_name}{PROJECT_SUFFIX}")

    @property
    @abstractmethod
    def kinds(self) -> Mapping[str, Kind]:
        """Return what can be exported."""

    @property
    def defaults(self) -> Choices:
        """Return the values that None means, by field name."""
        return {}

    @abstractmethod
    def proposed(self, before: "ExportSource | None", chosen: ExportSpec | None) -> Choices:
        """Return the choices with which the dialog opens.

        Args:
            before: The source of the last dialog of this kind whose choices could be combined. None if there was none.
            chosen: The choices in that dialog. None if there was none.
        """

    @abstractmethod
    def fields(self, choices: Choices) -> frozenset[str]:
        """Return the names of the fields that affect what is exported."""

    def options(self, choices: Choices) -> Mapping[str, Mapping[Any, Item]]:
        """Return the values to choose from, by the names of their fields."""
        named = self.sizes(choices)
        sizes = {**named, **dict.fromkeys(map(PictureSize.parse, PRESETS), ""), **named}  # in this order
        return {
            **{name: items(texts) for name, texts in COMMON.items()},
            "what": {what: Item(kind.title, kind.description) for what, kind in self.kinds.items()},
            "format": {form: Item(*FORMATS[form]) for form in self.kinds[choices["what"]].formats},
            "size": items({str(size): _size_text(size, title) for size, title in sizes.items()} | {OTHER: "Other"}),
        }

    @abstractmethod
    def sizes(self, choices: Choices) -> Mapping[PictureSize, str]:
        """Return sizes that suit what is exported, in addition to the usual ones, with their titles."""

    def reasons(self, choices: Choices) -> Mapping[str, str]:
        """Return why some fields, or marks, cannot be chosen, by their names."""
        found = {"background": OPAQUE} if choices["format"] == "mp4" else {}
        return found if len(self.kinds[choices["what"]].formats) > 1 else {**found, "format": ONLY_FORMAT}

    def possible(self, choices: Choices) -> Choices:
        """Return the choices without those that others rule out."""
        reasons = self.reasons(choices)
        neutral = {name: value for name, value in NEUTRAL.items() if name in reasons}
        marks = frozenset(mark for mark in choices["marks"] if mark not in reasons)
        scale = min(choices["scale"], MAX_SIDE // max(choices["size"].width, choices["size"].height))
        return {**choices, **neutral, "marks": marks, "scale": scale}

    @abstractmethod
    def followed(self, choices: Choices, name: str) -> Choices:
        """Return the choices after a field was chosen, with those that follow from it."""

    @abstractmethod
    def export(self, choices: Choices, keeper: "FlowKeeper") -> "Export | ComparisonFigure | ComparisonTable | WebPage":
        """Return the export. Raises `SpecError` if the choices cannot be combined."""

    @abstractmethod
    def copies(self, choices: Choices) -> Mapping[str, Callable[[Path], str]]:
        """Return functions that return the command, or other code, that writes the same to a path, by their titles."""


def spec_of(choices: Choices) -> ExportSpec:
    """Return the spec of an export. Raises `SpecError` if the choices cannot be combined."""
    return checked(with_values(ExportSpec(), choices))


def copied_message(title: str, *, is_saved: bool) -> str:
    """Return the message after a command, or Python code, was copied."""
    return f"The {title} was copied." + ("" if is_saved else " Save the file before you run it.")


def items(texts: Mapping[Any, str], refused: Mapping[Any, str] = MappingProxyType({})) -> Mapping[Any, Item]:
    """Return the values of a combo box; those in `refused` are disabled for the reason there."""
    return {value: Item(text, refused.get(value, ""), value not in refused) for value, text in texts.items()}


def _size_text(size: PictureSize, title: str) -> str:
    return f"{title}{': ' if title else ''}{size.width:,} × {size.height:,}"

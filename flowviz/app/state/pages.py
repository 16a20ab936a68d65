"""The contents of the target pages, whether or not they define a valid target."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from flowviz.errors import FlowvizError, SpecError
from flowviz.specs import (
    ConditionalSpec,
    DrawingSpec,
    ImageSpec,
    MixSpec,
    Part,
    PointsSpec,
    ShapeName,
    ShapeSpec,
    SourceSpec,
    TargetSpec,
    TextSpec,
)
from flowviz.specs.column import Column
from flowviz.specs.target import FIRST_TEXT, MOTIONS, Align, Layout, Motion

Arrangement = Layout | Motion | Literal["class"]
TableColumns = tuple[int, int] | tuple[int, int, int]  # indices of x, y, and the condition, if any
Kind = Literal["text", "image", "shape", "drawing", "points", "mix"]


class Table(NamedTuple):
    """File of points and the names of its columns."""

    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True)
class TextContents:
    """Text with its font, weight, alignment and blur."""

    kind: ClassVar[Kind] = "text"
    text: str = FIRST_TEXT
    font: str | None = None
    weight: float = TextSpec.model_fields["weight"].default
    align: Align = "center"
    blur: float = 0.0

    def spec(self) -> TextSpec:
        """Return the target; raise `SpecError` if the text is too long."""
        return TextSpec(text=self.text, font=self.font, weight=self.weight, align=self.align, blur=self.blur)


@dataclass(frozen=True)
class ImageContents:
    """Picture, and the settings that decide which of its pixels belong to the target."""

    kind: ClassVar[Kind] = "image"
    picture: ImageSpec | None = None
    threshold: float = ImageSpec.model_fields["threshold"].default
    invert: bool = False
    grayscale: bool = False
    blur: float = 0.0

    def spec(self) -> ImageSpec:
        """Return the target; raise `SpecError` if there is no picture."""
        if self.picture is None:
            raise SpecError("Open a picture, paste one, or drop one on the window.")
        changes = {name: value for name, value in vars(self).items() if name != "picture"}
        return self.picture.model_copy(update=changes)


@dataclass(frozen=True)
class ShapeContents:
    """Shape from the catalog."""

    kind: ClassVar[Kind] = "shape"
    shape: ShapeName = "two_moons"

    def spec(self) -> ShapeSpec:
        """Return the target."""
        return ShapeSpec(name=self.shape)


@dataclass(frozen=True)
class DrawingContents:
    """Drawing, the name of the last step of drawing it, such as "Stroke", and its blur."""

    kind: ClassVar[Kind] = "drawing"
    drawn: tuple[DrawingSpec | None, str] = (None, "")
    blur: float = 0.0

    @property
    def drawing(self) -> DrawingSpec | None:
        """Return the drawing, or None if the page is empty."""
        return self.drawn[0]

    def spec(self) -> DrawingSpec:
        """Return the target; raise `SpecError` if there is no drawing."""
        if self.drawing is None:
            raise SpecError("Draw something with the mouse, a pen or a finger.")
        return self.drawing.model_copy(update={"blur": self.blur})


@dataclass(frozen=True)
class PointsContents:
    """Points, which may have a condition, and the file and its columns that they were read from, if known."""

    kind: ClassVar[Kind] = "points"
    table: Table | None = None
    columns: TableColumns = (0, 1)
    points: PointsSpec | ConditionalSpec | None = None

    def spec(self) -> PointsSpec | ConditionalSpec:
        """Return the target; raise `SpecError` if there are no points."""
        if self.points is None:
            raise SpecError("Open a table of points, or drop one on the window.")
        return self.points


@dataclass(frozen=True)
class MixContents:
    """Weighted sources and their arrangement, or a condition: which of them a point belongs to, or how one moves."""

    kind: ClassVar[Kind] = "mix"
    parts: tuple[Part, ...] = ()
    layout: Arrangement = "beside"

    def spec(self) -> MixSpec | ConditionalSpec:
        """Return the target; raise `SpecError` if there are fewer than two sources, or not one for a motion."""
        sources = tuple(part.source for part in self.parts)
        if motion := next((motion for motion in MOTIONS if motion == self.layout), None):
            if len(sources) != 1:
                raise SpecError("Only a single source can turn, grow or move. Remove the others, or add one.")
            return ConditionalSpec(sources=sources, motion=motion)
        if len(self.parts) < 2:
            raise SpecError("Add at least two sources: words, pictures or shapes that you have set up.")
        if self.layout == "class":
            return ConditionalSpec(sources=sources)
        return MixSpec(parts=self.parts, layout="over" if self.layout == "over" else "beside")


Contents = TextContents | ImageContents | ShapeContents | DrawingContents | PointsContents | MixContents


@dataclass(frozen=True)
class Pages:
    """The contents of all target pages."""

    text: TextContents = field(default_factory=TextContents)
    image: ImageContents = field(default_factory=ImageContents)
    shape: ShapeContents = field(default_factory=ShapeContents)
    drawing: DrawingContents = field(default_factory=DrawingContents)
    points: PointsContents = field(default_factory=PointsContents)
    mix: MixContents = field(default_factory=MixContents)

    def __iter__(self) -> Iterator[Contents]:
        return (getattr(self, page.name) for page in fields(self))

    def of(self, kind: Kind) -> Contents:
        """Return the contents of one page."""
        contents: Contents = getattr(self, kind)
        return contents

    def having(self, contents: Contents) -> "Pages":
        """Return a copy of the pages in which `contents` replaces those of the same kind."""
        changes: dict[str, Any] = {contents.kind: contents}
        return replace(self, **changes)

    def sources(self) -> list[SourceSpec]:
        """Return the sources that can be added to a mix: one for each page with a valid target."""
        targets = [target_of(contents)[0] for contents in self]
        sources = [spec for spec in targets if not isinstance(spec, MixSpec | ConditionalSpec | None)]
        return [spec for spec in sources if not isinstance(spec, TextSpec) or spec.text.strip()]


def target_of(contents: Contents) -> tuple[TargetSpec | None, str]:
    """Return the target of a page, or None and why the page has no valid one."""
    try:
        return contents.spec(), ""
    except FlowvizError as error:
        return None, str(error)


def contents_of(spec: TargetSpec) -> Contents:
    """Return the contents of the page that defines a target."""
    match spec:
        case TextSpec():
            return TextContents(spec.text, spec.font, spec.weight, spec.align, spec.blur)
        case ImageSpec():
            return ImageContents(spec, spec.threshold, spec.invert, spec.grayscale, spec.blur)
        case ShapeSpec():
            return ShapeContents(spec.name)
        case DrawingSpec():
            return DrawingContents((spec, "Open"), spec.blur)
        case PointsSpec() | ConditionalSpec(column=Column()):
            return PointsContents(points=spec)
        case MixSpec():
            return MixContents(spec.parts, spec.layout)
        case ConditionalSpec():
            return MixContents(tuple(Part(source=source) for source in spec.sources), spec.motion or "class")

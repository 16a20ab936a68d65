"""The contents of the target pages: what the user has set up on each, whether or not it makes a target."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from flowviz.errors import FlowvizError, SpecError
from flowviz.specs import (
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
from flowviz.specs.target import FIRST_TEXT, Align, Layout

Kind = Literal["text", "image", "shape", "drawing", "points", "mix"]


class Table(NamedTuple):
    """A file of points, and the names of its columns."""

    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True)
class TextContents:
    """A text and how it is set."""

    kind: ClassVar[Kind] = "text"
    text: str = FIRST_TEXT
    font: str | None = None
    weight: float = TextSpec.model_fields["weight"].default
    align: Align = "center"

    def spec(self) -> TextSpec:
        """Return the text as a target. Raises `SpecError` if it is too long."""
        return TextSpec(text=self.text, font=self.font, weight=self.weight, align=self.align)


@dataclass(frozen=True)
class ImageContents:
    """A picture, and which of its pixels are ink."""

    kind: ClassVar[Kind] = "image"
    picture: ImageSpec | None = None
    threshold: float = ImageSpec.model_fields["threshold"].default
    invert: bool = False
    grayscale: bool = False

    def spec(self) -> ImageSpec:
        """Return the picture as a target. Raises `SpecError` if there is none."""
        if self.picture is None:
            raise SpecError("Open a picture, paste one, or drop one on the window.")
        return self.picture.model_copy(
            update={"threshold": self.threshold, "invert": self.invert, "grayscale": self.grayscale}
        )


@dataclass(frozen=True)
class ShapeContents:
    """A shape from the catalog."""

    kind: ClassVar[Kind] = "shape"
    shape: ShapeName = "two_moons"

    def spec(self) -> ShapeSpec:
        """Return the shape as a target."""
        return ShapeSpec(name=self.shape)


@dataclass(frozen=True)
class DrawingContents:
    """A drawing, with the name of the step that led to it, such as "Stroke"."""

    kind: ClassVar[Kind] = "drawing"
    drawn: tuple[DrawingSpec | None, str] = (None, "")

    @property
    def drawing(self) -> DrawingSpec | None:
        """The drawing, if there is one."""
        return self.drawn[0]

    def spec(self) -> DrawingSpec:
        """Return the drawing as a target. Raises `SpecError` if there is none."""
        if self.drawing is None:
            raise SpecError("Draw something with the mouse, a pen or a finger.")
        return self.drawing


@dataclass(frozen=True)
class PointsContents:
    """Points, and the columns of the table that they were read from, if it is known."""

    kind: ClassVar[Kind] = "points"
    table: Table | None = None
    columns: tuple[int, int] = (0, 1)
    points: PointsSpec | None = None

    def spec(self) -> PointsSpec:
        """Return the points as a target. Raises `SpecError` if there are none."""
        if self.points is None:
            raise SpecError("Open a table of points, or drop one on the window.")
        return self.points


@dataclass(frozen=True)
class MixContents:
    """Several sources, each with a weight, and their arrangement."""

    kind: ClassVar[Kind] = "mix"
    parts: tuple[Part, ...] = ()
    layout: Layout = "beside"

    def spec(self) -> MixSpec:
        """Return the mix as a target. Raises `SpecError` if it has fewer than two sources."""
        if len(self.parts) < 2:
            raise SpecError("Add at least two sources: words, pictures or shapes that you have set up.")
        return MixSpec(parts=self.parts, layout=self.layout)


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
        found: Contents = getattr(self, kind)
        return found

    def having(self, contents: Contents) -> "Pages":
        """Return these pages with other contents on one of them."""
        changes: dict[str, Any] = {contents.kind: contents}
        return replace(self, **changes)

    def sources(self) -> list[SourceSpec]:
        """Return what can be added to a mix: a source for each page that makes one."""
        sources: list[SourceSpec] = []
        for contents in self:
            try:
                spec = contents.spec()
            except FlowvizError:
                continue
            if not isinstance(spec, MixSpec) and not (isinstance(spec, TextSpec) and not spec.text.strip()):
                sources.append(spec)
        return sources


def contents_of(spec: TargetSpec) -> Contents:
    """Return the contents of a page that make this target."""
    match spec:
        case TextSpec():
            return TextContents(spec.text, spec.font, spec.weight, spec.align)
        case ImageSpec():
            return ImageContents(spec, spec.threshold, spec.invert, spec.grayscale)
        case ShapeSpec():
            return ShapeContents(spec.name)
        case DrawingSpec():
            return DrawingContents((spec, "Open"))
        case PointsSpec():
            return PointsContents(points=spec)
        case MixSpec():
            return MixContents(spec.parts, spec.layout)


def named_fields(contents: Contents) -> dict[str, Any]:
    """Return the fields of a page by name."""
    return {each.name: getattr(contents, each.name) for each in fields(contents)}

"""The specs of targets: one class for each kind of source, and a mix of several sources."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic import ValidationError as PydanticError

from flowviz.errors import SpecError
from flowviz.specs.column import Column
from flowviz.specs.condition import MAX_CLASSES, Condition
from flowviz.specs.contents import BASE64, decoded
from flowviz.specs.fields import Option, described
from flowviz.specs.shapes import SHAPES, ShapeName, words_of
from flowviz.specs.spec import Spec

FIRST_TEXT = "BRAD"  # the word of a new project
BUILT_IN_FONT = "Built-in"  # name for the user of the font that a text without `font` has
MAX_TEXT = 200
MAX_POINTS = 5_000_000
MAX_PARTS = 8
POINT_BYTES = 8  # two float32
TRAINING_SHARE = 0.7  # of points; the rest validates and tests the flow
MIN_BLUR = 0.01
MAX_SIDE = 1_000_000_000  # pixels
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

Align = Literal["left", "center", "right"]
Layout = Literal["beside", "over"]
Motion = Literal["turn", "grow", "move"]
MOTIONS: Mapping[Motion, str] = {"turn": "turn", "grow": "size", "move": "place"}  # and the name of its number


def _png(content: Any) -> Any:
    content = decoded(content)
    if not isinstance(content, bytes) or not content.startswith(PNG_SIGNATURE):
        raise ValueError("The picture is not in the PNG format.")
    return content


def _points(content: Any) -> Any:
    content = decoded(content)
    if not isinstance(content, bytes) or len(content) % POINT_BYTES:
        raise ValueError("The points are not pairs of float32 numbers.")
    if len(content) > MAX_POINTS * POINT_BYTES:
        raise ValueError(
            f"There are {len(content) // POINT_BYTES:,} points. flowviz can learn from up to {MAX_POINTS:,}."
        )
    return content


def _not_too_narrow(blur: float) -> float:
    if 0 < blur < MIN_BLUR:
        raise ValueError(f"The blur cannot be {blur:g}. The narrowest is {MIN_BLUR:g}; 0 leaves the edges sharp.")
    return blur


def _pair(unit: Any) -> Any:
    return (unit, unit) if isinstance(unit, int | float) else unit


def _shortest(unit: tuple[float, float]) -> float | tuple[float, float]:
    return unit[0] if unit[0] == unit[1] else unit


Png = Annotated[bytes, BeforeValidator(_png), BASE64]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]
PointBytes = Annotated[bytes, BeforeValidator(_points), BASE64]
Length = Annotated[float, Field(gt=0)]
# Equal lengths are one number in JSON, as in the files of older versions.
UnitLengths = Annotated[tuple[Length, Length], BeforeValidator(_pair), PlainSerializer(_shortest, when_used="json")]

Blur = Annotated[
    float,
    described(
        "Blur",
        "Width of a blur that makes the ink a smooth density, from 0.01 to 1 standard deviations of the ink; 0 leaves "
        "its edges sharp",
        ge=0,
        le=1,
    ),
    AfterValidator(_not_too_narrow),
]


class TextSpec(Spec):
    """A text of one or more lines, by default in the built-in font."""

    kind: Literal["text"] = "text"
    text: Annotated[str, described("Text", "Text to learn")]
    weight: Annotated[
        float,
        described(
            "Weight", "Width of the stroke that thickens the letters, from 0 to 0.2 of the font size", ge=0, le=0.2
        ),
    ] = 0.025
    font: Annotated[
        str | None,
        described(
            "Font",
            "Installed font, such as 'DejaVu Sans Bold'; characters that it lacks are taken from the most similar font",
        ),
    ] = None
    align: Annotated[Align, described("Alignment", "Alignment of several lines")] = "center"
    blur: Blur = 0.0

    @field_validator("text")
    @classmethod
    def _not_too_long(cls, text: str) -> str:
        if len(text) > MAX_TEXT:
            raise ValueError(f"The text has {len(text)} characters. Shorten it to at most {MAX_TEXT}.")
        return text

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        return " ".join(self.text.split())


class ImageSpec(Spec):
    """A picture whose dark pixels are ink. Transparent pixels never are.

    `flowviz.read_image` creates it: it turns the picture upright, downscales it and converts it to gray with alpha.
    """

    kind: Literal["image"] = "image"
    png: Annotated[Png, described("Image", "Picture whose dark pixels are ink", repr=False)]
    size: Annotated[
        tuple[Side, Side] | None,
        Field(description="Width and height of the upright picture before downscaling; None in older files"),
    ] = None
    name: Annotated[str, Field(description="Name of the file")] = "image"
    threshold: Annotated[
        float,
        described(
            "Threshold", "How dark a pixel must be to count as ink, from 0.01 (very light) to 1 (black)", ge=0.01, le=1
        ),
    ] = 0.5
    invert: Annotated[bool, described("Invert", "Use the light pixels as ink instead of the dark ones")] = False
    grayscale: Annotated[
        bool, described("Grayscale as density", "Place more points where the picture is darker, without a threshold")
    ] = False
    blur: Blur = 0.0

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        return self.name


class ShapeSpec(Spec):
    """A shape of the catalog."""

    kind: Literal["shape"] = "shape"
    name: Annotated[ShapeName, described("Shape", "Shape to learn")]

    @field_validator("name", mode="before")
    @classmethod
    def _in_catalog(cls, name: Any) -> Any:
        if not isinstance(name, str) or name not in SHAPES:
            raise ValueError(f"There is no shape named {name!r}. Choose one of {', '.join(SHAPES)}.")
        return name

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        return words_of(self.name)


class DrawingSpec(Spec):
    """A drawing, whose dark and opaque pixels are ink."""

    kind: Literal["drawing"] = "drawing"
    png: Annotated[Png, described("Drawing", "Canvas whose dark and opaque pixels are ink", repr=False)]
    size: Annotated[
        tuple[Side, Side] | None,
        Field(description="Width and height of the file that the drawing was read from, if it was downscaled"),
    ] = None
    blur: Blur = 0.0

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        return "drawing"


class PointsSpec(Spec):
    """A table of points, in the order of its file: `point = center + unit · row`.

    `flowviz.points_spec` creates it from an array or a data frame, and `targets.read_points` from a file. By default,
    its rows are centered and scaled, so that float32 is accurate enough in any units. Half of the points that do not
    train the flow, but at most 10,000, validate it; the rest test it.
    """

    kind: Literal["points"] = "points"
    data: Annotated[
        PointBytes, described("Points", "Points to learn: the rows (n, 2), float32, little-endian", repr=False)
    ]
    center: Annotated[tuple[float, float], Field(description="Origin of the rows, in data units")] = (0.0, 0.0)
    unit: Annotated[
        UnitLengths,
        Field(description="Length of a row unit in data units, along x and along y, or one number for both axes"),
    ] = (1.0, 1.0)
    name: Annotated[str, Field(description="Name of the file")] = "points"
    standardize: Annotated[
        bool,
        Field(
            description="Whether the rows are centered and scaled to a standard deviation of 1 for the flow; if not, "
            "flow units are the units of the rows"
        ),
    ] = True
    training_share: Annotated[
        float, described("Training share", "Share of the points to train on, from 0.5 to 0.9", ge=0.5, le=0.9)
    ] = TRAINING_SHARE

    @property
    def rows(self) -> NDArray[np.float32]:
        """Return the points (n, 2) as they are stored; by default, centered and scaled."""
        return np.frombuffer(self.data, "<f4").reshape(-1, 2)

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        return self.name


_Source = TextSpec | ImageSpec | ShapeSpec | DrawingSpec | PointsSpec
SourceSpec = Annotated[_Source, Field(discriminator="kind")]


class Part(Spec):
    """A source of a mix. Its share of the points is its weight divided by the sum of the weights."""

    source: Annotated[SourceSpec, Field(description="A target other than a mix")]
    weight: Annotated[
        float, described("Weight", "Weight of this source, which decides its share of the points", gt=0, le=1000)
    ] = 1.0


class MixSpec(Spec):
    """A mix of several sources, side by side from left to right or one over the other."""

    kind: Literal["mix"] = "mix"
    parts: Annotated[tuple[Part, ...], described("Sources", f"2 to {MAX_PARTS} sources")]
    layout: Annotated[Layout, described("Arrangement", "Place the sources side by side, or one over the other")] = (
        "beside"
    )

    @model_validator(mode="after")
    def _some_parts(self) -> Self:
        if not 2 <= len(self.parts) <= MAX_PARTS:
            raise ValueError(f"A mix must have 2 to {MAX_PARTS} sources, not {len(self.parts)}.")
        return self

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        joint = " + " if self.layout == "beside" else " over "
        return joint.join(part.source.title for part in self.parts)


class ConditionalSpec(Spec):
    """A target with a condition, which is one of three kinds.

    - Each of several sources is a class. All have the same number of points, and are centered on the same point.
    - The only source changes with a number: it turns, grows or moves.
    - The only source is a table with a column that says of each point which class it belongs to, or a number. The
      points stay as they are, so classes have as many points as the table has.

    A conditional flow learns one density for each value.
    """

    kind: Literal["conditional"] = "conditional"
    sources: Annotated[tuple[SourceSpec, ...], described("Sources", f"2 to {MAX_CLASSES} classes, or one source")]
    names: Annotated[
        tuple[str, ...], Field(description="Names of the classes; by default, the titles of the sources")
    ] = ()
    motion: Annotated[
        Motion | None, described("Condition", "How the only source changes with a number from 0 to 1")
    ] = None
    column: Annotated[
        Column | None,
        Field(description="Column of the only source, which is a table: the value of the condition at each point"),
        Option(is_internal=True),
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = len(self.sources) > 1, self.motion is not None, self.column is not None
        if sum(kinds) != 1 or not self.sources:
            raise ValueError(
                f"A condition needs 2 to {MAX_CLASSES} sources, or a single one that turns, grows or moves, or a "
                "column of a table."
            )
        tables = [source for source in self.sources if isinstance(source, PointsSpec)]
        if tables and not self.column:
            raise ValueError("The condition of a table is one of its columns. Choose one, or leave out the table.")
        if self.column and [len(self.column.values)] != [len(table.rows) for table in tables]:
            raise ValueError("The column is not one of the source: they have different numbers of rows.")
        if self.names and len(self.names) != len(self.sources):
            raise ValueError(f"There are {len(self.sources)} sources but {len(self.names)} names.")
        try:
            self.condition  # noqa: B018
        except SpecError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def condition(self) -> Condition:
        """Return the condition."""
        if self.column:
            return self.column.condition
        if self.motion:
            return Condition(name=MOTIONS[self.motion])
        are_words = all(isinstance(source, TextSpec) for source in self.sources)
        names = self.names or tuple(source.title for source in self.sources)
        return Condition(name="word" if are_words else "class", classes=names)

    @property
    def title(self) -> str:
        """Return the name of the target as shown to the user."""
        if self.column:
            return f"{self.sources[0].title} by {self.column.condition.name}"
        if self.motion:
            return f"{self.sources[0].title}, which {self.motion}s"
        return " or ".join(self.condition.classes)


KINDS = _Source | MixSpec | ConditionalSpec
TargetSpec = Annotated[KINDS, Field(discriminator="kind")]
TARGETS: Mapping[str, type[Spec]] = {each.model_fields["kind"].default: each for each in get_args(KINDS)}


def sources_of(target: TargetSpec) -> tuple[SourceSpec, ...]:
    """Return the sources of a mix or of a condition, or the only source of any other target."""
    if isinstance(target, ConditionalSpec):
        return target.sources
    return tuple(part.source for part in target.parts) if isinstance(target, MixSpec) else (target,)


@cache
def _adapter() -> TypeAdapter[TargetSpec]:
    return TypeAdapter(TargetSpec)  # takes 3 ms, which the start of the window does not have


def table_of(target: TargetSpec) -> PointsSpec | None:
    """Return the table that is the only source of a target, or None."""
    match sources_of(target):
        case (PointsSpec() as table,):
            return table
    return None


def condition_of(target: TargetSpec) -> Condition | None:
    """Return the condition of a target, or None if it has none."""
    return target.condition if isinstance(target, ConditionalSpec) else None


def target_spec(values: Any) -> TargetSpec:
    """Return the spec of any kind from the values that its `model_dump` returned.

    Raises:
        SpecError: If the values are invalid.
    """
    try:
        return _adapter().validate_python(values)
    except PydanticError as error:
        kinds = ", ".join(TARGETS)
        raise SpecError(f"The target is invalid. Its kind must be one of {kinds}, with its fields.") from error

"""The view: how the cloud is drawn."""

import re
from functools import lru_cache
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from flowviz.errors import SpecError
from flowviz.specs.export_kinds import DIRECTED, PAGES, PICTURES, PLOTS, SINGLE_VIEWS
from flowviz.specs.fields import Option, described
from flowviz.specs.spec import Spec

Palette = Literal["safe", "plain"]
Theme = Literal["light", "dark"]
ColorBy = Literal[
    "quadrant", "angle", "radius", "component", "log_density", "log_det", "leaked", "weight", "selection", "column"
]  # fmt: skip
Direction = Literal["generate", "encode"]
CameraMode = Literal["follow", "fixed"]
Background = Literal["solid", "transparent"]
UnitName = Literal["data", "pixels", "flow"]
Velocity = Literal["learned", "best", "difference"]
Mark = Literal["density", "target", "grid", "paths", "points", "velocity"]  # in the order in which they are drawn

BY_TARGET: frozenset[ColorBy] = frozenset({"leaked", "weight"})  # colors that need the target
FIELDS: frozenset[Mark] = frozenset({"density", "grid", "velocity"})  # marks that can stand beside the particles

MIN_SIDE, MAX_SIDE = 64, 8192
FINEST_GRID, COARSE_GRID = 40, 8  # cells along each side of a grid
GRID_SEGMENTS = 80  # along each side of a grid; each cell has a whole number of them, so that its sides bend
SquareNumber = Annotated[int, Field(ge=1, le=FINEST_GRID)]
USUAL_DPI = 72  # a pixel of a PDF is a point
PAPER_DPI = 300  # default resolution for sizes in centimeters
CM_PER_INCH = 2.54


class PictureSize(Spec):
    """Width and height of a picture, in pixels.

    A size that was given in centimeters has a resolution, and error messages show it in centimeters. Sizes with the
    same number of pixels are equal, unless only one of them fits its height.
    """

    width: Annotated[int, described("Width", "Width in pixels", ge=MIN_SIDE, le=MAX_SIDE)] = 1080
    height: Annotated[int, described("Height", "Height in pixels", ge=MIN_SIDE, le=MAX_SIDE)] = 1080
    paper_dpi: Annotated[
        int | None, described("Resolution", "Pixels per inch of a size that was given in centimeters", ge=10, le=2400)
    ] = None
    fits_height: bool = False  # set by `parse`: an export chooses the height to fit its content

    @classmethod
    def parse(cls, text: str, dpi: int = USUAL_DPI) -> Self:
        """Read a size in pixels, such as "1080x1080", or in centimeters, such as "12x8cm" or "8.5cm".

        Args:
            text: The size. If it is only a width in centimeters, an export fits the height to its content.
            dpi: Pixels per inch of a size in centimeters.

        Raises:
            SpecError: If the text is not a size, or a side has too few or too many pixels.
        """
        number = r"(\d{1,6}(?:\.\d{1,4})?)"
        match = re.fullmatch(rf"\s*{number}\s*(?:[xX×]\s*{number}\s*)?(cm)?\s*", text)
        if match is None or (not match[3] and ("." in text or match[2] is None)):
            raise SpecError(
                f"The size {text!r} is not of the form WIDTHxHEIGHT, such as 1080x1080 or 12x8cm. A width alone, such "
                "as 8.5cm, fits the height to the content."
            )
        sides = float(match[1]), float(match[2] or match[1])
        if not match[3]:
            return cls(width=round(sides[0]), height=round(sides[1]))
        least, most = (limit / dpi * CM_PER_INCH for limit in (MIN_SIDE - 0.5, MAX_SIDE))
        if not least <= min(sides) <= max(sides) <= most:
            raise SpecError(
                f"The size {text.strip()} has a side that is not between {least:.2g} and {most:.3g} cm at {dpi} pixels "
                "per inch. Choose another size or resolution."
            )
        width, height = (round(side * dpi / CM_PER_INCH) for side in sides)
        return cls(width=width, height=height, paper_dpi=dpi, fits_height=match[2] is None)

    @property
    def words(self) -> str:
        """Return the size in the unit in which it was given."""
        if self.paper_dpi is None:
            return f"{self} pixels"
        sides = (round(side / self.paper_dpi * CM_PER_INCH, 2) for side in (self.width, self.height))
        return "x".join(f"{side:g}" for side in sides) + " cm"

    def scaled(self, factor: float) -> Self:
        """Return the size with both sides multiplied by a factor."""
        return self.model_copy(update={side: round(factor * getattr(self, side)) for side in ("width", "height")})

    def with_longer_side(self, pixels: int) -> Self:
        """Return a size of nearly the same shape, whose longer side has a number of pixels. Both sides are even."""
        half = self.scaled(pixels / max(self.width, self.height) / 2)
        return self.nearest(2 * half.width, 2 * half.height)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PictureSize):
            return NotImplemented
        return (self.width, self.height, self.fits_height) == (other.width, other.height, other.fits_height)

    def __hash__(self) -> int:
        return hash((self.width, self.height))

    @classmethod
    @lru_cache(maxsize=64)  # the window asks for the size of each cloud in each frame, and to validate it takes longer
    def nearest(cls, width: float, height: float) -> Self:
        """Return the allowed size that is nearest to a width and a height in pixels."""
        sides = (min(max(MIN_SIDE, round(side)), MAX_SIDE) for side in (width, height))
        return cls(**dict(zip(("width", "height"), sides, strict=True)))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class ViewSpec(Spec):
    """The visible part of the plane, what is drawn there, and in which colors.

    The shorter side of the picture shows center ± half_extent, and both axes have one scale. `center` and `half_extent`
    are in flow units, whatever the `units` of the axes.
    """

    center: Annotated[
        tuple[float, float],
        described("Center", "Center of the view, in flow units; fitted by default"),
        Option(SINGLE_VIEWS | PAGES | {"density"}, form="X,Y"),
    ] = (0.0, 0.0)
    half_extent: Annotated[
        float,
        described("Half extent", "Half the shorter side of the view, in flow units; fitted by default", gt=0, le=1e12),
        Option(SINGLE_VIEWS | PAGES | {"density"}),
    ] = 4.0
    palette: Annotated[
        Palette,
        described("Palette", "Colors that are safe for color-blind viewers, or the plain ones of the blog post"),
        Option(PICTURES | PAGES | {"latents"}),
    ] = "safe"
    theme: Annotated[Theme, described("Theme", "Light or dark background"), Option(PICTURES | PLOTS)] = "light"
    point_diameter: Annotated[
        float,
        described("Point diameter", "Point diameter in pixels, for an 800-pixel shorter side", gt=0, le=50),
        Option(PICTURES | PAGES | {"latents"}),
    ] = 3.5
    labels: Annotated[
        bool,
        described("Title and keys", "The name of the stage, and the meaning of the colors"),
        Option(PICTURES | PLOTS),
    ] = True
    axes: Annotated[bool, described("Axes", "Grid lines and their numbers"), Option(SINGLE_VIEWS | PLOTS)] = True
    color_by: Annotated[
        ColorBy, described("Color by", "Meaning of the colors of the particles"), Option(PICTURES | PAGES)
    ] = "quadrant"
    column: Annotated[
        str | None,
        described("Column", "Name of the column of a recorded flow to color by; by default the first one"),
        Option(PICTURES | PAGES),
    ] = None
    marks: Annotated[
        frozenset[Mark],
        described("Marks", "What to draw, separated by commas"),
        Option(PICTURES | PAGES, name="view", form=",".join(get_args(Mark))),
    ] = frozenset({"points"})
    velocity: Annotated[
        Velocity,
        described(
            "Velocity of",
            "Velocity field of flow matching to draw: the learned one, the best possible one for independent pairs, or "
            "the learned one minus the best",
        ),
        Option(PICTURES),
    ] = "learned"
    beside: Annotated[
        bool,
        described("Beside", "Density, grid and velocity in a panel of their own, beside the points"),
        Option(SINGLE_VIEWS),
    ] = False
    background: Annotated[
        Background, described("Background", "Solid background, or none behind what is drawn"), Option(PICTURES | PLOTS)
    ] = "solid"
    word_height: Annotated[
        float,
        described("Text height", "Largest height of the text, as a share of the shorter side", gt=0, le=0.1),
        Option(PICTURES | PLOTS),
    ] = 0.025
    text_share: Annotated[float | None, Field(gt=0)] = None  # set by exports: 1 em as a share of the height
    common_scale: Annotated[
        bool,
        described("Common scale", "Draw all stages at one scale, instead of framing each around its own particles"),
        Option(frozenset({"sheet"})),
    ] = False
    camera: Annotated[
        CameraMode,
        described("Camera", "Frame a fitted view at each stage (follow), or so that it shows all stages (fixed)"),
        Option(SINGLE_VIEWS | {"density"}),
    ] = "follow"
    grid_cells: Annotated[
        int,
        described("Grid cells", "Cells along each side of the grid: 4, 5, 8, 10, 16, 20 or 40", ge=4, le=FINEST_GRID),
        Option(DIRECTED | PAGES),
    ] = FINEST_GRID
    square: Annotated[
        tuple[SquareNumber, SquareNumber] | None,
        described(
            "Square",
            "Cell of the grid to mark, with its area: its column and its row on the base, from 1 at the lower left; "
            "or none",
        ),
        Option(SINGLE_VIEWS, form="COLUMN,ROW", none="none"),
    ] = None
    units: Annotated[
        UnitName,
        described(
            "Units", "Units of axes, points and densities: the data, the pixels of the target's picture, or the flow"
        ),
        Option(SINGLE_VIEWS | PAGES | {"ledger", "trace", "samples", "density", "losses", "code"}),
    ] = "data"

    @property
    def has_two_sides(self) -> bool:
        """Return whether some marks can stand beside others."""
        return bool(self.marks & FIELDS and self.marks & {"points", "paths"})

    @field_validator("grid_cells")
    @classmethod
    def _has_equal_cells(cls, cells: int) -> int:
        if GRID_SEGMENTS % cells:
            raise ValueError(f"A grid has 4, 5, 8, 10, 16, 20 or 40 cells along each side, not {cells}.")
        return cells

    @model_validator(mode="after")
    def _has_the_square(self) -> Self:
        if self.square is not None and max(self.square) > self.grid_cells:
            raise ValueError(f"The square {self.square} is outside the grid, which has {self.grid_cells} cells a side.")
        return self

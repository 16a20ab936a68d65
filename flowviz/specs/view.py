"""How the cloud is drawn."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field

from flowviz.errors import SpecError
from flowviz.specs.spec import Spec

Palette = Literal["safe", "plain"]
Theme = Literal["light", "dark"]
ColorBy = Literal["quadrant", "angle", "radius", "log_density", "log_det", "selection"]
Direction = Literal["generate", "encode"]
Background = Literal["solid", "transparent"]
UnitName = Literal["data", "pixels", "flow"]
Mark = Literal["density", "target", "grid", "paths", "points"]  # in the order in which they are drawn

SMALLEST_SIDE, LARGEST_SIDE = 64, 8192
USUAL_DPI = 72  # a pixel of a PDF is a point
CM_PER_INCH = 2.54


class PictureSize(Spec):
    """Width and height of a picture, in pixels."""

    width: Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)] = 1080
    height: Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)] = 1080

    @classmethod
    def parse(cls, text: str, dpi: int = USUAL_DPI) -> Self:
        """Read a size in pixels, such as "1080x1080", or in centimeters, such as "12x8cm".

        Args:
            text: The size.
            dpi: Pixels per inch of a size in centimeters.

        Raises:
            SpecError: If the text is not a size, or a side has too few or too many pixels.
        """
        number = r"(\d{1,6}(?:\.\d{1,4})?)"
        match = re.fullmatch(rf"\s*{number}\s*[xX×]\s*{number}\s*(cm)?\s*", text)
        if match is None or (not match[3] and "." in text):
            raise SpecError(f"The size {text!r} is not of the form WIDTHxHEIGHT, such as 1080x1080 or 12x8cm.")
        width, height = (round(float(side) * (dpi / CM_PER_INCH if match[3] else 1)) for side in match.groups()[:2])
        return cls(width=width, height=height)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class ViewSpec(Spec):
    """What of the plane is shown, and in which colors.

    `center` and `half_extent` are in target units: the shorter side of the picture shows center ± half_extent.
    Both axes have one scale. `point_diameter` is in pixels of a picture whose shorter side is 800.
    `marks` is what is drawn; `color_by` is what the color of a particle means. With `beside`, density and grid stand
    in a panel of their own to the right of the points, at the same scale. `labels` are the words: title, legend, notes;
    they are as high as a share `word_height` of the shorter side, at most. `axes` are the lines at round numbers, and
    these numbers. With a transparent `background` only what is drawn is opaque. Where all stages are side by side, each
    is framed around its own particles, unless they have a `common_scale`. `units` are those of the numbers at the axes,
    and of exported points: of the data that the target was read from, of the pixels of its picture, or of the flow.
    """

    center: tuple[float, float] = (0.0, 0.0)
    half_extent: Annotated[float, Field(gt=0, le=1e12)] = 4.0
    palette: Palette = "safe"
    theme: Theme = "light"
    point_diameter: Annotated[float, Field(gt=0, le=50)] = 3.5
    labels: bool = True
    axes: bool = True
    color_by: ColorBy = "quadrant"
    marks: frozenset[Mark] = frozenset({"points"})
    beside: bool = False
    background: Background = "solid"
    word_height: Annotated[float, Field(gt=0, le=0.1)] = 0.025
    common_scale: bool = False
    units: UnitName = "data"

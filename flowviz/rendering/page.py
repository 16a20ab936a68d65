"""A page of vector graphics, on which text stays text and lines stay lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path as Curve
from matplotlib.patheffects import Stroke
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox, TransformedBbox
from numpy.typing import NDArray

from flowviz.records.provenance import SOFTWARE, Provenance
from flowviz.rendering.annotate import Label, em
from flowviz.rendering.colors import SURROUNDINGS, Color, rgb
from flowviz.rendering.drawing import Drawing
from flowviz.rendering.projection import Panel
from flowviz.rendering.raster import RGBA
from flowviz.rendering.typeface import families
from flowviz.specs import PictureSize, ViewSpec

Vectors = Literal["svg", "pdf"]

POINTS_PER_INCH = 72
BELOW_LINES, BELOW_PATHS, PATHS, ABOVE_PATHS, ABOVE_LINES = (
    0,
    0.25,
    0.5,
    1,
    2,
)  # orders; matplotlib draws other lines at 2, text at 3
CUBIC = np.array([Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4], Curve.code_type)
DOT_PATHS = 256  # that dots in different colors are divided among
HALO = 1 / 3  # em; stroke width of the halo around text
ACROSS: Mapping[str, Any] = {"l": "left", "m": "center", "r": "right"}
DOWN: Mapping[str, Any] = {"t": "top", "m": "center", "b": "bottom", "s": "baseline"}
# Make the ids in the file reproducible, and keep text as text.
SETTINGS: Any = {"svg.hashsalt": "flowviz", "svg.fonttype": "none", "pdf.fonttype": 42}
# These options are global to the process. Without the lock, the second of two overlapping threads would save the
# options of the first one as the original ones and restore them for good.
matplotlib_lock = Lock()


def save_page(
    draw: "Callable[[Page], None]", view: ViewSpec, size: PictureSize, path: Path, form: Vectors, about: Provenance
) -> None:
    """Write an SVG or PDF with what a function draws on an empty page.

    Args:
        draw: Draws on the page.
        view: The view, which determines the background and the size of the text.
        size: The size of the page in pixels, of which an inch has `about.dpi`.
        path: The file to write.
        form: The file format.
        about: The metadata and the resolution.
    """

    def made() -> Figure:
        page = Page(view, size, about.dpi)
        draw(page)
        return page.figure

    save_figure(made, path, form, about)


@contextmanager
def figure_settings() -> Iterator[None]:
    """Let matplotlib use the typeface of the program and reproducible ids while figures are made, and saved."""
    with matplotlib_lock, rc_context({**SETTINGS, "font.family": families()}):
        yield


def save_figure(make: Callable[[], Figure], path: Path, form: str, about: Provenance) -> None:
    """Write the figure that a function returns as an SVG, a PDF or a PNG."""
    with figure_settings():
        written = BytesIO()  # matplotlib would leave a file open if the disk is full
        make().savefig(written, format=form, metadata=_metadata(form, about), transparent=False)
    path.write_bytes(written.getvalue())


def _metadata(form: str, about: Provenance) -> dict[str, Any]:
    """Return the metadata under the keys of a format, without a date, so that equal figures are equal files."""
    if form == "png":
        return {"Software": SOFTWARE, "Title": about.title, "Description": about.description}
    if form == "svg":
        return {"Date": None, "Creator": SOFTWARE, "Title": about.title, "Description": about.description}
    return {
        "CreationDate": None, "Creator": SOFTWARE, "Producer": None, "Title": about.title, "Subject": about.description,
    }  # fmt: skip


class Page:
    """A matplotlib figure with positions, line widths and font sizes in pixels from the upper left corner."""

    def __init__(self, view: ViewSpec, size: PictureSize, dpi: int) -> None:
        self._point = POINTS_PER_INCH / dpi  # points per pixel: matplotlib takes line widths and font sizes in points
        self._size, self._colors = size, SURROUNDINGS[view.theme]
        self.em = em(view, Panel(size.width, size.height))
        self.figure = Figure(figsize=(size.width / dpi, size.height / dpi), dpi=POINTS_PER_INCH)
        self.figure.set_facecolor((rgb(self._colors.background), float(view.background == "solid")))

    def draw_picture(
        self, picture: RGBA, left: float, top: float, width: float, height: float, order: float = BELOW_LINES
    ) -> None:
        """Draw an image, stretched to a rectangle, above what has a lower order."""
        axes = self.figure.add_axes(
            (*self._share(left, top + height), width / self._size.width, height / self._size.height)
        )
        axes.set_axis_off()
        axes.set_zorder(order)
        axes.imshow(picture, interpolation="none", aspect="auto")

    def draw_frame(self, left: float, top: float, width: float, height: float) -> None:
        """Draw the outline of a rectangle."""
        corner, sides = self._share(left, top + height), (width / self._size.width, height / self._size.height)
        self.figure.add_artist(
            Rectangle(
                corner,
                *sides,
                fill=False,
                edgecolor=rgb(self._colors.axis),
                linewidth=self._point,
                transform=self.figure.transFigure,
            )
        )

    def draw(self, drawing: Drawing, text: float, order: float | None = None) -> None:
        """Draw the shapes and the text of a drawing, without its panels.

        Args:
            drawing: The drawing.
            text: 1 em in pixels.
            order: The stacking order of all shapes. By default, boxes are below all images and lines, and other shapes
                above them.
        """
        for box in drawing.boxes:
            self.fill(*box, order=order)
        for polygon in drawing.polygons:
            self._add(Polygon(self._shares(polygon.points), facecolor=rgb(polygon.color), linewidth=0), order)
        for line in drawing.lines:
            self.draw_polylines([line.points], line.width, line.color, line.alpha, "lines", order)
        for label in drawing.labels:
            self.write(0, 0, label, text, halo=drawing.has_halos)

    def fill(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        color: Color,
        alpha: float = 1.0,
        order: float | None = None,
    ) -> None:
        """Fill a rectangle; by default, below all images and lines."""
        corner, sides = self._share(left, top + height), (width / self._size.width, height / self._size.height)
        self._add(
            Rectangle(corner, *sides, facecolor=(*rgb(color), alpha), linewidth=0), -2 if order is None else order
        )

    def draw_line(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 1, color: Color | None = None
    ) -> None:
        """Draw a line below all images, in the color of the axes by default."""
        (left, top), (right, bottom) = self._share(x0, y0), self._share(x1, y1)
        named = rgb(color or self._colors.axis)
        manner: dict[str, Any] = {"color": named, "linewidth": width * self._point, "solid_capstyle": "butt"}
        line = Line2D((left, right), (top, bottom), zorder=-1, **manner)
        self.figure.add_artist(line)  # in figure coordinates

    def draw_polylines(
        self,
        lines: Sequence[Any],
        width: float,
        color: Color,
        alpha: float = 1.0,
        name: str = "velocity",
        order: float | None = None,
    ) -> None:
        """Draw lines, each (m, 2) in pixels, above all images, as a group with a name."""
        manner: dict[str, Any] = {"linewidths": width * self._point, "capstyle": "round", "joinstyle": "round"}
        drawn = LineCollection([self._shares(line) for line in lines], colors=[(*rgb(color), alpha)], **manner)
        drawn.set_gid(name)
        self._add(drawn, order)

    def draw_curves(self, curves: NDArray[Any], width: float, colors: NDArray[Any], left: float, panel: Panel) -> None:
        """Draw cubic Bézier curves in a panel.

        Args:
            curves: The control points of each curve, (n, 4, 2) in pixels of the panel.
            width: The width of the lines in pixels.
            colors: The color and the alpha of each curve, (n, 4), from 0 to 1.
            left: The left edge of the panel in pixels.
            panel: The size of the panel.
        """
        shares = np.stack(self._share(left + curves[..., 0], curves[..., 1]), axis=-1)
        shapes = [Curve(points, CUBIC) for points in shares]
        drawn = PathCollection(shapes, facecolors="none", edgecolors=colors, linewidths=width * self._point)
        drawn.set(capstyle="butt", gid="paths")
        self._add_clipped(drawn, left, panel, PATHS)

    def draw_dots(
        self,
        points: NDArray[Any],
        colors: NDArray[np.uint8],
        diameter: float,
        left: float,
        panel: Panel,
        order: float,
    ) -> None:
        """Draw dots in a panel as lines without length but with round ends, which take fewer bytes than circles.

        Dots of one color share some paths, but not a single one, which would be above or below all other colors.

        Args:
            points: The centers of the dots, (n, 2) in pixels of the panel, later ones above earlier ones.
            colors: The color of each dot, (n, 3).
            diameter: The diameter of the dots in pixels.
            left: The left edge of the panel in pixels.
            panel: The size of the panel.
            order: The stacking order.
        """
        kinds, numbers = np.unique(colors, axis=0, return_inverse=True)
        ends = np.repeat(np.stack(self._share(left + points[:, 0], points[:, 1]), axis=-1)[:, None], 2, axis=1)
        shapes, shades = list[Curve](), list[NDArray[Any]]()
        for some in np.array_split(np.arange(len(points)), max(DOT_PATHS // max(len(kinds), 1), 1)):
            for kind in np.unique(numbers[some]):
                found = ends[some[numbers[some] == kind]].reshape(-1, 2)
                shape = Curve(found, np.tile([Curve.MOVETO, Curve.LINETO], len(found) // 2))
                shape.should_simplify = False  # which would leave out lines without length
                shapes.append(shape)
                shades.append(kinds[kind] / 255)
        drawn = PathCollection(shapes, facecolors="none", edgecolors=shades, linewidths=diameter * self._point)
        drawn.set(capstyle="round", gid="points")
        self._add_clipped(drawn, left, panel, order)

    def _add_clipped(self, drawn: Artist, left: float, panel: Panel, order: float) -> None:
        """Add an artist in figure coordinates that is visible in a panel only."""
        self._add(drawn, order)
        (x0, y0), (x1, y1) = self._share(left, panel.height), self._share(left + panel.width, 0)
        drawn.set_clip_box(TransformedBbox(Bbox([(x0, y0), (x1, y1)]), self.figure.transFigure))

    def write(self, left: float, top: float, label: Label, size: float, *, halo: bool = False) -> None:
        """Draw a text label.

        Args:
            left: The offset that is added to the label's x.
            top: The offset that is added to the label's y.
            label: The label.
            size: 1 em in pixels.
            halo: Whether to draw a halo in the background color behind the text.
        """
        manner: dict[str, Any] = {
            "fontsize": label.ems * size * self._point,
            "horizontalalignment": ACROSS[label.anchor[0]],
            "verticalalignment": DOWN[label.anchor[1]],
        }
        place = self._share(left + label.x, top + label.y)
        if halo:  # a separate artist: with path effects, matplotlib would write the text itself as outlines
            stroke = Stroke(
                linewidth=HALO * size * self._point, foreground=rgb(self._colors.background), joinstyle="round"
            )
            self.figure.text(*place, label.text, path_effects=[stroke], **manner)
        self.figure.text(*place, label.text, color=rgb(label.color or self._colors.label), **manner)

    def _add(self, drawn: Artist, order: float | None) -> None:
        """Add an artist in figure coordinates, with the given stacking order or the default of its kind."""
        drawn.set_transform(self.figure.transFigure)
        drawn.set_zorder(drawn.get_zorder() if order is None else order)
        self.figure.add_artist(drawn)

    def _shares(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (m, 2) in pixels as shares of the figure."""
        return np.stack(self._share(*points.T), axis=1)

    def _share(self, x: Any, y: Any) -> tuple[Any, Any]:
        return x / self._size.width, 1 - y / self._size.height


def width_of(text: str, size: float) -> float:
    """Return the width in pixels of a text at a font size in pixels."""
    return size * _width(text) if text else 0.0


@lru_cache(maxsize=1024)  # tracing the outlines of a line takes 5 ms, and a table of panels asks again and again
def _width(text: str) -> float:
    """Return the width of a text, relative to the size of the font."""
    return float(TextPath((0, 0), text, size=1, prop=FontProperties(family=families())).get_extents().width)

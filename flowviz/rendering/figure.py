"""Vector graphics of a single view or a sheet of all stages.

Labels are text, and axes, arrows and paths are lines, but particles are embedded as images: as vectors, thousands of
particles per panel would take megabytes, and seconds to open. Paths are smaller as curves than in an image, whose
smooth edges hardly compress: of a picture of the word BRAD, they take 0.8 MB instead of 10 MB. The panels of a sheet
are images, as each of them would have its own curves.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Curve
from matplotlib.patheffects import Stroke
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox, TransformedBbox
from numpy.typing import NDArray

from flowviz.records import Scene
from flowviz.records.provenance import SOFTWARE, Provenance
from flowviz.rendering import paths
from flowviz.rendering.annotate import (
    OPACITY,
    TITLE_EMS,
    Label,
    em,
    fitted,
    grid_lines,
    note_label,
    tick_labels,
    title_box,
    title_label,
)
from flowviz.rendering.colors import SURROUNDINGS, Color, unpacked
from flowviz.rendering.density import contour_labels, density_strength
from flowviz.rendering.frame import draw_marks, outside_text, panel_views, render_panel
from flowviz.rendering.legend import Key, key_parts, keys, legend_places
from flowviz.rendering.particles import particle_colors
from flowviz.rendering.paths import path_alphas, path_curves, path_particles
from flowviz.rendering.projection import Panel, Projection, panel_of
from flowviz.rendering.raster import RGBA, lifted
from flowviz.rendering.sheet import ENLARGED, SheetLayout, foot_places, small_view, small_views
from flowviz.rendering.velocity import CUT_ALPHA, DOT, HALO_ALPHA, HALO_WIDTH, LINE_WIDTH, arrows_at
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import LARGEST_SIDE, Mark

Vectors = Literal["svg", "pdf"]

POINTS_PER_INCH = 72
DETAIL = 3  # pixels of an embedded image per pixel of the figure, along each side
BELOW_LINES, PATHS, ABOVE_PATHS, ABOVE_LINES = 0, 0.5, 1, 2  # orders; matplotlib draws other lines at 2, text at 3
CUBIC = np.array([Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4], Curve.code_type)
FARTHEST = 1e5  # pixels; longer segments, of particles that nearly diverge, are left out
HALO = 1 / 3  # em; stroke width of the halo around text
LETTERS = 0.92  # scales the font, whose letters are larger than those of Pillow's font at the same size
FONT = "DejaVu Sans"  # bundled with matplotlib
ACROSS: Mapping[str, Any] = {"l": "left", "m": "center", "r": "right"}
DOWN: Mapping[str, Any] = {"t": "top", "m": "center", "b": "bottom", "s": "baseline"}
# Make the ids in the file reproducible, and keep text as text.
SETTINGS: Any = {"svg.hashsalt": "flowviz", "svg.fonttype": "none", "pdf.fonttype": 42, "font.family": FONT}
# These options are global to the process. Without the lock, the second of two overlapping threads would save the
# options of the first one as the original ones and restore them for good.
_matplotlib_lock = Lock()


def save_frame(
    scene: Scene,
    stage: float,
    view: ViewSpec,
    size: PictureSize,
    title: str,
    path: Path,
    form: Vectors,
    about: Provenance,
) -> None:
    """Write an SVG or PDF with the content of `render_frame`.

    Args:
        scene: The scene.
        stage: The stage; 2.25 is a quarter of the way from stage 2 to stage 3.
        view: The view.
        size: The size of the figure in pixels, of which an inch has `about.dpi`.
        title: The title of the figure.
        path: The file to write.
        form: The file format.
        about: The metadata and the resolution.
    """

    def draw(page: _Page) -> None:
        panel = panel_of(view, size)
        for left, part in panel_views(view, size):
            _draw_panel(page, scene, stage, part, panel, left, "" if left else title)
            if left:
                page.draw_line((panel.width + left) / 2, 0, (panel.width + left) / 2, size.height, left - panel.width)

    _save(draw, view, size, path, form, about)


def save_sheet(
    scene: Scene, view: ViewSpec, size: PictureSize, stages: range, path: Path, form: Vectors, about: Provenance
) -> None:
    """Write an SVG or PDF with the content of `render_sheet`.

    Args:
        scene: The scene.
        view: The view of each panel.
        size: The size of the figure in pixels, of which an inch has `about.dpi`.
        stages: The stages to show.
        path: The file to write.
        form: The file format.
        about: The metadata and the resolution.

    Raises:
        SpecError: If the panels do not fit.
    """
    layout = SheetLayout.of(view, len(stages), Panel(size.width, size.height))

    def draw(page: _Page) -> None:
        views = small_views(scene.trace, view, layout.panel, stages)
        for place, stage in enumerate(stages):
            _draw_stage(page, scene, stage, views[place], *layout.corner(place), layout.panel, titled=view.labels)
        if view.labels:
            found = keys(scene, scene.trace.last_stage, small_view(view))
            for key, (left, top) in zip(found, foot_places(view, size, len(found)), strict=True):
                _draw_key(page, view, key, left, top, page.em)

    _save(draw, view, size, path, form, about)


def _save(
    draw: "Callable[[_Page], None]", view: ViewSpec, size: PictureSize, path: Path, form: Vectors, about: Provenance
) -> None:
    with _matplotlib_lock, rc_context(SETTINGS):
        page = _Page(view, size, about.dpi)
        draw(page)
        written = BytesIO()  # matplotlib would leave a file open if the disk is full
        page.figure.savefig(written, format=form, metadata=_metadata(form, about), transparent=False)
    path.write_bytes(written.getvalue())


def _metadata(form: Vectors, about: Provenance) -> dict[str, Any]:
    """Return the metadata under the keys of a format, without a date, so that equal figures are equal files."""
    if form == "svg":
        return {"Date": None, "Creator": SOFTWARE, "Title": about.title, "Description": about.description}
    return {
        "CreationDate": None, "Creator": SOFTWARE, "Producer": None, "Title": about.title, "Subject": about.description,
    }  # fmt: skip


class _Page:
    """A matplotlib figure with positions, line widths and font sizes in pixels from the upper left corner."""

    def __init__(self, view: ViewSpec, size: PictureSize, dpi: int) -> None:
        self._point = POINTS_PER_INCH / dpi  # points per pixel: matplotlib takes line widths and font sizes in points
        self._size, self._colors = size, SURROUNDINGS[view.theme]
        self.em = em(view, Panel(size.width, size.height))
        self.figure = Figure(figsize=(size.width / dpi, size.height / dpi), dpi=POINTS_PER_INCH)
        self.figure.set_facecolor((_hex(self._colors.background), float(view.background == "solid")))

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

    def draw_backing(self, left: float, top: float, width: float, height: float) -> None:
        """Draw the background of a text: a rectangle that lets little shine through."""
        pixel = np.array((*self._colors.background, OPACITY), np.uint8)
        self.draw_picture(pixel.reshape(1, 1, 4), left, top, width, height, ABOVE_LINES)

    def draw_frame(self, left: float, top: float, width: float, height: float) -> None:
        """Draw the outline of a rectangle."""
        corner, sides = self._share(left, top + height), (width / self._size.width, height / self._size.height)
        self.figure.add_artist(
            Rectangle(
                corner,
                *sides,
                fill=False,
                edgecolor=_hex(self._colors.axis),
                linewidth=self._point,
                transform=self.figure.transFigure,
            )
        )

    def draw_line(
        self, x0: float, y0: float, x1: float, y1: float, width: float = 1, color: Color | None = None
    ) -> None:
        """Draw a line below all images, in the color of the axes by default."""
        (left, top), (right, bottom) = self._share(x0, y0), self._share(x1, y1)
        named = _hex(color or self._colors.axis)
        manner: dict[str, Any] = {"color": named, "linewidth": width * self._point, "solid_capstyle": "butt"}
        line = Line2D((left, right), (top, bottom), zorder=-1, **manner)
        self.figure.add_artist(line)  # in figure coordinates

    def draw_polylines(self, lines: Sequence[Any], width: float, color: Color, alpha: float = 1.0) -> None:
        """Draw lines, each (m, 2) in pixels, above all images."""
        shares = [np.stack(self._share(*line.T), axis=1) for line in lines]
        manner: dict[str, Any] = {"linewidths": width * self._point, "capstyle": "round", "joinstyle": "round"}
        drawn = LineCollection(shares, colors=[(*_rgb(color), alpha)], transform=self.figure.transFigure, **manner)
        drawn.set_gid("velocity")
        self.figure.add_artist(drawn)

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
        drawn.set(transform=self.figure.transFigure, capstyle="butt", gid="paths", zorder=PATHS)
        (x0, y0), (x1, y1) = self._share(left, panel.height), self._share(left + panel.width, 0)
        self.figure.add_artist(drawn)
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
            "fontsize": LETTERS * label.ems * size * self._point,
            "horizontalalignment": ACROSS[label.anchor[0]],
            "verticalalignment": DOWN[label.anchor[1]],
        }
        place = self._share(left + label.x, top + label.y)
        if halo:  # a separate artist: with path effects, matplotlib would write the text itself as outlines
            stroke = Stroke(
                linewidth=HALO * size * self._point, foreground=_hex(self._colors.background), joinstyle="round"
            )
            self.figure.text(*place, label.text, path_effects=[stroke], **manner)
        self.figure.text(*place, label.text, color=_hex(label.color or self._colors.label), **manner)

    def length(self, text: str, size: float) -> float:
        """Return the width in pixels of a text at a font size in pixels."""
        return float(TextPath((0, 0), text, size=LETTERS * size).get_extents().width) if text else 0.0

    def _share(self, x: Any, y: Any) -> tuple[Any, Any]:
        return x / self._size.width, 1 - y / self._size.height


def _draw_panel(page: _Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int, title: str) -> None:
    """Draw one panel of a single view: the grid lines, then the marks, then the text and the legend."""
    for (x0, y0, x1, y1), color in grid_lines(view, panel, scene.units) if view.axes else ():
        if 0 <= x0 <= x1 <= panel.width:
            page.draw_line(left + x0, y0, left + x1, y1, color=color)
    outside = _draw_pictures(page, scene, stage, view, panel, left)
    if "paths" in view.marks and stage > 0:
        _draw_paths(page, scene, stage, view, panel, left)
    if "velocity" in view.marks:
        _draw_arrows(page, scene, stage, view, panel, left)
    size = em(view, panel)
    length = partial(page.length, size=TITLE_EMS * size)
    titles = title_label(view, panel, title, length) if view.labels else []
    for label in titles:
        x, y, width, height = title_box(view, panel, label, length(label.text))
        page.draw_backing(left + x, y, width, height)
    for label in (*_panel_labels(scene, stage, view, panel, outside), *titles):
        page.write(left, 0, label, size, halo=True)
    if view.labels:
        found = keys(scene, stage, view, panel)
        for key, (x, y) in zip(found, legend_places(view, panel, found, below_title=bool(title)), strict=False):
            _draw_key(page, view, key, left + x, y, size, OPACITY)


def _draw_pictures(page: _Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> int:
    """Draw the marks that are images, some of them above the paths.

    Returns:
        The number of particles outside the panel.
    """
    marks = view.marks - {"paths", "velocity"}
    upper = marks & ({"points"} if "paths" in view.marks and not scene.trace.is_continuous else set())
    has_top = bool(upper) or ("paths" in view.marks and scene.probe is not None)
    below = replace(scene, probe=None) if has_top else scene
    outside = _draw_picture(page, below, stage, view, marks - upper, panel, left, BELOW_LINES)
    return outside + (_draw_picture(page, scene, stage, view, upper, panel, left, ABOVE_PATHS) if has_top else 0)


def _draw_picture(
    page: _Page, scene: Scene, stage: float, view: ViewSpec, marks: Set[Mark], panel: Panel, left: int, order: float
) -> int:
    """Draw some marks as an image, and return the number of particles outside the panel."""
    detail = min(DETAIL, LARGEST_SIDE / max(panel))
    bare = view.model_copy(update={"axes": False, "background": "transparent", "marks": frozenset(marks)})
    canvas, outside = draw_marks(scene, stage, bare, Panel(*(round(detail * side) for side in panel)))
    page.draw_picture(lifted(canvas.picture(), SURROUNDINGS[view.theme].background), left, 0, *panel, order)
    return outside


@np.errstate(invalid="ignore", over="ignore")  # particles that have diverged are skipped
def _draw_paths(page: _Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> None:
    """Draw the paths as curves; along each segment, the alpha is the mean of those at its ends."""
    projection, background = Projection(view, panel), SURROUNDINGS[view.theme].background
    stage = min(stage, scene.trace.last_stage)
    curves, alphas = path_curves(scene, stage), path_alphas(scene.trace, stage).mean(axis=1)
    shape = curves.start.shape[:2]
    points = projection.pixels(curves.control_points()).reshape(-1, 4, 2)
    packed_colors = particle_colors(scene, stage, view)[path_particles(scene)[0]]
    colors = np.broadcast_to(unpacked(packed_colors) / 255, (*shape, 4)).reshape(-1, 4).copy()
    colors[:, 3] = np.repeat(alphas, shape[1])
    low, high = points.min(axis=1), points.max(axis=1)
    seen = ((high > 0) & (low < panel) & (high - low < FARTHEST)).all(axis=1)
    if "points" in view.marks and scene.trace.is_continuous:
        halo = np.concatenate(
            [np.broadcast_to(_rgb(background), (len(colors), 3)), paths.HALO_ALPHA * colors[:, 3:]], axis=1
        )
        page.draw_curves(points[seen], paths.HALO_WIDTH * projection.pixel, halo[seen], left, panel)
    page.draw_curves(points[seen], paths.LINE_WIDTH * projection.pixel, colors[seen], left, panel)


def _draw_arrows(page: _Page, scene: Scene, stage: float, view: ViewSpec, panel: Panel, left: int) -> None:
    projection = Projection(view, panel)
    arrows = arrows_at(scene, stage, projection)
    if arrows is None:
        return
    colors, pixel, shift = SURROUNDINGS[view.theme], projection.pixel, np.array([left, 0])
    for cut in (True, False):
        lines = [projection.pixels(line) + shift for line in arrows.polylines(cut)]
        page.draw_polylines(lines, HALO_WIDTH * pixel, colors.background, HALO_ALPHA)
        color, alpha = (colors.label, CUT_ALPHA) if cut else (colors.title, 1.0)
        page.draw_polylines(lines, LINE_WIDTH * pixel, color, alpha)
    dots = [np.stack([dot, dot]) + shift for dot in projection.pixels(arrows.dots.reshape(-1, 2))]
    page.draw_polylines(dots, DOT * pixel, colors.label)


def _panel_labels(scene: Scene, stage: float, view: ViewSpec, panel: Panel, outside: int) -> list[Label]:
    """Return the text labels of a panel, except for its title and legend."""
    labels = tick_labels(view, panel, scene.units) if view.axes else []
    if view.labels:
        if scene.density is not None and density_strength(scene, stage, view) > 0:
            labels += contour_labels(scene.density, view, panel)
        if outside:
            labels.append(note_label(view, panel, outside_text(scene, outside)))
    return labels


def _draw_stage(
    page: _Page, scene: Scene, stage: int, view: ViewSpec, left: int, top: int, panel: Panel, *, titled: bool
) -> None:
    """Draw one panel of a sheet with its frame and, if `titled`, its title."""
    fine = Panel(DETAIL * panel.width, DETAIL * panel.height)
    picture = render_panel(scene, stage, view, fine, enlarged=ENLARGED)
    page.draw_picture(_on_background(picture, view), left, top, panel.width, panel.height)
    page.draw_frame(left - 0.5, top - 0.5, panel.width + 1, panel.height + 1)
    if titled:
        title = fitted(scene.trace.short_title(stage), partial(page.length, size=page.em), panel.width - page.em / 2)
        page.write(0, 0, Label(left, top - 0.5 * page.em, title, "ls"), page.em)


def _draw_key(page: _Page, view: ViewSpec, key: Key, left: int, top: int, size: float, opacity: int = 0) -> None:
    """Draw one entry of a legend; `opacity` is that of its background, from 0 to 255."""
    picture, labels = key_parts(view, DETAIL * size, key, opacity)
    pixels = np.asarray(picture)
    if opacity or key.shape != "text":
        found = pixels if opacity else _on_background(pixels, view)
        width, height = picture.width / DETAIL, picture.height / DETAIL
        page.draw_picture(found, left, top, width, height, ABOVE_LINES if opacity else BELOW_LINES)
    for label in labels:
        page.write(left, top, Label(label.x / DETAIL, label.y / DETAIL, label.text, label.anchor, label.ems), size)


def _on_background(picture: RGBA, view: ViewSpec) -> RGBA:
    """Return a picture to embed: without alpha for a solid background, or with the background made transparent."""
    return picture[..., :3] if view.background == "solid" else lifted(picture, SURROUNDINGS[view.theme].background)


def _rgb(color: Color) -> tuple[float, ...]:
    return tuple(channel / 255 for channel in color)


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)

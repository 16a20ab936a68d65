"""The picture of latents: how well the data, pulled back to the base, follow its distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flowviz.errors import SpecError
from flowviz.records import Density, Scene, Trace, cell_centers
from flowviz.records.latents import Latents, Region
from flowviz.rendering.annotate import Label, Measure, em, fitted, text_width, wrapped
from flowviz.rendering.camera import fitted_view
from flowviz.rendering.colors import CURVES, SURROUNDINGS, Surroundings
from flowviz.rendering.density import MASSES, contour_labels, contour_lines
from flowviz.rendering.drawing import Box, Drawing, Line, Particles, segment
from flowviz.rendering.panel_table import LINE_EMS
from flowviz.rendering.pixels import render_drawing
from flowviz.rendering.plot import Plot
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA
from flowviz.rendering.sheet import small_view
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.shares import percent

COLUMNS, ROWS = 3, 2
WIDE_EMS, TALL_EMS = 52.0, 9.5  # a narrower figure has two columns and three rows, if rows of this height fit
TALL_FIGURE_EMS = 68.0  # height of a figure with two columns that has room for all text
MIN_REGION_EMS = 3.2, 4.2  # minimum height of a region with one line of text, and with two
PAD_EMS, TITLE_EMS, NUMBER_EMS = 1.0, 1.9, 2.6  # between plots, above each, and for the numbers below and at the left
LINE_WIDTH = 2.0  # pixels, for an 800-pixel shorter side
BAR_ALPHA, BAND = 0.45, 2.0  # opacity of the bars; standard errors that chance explains, on each side
CENTRAL = 0.005, 0.995  # probabilities between which a coordinate is shown
ABOVE = 1.15  # height of a histogram, relative to its highest bar
MIN_PLOT = 16  # pixels
CELLS = 128  # along each side of the grid on which the edges of the regions are found
TITLES = (  # of the plots in each row, with a shorter one for each
    (
        ("horizontal coordinate", "horizontal"),
        ("vertical coordinate", "vertical"),
        ("both, with the regions", "both"),
    ),
    (
        ("quantiles: horizontal", "Q–Q: horizontal"),
        ("quantiles: vertical", "Q–Q: vertical"),
        ("points in each region", "regions"),
    ),
)
ADVICE = (
    "If the flow has learned the data, their latents are like draws from the base: the bars follow the line, the curve "
    "stays between the thin lines around the diagonal, and each region holds the share that it has on the base."
)
NONE = "The flow finds no latents: it has diverged, or folds the plane over everywhere."


def render_latents(latents: Latents, view: ViewSpec, size: PictureSize) -> RGBA:
    """Render latents beside their base, (height, width, 4).

    Args:
        latents: The latents.
        view: The view, of which the picture uses the theme, the colors of the quadrants, the background, the text
            height, and the switches for axes and labels.
        size: The size of the picture, in pixels.

    Raises:
        SpecError: If the plots do not fit.
    """
    return render_drawing(draw_latents(latents, view, size), view, size)


def region_sentences(latents: Latents) -> list[str]:
    """Return a sentence about each region: its share, and the one expected with its standard error."""
    if not len(latents.points):
        return [NONE]
    return [
        f"{percent(each.mass)} region: {percent(each.share, 1)} of the points, expected {percent(each.mass, 1)} "
        + f"± {percent(each.error, 1)}"
        + verdict(each, ", which is ")
        for each in latents.regions
    ]


def verdict(region: Region, before: str) -> str:
    """Return whether a region holds too few or too many points, after some text; nothing if it may be chance."""
    return f"{before}too {'few' if region.share < region.mass else 'many'}" if region.is_off else ""


def about(latents: Latents) -> str:
    """Return a sentence about the points."""
    unknown = f"; {latents.unknown:,} others have no known latent" if latents.unknown else ""
    return f"{len(latents.points):,} points on which the flow was not trained{unknown}."


def draw_latents(latents: Latents, view: ViewSpec, size: PictureSize, length: Measure | None = None) -> Drawing:
    """Return the drawing of latents; see `render_latents`. `length` returns the width of a text."""
    layout, colors = _Layout.of(latents, view, size, length or text_width(em(view, size))), SURROUNDINGS[view.theme]
    found = Drawing(labels=tuple(_texts(latents, layout, colors, size))) if view.labels else Drawing()
    if not len(latents.points):
        return found
    for axis in (0, 1):
        found += _histogram(latents, axis, layout, view)
        found += _quantiles(latents, axis, layout, view)
    return found + _cloud(latents, layout, view) + _regions(latents, layout, view)


@dataclass(frozen=True)
class _Layout:
    """The places of the plots, in pixels.

    Attributes:
        text: 1 em.
        length: Returns the width of a text.
        width: The width of each plot.
        height: The height of each plot.
        notes: The lines at the bottom.
        pixel: A factor for the widths of lines.
        columns: The number of columns.
    """

    text: float
    length: Measure
    width: float
    height: float
    notes: Sequence[str]
    pixel: float
    columns: int

    @classmethod
    def of(cls, latents: Latents, view: ViewSpec, size: PictureSize, length: Measure) -> "_Layout":
        text = em(view, size)
        room = size.width - 2 * PAD_EMS * text
        notes = wrapped(f"{about(latents)} {ADVICE}".split(), length, room) if view.labels else []
        room = size.height - (PAD_EMS + len(notes) * LINE_EMS) * text
        is_tall = size.width < WIDE_EMS * text and room > COLUMNS * TALL_EMS * text
        columns, rows = (ROWS, COLUMNS) if is_tall else (COLUMNS, ROWS)
        width = (size.width - PAD_EMS * text) / columns - (PAD_EMS + NUMBER_EMS) * text
        height = room / rows - (TITLE_EMS + NUMBER_EMS) * text
        if min(width, height) < MIN_PLOT:
            raise SpecError(
                f"The plots of the latents do not fit into {size.words}. Choose a larger size, or smaller text."
            )
        return cls(text, length, width, height, notes, min(size.width, size.height) / 800, columns)

    def corner(self, row: int, column: int) -> tuple[float, float]:
        """Return the upper left corner of a plot. With two columns, the plots of the third one are in the last row."""
        if column >= self.columns:
            row, column = column, row
        left = (PAD_EMS + NUMBER_EMS) * self.text + column * (self.width + (PAD_EMS + NUMBER_EMS) * self.text)
        return left, TITLE_EMS * self.text + row * (self.height + (TITLE_EMS + NUMBER_EMS) * self.text)

    @property
    def line_width(self) -> float:
        """Return the width of a line."""
        return max(1.0, LINE_WIDTH * self.pixel)


def _texts(latents: Latents, layout: _Layout, colors: Surroundings, size: PictureSize) -> list[Label]:
    """Return the titles of the plots and the lines at the bottom."""
    text, labels = layout.text, list[Label]()
    is_narrow = any(layout.length(full) > layout.width for titles in TITLES for full, _ in titles)
    for row, titles in enumerate(TITLES if len(latents.points) else ()):
        for column, forms in enumerate(titles):
            left, top = layout.corner(row, column)
            title = fitted(forms[is_narrow], layout.length, layout.width)
            labels.append(Label(left, top - 0.6 * text, title, "ls", color=colors.title))
    top = size.height - (len(layout.notes) * LINE_EMS + 0.4 * PAD_EMS) * text
    labels += [Label(PAD_EMS * text, top + n * LINE_EMS * text, line, "lt") for n, line in enumerate(layout.notes)]
    if not len(latents.points):
        labels.append(Label(PAD_EMS * text, PAD_EMS * text, NONE, "lt", color=colors.title))
    return labels


def _central(latents: Latents, axis: int) -> tuple[float, float]:
    low, high = latents.base.coordinate_quantiles(axis, np.array(CENTRAL))
    return float(low), float(high)


def _histogram(latents: Latents, axis: int, layout: _Layout, view: ViewSpec) -> Drawing:
    """Return the bars of the latents and the density of the base."""
    found, colors, curves = latents.histogram(axis), SURROUNDINGS[view.theme], CURVES[view.theme]
    highest = ABOVE * float(max(found.found.max(), found.expected.max()))
    ends = float(found.at[0]), float(found.at[-1])
    plot = Plot(*layout.corner(0, axis), layout.width, layout.height, ends, (0.0, highest))
    x = np.linspace(*ends, 241)
    density = latents.base.coordinate_density(axis, x).clip(0, highest)
    bars = plot.bars(found.at, np.zeros_like(found.found), found.found, curves["validation"], BAR_ALPHA)
    frame = plot.frame(colors, layout.text, layout.length, has_numbers=view.axes)
    return bars + frame + plot.line(x, density, colors.title, layout.line_width)


def _quantiles(latents: Latents, axis: int, layout: _Layout, view: ViewSpec) -> Drawing:
    """Return the quantiles of the latents over those of the base, and the band in which chance would leave them."""
    found, colors, curves = latents.quantiles(axis), SURROUNDINGS[view.theme], CURVES[view.theme]
    ends = _central(latents, axis)
    plot = Plot(*layout.corner(1, axis), layout.width, layout.height, ends, ends)
    reach = BAND * found.error
    thin = max(1.0, layout.line_width / 2)
    band = [plot.line(found.expected, found.expected + side * reach, colors.label, thin) for side in (-1, 1)]
    frame = plot.frame(colors, layout.text, layout.length, has_numbers=view.axes, has_rows=True)
    curve = plot.line(found.expected, found.found, curves["validation"], layout.line_width)
    return frame + band[0] + band[1] + curve


def _cloud(latents: Latents, layout: _Layout, view: ViewSpec) -> Drawing:
    """Return the latents, and the edges of the regions that hold 50%, 90% and 99% of the base."""
    left, top = (round(edge) for edge in layout.corner(0, COLUMNS - 1))
    panel = Panel(round(layout.width), round(layout.height))
    points = latents.points[None]
    trace = Trace(("00_base",), points, np.zeros(points.shape[:2], np.float32), base=latents.base)
    box = np.array([_central(latents, axis) for axis in (0, 1)]).T
    bare = small_view(view).model_copy(update={"marks": frozenset({"points"}), "color_by": "quadrant"})
    seen = fitted_view(box, bare, panel)
    density, projection = _base_density(latents, seen, panel), Projection(seen, panel)
    color, shift = SURROUNDINGS[view.theme].title, np.array([left, top])
    levels = tuple(map(latents.base.region_level, MASSES))
    lines = [
        Line(projection.pixels(line) + shift, color, layout.line_width)
        for level in levels
        for line in contour_lines(density, level)
    ]
    labels = contour_labels(density, levels, seen, panel) if view.labels else ()
    moved = (Label(x.x + left, x.y + top, x.text, x.anchor, color=color) for x in labels)
    return Drawing(
        panels=(Particles(Scene(trace), 0, seen, left, top, panel),),
        lines=tuple(lines),
        labels=tuple(moved),
        has_halos=True,
    )


def _base_density(latents: Latents, view: ViewSpec, panel: Panel) -> Density:
    rectangle, shape = Projection(view, panel).rectangle, (CELLS, CELLS)
    values = latents.base.log_prob(cell_centers(rectangle, shape)).reshape(shape).astype(np.float32)
    return Density(0, rectangle, values, draws=np.zeros(0, np.float32))  # the base has the levels


def _regions(latents: Latents, layout: _Layout, view: ViewSpec) -> Drawing:
    """Return for each region a bar as long as the share of the latents in it, and a mark at the expected one."""
    left, top = layout.corner(1, COLUMNS - 1)
    step = layout.height / len(latents.regions)
    found = Drawing()
    for place, region in enumerate(latents.regions):
        found += _region(region, left, top + place * step, step, layout, view)
    return found


def _region(region: Region, left: float, top: float, step: float, layout: _Layout, view: ViewSpec) -> Drawing:
    colors, curves, text = SURROUNDINGS[view.theme], CURVES[view.theme], layout.text
    height = min(1.2 * text, 0.22 * step)
    lines = sum(step >= ems * text for ems in MIN_REGION_EMS) if view.labels else 0
    lower = top + ((0.4 + lines * LINE_EMS) * text if lines else 0.3 * step)
    color = curves["loss" if region.is_off else "validation"]
    boxes = (
        Box(left, lower, layout.width, height, colors.grid),
        Box(left, lower, layout.width * region.share, height, color),
    )
    x = left + layout.width * region.mass
    mark = segment(x, lower - 0.3 * text, x, lower + height + 0.3 * text, colors.title, layout.line_width)
    mass, chance = percent(region.mass), f"± {percent(region.error, 1)}{verdict(region, ': ')}"
    words = (
        _first_that_fits(
            layout, f"{mass} region holds {percent(region.share, 1)}", f"holds {percent(region.share, 1)}"
        ),
        _first_that_fits(layout, f"expected {mass} {chance}", f"{mass} {chance}", chance),
    )
    labels = tuple(
        Label(left, top + (0.3 + n * LINE_EMS) * text, line, "lt", color=color)
        for n, (line, color) in enumerate(zip(words[:lines], (colors.title, None), strict=False))
    )
    return Drawing(boxes, lines=(mark,), labels=labels)


def _first_that_fits(layout: _Layout, *texts: str) -> str:
    """Return the first of several texts that is as narrow as a plot, or else the last one, shortened."""
    fitting = (each for each in texts if layout.length(each) <= layout.width)
    return next(fitting, fitted(texts[-1], layout.length, layout.width))

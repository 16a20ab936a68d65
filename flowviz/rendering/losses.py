"""A plot of the losses over the steps of training."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, NullLocator

from flowviz.records import History
from flowviz.rendering.annotate import em
from flowviz.rendering.colors import CURVES, SURROUNDINGS, rgb
from flowviz.rendering.page import POINTS_PER_INCH, figure_settings
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import RGBA
from flowviz.rendering.typeface import families
from flowviz.specs import PictureSize, ViewSpec

LINE_WIDTH, KEPT_SIZE = 2.0, 6.0  # pixels, for an 800-pixel shorter side
ROOM_FOR_NAME = 0.08  # share of all steps that a target must last to be labeled
MAX_NAME = 24  # characters
WORDS_EMS, AXES_EMS = (24, 14), (12, 8)  # minimum width and height, in ems, of a plot with labels, and with axes
ENTRY_EMS = 9  # width of an entry of the legend
NUMBER_EMS, MAX_NUMBERS = 7, 8  # ems per tick label of the x axis, and maximum number of intervals
ROUND_DIGITS = 1, 2, 3, 5, 7  # first digits of the numbers on the logarithmic axis
MARGIN = 0.12  # of the logarithmic axis, so that its lowest line is not that of the other axis
LACKING = "□"  # replaces characters that the font does not have


def render_losses(
    history: History, entropy: float | None, view: ViewSpec, size: PictureSize, best_loss: float | None = None
) -> RGBA:
    """Render the plot of `losses_figure`, (height, width, 4)."""
    with figure_settings():
        canvas: Any = FigureCanvasAgg(losses_figure(history, entropy, view, size, best_loss=best_loss))
        canvas.draw()
    return np.array(canvas.buffer_rgba())


def losses_figure(
    history: History,
    entropy: float | None,
    view: ViewSpec,
    size: PictureSize,
    dpi: int = POINTS_PER_INCH,
    best_loss: float | None = None,
) -> Figure:
    """Plot the training and validation NLL over the steps, the kept state and the entropy of each target, in nats.

    Args:
        history: The history of the training.
        entropy: The entropy of the current target in nats, or None if unknown.
        view: The view, of which the plot uses the theme, the background, the text height, and the switches for axes
            and labels. A small plot has no labels, or neither labels nor axes.
        size: The size of the picture, in pixels.
        dpi: The number of pixels per inch.
        best_loss: The lowest possible regression loss on the current target. None if unknown.
    """
    text = em(view, size)
    view = view.model_copy(
        update={
            "labels": view.labels and _holds(size, WORDS_EMS, text),
            "axes": view.axes and _holds(size, AXES_EMS, text),
        }
    )
    point = POINTS_PER_INCH / dpi  # points per pixel
    text, pixel, width = (
        point * text,
        point * Projection(view, Panel(size.width, size.height)).pixel,
        point * size.width,
    )
    layout = ConstrainedLayoutEngine(w_pad=0.8 * text / POINTS_PER_INCH, h_pad=0.8 * text / POINTS_PER_INCH)
    figure = Figure(figsize=(size.width / dpi, size.height / dpi), dpi=dpi, layout=layout)
    figure.set_facecolor((*rgb(SURROUNDINGS[view.theme].background), float(view.background == "solid")))
    axes = figure.add_subplot()
    _draw_curves(axes, history, entropy, view, pixel)
    _draw_kept(axes, history, view, pixel)
    _draw_changes(axes, history, view, text, pixel)
    _style(axes, view, width, text, pixel)
    _draw_objective(axes, history, best_loss, view, text, pixel)
    if view.labels:
        label, columns = rgb(SURROUNDINGS[view.theme].label), max(1, int(width / (ENTRY_EMS * text)))
        figure.legend(fontsize=text, labelcolor=label, frameon=False, loc="outside upper right", ncols=columns)
    return figure


def _draw_curves(axes: Axes, history: History, entropy: float | None, view: ViewSpec, pixel: float) -> None:
    colors, width = {name: rgb(color) for name, color in CURVES[view.theme].items()}, max(1.0, LINE_WIDTH * pixel)
    axes.plot(history.step, history.train_nll, color=colors["train"], linewidth=width, linestyle=":", label="train")
    axes.plot(history.step, history.validation_nll, color=colors["validation"], linewidth=width, label="validation")
    axes.margins(x=0.02)
    left, right = axes.set_xlim(axes.get_xlim())  # fix the range, so that the entropy lines do not extend it
    for number, segment in enumerate(history.entropy_segments(entropy)):
        axes.plot(
            (segment.start_step or left, right if segment.end_step is None else segment.end_step),
            (segment.entropy, segment.entropy),
            color=colors["entropy"],
            linewidth=width,
            linestyle="--",
            label="_entropy" if number else "entropy",  # a leading underscore hides a line from the legend
        )


def _draw_kept(axes: Axes, history: History, view: ViewSpec, pixel: float) -> None:
    if (point := history.kept_point()) is not None:
        color = rgb(CURVES[view.theme]["kept"])
        axes.plot(*point, color=color, marker="D", markersize=KEPT_SIZE * pixel, linestyle="none", label="kept")


def _draw_changes(axes: Axes, history: History, view: ViewSpec, text: float, pixel: float) -> None:
    """Draw vertical lines with labels: changes of the target above; below, those of the settings, and recoveries."""
    targets = [(change.step, change.title[:MAX_NAME]) for change in history.settled_changes]
    marks = [(mark.step, mark.label) for mark in history.marks()]
    _draw_lines(axes, targets, 1.0, ":", view, text, pixel)
    _draw_lines(axes, marks, 0.0, "--", view, text, pixel)


def _draw_lines(
    axes: Axes,
    changes: Sequence[tuple[int, str]],
    height: float,
    style: str,
    view: ViewSpec,
    text: float,
    pixel: float,
) -> None:
    """Draw vertical lines at steps with labels at a height from 0 to 1, where there is room before the next one."""
    color, steps = rgb(SURROUNDINGS[view.theme].label), [step for step, _ in changes]
    for (step, label), after in zip(changes, [*steps, np.inf][1:], strict=True):
        axes.axvline(step, color=color, linewidth=pixel, linestyle=style)
        if view.labels and after - step >= ROOM_FOR_NAME * axes.get_xlim()[1]:
            axes.annotate(
                _written(label),
                (step, height),
                (0.4 * text, (0.4 - 0.8 * height) * text),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                color=color,
                fontsize=0.9 * text,
                va="top" if height else "bottom",
                parse_math=False,
            )


def _draw_objective(
    axes: Axes, history: History, best_loss: float | None, view: ViewSpec, text: float, pixel: float
) -> None:
    """Draw the loss that is not the NLL, if there is one, with an axis of its own at the right.

    The axis is logarithmic unless the loss is negative somewhere.
    """
    known = ~np.isnan(history.loss)
    if not known.any():
        return
    color, width = rgb(CURVES[view.theme]["loss"]), max(1.0, LINE_WIDTH * pixel)
    right = axes.twinx()
    right.plot(history.step[known], history.loss[known], color=color, linewidth=width / 2, label="objective")
    if best_loss is not None:
        ends, heights = (history.present_start, axes.get_xlim()[1]), (best_loss, best_loss)
        right.plot(ends, heights, color=color, linewidth=width, linestyle="--", label="best objective")
    right.margins(y=MARGIN)
    right.set_frame_on(False)
    if (history.loss[known] > 0).all():
        right.set_yscale("log")
        right.yaxis.set_major_locator(LogLocator(subs=ROUND_DIGITS))
    right.yaxis.set_major_formatter("{x:.3g}")
    right.yaxis.set_minor_locator(NullLocator())
    right.tick_params(labelsize=text, labelcolor=color, color=color, width=pixel, length=0.4 * text)
    if not view.axes:
        right.set(yticks=[])
    if view.labels:
        right.set_ylabel("objective", fontsize=text, color=color)


def _style(axes: Axes, view: ViewSpec, width: float, text: float, pixel: float) -> None:
    colors = SURROUNDINGS[view.theme]
    label = rgb(colors.label)
    axes.set_facecolor("none")
    for name, spine in axes.spines.items():
        spine.set(color=rgb(colors.axis), linewidth=pixel, visible=view.axes and name in {"left", "bottom"})
    axes.tick_params(labelsize=text, labelcolor=label, color=rgb(colors.axis), width=pixel, length=0.4 * text)
    if view.axes:
        axes.grid(color=rgb(colors.grid), linewidth=pixel)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.locator_params(axis="x", nbins=int(np.clip(width / (NUMBER_EMS * text), 1, MAX_NUMBERS)))
    else:
        axes.set(xticks=[], yticks=[])
    if view.labels:
        axes.set_xlabel("step", fontsize=text, color=label)
        axes.set_ylabel("NLL (nats)", fontsize=text, color=label)


def _holds(size: PictureSize, ems: tuple[int, int], text: float) -> bool:
    return size.width >= ems[0] * text and size.height >= ems[1] * text


def _written(name: str) -> str:
    """Return a name in which characters that the bundled fonts lack are replaced."""
    return "".join(letter if ord(letter) in _known() else LACKING for letter in name)


@cache
def _known() -> frozenset[int]:
    """Return the code points of the characters in the bundled fonts."""
    return frozenset[int]().union(*(get_font(findfont(family)).get_charmap() for family in families()))

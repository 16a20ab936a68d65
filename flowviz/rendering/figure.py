"""The sheet of all stages as vectors: its words are text, its frames are lines; what is in them are pictures.

Thousands of particles a panel would be megabytes, and take seconds to open.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

from flowviz.records import Scene
from flowviz.rendering.annotate import Word, em
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.frame import render_panel
from flowviz.rendering.legend import key_parts, keys
from flowviz.rendering.projection import Panel
from flowviz.rendering.raster import lifted
from flowviz.rendering.sheet import ENLARGED, SheetLayout, foot_places, short_title, small_view
from flowviz.specs import PictureSize, ViewSpec

Vectors = Literal["svg", "pdf"]

DPI = 72  # so that a point, in which matplotlib gives widths and sizes of text, is a pixel of the sheet
DETAIL = 3  # pixels of a picture on a side of a pixel of the sheet
LETTERS = 0.92  # the font's are larger than those of Pillow, at the same size
FONT = "DejaVu Sans"  # comes with matplotlib
ACROSS: Mapping[str, Any] = {"l": "left", "m": "center", "r": "right"}
DOWN: Mapping[str, Any] = {"t": "top", "m": "center", "b": "bottom", "s": "baseline"}
# Names of things in the file and the dates that it would have: the same ones each time. Text stays text.
SETTINGS: Any = {"svg.hashsalt": "flowviz", "svg.fonttype": "none", "pdf.fonttype": 42, "font.family": FONT}
METADATA: Mapping[Vectors, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "flowviz"},
    "pdf": {"CreationDate": None, "Creator": "flowviz", "Producer": None},
}


def save_figure(scene: Scene, view: ViewSpec, size: PictureSize, stages: range, path: Path, form: Vectors) -> None:
    """Write what `render_sheet` draws as an SVG or a PDF of that size in points. Raises `SpecError`, too."""
    with rc_context(SETTINGS):
        _Page(view, size).drawn(scene, stages).savefig(path, format=form, metadata=METADATA[form], transparent=False)


class _Page:
    """A figure on which places are given in pixels of the sheet, from its upper left corner."""

    def __init__(self, view: ViewSpec, size: PictureSize) -> None:
        self._view, self._size = view, size
        self._em = em(view, Panel(size.width, size.height))
        self._figure = Figure(figsize=(size.width / DPI, size.height / DPI), dpi=DPI)
        self._figure.set_facecolor((_named(SURROUNDINGS[view.theme].background), float(view.background == "solid")))

    def drawn(self, scene: Scene, stages: range) -> Figure:
        """The figure with these stages on it."""
        layout = SheetLayout.of(self._view, len(stages), Panel(self._size.width, self._size.height))
        for place, stage in enumerate(stages):
            self._draw_stage(scene, stage, *layout.corner(place), layout.panel)
        if self._view.labels:
            self._draw_keys(scene)
        return self._figure

    def _draw_stage(self, scene: Scene, stage: int, left: int, top: int, panel: Panel) -> None:
        fine = Panel(DETAIL * panel.width, DETAIL * panel.height)
        picture = render_panel(scene, stage, small_view(self._view), fine, enlarged=ENLARGED)
        self._draw_picture(picture, left, top, panel.width, panel.height)
        self._draw_frame(left - 0.5, top - 0.5, panel.width + 1, panel.height + 1)
        if self._view.labels:
            title = short_title(scene.trace.names[stage], self._length, panel.width - self._em / 2)
            self._write(0, 0, Word(left, top - 0.5 * self._em, title, "ls"))

    def _draw_keys(self, scene: Scene) -> None:
        found = keys(scene, scene.trace.last_stage, small_view(self._view))
        for key, (left, top) in zip(found, foot_places(self._view, self._size, len(found)), strict=True):
            picture, words = key_parts(self._view, DETAIL * self._em, key)
            if key.shape != "words":
                self._draw_picture(np.asarray(picture), left, top, picture.width / DETAIL, picture.height / DETAIL)
            for word in words:
                self._write(left, top, Word(word.x / DETAIL, word.y / DETAIL, word.text, word.anchor, word.ems))

    def _draw_picture(self, picture: NDArray[np.uint8], left: float, top: float, width: float, height: float) -> None:
        whole_width, whole_height = self._size.width, self._size.height
        place = left / whole_width, 1 - (top + height) / whole_height, width / whole_width, height / whole_height
        axes = self._figure.add_axes(place)
        axes.set_axis_off()
        if self._view.background == "solid":
            axes.imshow(picture[..., :3], interpolation="none", aspect="auto")
        else:
            axes.imshow(lifted(picture, SURROUNDINGS[self._view.theme].background), interpolation="none", aspect="auto")

    def _draw_frame(self, left: float, top: float, width: float, height: float) -> None:
        corner = left / self._size.width, 1 - (top + height) / self._size.height
        sides = width / self._size.width, height / self._size.height
        color = _named(SURROUNDINGS[self._view.theme].axis)
        frame = Rectangle(corner, *sides, fill=False, edgecolor=color, linewidth=1, transform=self._figure.transFigure)
        self._figure.add_artist(frame)

    def _write(self, left: float, top: float, word: Word) -> None:
        self._figure.text(
            (left + word.x) / self._size.width,
            1 - (top + word.y) / self._size.height,
            word.text,
            fontsize=LETTERS * word.ems * self._em,
            color=_named(word.color or SURROUNDINGS[self._view.theme].label),
            horizontalalignment=ACROSS[word.anchor[0]],
            verticalalignment=DOWN[word.anchor[1]],
        )

    def _length(self, text: str) -> float:
        """How long a text is, in pixels."""
        return float(TextPath((0, 0), text, size=LETTERS * self._em).get_extents().width)


def _named(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)

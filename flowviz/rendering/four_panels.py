"""The four panels of figure 1 of Dinh et al. 2017: the data and their latents, samples of the base and their images.

Reference: "Density estimation using Real NVP", https://arxiv.org/abs/1605.08803
"""

import numpy as np

from flowviz.records import Scene
from flowviz.rendering.annotate import em, text_width
from flowviz.rendering.camera import common_box, fitted_view
from flowviz.rendering.panel_table import Cell, PanelTable, foot_height, table_grid
from flowviz.rendering.sheet import PanelGrid, small_view
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Mark

HEADINGS = "data space", "latent space"
TITLES = (
    ("1 · data", "2 · latents of the data: the flow run backward"),
    ("4 · images of the base: the flow run forward", "3 · samples of the base"),
)
NOTE = "If the flow has learned the data, both rows look alike. Colors: where a point is on the base."
SHOWN: frozenset[Mark] = frozenset({"grid", "target"})  # marks that may join the points


def four_panels(encoded: Scene, generated: Scene, view: ViewSpec, size: PictureSize) -> PanelTable:
    """Return the table of the panels, each column at one scale.

    Args:
        encoded: Points of the data at all stages.
        generated: Particles of the base at all stages of the same flow.
        view: The view.
        size: The size of the picture, in pixels.

    Raises:
        SpecError: If the panels do not fit.
    """
    layout, last = check_room(view, size), generated.trace.last_stage
    bare = small_view(view).model_copy(update={"marks": (view.marks & SHOWN) | {"points"}})
    views = {
        stage: fitted_view(common_box(_boxes(encoded, generated, stage)), bare, layout.panel) for stage in (0, last)
    }
    rows = tuple(
        tuple(Cell(scene, stage, views[stage], title) for stage, title in zip((last, 0), titles, strict=True))
        for scene, titles in zip((encoded, generated), TITLES, strict=True)
    )
    return PanelTable(rows, HEADINGS, NOTE, foot_ems(view, size.width, em(view, size)))


def check_room(view: ViewSpec, size: PictureSize) -> PanelGrid:
    """Return the layout of the panels in a picture of a size in pixels. Raises `SpecError` if they do not fit."""
    return table_grid(view, 2, 2, size, has_headings=True, foot_ems=foot_ems(view, size.width, em(view, size)))


def foot_ems(view: ViewSpec, width: float, text: float) -> float:
    """Return the height in ems of the note and the legend.

    Args:
        view: The view.
        width: The width of the picture, in pixels.
        text: 1 em in pixels.
    """
    length = text_width(text)
    return foot_height(NOTE, 1 + ("grid" in view.marks), width / text, lambda words: length(words) / text)


def _boxes(encoded: Scene, generated: Scene, stage: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    """Return the central boxes of the particles of both scenes at a stage (2, 2, 2)."""
    return np.stack([encoded.trace.boxes[stage], generated.trace.boxes[stage]])

"""Drawings as pixels."""

import numpy as np

from flowviz.rendering.annotate import em, paper
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.drawing import Box, Drawing, painted
from flowviz.rendering.frame import render_panel
from flowviz.rendering.raster import RGBA, lifted
from flowviz.specs import PictureSize, ViewSpec

ENLARGED = 2.0  # scale factor of points and lines, which would be too faint at the size of a panel


def render_drawing(drawing: Drawing, view: ViewSpec, size: PictureSize) -> RGBA:
    """Render a drawing on the background of a view, (height, width, 4).

    Args:
        drawing: The drawing.
        view: The view, which determines the background and the size of the text.
        size: The size of the picture, in pixels.
    """
    picture, text = np.full((size.height, size.width, 4), paper(view), np.uint8), em(view, size)
    frames = [
        Box(each.left - 1, each.top - 1, each.panel.width + 2, each.panel.height + 2, SURROUNDINGS[view.theme].axis)
        for each in drawing.panels
    ]
    picture = painted(picture, Drawing((*drawing.boxes, *frames)), view, text)
    for scene, stage, seen, left, top, panel in drawing.panels:
        inside = picture[top : top + panel.height, left : left + panel.width]
        inside[:] = render_panel(scene, stage, seen, panel, enlarged=ENLARGED)
    rest = Drawing(lines=drawing.lines, labels=drawing.labels, polygons=drawing.polygons)
    found = painted(picture, rest, view, text)
    return found if view.background == "solid" else lifted(found, SURROUNDINGS[view.theme].background)

"""The target, faintly behind the particles of the last stage."""

import numpy as np

from flowviz.records import Scene, TargetPicture
from flowviz.rendering.cache import cached
from flowviz.rendering.colors import SURROUNDINGS, packed
from flowviz.rendering.density import FADE, visible_values
from flowviz.rendering.projection import Panel, Projection
from flowviz.rendering.raster import OPAQUE, Canvas, Layer
from flowviz.specs import ViewSpec

STRENGTH = 0.18  # of the densest places of the target


def draw_target(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec, panel: Panel) -> None:
    """Draw the target; half a stage before the last one, nothing is left of it."""
    strength = max(0.0, 1 - FADE * abs(stage - scene.trace.last_stage))
    if scene.target is not None and strength > 0:
        layer = _layer(scene.target, view, panel)
        canvas.draw_layer(Layer(layer.where, layer.colors, (strength * layer.alphas).astype(np.uint16)))


@cached(maxsize=4)
def _layer(target: TargetPicture, view: ViewSpec, panel: Panel) -> Layer:
    shades = target.shades.astype(np.float32) / np.float32(255)
    visible = visible_values(shades, target.rectangle, Projection(view, panel))
    alphas = np.round(STRENGTH * OPAQUE * visible.values).astype(np.uint16)
    inked = np.flatnonzero(alphas)
    color = packed(np.array([SURROUNDINGS[view.theme].title], np.uint8))
    return Layer(visible.pixels(inked), np.repeat(color, len(inked)), alphas.ravel()[inked])

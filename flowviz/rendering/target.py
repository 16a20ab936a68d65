"""The density of the target, drawn faintly behind the particles of the last stage."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import Scene, TargetPicture
from flowviz.rendering.cache import cached
from flowviz.rendering.colormaps import STEPS
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.density import FADE, smoothed
from flowviz.rendering.raster import OPAQUE, Canvas
from flowviz.specs import ViewSpec

STRENGTH = 0.18  # opacity where the target is densest


def draw_target(canvas: Canvas, scene: Scene, stage: float, view: ViewSpec) -> None:
    """Draw the target, which fades in over the half stage before the last stage."""
    strength = max(0.0, 1 - FADE * abs(stage - scene.trace.last_stage))
    if scene.target is not None and strength > 0:
        colors = np.tile(np.array(SURROUNDINGS[view.theme].title, np.uint8), (STEPS, 1))
        alphas = np.round(np.linspace(0, strength * STRENGTH * OPAQUE, STEPS)).astype(np.uint16)
        canvas.draw_field(_values(scene.target), scene.target.rectangle, colors, alphas)


@cached(maxsize=4)
def _values(target: TargetPicture) -> NDArray[np.float32]:
    return smoothed(target.shades.astype(np.float32) / np.float32(255))

"""What an encoder has to know of an animation."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec


@dataclass(frozen=True)
class Reel:
    """Frames of an animation: `count` pictures of one size, shown at `fps`; `draw` returns one by its index.

    `repeats` says whether the animation starts again at its end.
    """

    draw: Callable[[int], RGBA]
    count: int
    size: PictureSize
    fps: int
    repeats: bool
    view: ViewSpec

    @property
    def transparent(self) -> bool:
        """Return whether the background is transparent."""
        return self.view.background == "transparent"

    @property
    def ground(self) -> Color:
        """Return the color of the background."""
        return SURROUNDINGS[self.view.theme].background

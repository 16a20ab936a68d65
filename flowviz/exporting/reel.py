"""The frames of an animation, as the input of an encoder."""

from collections.abc import Callable
from dataclasses import dataclass

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec


@dataclass(frozen=True)
class Reel:
    """The frames of an animation.

    Attributes:
        draw: Returns a frame (height, width, 4) by its index.
        count: The number of frames.
        size: The size of all frames, in pixels.
        fps: The frame rate, in frames per second.
        repeats: Whether the animation loops.
        view: The view, which determines the background.
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
    def background(self) -> Color:
        """Return the color of the background."""
        return SURROUNDINGS[self.view.theme].background

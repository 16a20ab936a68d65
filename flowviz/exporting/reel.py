"""What an encoder has to know of an animation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flowviz.rendering.colors import SURROUNDINGS, Color
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec

Encode = Callable[[Iterator[RGBA], Path], None]  # pictures, as they come, to a file


@dataclass(frozen=True)
class Reel:
    """So many pictures of one size, `fps` a second; `draw` a number, from 0, gives one.

    `repeats` says whether it begins again when it has ended.
    """

    draw: Callable[[int], RGBA]
    count: int
    size: PictureSize
    fps: int
    repeats: bool
    view: ViewSpec

    @property
    def transparent(self) -> bool:
        """Whether there is no ground."""
        return self.view.background == "transparent"

    @property
    def ground(self) -> Color:
        """The color of the ground."""
        return SURROUNDINGS[self.view.theme].background

"""WebP, without loss."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.exporting.reel import Encode, Reel
from flowviz.rendering.raster import RGBA

METHOD, EFFORT = 1, 0  # of 6 and 100: more takes much longer, for some percent


def encoder(reel: Reel) -> Encode:
    """Writes a WebP, without loss. Its encoder keeps what it has compressed until the end, and no picture."""
    return partial(_write, reel)


def _write(reel: Reel, pictures: Iterator[RGBA], path: Path) -> None:
    film, loops = _Film(reel, pictures), 0 if reel.repeats else 1
    options = {"lossless": True, "method": METHOD, "quality": EFFORT, "loop": loops, "duration": 1000 / reel.fps}
    film.save(path, "WEBP", save_all=True, **options)


class _Film(Image.Image):
    """To Pillow an image of many frames, which come as it asks for them, one after the other."""

    def __init__(self, reel: Reel, pictures: Iterator[RGBA]) -> None:
        super().__init__()
        self.n_frames = reel.count
        self._transparent = reel.transparent
        self._pictures = pictures
        self._number = -1
        self._mode = "RGBA" if reel.transparent else "RGB"
        self._size = reel.size.width, reel.size.height
        self.seek(0)

    def tell(self) -> int:
        """The number of the frame."""
        return self._number

    def seek(self, frame: int) -> None:
        """Go on to a frame; there is no way back, which Pillow tries at the end."""
        while self._number < frame:
            picture = next(self._pictures)
            shown = picture if self._transparent else np.ascontiguousarray(picture[..., :3])
            self.im = Image.fromarray(shown).im
            self._number += 1

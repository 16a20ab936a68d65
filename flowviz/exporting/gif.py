"""GIF: one palette for the whole film, so that it does not flicker; of each picture only what has changed."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from struct import pack
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

from flowviz.exporting.changes import changed_box
from flowviz.exporting.reel import Encode, Reel
from flowviz.rendering.raster import RGBA

CLEAR = 255  # the number of the color that lets what is behind be seen
COLORS = 255  # all others
SAMPLES, STRIDE = 8, 3  # the palette is chosen from so many pictures, and every third pixel in rows and columns
OPAQUE_FROM = 128  # a pixel is either clear or opaque; from this alpha on it is opaque, on the theme's ground
KEPT, CLEARED = 1, 2  # what becomes of a picture when the next one comes: see "disposal" in the GIF89a specification

Numbers = NDArray[np.uint8]  # of colors in the palette, (height, width)


def encoder(reel: Reel) -> Encode:
    """Writes a GIF. Draws some pictures to choose the palette from."""
    return partial(_write, reel, _palette(reel))


def delays(count: int, fps: int) -> list[int]:
    """How long each picture stays, in hundredths of a second; all together they take as long as they shall."""
    ends = [round(100 * number / fps) for number in range(count + 1)]
    return [after - before for before, after in pairwise(ends)]


def _palette(reel: Reel) -> Image.Image:
    numbers = np.unique(np.linspace(0, reel.count - 1, SAMPLES).round().astype(int))
    pixels = np.concatenate([_flat(reel, reel.draw(int(k)))[::STRIDE, ::STRIDE].reshape(1, -1, 3) for k in numbers], 1)
    found = Image.fromarray(pixels).quantize(COLORS, Image.Quantize.MAXCOVERAGE)
    colors = (found.getpalette() or [])[: 3 * COLORS]
    # What is left over is the first color again: a zero would be a black that nothing asked for.
    colors += colors[:3] * (256 - len(colors) // 3)
    found.putpalette(colors)
    return found


def _write(reel: Reel, palette: Image.Image, pictures: Iterator[RGBA], path: Path) -> None:
    with path.open("wb") as file:
        _write_header(file, reel, palette)
        before: Numbers | None = None
        for delay, picture in zip(delays(reel.count, reel.fps), pictures, strict=True):
            now = np.asarray(Image.fromarray(_flat(reel, picture)).quantize(palette=palette, dither=Image.Dither.NONE))
            if reel.transparent:
                now = np.where(picture[..., 3] < OPAQUE_FROM, CLEAR, now).astype(np.uint8)
                _write_picture(file, now, None, 10 * delay, CLEARED)
            else:
                _write_picture(file, now, before, 10 * delay, KEPT)
                before = now
        file.write(b";")


def _write_picture(file: BinaryIO, now: Numbers, before: Numbers | None, milliseconds: int, disposal: int) -> None:
    """One picture, less what is as before."""
    left, top, right, bottom = changed_box(before, now)
    part = now[top:bottom, left:right]
    if before is not None:
        part = np.where(part == before[top:bottom, left:right], CLEAR, part).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(part))
    file.writelines(getdata(image, (left, top), duration=milliseconds, transparency=CLEAR, disposal=disposal))


def _write_header(file: BinaryIO, reel: Reel, palette: Image.Image) -> None:
    """The size, the palette of 256 colors, and whether it repeats for ever: a block that Netscape once added."""
    file.write(b"GIF89a" + pack("<HHBBB", reel.size.width, reel.size.height, 0xF7, CLEAR, 0))
    file.write(bytes(palette.getpalette() or []))
    if reel.repeats:
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", 0) + b"\x00")


def _flat(reel: Reel, picture: RGBA) -> NDArray[np.uint8]:
    """The picture (height, width, 3) on the theme's ground."""
    if not reel.transparent:
        return np.ascontiguousarray(picture[..., :3])
    ground = Image.new("RGBA", (picture.shape[1], picture.shape[0]), reel.ground)
    return np.asarray(Image.alpha_composite(ground, Image.fromarray(picture)).convert("RGB"))

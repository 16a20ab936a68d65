"""APNG: a PNG whose first picture any program shows. https://www.w3.org/TR/png-3/#apng-frame-based-animation."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import count
from pathlib import Path
from struct import pack, unpack
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import putchunk

from flowviz.exporting.changes import Box, changed_box
from flowviz.exporting.pictures import PNG_COMPRESSION
from flowviz.exporting.reel import Encode, Reel
from flowviz.rendering.raster import RGBA

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encoder(reel: Reel) -> Encode:
    """Writes an APNG: of each picture the box that has changed, compressed by Pillow."""
    return partial(_write, reel)


def _write(reel: Reel, pictures: Iterator[RGBA], path: Path) -> None:
    numbers = count()  # control and data chunks are counted together
    before: NDArray[np.uint8] | None = None
    with path.open("wb") as file:
        for picture in pictures:
            now = picture if reel.transparent else picture[..., :3]
            box = changed_box(before, now)
            left, top, right, bottom = box
            chunks = _chunks(np.ascontiguousarray(now[top:bottom, left:right]))
            if before is None:
                file.write(SIGNATURE)
                putchunk(file, b"IHDR", next(data for name, data in chunks if name == b"IHDR"))
                putchunk(file, b"acTL", pack(">II", reel.count, 0 if reel.repeats else 1))
            _write_frame(file, chunks, box, reel.fps, numbers, is_first=before is None)
            before = now
        putchunk(file, b"IEND")


def _write_frame(
    file: BinaryIO, chunks: list[tuple[bytes, bytes]], box: Box, fps: int, numbers: Iterator[int], is_first: bool
) -> None:
    left, top, right, bottom = box
    place = pack(">IIII", right - left, bottom - top, left, top)
    putchunk(file, b"fcTL", pack(">I", next(numbers)), place, pack(">HH", 1, fps), b"\0\0")
    for name, data in chunks:
        if name == b"IDAT" and is_first:
            putchunk(file, b"IDAT", data)
        elif name == b"IDAT":
            putchunk(file, b"fdAT", pack(">I", next(numbers)), data)


def _chunks(pixels: NDArray[np.uint8]) -> list[tuple[bytes, bytes]]:
    """The names and the data of the chunks of a PNG."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=PNG_COMPRESSION)
    content, found, at = file.getbuffer(), [], len(SIGNATURE)
    while at < len(content):
        length, name = unpack(">I4s", content[at : at + 8])
        found.append((name, bytes(content[at + 8 : at + 8 + length])))
        at += length + 12
    return found

"""The palette of a GIF: 256 colors that all frames share, so that colors do not flicker."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from flowviz.exporting.reel import Reel
from flowviz.rendering.raster import RGBA

COLORS = 255  # the last of the 256 colors is transparent
SAMPLES, STRIDE = 8, 3  # number of frames that the palette is computed from, and stride of their pixels on both axes


def palette_url(reel: Reel) -> str:
    """Return a palette for all frames, computed from a few of them, as a data URL of a PNG with 16 × 16 pixels."""
    table = np.zeros((256, 4), np.uint8)
    table[:COLORS, :3], table[:COLORS, 3] = _colors(reel), 255
    file = BytesIO()
    Image.fromarray(table.reshape(16, 16, 4)).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def on_background(reel: Reel, picture: RGBA) -> RGBA:
    """Return a picture (height, width, 4) with its colors blended with the background and its alpha unchanged.

    GIF has no partial transparency.
    """
    background = Image.new("RGBA", (picture.shape[1], picture.shape[0]), reel.background)
    blended = np.array(Image.alpha_composite(background, Image.fromarray(picture)))
    blended[..., 3] = picture[..., 3]
    return blended


def _colors(reel: Reel) -> NDArray[np.uint8]:
    numbers = np.unique(np.linspace(0, reel.count - 1, SAMPLES).round().astype(int))
    pictures = [on_background(reel, reel.draw(int(number)))[::STRIDE, ::STRIDE, :3] for number in numbers]
    pixels = np.concatenate([picture.reshape(1, -1, 3) for picture in pictures], axis=1)
    quantized = Image.fromarray(pixels).quantize(COLORS, Image.Quantize.MAXCOVERAGE)
    colors = np.array(quantized.getpalette(), np.uint8).reshape(-1, 3)[:COLORS]
    # Pad with the first color, because zeros would add black, which may not be in any frame.
    return np.concatenate([colors, np.repeat(colors[:1], COLORS - len(colors), axis=0)])

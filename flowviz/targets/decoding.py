"""Estimate the memory for decoding a picture from its header."""

from contextlib import suppress
from operator import mul
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    IMAGELENGTH,
    IMAGEWIDTH,
    PHOTOMETRIC_INTERPRETATION,
    ROWSPERSTRIP,
    SAMPLESPERPIXEL,
    TILELENGTH,
    TILEWIDTH,
    TiffImageFile,
)
from PIL.WebPImagePlugin import WebPImageFile

MAX_PIXELS = 200_000_000  # as many as the largest phone cameras have
MAX_BYTES = 850_000_000  # of memory for decoding, and of a file: with all the rest, less than 1 GB
PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}  # by mode; 4 in the others, RGB too
WEBP_BYTES = 16  # per pixel: two canvases of libwebp, a copy of one, and the picture
YCBCR = 6  # photometric interpretation of a TIFF


class LargeTiff(TiffImageFile):
    """A TIFF that Pillow decodes regardless of its global limit, which belongs to the host process."""

    def load_prepare(self) -> None:
        """Allocate the picture, which Pillow does only below its limit."""
        self.im = Image.new(self.mode, (self.tag_v2[IMAGEWIDTH], self.tag_v2[IMAGELENGTH]), None).im
        super().load_prepare()


PLUGINS = (PngImageFile, JpegImageFile, WebPImageFile, BmpImageFile, GifImageFile, LargeTiff)


def identified(file: BinaryIO) -> ImageFile.ImageFile:
    """Open a picture without decoding it, whatever the name of its file.

    This does not use `Image.open` because it refuses pictures above a limit that is global to the process.

    Raises:
        UnidentifiedImageError: If it is not in one of the formats.
        Exception: Almost any other, if the file is damaged.
    """
    for plugin in PLUGINS:
        file.seek(0)
        with suppress(SyntaxError):  # another format
            return plugin(file)
    raise UnidentifiedImageError


def decoded_bytes(image: Image.Image) -> int:
    """Return the size of a decoded picture in memory."""
    return image.width * image.height * PIXEL_BYTES.get(image.mode, 4)


def decoder_bytes(image: ImageFile.ImageFile, file_bytes: int) -> int:
    """Estimate the memory that decoding takes besides the decoded picture. Call it before `draft`.

    Args:
        image: The picture, not decoded yet.
        file_bytes: Size of its file.
    """
    pixels = image.width * image.height
    metadata = max(0, file_bytes - 8 * pixels)  # bytes beyond the maximum for pixels are metadata
    match image:
        case JpegImageFile():
            return metadata + _coefficient_bytes(image)
        case WebPImageFile():
            return WEBP_BYTES * pixels - decoded_bytes(image) + 2 * file_bytes
        case TiffImageFile():
            return metadata + _tiff_bytes(image, file_bytes)
    return metadata  # and up to 3 bytes per pixel of a BMP or GIF with 1 byte per decoded pixel, which always fit


def _coefficient_bytes(image: JpegImageFile) -> int:
    """Return the memory of all coefficients, at any scale, unless they come row by row in a single scan.

    The file is at the end of the header of the first scan, whose length tells the number of its channels.
    """
    assert image.fp is not None
    length, end = 6 + 2 * len(image.layer), image.fp.tell()
    image.fp.seek(end - length)
    if image.fp.read(length)[:3] == bytes((0, length, len(image.layer))) and not image.info.get("progressive"):
        return 0
    _, across, down, _ = zip(*image.layer, strict=True)
    share = sum(map(mul, across, down)) / (max(across) * max(down))  # coefficients per pixel
    return int(2 * share * image.width * image.height)


def _tiff_bytes(image: TiffImageFile, file_bytes: int) -> int:
    """Return the memory of a copy that is turned upright, or of the file and a strip or tile that libtiff decodes."""
    tag, height = image.tag_v2, image.tag_v2[IMAGELENGTH]
    turned = 0 if tag.get(ExifTags.Base.Orientation, 1) == 1 else decoded_bytes(image)
    if image.info["compression"] == "raw":
        return turned
    piece = tag.get(TILEWIDTH, tag[IMAGEWIDTH]) * tag.get(TILELENGTH, min(height, tag.get(ROWSPERSTRIP, height)))
    is_converted = tag.get(PHOTOMETRIC_INTERPRETATION) == YCBCR  # by libtiff
    bits = 32 if is_converted else max(tag.get(BITSPERSAMPLE, (1,))) * tag.get(SAMPLESPERPIXEL, 1)
    return file_bytes + max(turned, int(piece * bits // 8))

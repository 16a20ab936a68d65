"""Build targets from images: uniform over the dark pixels, or proportional to the darkness."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageFile, UnidentifiedImageError

from flowviz.arguments import checked
from flowviz.errors import FileError, TargetError
from flowviz.files import check_readable
from flowviz.specs import ImageSpec
from flowviz.targets import decoding
from flowviz.targets.ink import ink_of
from flowviz.targets.pixels import PixelDensity

KEPT_PIXELS = 600_000  # limit after downscaling, comparable to the resolution of a text mask
MAX_KEPT_PIXELS = 4_000_000  # limit for a picture in a spec: other programs may write larger ones than KEPT_PIXELS
SMALLER = "Save it smaller, then open it again."
BAND_PIXELS = 2_000_000
BAND_BYTES = 8  # per pixel of a band: as it is, and converted
TURNS = {  # the transposition that corrects each EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = range(5, 9)  # EXIF orientations that exchange width and height
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I", "F")  # grayscale with more than 8 bits, which Pillow clips to 8


@checked
def read_image(path: str | Path) -> ImageSpec:
    """Read a PNG, JPEG, WebP, BMP, GIF or TIFF file of up to 200 megapixels and downscale it.

    Pictures whose decoding takes too much memory are refused. See `decoding.MAX_BYTES`.

    Raises:
        FileError: If the file cannot be read, is too large, or is not a picture.
    """
    place = Path(path)
    png, size = small_png(place)
    return ImageSpec(png=png, size=size, name=place.name)


def image_spec(content: bytes, name: str = "image") -> ImageSpec:
    """Return the spec of an encoded picture, downscaled.

    Args:
        content: Content of a picture file, as `read_image` reads it.
        name: Name of the picture in error messages.

    Raises:
        FileError: If the content is damaged, too large, or not a picture.
    """
    png, size = _small_png(BytesIO(content), name)
    return ImageSpec(png=png, size=size, name=name)


def image_target(spec: ImageSpec) -> PixelDensity:
    """Return the density of an image: proportional to its darkness, or uniform over pixels as dark as the threshold.

    Raises:
        TargetError: If all pixels are the same, or if all or none of them are as dark as the threshold.
        FileError: If the picture is damaged.
    """
    darkness = darkness_of(spec.png, spec.name, spec.invert)
    if darkness.min() == darkness.max():
        raise TargetError(f"All pixels of {spec.name} have the same color, so there is nothing to learn.")
    if spec.grayscale:
        return PixelDensity(darkness, spec.size)
    return ink_of(
        darkness >= spec.threshold * 255,
        spec.size,
        f"No pixel of {spec.name} is dark enough to be ink. Lower the threshold, or invert it.",
        f"Every pixel of {spec.name} is dark enough to be ink. Raise the threshold, or invert it.",
    )


def darkness_of(content: bytes, name: str, invert: bool = False) -> NDArray[np.uint8]:
    """Return the darkness of each pixel of a picture in a spec.

    Args:
        content: The picture, encoded as PNG.
        name: Name of the picture in error messages.
        invert: Whether to return the lightness instead.

    Returns:
        Darkness (rows, columns) from 0 to 255, top row first. Transparent pixels are 0, even with `invert`.

    Raises:
        FileError: If the picture is damaged or too large.
    """
    with _opened(BytesIO(content), name, MAX_KEPT_PIXELS) as image:
        dark = image.convert("L") if invert else ImageChops.invert(image.convert("L"))
        if image.has_transparency_data:
            dark = ImageChops.multiply(dark, image.convert("LA").getchannel("A"))
        return np.asarray(dark)


def small_png(path: Path) -> tuple[bytes, tuple[int, int]]:
    """Convert a picture file to an upright grayscale PNG of at most `KEPT_PIXELS`, keeping its alpha channel.

    The file is read while it is decoded, because a large picture and its file do not fit into 1 GB together.

    Returns:
        The PNG, and the width and height of the upright picture before downscaling.

    Raises:
        FileError: If the file cannot be read, is too large, or is not a picture.
    """
    check_readable(path, decoding.MAX_BYTES)
    with path.open("rb") as file:
        return _small_png(file, path.name)


def _small_png(file: BinaryIO, name: str) -> tuple[bytes, tuple[int, int]]:
    file_bytes = file.seek(0, SEEK_END)
    with _opened(file, name) as image:
        (small, size), png = _small(image, file_bytes, name), BytesIO()
        small.save(png, "PNG")
        return png.getvalue(), size


@contextmanager
def _opened(file: BinaryIO, name: str, max_pixels: int = decoding.MAX_PIXELS) -> Iterator[ImageFile.ImageFile]:
    """Open a picture without decoding it, and raise `FileError` if opening it or decoding it in the block fails."""
    try:
        image = decoding.identified(file)
        _check_size(image, max_pixels, name)
        with image:
            yield image
    except FileError:
        raise
    except UnidentifiedImageError as error:
        raise FileError(
            f"{name} is not a picture that flowviz can open. Use PNG, JPEG, WebP, BMP, GIF or TIFF."
        ) from error
    except (MemoryError, Image.DecompressionBombError) as error:
        limit_gb = decoding.MAX_BYTES / 1e9
        raise FileError(
            f"Reading {name} would take more than {limit_gb:.2f} GB of memory, or more than is free. {SMALLER}"
        ) from error
    except Exception as error:  # Pillow raises almost any exception on a damaged file
        raise FileError(f"{name} is damaged or cut short, so its picture cannot be read.") from error


def _check_size(image: Image.Image, max_pixels: int, name: str) -> None:
    if image.width * image.height > max_pixels:
        raise FileError(
            f"{name} has too many pixels: {image.width:,} × {image.height:,}. "
            f"flowviz opens up to {max_pixels // 1_000_000} megapixels. {SMALLER}"
        )


def _check_memory(needed: int, name: str) -> None:
    if needed > decoding.MAX_BYTES:
        raise FileError(
            f"Reading {name} would take {needed / 1e9:.2f} GB of memory. "
            f"The limit is {decoding.MAX_BYTES / 1e9:.2f} GB. "
            "Save it smaller, or as a JPEG that is not progressive, then open it again."
        )


def _small(image: ImageFile.ImageFile, file_bytes: int, name: str) -> tuple[Image.Image, tuple[int, int]]:
    """Return the picture upright and downscaled, in mode L or LA, and its upright width and height before."""
    width, height = image.size  # of a TIFF, these are upright already
    decoder_bytes = decoding.decoder_bytes(image, file_bytes)
    image.draft("L", _kept_size(image))  # decodes a JPEG at reduced size
    band = image.width * min(image.height, max(_step(image), BAND_PIXELS // image.width))
    _check_memory(decoder_bytes + decoding.decoded_bytes(image) + BAND_BYTES * band, name)
    image.load()  # before reading the orientation, because Pillow applies that of a TIFF on loading
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    if image.mode in DEEP_MODES:
        small = _from_deep(image)
    else:
        small = _reduced(image, "RGBA" if image.has_transparency_data else "L")
        small.thumbnail(_kept_size(small), Image.Resampling.BOX)
    gray = small.convert("LA" if small.mode == "RGBA" else "L")
    size = (height, width) if orientation in SIDEWAYS else (width, height)
    return gray.transpose(TURNS[orientation]) if orientation in TURNS else gray, size


def _kept_size(image: Image.Image) -> tuple[int, int]:
    shrunk = min(1.0, (KEPT_PIXELS / (image.width * image.height)) ** 0.5)
    return max(1, int(image.width * shrunk)), max(1, int(image.height * shrunk))


def _bands(image: Image.Image, step: int) -> Iterator[tuple[int, Image.Image]]:
    """Yield the picture in horizontal bands with their top rows, because converting all of it takes too much memory.

    The height of a band is a multiple of `step`, except for the last one.
    """
    height = step * max(1, BAND_PIXELS // (image.width * step))
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _step(image: Image.Image) -> int:
    """Return the largest integer factor to reduce both axes by without falling below `KEPT_PIXELS`."""
    return max(1, int((image.width * image.height / KEPT_PIXELS) ** 0.5))


def _reduced(image: Image.Image, mode: str) -> Image.Image:
    """Return the picture in a mode, reduced by the integer factor of `_step`."""
    step = _step(image)
    small = Image.new(mode, (-(-image.width // step), -(-image.height // step)))
    for top, band in _bands(image, step):
        small.paste(band.convert(mode).reduce(step), (0, top // step))
    return small


def _from_deep(image: Image.Image) -> Image.Image:
    """Convert a deep grayscale picture to 8 bits.

    16-bit values are scaled from their full range; 32-bit integers and floats from their minimum and maximum.
    """
    step = _step(image)
    picked = [np.asarray(band)[::step, ::step].copy() for _, band in _bands(image, step)]  # a view would keep its band
    values = np.concatenate(picked).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("some pixels are not numbers")
    sixteen = image.mode.startswith("I;16")
    low, high = (0.0, 65535.0) if sixteen else (values.min(), values.max())
    return Image.fromarray(np.rint((values - low) * (255 / max(high - low, 1e-300))).astype(np.uint8))

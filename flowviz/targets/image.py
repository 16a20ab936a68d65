"""A picture becomes ink, or a density of its darkness."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, UnidentifiedImageError

from flowviz.errors import FileError, TargetError
from flowviz.files import content_of
from flowviz.specs import ImageSpec
from flowviz.targets.ink import Ink
from flowviz.targets.pixels import PixelDensity

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MOST_PIXELS = 50_000_000  # WebP, the worst, takes 16 bytes for each while it is decoded: less than 1 GB
LARGEST_FILE = 250_000_000  # bytes: so many pixels, uncompressed
KEPT_PIXELS = 600_000  # of a picture made small: as fine as the mask of a text
MOST_KEPT_PIXELS = 4_000_000  # of a picture in a spec: whoever makes a project file may have kept more of them
BAND_PIXELS = 2_000_000
ORIENTATION = 0x0112  # the tag of EXIF
TURNS = {  # what brings a picture of each orientation upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I", "F")  # gray with more than 8 bits, which Pillow would clip to 8


def read_image(path: Path) -> ImageSpec:
    """The picture in a file of any of `FORMATS`, made small. Raises `FileError`."""
    return image_spec(content_of(path, LARGEST_FILE), path.name)


def image_spec(content: bytes, name: str = "image") -> ImageSpec:
    """The picture that is the content of a file, made small. `name` is what errors call it. Raises `FileError`."""
    return ImageSpec(png=small_png(content, name), name=name)


def image_target(spec: ImageSpec) -> PixelDensity:
    """Raises `TargetError` where everything or nothing is ink, `FileError` where the picture is damaged."""
    darkness = darkness_of(spec.png, spec.name, spec.invert)
    if darkness.min() == darkness.max():
        raise TargetError(f"All pixels of {spec.name} are the same, so there is nothing to learn.")
    if spec.grayscale:
        return PixelDensity(darkness)
    mask = darkness >= spec.threshold * 255
    if not mask.any():
        raise TargetError(f"No pixel of {spec.name} is dark enough to be ink. Lower the threshold, or invert it.")
    if mask.all():
        raise TargetError(f"Every pixel of {spec.name} is dark enough to be ink. Raise the threshold, or invert it.")
    return Ink(mask)


def darkness_of(content: bytes, name: str, invert: bool = False) -> NDArray[np.uint8]:
    """How dark each pixel of a picture in a spec is, (rows, columns); a transparent one is not. Raises `FileError`."""
    with _opened(content, name, MOST_KEPT_PIXELS) as image:
        dark = image.convert("L") if invert else ImageChops.invert(image.convert("L"))
        if image.has_transparency_data:
            dark = ImageChops.multiply(dark, image.convert("LA").getchannel("A"))
        return np.asarray(dark)


def small_png(content: bytes, name: str) -> bytes:
    """A picture upright, gray, with its alpha if it has one, of `KEPT_PIXELS` or fewer: as PNG. Raises `FileError`."""
    with _opened(content, name) as image:
        small, png = _small(image), BytesIO()
        small.save(png, "PNG")
        return png.getvalue()


@contextmanager
def _opened(content: bytes, name: str, most_pixels: int = MOST_PIXELS) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises `FileError`, also where decoding it in the block fails."""
    limit = f"{name} has too many pixels. flowviz opens up to {most_pixels // 1_000_000} megapixels."
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
        _check_size(image, most_pixels)
        with image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileError(limit) from error
    except UnidentifiedImageError as error:
        raise FileError(f"{name} is not a picture that flowviz reads: PNG, JPEG, WebP, BMP, GIF or TIFF.") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them trip over
        raise FileError(f"{name} is damaged or cut short, so its picture cannot be read.") from error


def _check_size(image: Image.Image, most_pixels: int) -> None:
    if image.width * image.height > most_pixels:
        raise Image.DecompressionBombError


def _small(image: Image.Image) -> Image.Image:
    image.draft("L", _kept_size(image))  # a JPEG is decoded small at once
    image.load()  # before its orientation is read: TIFF turns itself
    turned = TURNS.get(image.getexif().get(ORIENTATION, 1))
    if image.mode in DEEP_MODES:
        small = _from_deep(image)
    else:
        small = _reduced(image, "RGBA" if image.has_transparency_data else "L")
        small.thumbnail(_kept_size(small), Image.Resampling.BOX)
    gray = small.convert("LA" if small.mode == "RGBA" else "L")
    return gray if turned is None else gray.transpose(turned)


def _kept_size(image: Image.Image) -> tuple[int, int]:
    shrunk = min(1.0, (KEPT_PIXELS / (image.width * image.height)) ** 0.5)
    return max(1, int(image.width * shrunk)), max(1, int(image.height * shrunk))


def _bands(image: Image.Image, step: int) -> Iterator[tuple[int, Image.Image]]:
    """The picture in bands of a height that `step` divides, and their tops: a copy of all of it would be too large."""
    height = step * max(1, BAND_PIXELS // (image.width * step))
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(top + height, image.height)))


def _step(image: Image.Image) -> int:
    """So many pixels, along an axis, become one, and still more than `KEPT_PIXELS` are left."""
    return max(1, int((image.width * image.height / KEPT_PIXELS) ** 0.5))


def _reduced(image: Image.Image, mode: str) -> Image.Image:
    step = _step(image)
    small = Image.new(mode, (-(-image.width // step), -(-image.height // step)))
    for top, band in _bands(image, step):
        small.paste(band.convert(mode).reduce(step), (0, top // step))
    return small


def _from_deep(image: Image.Image) -> Image.Image:
    """Gray with 16 bits from all its range; with 32 bits, or floats, from the darkest pixel to the lightest."""
    step = _step(image)
    values = np.concatenate([np.asarray(band)[::step, ::step] for _, band in _bands(image, step)]).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError("some pixels are not numbers")
    sixteen = image.mode.startswith("I;16")
    low, high = (0.0, 65535.0) if sixteen else (values.min(), values.max())
    return Image.fromarray(np.rint((values - low) * (255 / max(high - low, 1e-300))).astype(np.uint8))

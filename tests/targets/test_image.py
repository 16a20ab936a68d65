"""Pictures of every format, and what is refused."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from flowviz.errors import FileError, FlowvizError, TargetError
from flowviz.specs import DrawingSpec, ImageSpec, target_spec
from flowviz.targets import Ink, PixelDensity, build_target, image_spec, read_drawing, read_image
from flowviz.targets.decoding import MAX_PIXELS
from flowviz.targets.image import KEPT_PIXELS
from tests.targets.pictures import encoded, png

FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "BMP": "bmp", "GIF": "gif", "TIFF": "tif"}


def picture() -> Image.Image:
    """White, with a black box in the upper left quarter."""
    shades = np.full((40, 60), 255, np.uint8)
    shades[:20, :30] = 0
    return Image.fromarray(shades)


def ink(content: bytes, **choices: object) -> NDArray[np.bool_]:
    target = build_target(ImageSpec.model_validate({**image_spec(content).model_dump(), **choices}))
    assert isinstance(target, Ink)
    return target.mask


BOX = np.asarray(picture()) == 0


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_every_format_is_read(form: str, mode: str, tmp_path: Path) -> None:
    if form == "JPEG" and mode == "P":
        mode = "CMYK"
    path = tmp_path / f"box.{FORMATS[form]}"
    path.write_bytes(encoded(picture().convert(mode), form))
    np.testing.assert_array_equal(ink(path.read_bytes()), BOX)
    assert read_image(path).name == path.name


def test_the_content_counts_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "box.jpg"
    path.write_bytes(png(picture()))
    assert isinstance(build_target(read_image(path)), Ink)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("invert", [False, True])
def test_what_is_transparent_is_never_ink(form: str, invert: bool) -> None:
    shades, alpha = np.asarray(picture().convert("RGB")), np.full((40, 60, 1), 255, np.uint8)
    alpha[:, 40:] = alpha[30:] = 0
    content = encoded(Image.fromarray(np.concatenate([shades, alpha], axis=2)), form, lossless=True)
    mask = ink(content, invert=invert)
    np.testing.assert_array_equal(mask, (invert != BOX) & (alpha[:, :, 0] > 0))


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_a_transparent_color_is_never_ink(mode: str) -> None:
    image = picture().convert(mode)
    black = (0, 0, 0) if mode == "RGB" else image.getpixel((0, 0))
    content = encoded(image, "PNG", transparency=black)
    with pytest.raises(TargetError, match="the same color"):
        ink(content)  # what is not white is transparent
    np.testing.assert_array_equal(ink(content, invert=True), ~BOX)


def test_of_several_frames_the_first_counts() -> None:
    content = encoded(picture(), "GIF", save_all=True, append_images=[picture().rotate(180)])
    np.testing.assert_array_equal(ink(content), BOX)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    how_cameras_turn = {1: BOX, 2: BOX[:, ::-1], 3: BOX[::-1, ::-1], 4: BOX[::-1], 5: BOX.T,
                        6: BOX.T[:, ::-1], 7: BOX.T[::-1, ::-1], 8: BOX.T[::-1]}  # fmt: skip
    for form in ("JPEG", "PNG", "WEBP", "TIFF"):
        np.testing.assert_array_equal(ink(encoded(picture(), form, exif=exif)), how_cameras_turn[orientation])


def test_the_threshold_is_a_share_of_darkness() -> None:
    ramp = Image.fromarray(np.tile(np.arange(255, -1, -1, dtype=np.uint8), (4, 1)))  # darkness 0, 1, ... 255
    for threshold in (0.01, 0.25, 0.5, 1.0):
        np.testing.assert_array_equal(ink(png(ramp), threshold=threshold)[0], np.arange(256) >= threshold * 255)


@pytest.mark.parametrize("kind", ["I;16", "I", "F"])
def test_gray_of_many_bits_keeps_its_shades(kind: str) -> None:
    deep = {"I;16": np.uint16, "I": np.int32, "F": np.float32}
    ramp = np.tile(np.linspace(0, 65535, 200), (3, 1)).astype(deep[kind])
    spec = image_spec(encoded(Image.fromarray(ramp), "TIFF"))
    target = build_target(spec.model_copy(update={"grayscale": True}))
    assert isinstance(target, PixelDensity)
    np.testing.assert_allclose(target.weights[0], np.linspace(255, 0, 200), atol=1)


def test_a_large_picture_is_made_small_and_keeps_its_shape() -> None:
    large = picture().resize((3000, 2000))
    for form in ("JPEG", "PNG", "WEBP"):
        mask = ink(encoded(large, form))
        assert 0.8 * KEPT_PIXELS < mask.size <= KEPT_PIXELS
        assert mask.shape[1] / mask.shape[0] == pytest.approx(1.5, abs=0.01)
        assert mask.mean() == pytest.approx(0.25, abs=0.005)


def test_a_strip_one_pixel_high_stays_one() -> None:
    strip = Image.new("L", (1_000_000, 1), 255)
    strip.paste(0, (0, 0, 300_000, 1))
    assert ink(png(strip)).mean() == pytest.approx(0.3, abs=0.01)


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is so large; it holds one line at the most."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(20_000, 10_001), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (14_143, 14_143)]
)
def test_too_many_pixels_are_refused_before_they_are_decoded(width: int, height: int) -> None:
    with pytest.raises(FileError, match=r"^photo.png has too many pixels: .*\. flowviz opens up to 200 megapixels"):
        image_spec(bomb(width, height), "photo.png")
    assert MAX_PIXELS == 200_000_000
    with pytest.raises(FileError, match="too many pixels"):
        build_target(ImageSpec(png=bomb(width, height)))  # a project file may hold anything


def test_a_picture_in_a_spec_is_a_small_one() -> None:
    large = Image.new("1", (2100, 2000))
    large.paste(1, (0, 0, 1000, 1000))
    for spec in (ImageSpec(png=png(large)), DrawingSpec(png=png(large))):
        with pytest.raises(FileError, match="up to 4 megapixels"):
            build_target(spec)
    assert build_target(image_spec(png(large))).extent is not None


def test_a_picture_in_a_spec_that_is_damaged_is_one_sentence() -> None:
    content = png(picture())
    for spec in (ImageSpec(png=content[:50]), DrawingSpec(png=content[:50])):
        with pytest.raises(FileError, match="damaged"):
            build_target(spec)


def test_specs_of_pictures_survive_json() -> None:
    for spec in (image_spec(png(picture()), "box.png"), DrawingSpec(png=png(picture()))):
        assert target_spec(spec.model_dump(mode="json")) == spec


def test_a_drawing_is_what_is_dark_and_opaque(tmp_path: Path) -> None:
    alpha = Image.new("LA", (60, 40), (0, 0))  # black, but not there: an empty canvas
    alpha.paste((0, 255), (0, 0, 30, 20))
    target = build_target(DrawingSpec(png=png(alpha)))
    np.testing.assert_array_equal(target.mask, BOX)
    (tmp_path / "drawing.png").write_bytes(png(picture()))
    np.testing.assert_array_equal(build_target(read_drawing(tmp_path / "drawing.png")).mask, BOX)


def test_an_empty_canvas_asks_for_a_drawing() -> None:
    with pytest.raises(TargetError, match="Draw something"):
        build_target(DrawingSpec(png=png(Image.new("LA", (60, 40), (0, 0)))))


def test_pictures_of_one_shade_are_refused() -> None:
    for shade in (0, 128, 255):
        for choices in ({}, {"grayscale": True}, {"invert": True}):
            with pytest.raises(FlowvizError, match="the same color"):
                ink(png(Image.new("L", (9, 9), shade)), **choices)

"""How much memory the decoding of large pictures takes, from their headers alone."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flowviz.errors import FileError
from flowviz.targets import decoding, image_spec, read_image
from flowviz.targets.image import darkness_of
from tests.targets.pictures import encoded

PIXELS = 16_320 * 12_240  # the largest sensors of telephones


def picture(mode: str = "RGB") -> Image.Image:
    """White, with a black box."""
    image = Image.new(mode, (64, 48), "white")
    image.paste("black", (8, 8, 32, 40))
    return image


def enlarged(content: bytes, width: int = 16_320, height: int = 12_240) -> bytes:
    """The file, with the size of a large picture in its header."""
    if content.startswith(b"\x89PNG"):
        header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
        return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]
    for before, after in (
        (struct.pack("<Iii", 40, 64, 48), struct.pack("<Iii", 40, width, height)),  # BMP
        (struct.pack(">HHBHH", 0xFFC0, 17, 8, 48, 64), struct.pack(">HHBHH", 0xFFC0, 17, 8, height, width)),
        (struct.pack(">HHBHH", 0xFFC2, 17, 8, 48, 64), struct.pack(">HHBHH", 0xFFC2, 17, 8, height, width)),
        (struct.pack("<3sHH", b"\x9d\x01\x2a", 64, 48), struct.pack("<3sHH", b"\x9d\x01\x2a", width, height)),  # WebP
        *(
            (struct.pack(f"<HHI{kind}", tag, number, 1, old), struct.pack(f"<HHI{kind}", tag, number, 1, new))
            for tag, old, new in ((256, 64, width), (257, 48, height), (278, 48, height))
            for kind, number in (("H", 3), ("I", 4))  # TIFF
        ),
    ):
        content = content.replace(before, after)
    return content


def needed(content: bytes) -> float:
    """Bytes per pixel that decoding takes besides a JPEG at reduced size or the picture."""
    image = decoding.identified(BytesIO(content))
    assert image.width * image.height == PIXELS
    return decoding.decoder_bytes(image, len(content)) / PIXELS


def in_three_scans() -> bytes:
    """A JPEG that is not progressive and holds its channels one after the other, each in a scan of its own."""
    gray = encoded(picture("L"), "JPEG", quality=95)
    frame, scan = gray.index(b"\xff\xc0"), gray.index(b"\xff\xda")
    size, data = gray[frame + 5 : frame + 9], gray[scan + 10 : -2]
    channels = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    scans = (struct.pack(">HHBBB", 0xFFDA, 8, 1, number, 0) + b"\x00\x3f\x00" + data for number in (1, 2, 3))
    header = struct.pack(">HHB", 0xFFC0, 17, 8) + size + b"\x03" + channels
    return gray[:frame] + header + gray[frame + 13 : scan] + b"".join(scans) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("form", "options", "expected"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("JPEG", {}, 0),
        ("JPEG", {"progressive": True, "subsampling": "4:4:4"}, 6),
        ("JPEG", {"progressive": True, "subsampling": "4:2:2"}, 4),
        ("JPEG", {"progressive": True, "subsampling": "4:2:0"}, 3),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 3),  # in one strip
        ("TIFF", {"compression": "tiff_lzw", "tiffinfo": {278: 16}}, 0),
        ("TIFF", {"tiffinfo": {274: 3}}, 4),  # turned upright in a copy
    ],
)
def test_memory_is_that_of_the_format(form: str, options: dict[str, Any], expected: float) -> None:
    assert needed(enlarged(encoded(picture(), form, **options))) == pytest.approx(expected, abs=0.01)


def test_memory_of_a_progressive_jpeg_in_gray_is_that_of_one_channel() -> None:
    content = encoded(picture("L"), "JPEG", progressive=True)
    frame = content.index(b"\xff\xc2") + 5
    large = content[:frame] + struct.pack(">HH", 12_240, 16_320) + content[frame + 4 :]
    assert needed(large) == pytest.approx(2, abs=0.01)


def test_a_jpeg_in_several_scans_takes_as_much_as_a_progressive_one_and_is_decoded() -> None:
    content = in_three_scans()
    assert needed(enlarged(content)) == pytest.approx(6, abs=0.01)
    expected = 255 - np.asarray(picture("L"), int)
    assert np.abs(darkness_of(image_spec(content).png, "box") - expected).max() <= 3


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("photo.jpg", {"progressive": True, "subsampling": "4:4:4"}),
        ("scan.tif", {"compression": "tiff_lzw"}),
        ("turned.tif", {"tiffinfo": {274: 6}}),
    ],
)
def test_what_would_take_too_much_memory_is_refused_with_the_reason(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    form = "JPEG" if name.endswith("jpg") else "TIFF"
    (tmp_path / name).write_bytes(enlarged(encoded(picture(), form, **options)))
    with pytest.raises(FileError) as caught:
        read_image(tmp_path / name)
    assert str(caught.value).startswith(f"Reading {name} would take 1.")
    assert "GB of memory. The limit is 0.85 GB. Save it smaller, or as a JPEG that is not progressive" in str(
        caught.value
    )


@pytest.mark.parametrize(("width", "height"), [(12_000, 9_000), (16_000, 12_000)])
def test_a_large_webp_is_refused_with_the_reason(width: int, height: int) -> None:
    content = enlarged(encoded(picture(), "WEBP"), width, height)
    with pytest.raises(FileError, match=r"would take (1\.7|more than 0\.8)\d GB of memory.*\. Save it smaller"):
        image_spec(content, "photo.webp")


def test_a_very_wide_picture_counts_the_band_that_is_converted_at_a_time() -> None:
    content = enlarged(encoded(picture("L"), "PNG"), 20_000_000, 10)
    with pytest.raises(FileError, match="memory"):
        image_spec(content)


def test_metadata_count_as_memory() -> None:
    image = decoding.identified(BytesIO(encoded(picture(), "PNG")))
    assert decoding.decoder_bytes(image, 10**9) == pytest.approx(10**9, rel=0.001)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_limit_of_the_host_for_its_own_pictures_does_not_count(
    form: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = picture("L" if form == "JPEG" else "RGB").convert("RGB" if form == "JPEG" else mode)
    expected = 255 - np.asarray(image.convert("L"), int)
    content = encoded(image, form)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    png = image_spec(content).png
    monkeypatch.undo()
    assert np.abs(darkness_of(png, "box") - expected).max() < 10

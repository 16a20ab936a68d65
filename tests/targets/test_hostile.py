"""Files of every format, damaged at random: each opens or is refused with a sentence, within 1 GB."""

import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.targets.hostile import MAX_MEMORY
from tests.targets.pictures import encoded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits and tells the memory of a process")
MEDIUM_FORMAT, TELEPHONE = (12_000, 9_000), (16_320, 12_240)  # cameras of 108 and 200 megapixels
EACH = 12  # damaged copies of each of the files below


def picture() -> Image.Image:
    """A noisy slope, with noisy alpha."""
    noise = np.random.default_rng(0).normal(scale=30, size=(60, 90, 4))
    return Image.fromarray(np.clip(np.linspace(0, 255, 90)[:, np.newaxis] + noise, 0, 255).astype(np.uint8))


def pictures() -> dict[str, bytes]:
    """A file of every format, some in several modes."""
    plain, exif = picture().convert("RGB"), Image.Exif()
    exif[0x0112] = 6
    return {
        "rgba.png": encoded(picture(), "PNG"),
        "palette.png": encoded(plain.convert("P"), "PNG", transparency=3),
        "sixteen.png": encoded(Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90)), "PNG"),
        "turned.jpg": encoded(plain, "JPEG", exif=exif),
        "progressive.jpg": encoded(plain.convert("CMYK"), "JPEG", progressive=True),
        "alpha.webp": encoded(picture(), "WEBP", lossless=True),
        "lossy.webp": encoded(plain, "WEBP"),
        "plain.bmp": encoded(plain, "BMP"),
        "moving.gif": encoded(plain, "GIF", save_all=True, append_images=[plain.rotate(90)]),
        "packed.tif": encoded(picture(), "TIFF", compression="tiff_lzw"),
        "floats.tif": encoded(Image.fromarray(np.arange(5400, dtype=np.float32).reshape(60, 90)), "TIFF"),
    }


def tables() -> dict[str, bytes]:
    """A file of every form of points."""
    data, array, archive = np.random.default_rng(0).normal(size=(300, 2)), BytesIO(), BytesIO()
    np.save(array, data)
    np.savez_compressed(archive, x=data[:, 0], y=data[:, 1])
    text = "\n".join(f"{x},{y}" for x, y in data)
    return {
        "header.csv": f"x,y\n{text}\n".encode(),
        "decimal.csv": text.replace(",", ";").replace(".", ",").encode(),
        "spaces.txt": text.replace(",", "  ").encode(),
        "plain.npy": array.getvalue(),
        "packed.npz": archive.getvalue(),
    }


def damaged(content: bytes, rng: np.random.Generator) -> Iterator[bytes]:
    """Copies: cut, with bytes changed near the beginning or anywhere, with a piece left out, doubled, or of noise."""
    for number in range(EACH):
        copy: NDArray[np.uint8] = np.frombuffer(content, np.uint8).copy()
        start, end = sorted(rng.integers(len(copy), size=2))
        match number % 6:
            case 0:
                copy = copy[:end]
            case 1:
                copy[rng.integers(min(64, len(copy)), size=2)] = rng.integers(256, size=2)
            case 2:
                copy[rng.integers(len(copy), size=20)] = rng.integers(256, size=20)
            case 3:
                copy = np.delete(copy, slice(start, end))
            case 4:
                copy = np.concatenate([copy[:end], copy[start:]])
            case 5:
                place = rng.integers(min(200, len(copy)))
                copy[place : place + 4] = rng.choice([0, 127, 128, 255], size=len(copy[place : place + 4]))
        yield copy.tobytes()


def opened(folder: Path) -> dict[str, Any]:
    """What a process of its own made of the files."""
    command = [sys.executable, "-m", "tests.targets.hostile", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_hostile_files_are_opened_or_refused_with_a_sentence(tmp_path: Path) -> None:
    rng, count = np.random.default_rng(0), 0
    for kind, files in (("image", pictures()), ("drawing", pictures()), ("points", tables())):
        (tmp_path / kind).mkdir()
        for name, content in files.items():
            for number, copy in enumerate((content, *damaged(content, rng))):
                (tmp_path / kind / f"{number:02d}_{name}").write_bytes(copy)
                count += 1
    found = opened(tmp_path)
    assert found["wrong"] == []
    assert found["good"] + found["refused"] == count > 100
    assert found["good"] >= len(pictures()) * 2 + len(tables()), "those that are not damaged, and some more"
    assert found["refused"] > count / 5
    assert found["memory"] < MAX_MEMORY


@pytest.mark.slow  # it takes half a minute to make so large pictures
@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_the_largest_pictures_stay_within_the_memory_too(form: str, tmp_path: Path) -> None:
    shades = np.full((7000, 7000, 4), 255, np.uint8)
    shades[:, 3000:, :3] = 0
    shades[5000:, :, 3] = 0
    large = Image.fromarray(shades).convert("RGBA" if form in ("PNG", "WEBP", "TIFF") else "L")
    (tmp_path / "image").mkdir()
    large.save(tmp_path / "image" / f"large.{form.lower()}", form)
    found = opened(tmp_path)
    assert (found["good"], found["wrong"]) == (1, [])
    assert found["memory"] < MAX_MEMORY


@pytest.mark.slow  # it takes seconds to make so large pictures
@pytest.mark.parametrize(
    ("form", "mode", "size", "options"),
    [
        ("PNG", "RGB", MEDIUM_FORMAT, {"compress_level": 1}),
        ("JPEG", "RGB", MEDIUM_FORMAT, {}),
        ("JPEG", "RGB", MEDIUM_FORMAT, {"progressive": True, "subsampling": "4:4:4"}),
        ("TIFF", "RGB", MEDIUM_FORMAT, {"compression": "tiff_lzw"}),
        ("BMP", "RGB", MEDIUM_FORMAT, {}),
        ("PNG", "1", TELEPHONE, {"compress_level": 1}),
        ("JPEG", "RGB", TELEPHONE, {}),
        ("JPEG", "RGB", TELEPHONE, {"progressive": True, "subsampling": "4:2:0"}),
        ("PNG", "I;16", TELEPHONE, {"compress_level": 1}),
        ("TIFF", "L", TELEPHONE, {"compression": "tiff_lzw"}),
    ],
)
def test_pictures_of_the_largest_cameras_are_opened(
    form: str, mode: str, size: tuple[int, int], options: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "image").mkdir()
    large = Image.new(mode, size, 60_000 if mode == "I;16" else "white")
    large.paste(0, (1000, 2000, 5000, 9000))
    large.save(tmp_path / "image" / f"large.{form.lower()}", form, **options)
    del large
    found = opened(tmp_path)
    assert (found["good"], found["wrong"]) == (1, [])
    assert found["memory"] < MAX_MEMORY

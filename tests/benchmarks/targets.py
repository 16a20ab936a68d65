"""How fast a target is built, drawn from, and read from a file.

    python -m tests.benchmarks.targets

Prints one JSON line a figure: the median and the slowest of several repeats in milliseconds, and what it must be below.
The files are made in a temporary folder; a row of the table and a pixel of the photo cost the same as in any other.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from flowviz.specs import SHAPES, DrawingSpec, ImageSpec, MixSpec, Part, ShapeSpec, SourceSpec, TargetSpec, TextSpec
from flowviz.targets import borrowed_fonts, build_target, installed_faces, points_spec, read_image, read_points
from flowviz.targets.drawing import read_drawing

CHUNK = 256 * 100  # points: a batch of 256 for 100 steps
REPEATS = 31
PHOTO = (6000, 4000)
ROWS = 5_000_000


def report(figure: str, limit_ms: float, work: Callable[[], object], repeats: int = REPEATS) -> None:
    """Time some work, after one time that does not count, and print it."""
    work()
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    median, slowest = 1e3 * float(np.median(seconds)), 1e3 * max(seconds)
    print(
        json.dumps(
            {"figure": figure, "median_ms": round(median, 2), "slowest_ms": round(slowest, 2), "limit_ms": limit_ms}
        )
    )


def photo(path: Path) -> Path:
    """A smooth picture with some noise, as a camera would write it."""
    small = np.random.default_rng(0).random((40, 60, 3)) * 255
    large = Image.fromarray(small.astype(np.uint8)).resize(PHOTO, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(PHOTO, 40).convert("RGB")
    Image.blend(large, noise, 0.2).save(path, quality=90)
    return path


def table(path: Path) -> Path:
    """Rows of two columns with a header."""
    block = np.random.default_rng(0).normal(size=(ROWS // 50, 2))
    text = "\n".join(f"{x:.6f},{y:.6f}" for x, y in block) + "\n"
    with path.open("w") as file:
        file.write("x,y\n")
        for _ in range(50):
            file.write(text)
    return path


def sources(image: ImageSpec, drawing: DrawingSpec) -> dict[str, SourceSpec]:
    """One of each kind, and all shapes."""
    points = np.random.default_rng(0).normal(size=(ROWS, 2))
    return {
        "text": TextSpec(text="BRAD"),
        "image": image,
        "grayscale": image.model_copy(update={"grayscale": True}),
        "drawing": drawing,
        "points": points_spec(points),
        **{f"shape {name}": ShapeSpec(name=name) for name in SHAPES},
    }


def mixes(of: dict[str, SourceSpec]) -> dict[str, TargetSpec]:
    """Ink beside and over ink, gray over gray, and ink beside points."""

    def mix(*names: str, over: bool = False) -> MixSpec:
        return MixSpec(parts=tuple(Part(source=of[name]) for name in names), layout="over" if over else "beside")

    return {
        "mix: text beside shape": mix("text", "shape heart"),
        "mix: text over grayscale": mix("text", "grayscale", over=True),
        "mix: grayscale over grayscale over text": mix("grayscale", "image", "grayscale", "text", over=True),
        "mix: text beside points": mix("text", "points"),
    }


def preview(spec: TargetSpec) -> None:
    """What a key or a stroke asks for."""
    build_target(spec).preview()


def main() -> None:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        picture = photo(Path(folder) / "photo.jpg")
        report(
            f"read a JPEG of {PHOTO[0] * PHOTO[1] / 1e6:.0f} megapixels", 1000, lambda: preview(read_image(picture)), 5
        )
        rows = table(Path(folder) / "rows.csv")
        report(f"read a CSV of {ROWS:,} rows", 5000, lambda: preview(read_points(rows)), 3)
        image = read_image(picture)
        installed_faces()
        words = ("BRAD", "Hello\nWorld", 20 * "abcdefghi ", "Привет שלום", "A😀B🦩")
        for word in words:
            report(f"preview of {word[:12]!r}", 50, lambda word=word: preview(TextSpec(text=word)))  # type: ignore[misc]
            report(f"fonts of {word[:12]!r}", 50, lambda word=word: borrowed_fonts(TextSpec(text=word)))  # type: ignore[misc]
        drawing = read_drawing(picture)
        report("preview of a drawing", 50, lambda: preview(drawing))
        report("preview of an image", 50, lambda: preview(image))
        report("preview of a grayscale image", 50, lambda: preview(image.model_copy(update={"grayscale": True})))
        of = sources(image, drawing)
        rng = np.random.default_rng(0)
        for name, spec in {**of, **mixes(of)}.items():
            target = build_target(spec)
            report(f"{CHUNK:,} points of {name}", 2, lambda target=target: target.sample(CHUNK, rng))  # type: ignore[misc]


if __name__ == "__main__":
    main()

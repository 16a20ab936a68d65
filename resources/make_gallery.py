"""Train the examples of the gallery with the flowviz command, and save them without what only a training needs.

    python resources/make_gallery.py [NAME ...]

It takes about one minute per example. The files are reproducible on the same computer.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.projects import load_project, save_project
from flowviz.projects.gallery import SENTENCES

GALLERY = Path(__file__).parent / "gallery"
LARGEST_FILE = 1_000_000  # bytes
STEPS, STEPS_OF_SPLINES = "60000", "25000"  # 30 to 60 seconds
PICTURE = "planet.png"

# 8,000 particles take 96 kB per stage, so the examples have fewer layers than the recipes.
ARGUMENTS = {
    "brad": ["--text", "BRAD", "--layers", "6", "--width", "24"],
    "flow": ["--text", "FLOW", "--flow", "spline"],
    "sine": ["--shape", "sine", "--flow", "glow", "--layers", "3"],
    "two_moons": ["--shape", "two_moons", "--layers", "5"],
    "checkerboard": ["--shape", "checkerboard", "--flow", "spline"],
    "eight_gaussians": ["--shape", "eight_gaussians", "--layers", "5"],
    "rings": ["--shape", "rings", "--flow", "maf", "--layers", "5"],
    "two_spirals": ["--shape", "two_spirals", "--flow", "spline", "--layers", "6"],
    "heart": ["--shape", "heart", "--flow", "iaf", "--layers", "5"],
    "smiley": ["--shape", "smiley", "--flow", "spline", "--layers", "6"],
    "planet": ["--image", PICTURE, "--grayscale", "--flow", "spline", "--layers", "6"],
    "word_and_moons": ["--text", "moons", "--shape", "two_moons", "--beside", "--flow", "spline", "--layers", "6"],
}
assert set(ARGUMENTS) == set(SENTENCES)


def main() -> None:
    """Make the examples named on the command line, or all of them."""
    GALLERY.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ARGUMENTS:
        with tempfile.TemporaryDirectory() as folder:
            draw_planet(Path(folder) / PICTURE)
            make(name, Path(folder))


def make(name: str, folder: Path) -> None:
    """Train an example in a folder, and save it to the gallery without its checkpoint."""
    trained, path = folder / "trained.flowviz", GALLERY / f"{name}.flowviz"
    steps = STEPS_OF_SPLINES if "spline" in ARGUMENTS[name] else STEPS
    command = [sys.executable, "-m", "flowviz", "train", *ARGUMENTS[name], "--steps", steps, "-o", str(trained)]
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603  # made of the constants above
    save_project(replace(load_project(trained), checkpoint=None), path)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        sys.exit(f"{path} has {size:,} bytes. The limit is {LARGEST_FILE:,} bytes.")
    print(f"{path}: {size:,} bytes")  # noqa: T201


def draw_planet(path: Path) -> None:
    """Draw a planet with a ring, lit from the upper left."""
    x, y = np.meshgrid(np.linspace(-1.7, 1.7, 510), np.linspace(-1, 1, 300))
    height = np.sqrt(np.clip(0.49 - x**2 - y**2, 0, None))
    darkness = np.where(height > 0, np.clip(1.0 + (x + y) / 1.1 - height / 1.4, 0.05, 1), 0.0)
    across, along = 0.94 * y + 0.34 * x, 0.94 * x - 0.34 * y
    distance = np.hypot(along, across / 0.28)
    in_front = (height == 0) | (across > 0)
    darkness = np.where((distance > 1.15) & (distance < 1.5) & in_front, 0.8, darkness)
    Image.fromarray(np.rint(255 * (1 - darkness)).astype(np.uint8)).save(path)


if __name__ == "__main__":
    main()

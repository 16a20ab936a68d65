"""Trains the gallery with flowviz's own command, and leaves out of its files what only a training needs.

    python resources/make_gallery.py [NAME ...]

It takes about a minute an example. The same names give the same files on the same machine.
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
STEPS, STEPS_OF_SPLINES = "60000", "25000"  # half a minute to a minute
PICTURE = "planet.png"

# A stage of 8000 particles takes 96 kB: hence fewer layers than the recipes have.
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
    """Make all examples, or those that are named."""
    GALLERY.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ARGUMENTS:
        with tempfile.TemporaryDirectory() as folder:
            draw_planet(Path(folder) / PICTURE)
            make(name, Path(folder))


def make(name: str, folder: Path) -> None:
    """Train one example in a folder, and put it into the gallery without its checkpoint."""
    trained, path = folder / "trained.flowviz", GALLERY / f"{name}.flowviz"
    steps = STEPS_OF_SPLINES if "spline" in ARGUMENTS[name] else STEPS
    command = [sys.executable, "-m", "flowviz", "train", *ARGUMENTS[name], "--steps", steps, "-o", str(trained)]
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603  # all of it is written above
    save_project(replace(load_project(trained), checkpoint=None), path)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        sys.exit(f"{path} has {size:,} bytes; {LARGEST_FILE:,} are the most.")
    print(f"{path}: {size:,} bytes")  # noqa: T201


def draw_planet(path: Path) -> None:
    """A ball that is lit from the upper left, with a ring around it."""
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

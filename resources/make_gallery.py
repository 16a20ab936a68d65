"""Train the examples of the gallery, and save them with moments of their training, without what only a training needs.

    python resources/make_gallery.py [NAME ...]

It takes about one minute per example. The files are reproducible on the same computer, except for which moments are
kept: those are recorded by the clock.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from flowviz.projects import Comparison, Project, load_project, save_comparison, save_project
from flowviz.projects.gallery import SENTENCES
from flowviz.records import Finished, History, Moment, Timeline
from flowviz.specs import ComparisonSpec, Seen, TrainingSpec, ViewSpec, comparison_spec
from flowviz.targets import build_target
from flowviz.training import train, train_in_turns

GALLERY = Path(__file__).parent / "gallery"
MAX_FILE_BYTES, MAX_COMPARISON_BYTES = 1_500_000, 2_500_000  # bytes
MOMENTS_BYTES = 600_000  # of memory, for the weights of all earlier moments
ENTRANT_MOMENTS = 6  # number of earlier moments of each entrant of a comparison
MOMENT_SECONDS = 0.05  # between two that are recorded, of which a few are kept
STEPS, FEWER_STEPS = 60_000, {"spline": 25_000, "flow_matching": 30_000}  # 30 to 60 seconds
PICTURE = "planet.png"

SPLINE = ["--flow", "spline", "--width", "16"]
MATCHING = ["--flow", "flow_matching", "--integrator", "rk4", "--integrator-steps", "8"]
# 8,000 particles take 96 kB per stage, so the examples have fewer layers than the recipes; and the weights of splines
# narrower layers, for more moments of their training.
ARGUMENTS = {
    "brad": ["--text", "BRAD", "--layers", "6", "--width", "24"],
    "flow": ["--text", "FLOW", *SPLINE],
    "drift": ["--text", "DRIFT", *MATCHING],
    "pinwheel": ["--shape", "pinwheel", *MATCHING, "--pairing", "independent"],
    "sine": ["--shape", "sine", "--flow", "glow", "--layers", "3"],
    "two_moons": ["--shape", "two_moons", "--layers", "5"],
    "checkerboard": ["--shape", "checkerboard", *SPLINE],
    "eight_gaussians": ["--shape", "eight_gaussians", "--layers", "5"],
    "eight_components": ["--shape", "eight_gaussians", "--base", "mixture", "--components", "8", "--layers", "5"],
    "rings": ["--shape", "rings", "--flow", "maf", "--layers", "5"],
    "two_spirals": ["--shape", "two_spirals", *SPLINE, "--layers", "6"],
    "heart": ["--shape", "heart", "--flow", "iaf", "--layers", "5"],
    "smiley": ["--shape", "smiley", *SPLINE, "--layers", "6"],
    "planet": ["--image", PICTURE, "--grayscale", *SPLINE, "--layers", "6"],
    "word_and_moons": ["--text", "moons", "--shape", "two_moons", "--beside", *SPLINE, "--layers", "6"],
}
VIEWS = {
    "pinwheel": ViewSpec(marks={"points", "paths"}),
    "eight_components": ViewSpec(color_by="component"),
}
COMPARISONS = {
    "three_flows": {
        "target": {"kind": "text", "text": "SUN"},
        "training": {"steps": 20_000},
        "entrants": [
            {"name": "affine", "flow": {"layers": 5, "width": 24}},
            {"name": "spline", "flow": {"family": "spline", "layers": 3, "width": 16}},
            {
                "name": "flow matching",
                "flow": {"family": "flow_matching", "integrator": "rk4", "integrator_steps": 4},
            },
        ],
    },
}
assert VIEWS.keys() < set(ARGUMENTS)
assert ARGUMENTS.keys() | COMPARISONS.keys() == set(SENTENCES)


def main() -> None:
    """Make the examples named on the command line, or all of them."""
    GALLERY.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SENTENCES:
        if name in COMPARISONS:
            make_comparison(name)
            continue
        with tempfile.TemporaryDirectory() as folder:
            draw_planet(Path(folder) / PICTURE)
            make(name, Path(folder))


def make(name: str, folder: Path) -> None:
    """Train an example in a folder, and save it to the gallery without its checkpoint."""
    project, path = trained(described(ARGUMENTS[name], folder)), GALLERY / f"{name}.flowviz"
    save_project(replace(project, checkpoint=None, seen=Seen(view=VIEWS.get(name, ViewSpec()))), path)
    report(path, project, MAX_FILE_BYTES)


def make_comparison(name: str) -> None:
    """Train a comparison, and save it to the gallery. Checkpoints show how much of the budget each flow has used."""
    comparison, path = trained_comparison(comparison_spec(COMPARISONS[name])), GALLERY / f"{name}.flowviz"
    save_comparison(comparison, path)
    for project in comparison.projects.values():
        report(path, project, MAX_COMPARISON_BYTES)


def report(path: Path, project: Project, limit: int) -> None:
    """Print the size of an example, and the moments of a project in it."""
    size, steps = path.stat().st_size, [moment.step for moment in project.timeline.moments]
    if size > limit:
        sys.exit(f"{path} has {size:,} bytes. The limit is {limit:,} bytes.")
    print(f"{path}: {size:,} bytes, with the moments {steps}")  # noqa: T201


def described(arguments: list[str], folder: Path) -> Project:
    """Return what the arguments of `flowviz train` describe, as a project that has trained for one step."""
    path = folder / "start.flowviz"
    command = [sys.executable, "-m", "flowviz", "train", *arguments, "--steps", "1", "-o", str(path)]
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603  # made of the constants above
    return load_project(path)


def trained(start: Project) -> Project:
    """Return the project after a whole training, with a few of its moments."""
    training = TrainingSpec(steps=FEWER_STEPS.get(start.flow.family, STEPS))
    history, moments = History(), list[Moment]()
    for event in train(build_target(start.target), start.flow, training, moment_seconds=MOMENT_SECONDS):
        history = history.with_event(event)
        if isinstance(event, Moment):
            moments.append(event)
    assert isinstance(event, Finished)
    past = few([moment for moment in moments if moment.step < event.snapshot.step])
    project = Project.untrained(start.target, start.flow, training).trained(event, history)
    return replace(project, timeline=Timeline((*past, event.snapshot)))


def trained_comparison(spec: ComparisonSpec) -> Comparison:
    """Return a comparison after the whole training of each entrant, with a few of its moments."""
    comparison, moments = Comparison.untrained(spec), {entrant.name: list[Moment]() for entrant in spec.entrants}
    for turn in train_in_turns(comparison, moment_seconds=MOMENT_SECONDS):
        comparison = turn.comparison
        if isinstance(turn.event, Moment):
            moments[turn.name].append(turn.event)
    for name, project in comparison.projects.items():
        last = project.timeline.moments[-1]
        past = few([moment for moment in moments[name] if moment.step < last.step], ENTRANT_MOMENTS)
        comparison = comparison.with_project(name, replace(project, timeline=Timeline((*past, last))))
    return comparison


def few(moments: Sequence[Moment], most: int | None = None) -> list[Moment]:
    """Return some moments, the first among them, denser where the training is faster: as many as memory allows."""
    weights = moments[0].weights
    size = sum(array.nbytes for array in (*weights.parameters.values(), *weights.statistics.values()))
    steps = np.array([moment.step for moment in moments])
    wanted = np.geomspace(max(1, steps[1]), steps[-1], (most or MOMENTS_BYTES // size) - 1)
    chosen = {0, *(int(np.abs(steps - step).argmin()) for step in wanted)}
    return [moments[number] for number in sorted(chosen)]


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

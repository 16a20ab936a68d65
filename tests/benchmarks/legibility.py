"""The legibility score beside what a program reads: trainings on many words, each at several moments.

    python -m tests.benchmarks.legibility
    python -m tests.benchmarks.legibility --words Garden,WAVE,paper --json legibility.json

Requires tesseract (`apt-get install tesseract-ocr`). The pictures are those of the window, in one color, because the
colors of the quadrants differ in brightness, and blurred as if seen from a distance, which is how people read dots. A
word counts as read as far as its letters appear in the right order. The default words were not used to choose the
numbers in `flowviz/targets/contrast.py`, which were tuned on HELLO, Flow, Zebra, MATH, quick, Data, Physik, Wonder,
logic, BOX and river.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.ndimage import gaussian_filter
from scipy.stats import spearmanr

from flowviz.records import Finished, Scene, Snapshot, Trace
from flowviz.rendering.frame import render_frame
from flowviz.specs import FlowSpec, PictureSize, TextSpec, TrainingSpec, ViewSpec
from flowviz.targets import Target, build_target
from flowviz.training import train

WORDS = "Garden,WAVE,paper,Turing,mouse,JAZZ,Berlin,Kepler,2048,smile,Poster,night"
FLOWS = (("realnvp", 1500), ("spline", 600), ("realnvp", 2500), ("flow_matching", 1500), ("nice", 1500))
MOMENTS = 0.03, 0.15, 0.4, 1  # shares of the budget: early and blurred ones, and the result
FIRST_SEED = 20
SNAPSHOT_SECONDS = 0.1
HEIGHT = 400  # pixels
BLURS = 2, 3, 4  # pixels; the mean over several of them depends less on chance
MODE = "8"  # of tesseract: a single word

State = dict[str, Any]


def main(
    words: Annotated[str, typer.Option(help="Words to learn, separated by commas.")] = WORDS,
    json_file: Annotated[
        typer.FileTextWrite | None, typer.Option("--json", lazy=False, help="Write all figures to this file.")
    ] = None,
) -> None:
    """Train, read, and print a table of all states and the rank correlations of both scores with reading."""
    if shutil.which("tesseract") is None:
        raise typer.BadParameter("Install tesseract first: apt-get install tesseract-ocr")
    cases = list(enumerate(words.split(",")))
    states = [state for number, word in track(cases, "Training and reading") for state in read_states(word, number)]
    if json_file:
        print(json.dumps(states, indent=2), file=json_file, flush=True)
    Console(width=100).print(table(states))
    for name in ("legibility", "on_target"):
        print(f"{name}: Spearman's correlation with reading of {len(states)} states is {correlation(states, name):.3f}")


def correlation(states: list[State], name: str) -> float:
    """Return the rank correlation of a score with the share of letters read; equal values share their mean rank."""
    return float(spearmanr([state[name] for state in states], [state["read"] for state in states]).statistic)


def read_states(word: str, number: int) -> Iterator[State]:
    """Train a flow on a word, and yield what can be read at some moments beside both scores."""
    (family, steps), target = FLOWS[number % len(FLOWS)], build_target(TextSpec(text=word))
    seed = FIRST_SEED + number
    spec = TrainingSpec(steps=steps, seed=seed)
    events = train(target, FlowSpec(family=family, seed=seed), spec, snapshot_seconds=SNAPSHOT_SECONDS)
    snapshots = [event.snapshot if isinstance(event, Finished) else event for event in events]
    taken = [each for each in snapshots if isinstance(each, Snapshot)][1:]
    for moment in sorted({min(taken, key=lambda each: abs(each.step - s * steps)).step for s in MOMENTS}):
        ends = next(each for each in taken if each.step == moment).trace.positions[-1]
        texts = read(ends, target)
        yield {
            "word": word,
            "family": family,
            "step": moment,
            "legibility": target.legibility(ends),
            "on_target": target.on_target(ends),
            "read": float(np.mean([share_of_letters(word, text) for text in texts])),
            "texts": texts,
        }


def read(points: NDArray[np.floating], target: Target) -> list[str]:
    """Return what tesseract reads in a picture of points (n, 2), for each of the blurs."""
    marks = picture(points, target)
    return [recognized(gaussian_filter(marks, blur)) for blur in BLURS]


def picture(points: NDArray[np.floating], target: Target) -> NDArray[np.float64]:
    """Draw points (n, 2) as the window does, but black on white."""
    left, right, bottom, top = target.extent
    half = 0.6 * max(top - bottom, (right - left) / 3)
    view = ViewSpec(center=((left + right) / 2, (bottom + top) / 2), half_extent=half, labels=False, axes=False)
    width = max(HEIGHT, int(HEIGHT * 1.15 * (right - left) / (2 * half)))
    positions = np.stack([points, points]).astype(np.float32)
    scene = Scene(Trace(("base", "target"), positions, np.zeros(positions.shape[:2], np.float32)))
    drawn = render_frame(scene, 1, view, PictureSize(width=width, height=HEIGHT))[..., :3].astype(float)
    distances = np.abs(drawn - drawn[0, 0]).max(axis=-1)  # from the background
    return np.asarray(255 - np.clip(2 * distances, 0, 255), np.float64)


def recognized(gray: NDArray[np.float64]) -> str:
    """Return the word that tesseract finds in a picture."""
    shades = np.rint(255 * (gray - gray.min()) / max(np.ptp(gray), 1e-9)).astype(np.uint8)
    png = BytesIO()
    Image.fromarray(shades).save(png, "PNG")
    command = ["tesseract", "stdin", "stdout", "--psm", MODE, "-l", "eng"]
    return subprocess.run(command, input=png.getvalue(), capture_output=True, check=True).stdout.decode().strip()


def share_of_letters(word: str, text: str) -> float:
    """Return the share of the letters of a word that a text contains in their order, whatever their case."""
    lengths = [0] * (len(text) + 1)  # of the longest common subsequence, a row at a time
    for letter in word.casefold():
        diagonal = 0
        for place, other in enumerate(text.casefold(), start=1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if letter == other else max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1] / len(word)


def table(states: list[State]) -> Table:
    """Return a table with a row for each state, from the least to the most legible one."""
    drawn = Table("word", "family", "step", "legibility", "on target", "read", "texts", box=box.SIMPLE_HEAD)
    for state in sorted(states, key=lambda each: each["legibility"]):
        figures = (f"{state[name]:.0%}" for name in ("legibility", "on_target", "read"))
        drawn.add_row(state["word"], state["family"], str(state["step"]), *figures, " ".join(state["texts"]))
    return drawn


if __name__ == "__main__":
    typer.run(main)

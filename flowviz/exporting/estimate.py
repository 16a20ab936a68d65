"""Estimates of the size of files with many pictures, from a few of these pictures."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from flowviz.exporting import Steps
from flowviz.exporting.film import write_film
from flowviz.exporting.pictures import Draw, write_picture
from flowviz.exporting.reel import Reel
from flowviz.records.provenance import Provenance
from flowviz.specs.export_kinds import Format

RUNS, RUN_FRAMES = 24, 2  # number of runs of consecutive frames, and their length: 2 s of work for a GIF


def film_bytes(reel: Reel, form: Format) -> int:
    """Return about the size in bytes of an animation.

    Encoders store the first frame, and then what changes from frame to frame. Runs of consecutive frames are encoded
    twice: whole, and only their first frames, which have little in common. The difference is the size of the changes.

    Args:
        reel: The frames.
        form: The file format.
    """
    if reel.count <= RUNS * RUN_FRAMES:
        return _written_bytes(lambda path: write_film(path, reel, form))
    draw, starts = lru_cache(1)(reel.draw), _starts(reel.count, RUN_FRAMES)

    def film(path: Path, numbers: Sequence[int]) -> Steps:
        return write_film(path, replace(reel, draw=lambda place: draw(numbers[place]), count=len(numbers)), form)

    with TemporaryDirectory() as folder:
        first, whole = Path(folder, "first"), Path(folder, "whole")
        runs = film(whole, [start + place for start in starts for place in range(RUN_FRAMES)])
        # Both are written at once, so that the first frame of each run is drawn only once.
        deque(zip(film(first, starts), *[runs] * RUN_FRAMES, strict=True), maxlen=0)
        sizes = first.stat().st_size, whole.stat().st_size
    change = (sizes[1] - sizes[0]) / (len(starts) * (RUN_FRAMES - 1))
    return round(sizes[0] / len(starts) + (reel.count - 1) * change)


def pictures_bytes(draw: Sequence[Draw], provenance: Provenance) -> int:
    """Return about the size in bytes of PNGs, given functions that return their pictures."""
    write = [partial(write_picture, draw=draw[number], provenance=provenance) for number in _starts(len(draw), 1)]
    return round(np.mean([_written_bytes(each) for each in write]) * len(draw))


def _starts(count: int, frames: int) -> list[int]:
    """Return where runs of frames begin: at random, but spread over all frames, so that no layer is preferred."""
    shares = (np.arange(RUNS) + np.random.default_rng(0).random(RUNS)) / RUNS
    return sorted({int(share * (count - frames + 1)) for share in shares})


def _written_bytes(write: Callable[[Path], Steps]) -> int:
    with TemporaryDirectory() as folder:
        path = Path(folder, "part")
        deque(write(path), maxlen=0)
        return path.stat().st_size

"""Estimates of the size of files with many pictures, from a few of these pictures."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
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
        return _film_bytes(reel, range(reel.count), form)
    starts = _starts(reel.count, RUN_FRAMES)
    first = _film_bytes(reel, starts, form)
    whole = _film_bytes(reel, [start + place for start in starts for place in range(RUN_FRAMES)], form)
    change = (whole - first) / (len(starts) * (RUN_FRAMES - 1))
    return round(first / len(starts) + (reel.count - 1) * change)


def pictures_bytes(draw: Sequence[Draw], provenance: Provenance) -> int:
    """Return about the size in bytes of PNGs, given functions that return their pictures."""
    write = [partial(write_picture, draw=draw[number], provenance=provenance) for number in _starts(len(draw), 1)]
    return round(np.mean([_written_bytes(each) for each in write]) * len(draw))


def _starts(count: int, frames: int) -> list[int]:
    """Return where runs of frames begin: at random, but spread over all frames, so that no layer is preferred."""
    shares = (np.arange(RUNS) + np.random.default_rng(0).random(RUNS)) / RUNS
    return sorted({int(share * (count - frames + 1)) for share in shares})


def _film_bytes(reel: Reel, numbers: Sequence[int], form: Format) -> int:
    """Return the size of an animation of only some frames."""
    part = replace(reel, draw=lambda place: reel.draw(numbers[place]), count=len(numbers))
    return _written_bytes(lambda path: write_film(path, part, form))


def _written_bytes(write: Callable[[Path], Steps]) -> int:
    with TemporaryDirectory() as folder:
        path = Path(folder, "part")
        deque(write(path), maxlen=0)
        return path.stat().st_size

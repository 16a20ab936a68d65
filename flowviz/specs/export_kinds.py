"""The kinds of exports, and the formats of each."""

from collections.abc import Mapping
from typing import Literal

What = Literal["view", "stages", "sheet", "animation", "frames", "trace", "samples", "density", "losses"]
Paper = Literal["a4", "letter"]  # of worksheets
Format = Literal["png", "svg", "pdf", "gif", "apng", "webp", "mp4", "npz", "csv"]
Kinds = frozenset[What]

FORMATS: Mapping[What, tuple[Format, ...]] = {
    "view": ("png", "svg", "pdf"),
    "stages": ("png",),
    "sheet": ("png", "svg", "pdf"),
    "animation": ("gif", "apng", "webp", "mp4"),
    "frames": ("png",),
    "trace": ("npz", "csv"),
    "samples": ("npz", "csv"),
    "density": ("npz",),
    "losses": ("csv", "png"),
}
IN_FOLDERS: Kinds = frozenset({"stages", "frames"})  # one file for each picture
FILMS: Kinds = frozenset({"animation", "frames"})
SINGLE_VIEWS: Kinds = FILMS | {"view", "stages"}  # pictures of one stage each
PICTURES: Kinds = SINGLE_VIEWS | {"sheet"}  # pictures of particles
PLOTS: Kinds = frozenset({"losses"})  # as PNG; as CSV, they have only units
RANGES: Kinds = FILMS | {"stages", "sheet", "trace"}  # of a range of stages

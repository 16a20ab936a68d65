"""The kinds of exports, and the formats of each."""

from collections.abc import Mapping
from typing import Literal

What = Literal[
    "view", "stages", "sheet", "four_panels", "animation", "frames", "ledger", "latents", "trace", "samples", "density",
    "losses", "code",
    "page",
]  # fmt: skip
Paper = Literal["a4", "letter"]  # of worksheets
Control = Literal[
    "slider", "play", "strip", "sentence", "color", "direction", "show", "zoom", "link", "condition", "timeline"
]  # of a web page
Format = Literal["png", "svg", "pdf", "gif", "apng", "webp", "mp4", "npz", "csv", "json", "py", "html"]
Kinds = frozenset[What]

FORMATS: Mapping[What, tuple[Format, ...]] = {
    "view": ("png", "svg", "pdf"),
    "stages": ("png",),
    "sheet": ("png", "svg", "pdf"),
    "four_panels": ("png", "svg", "pdf"),
    "animation": ("gif", "apng", "webp", "mp4"),
    "frames": ("png",),
    "ledger": ("png", "svg", "pdf", "csv", "json"),
    "latents": ("png", "svg", "pdf", "csv", "json"),
    "trace": ("npz", "csv"),
    "samples": ("npz", "csv"),
    "density": ("npz",),
    "losses": ("csv", "png", "svg", "pdf"),
    "code": ("py",),
    "page": ("html",),
}
TABLES: frozenset[Format] = frozenset({"npz", "csv", "json"})  # formats of numbers
IN_FOLDERS: Kinds = frozenset({"stages", "frames"})  # one file for each picture
FILMS: Kinds = frozenset({"animation", "frames"})
SINGLE_VIEWS: Kinds = FILMS | {"view", "stages"}  # pictures of one stage each
DIRECTED: Kinds = SINGLE_VIEWS | {"sheet"}  # pictures of particles that move in one direction
PAGES: Kinds = frozenset({"page"})  # interactive, for web browsers
PICTURES: Kinds = DIRECTED | {"four_panels"}  # pictures of particles
DIAGNOSTICS: Kinds = frozenset({"ledger", "latents"})  # plots of numbers that are computed from the flow
PLOTS: Kinds = DIAGNOSTICS | {"losses"}  # as pictures; as tables, they have no appearance
RANGES: Kinds = FILMS | {"stages", "sheet", "trace"}  # of a range of stages

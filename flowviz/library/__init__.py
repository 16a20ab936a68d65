"""The library: what the window and the terminal do, as a few functions. `from flowviz import ...` offers them.

Points are arrays (n, 2) with y upward. A flow works in flow units: its target is centered, with 1 as the larger
standard deviation. Functions that take a project work in the units of its data, unless others are asked for.
Log-densities are in nats. Paths are strings or `Path`. An error that a user can correct is a `FlowvizError`, whose
message says how.
"""

from flowviz.exporting.diagnostics import latents, ledger
from flowviz.library.distribution import sample, sample_in_parts, score, score_in_parts, trace, trace_in_parts, units
from flowviz.library.files import load, load_comparison, load_extensions, save, save_comparison
from flowviz.library.pictures import picture, render, render_comparison, render_difference
from flowviz.library.training import build_flow, compare, resume, train
from flowviz.projects.editing import edit
from flowviz.targets import build_target
from flowviz.training.rescored import rescored

__all__ = [
    "build_flow",
    "build_target",
    "compare",
    "edit",
    "latents",
    "ledger",
    "load",
    "load_comparison",
    "load_extensions",
    "picture",
    "render",
    "render_comparison",
    "render_difference",
    "rescored",
    "resume",
    "sample",
    "sample_in_parts",
    "save",
    "save_comparison",
    "score",
    "score_in_parts",
    "trace",
    "trace_in_parts",
    "train",
    "units",
]

"""The library: what the window and the terminal do, as a few functions. `from flowviz import ...` offers them.

Points are arrays (n, 2) with y upward. A flow works in flow units: its target is centered, with 1 as the larger
standard deviation. Functions that take a project work in the units of its data, unless others are asked for.
Log-densities are in nats. Paths are strings or `Path`. An error that a user can correct is a `FlowvizError`, whose
message says how.
"""

from flowviz.library import pictures as pictures  # registers how notebooks draw projects and comparisons
from flowviz.projects import Comparison as Comparison
from flowviz.projects import Project as Project

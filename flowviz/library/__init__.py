"""The library: functions for what the window and the terminal do, which `from flowviz import ...` offers.

Points are arrays (n, 2) with y upward. A flow works in flow units, in which its target is centered and its larger
standard deviation is 1. Functions that take a project use the units of its data, unless others are requested.
Log-densities are in nats. Paths are strings or `Path`. An error that a user can correct is a `FlowvizError`, whose
message says how.
"""

from flowviz.library import pictures as pictures  # registers how notebooks draw projects and comparisons
from flowviz.projects import Comparison as Comparison
from flowviz.projects import Project as Project

"""spec -> Target: where the points come from that the flow learns."""

from flowviz.targets.build import build_target
from flowviz.targets.ink import Ink
from flowviz.targets.points import Points
from flowviz.targets.target import Target

__all__ = ["Ink", "Points", "Target", "build_target"]

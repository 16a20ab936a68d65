"""Parts of a target that are far from each other, and what they mean for the base of a flow."""

import numpy as np

from flowviz.specs import FlowSpec
from flowviz.specs.flow import MAX_COMPONENTS
from flowviz.targets.target import Target

POINTS = 20_000
SEED = 0
CELL = 0.15  # flow units; parts are separate if an empty cell is between them
EXTENT = 5.0  # flow units; what is farther away is an outlier
MIN_DENSITY = 0.15  # of a cell that is not empty, relative to the densest one
MIN_SHARE = 0.02  # of the points, of a part that counts


def count_parts(target: Target) -> int:
    """Return the number of parts of a target with wide gaps between them, such as 8 for eight Gaussians.

    Parts with few points do not count, so the number is 0 for a target of many small parts.
    """
    from scipy import ndimage  # for few flows only, because it takes a moment to load

    points = target.sample(POINTS, np.random.default_rng(SEED))
    edges = np.arange(-EXTENT, EXTENT + CELL / 2, CELL)
    counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], (edges, edges))
    labels, found = ndimage.label(counts >= MIN_DENSITY * counts.max(), np.ones((3, 3)))
    shares = ndimage.sum_labels(counts, labels, np.arange(1, found + 1)) / len(points)
    return int((shares >= MIN_SHARE).sum())


def base_warning(flow: FlowSpec, target: Target) -> str:
    """Return a warning to show before a flow is trained on a target; empty if its base suits the target.

    The components of a mixture base stay apart, so whatever connects them in the target needs strong stretching.
    Learned components can move together.
    """
    if flow.base != "mixture" or flow.arrangement == "learned":
        return ""
    parts = count_parts(target)
    if parts == flow.components:
        return ""
    described = "is connected" if parts == 1 else f"has {parts} separate parts" if parts else "has many small parts"
    advice = f"Choose {parts} components" if 1 < parts <= MAX_COMPONENTS else "Choose one Gaussian as the base"
    return (
        f"A base of {flow.components} separate Gaussians does not suit this target, which {described}: many particles "
        f"will miss it. {advice}."
    )

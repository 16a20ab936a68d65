"""A figure of the judgment of a density estimator."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from flowviz.records.judgment import Judgment
from flowviz.rendering.colors import CURVES, rgb

INCHES, DPI = (10, 6), 150


def judgment_figure(judgment: Judgment) -> Figure:
    """Draw points of the target, samples of the estimator, the coverage of its regions, and the findings below them."""
    figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    axes = figure.subplot_mosaic("PSC;FFF", height_ratios=(3, 2.5))
    _scatter(axes["P"], f"{len(judgment.points):,} points of the target", judgment.points)
    _scatter(axes["S"], f"{len(judgment.samples):,} samples", judgment.samples)
    axes["S"].sharex(axes["P"])
    axes["S"].sharey(axes["P"])
    expected, observed = judgment.coverage
    color = {name: rgb(each) for name, each in CURVES["light"].items()}
    axes["C"].plot([0, 1], [0, 1], "--", color=color["entropy"])
    axes["C"].plot(expected, observed, "o-", color=color["validation"])
    axes["C"].set(title="coverage", xlabel="expected", ylabel="observed", aspect="equal")
    axes["F"].set_axis_off()
    manner: dict[str, Any] = {"family": "DejaVu Sans Mono", "size": 8.5, "va": "top", "parse_math": False}
    axes["F"].text(0, 1, judgment.text(), **manner)
    figure.suptitle(judgment.title, parse_math=False)
    return figure


def _scatter(axes: Axes, title: str, points: NDArray[np.float64]) -> None:
    axes.scatter(
        points[:, 0], points[:, 1], s=2, color=rgb(CURVES["light"]["validation"]), linewidths=0, rasterized=True
    )
    axes.set(title=title, aspect="equal")

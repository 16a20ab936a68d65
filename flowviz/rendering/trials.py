"""A plot of the results of many trainings."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from flowviz.files import atomic_write
from flowviz.records import Trial
from flowviz.records.trial import MEASURES, PLOT_TITLE, measure, measured
from flowviz.rendering.colors import SURROUNDINGS, rgb

WIDTH, HEIGHT, DPI = 8.0, 4.5, 150  # inches, inches, and pixels per inch


def write_plot(trials: Sequence[Trial], path: Path) -> None:
    """Write the plot of `trials_figure` as a PNG.

    Raises:
        FileError: If the file cannot be written.
    """
    figure = trials_figure(trials)
    with atomic_write(path) as part:
        figure.savefig(part, format="png", metadata={"Software": "flowviz", "Title": PLOT_TITLE})


def trials_figure(trials: Sequence[Trial]) -> Figure:
    """Plot the gap of each trial in nats by learning rate, with a box plot; the NLL if the entropy is unknown."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    rates = sorted({trial.learning_rate for trial in trials})
    name = measure(trials)
    groups = [measured((trial for trial in trials if trial.learning_rate == rate), name) for rate in rates]
    places = np.arange(len(rates))
    axes.boxplot(groups, positions=places, widths=0.5, showfliers=False, medianprops={"color": "#0072b2"})
    for place, values in zip(places, groups, strict=True):
        beside = np.linspace(-0.12, 0.12, len(values)) if len(values) > 1 else np.zeros(len(values))
        axes.plot(place + beside, values, "o", color="#0072b2", alpha=0.6, markersize=4)
    axes.set_xticks(places, [_named(rate, trials) for rate in rates])
    axes.set_ylabel(f"{MEASURES[name]} (nats)")
    axes.set_xlabel("learning rate")
    if name == "gap" and min(chain(*groups), default=0.0) >= 0:
        axes.set_ylim(bottom=0)
    axes.set_title(f"{trials[0].family}: {len(trials)} trainings")
    axes.grid(axis="y", color=rgb(SURROUNDINGS["light"].grid))
    return figure


def _named(rate: float, trials: Sequence[Trial]) -> str:
    runs = [trial for trial in trials if trial.learning_rate == rate]
    return f"{rate:g}\n{sum(trial.finite for trial in runs)} of {len(runs)} finite"

"""The statistics of many trainings, as a plot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from flowviz.files import written_whole
from flowviz.records import Trial
from flowviz.rendering.colors import SURROUNDINGS

WIDTH, HEIGHT, DPI = 8.0, 4.5, 150  # inches, and pixels an inch
TITLE = "flowviz trials"  # in the metadata


def write_plot(trials: Sequence[Trial], path: Path) -> None:
    """The gaps of all trials over their learning rate, with their quartiles, as a PNG. Raises `FileError`."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    rates = sorted({trial.learning_rate for trial in trials})
    groups = [[t.gap for t in trials if t.learning_rate == rate and t.finite and t.gap is not None] for rate in rates]
    places = np.arange(len(rates))
    axes.boxplot(groups, positions=places, widths=0.5, showfliers=False, medianprops={"color": "#0072b2"})
    for place, gaps in zip(places, groups, strict=True):
        beside = np.linspace(-0.12, 0.12, len(gaps)) if len(gaps) > 1 else np.zeros(len(gaps))
        axes.plot(place + beside, gaps, "o", color="#0072b2", alpha=0.6, markersize=4)
    axes.set_xticks(places, [_named(rate, trials) for rate in rates])
    axes.set_ylabel("gap (nats)")
    axes.set_xlabel("learning rate")
    axes.set_ylim(bottom=0)
    axes.set_title(f"{trials[0].family}: {len(trials)} trainings")
    axes.grid(axis="y", color="#{:02x}{:02x}{:02x}".format(*SURROUNDINGS["light"].grid))
    with written_whole(path) as part:
        figure.savefig(part, format="png", metadata={"Software": "flowviz", "Title": TITLE})


def is_trials_plot(path: Path) -> bool:
    """Return whether a file is a plot that `write_plot` made."""
    try:
        with Image.open(path) as picture:
            return picture.info.get("Title") == TITLE
    except OSError:
        return False


def _named(rate: float, trials: Sequence[Trial]) -> str:
    runs = [trial for trial in trials if trial.learning_rate == rate]
    return f"{rate:g}\n{sum(trial.finite for trial in runs)} of {len(runs)} finite"

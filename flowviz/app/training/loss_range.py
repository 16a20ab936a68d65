"""The losses to show, their range, and the spikes above it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from flowviz.records import EntropySegment, History

INITIAL_LOSSES = (0.0, 3.0)  # before the first report
MIN_RANGE = 0.1  # nats
BULK_SHARE = 0.9  # of the losses
CLIP_FACTOR = 3  # losses above this multiple of the range of the bulk are clipped
HEADROOM = 0.15  # of the range, above the curves, so that a clipped loss is higher than those beside it
FEW_REPORTS = 20  # of a training that shows its fall from the start
SPIKE_TEXT = "{data:.3f} nats at step {x:,.0f}"  # pyqtgraph sets these names


@dataclass(frozen=True, eq=False)
class Losses:
    """The curves and levels to draw in the loss plot.

    Attributes:
        history: The losses so far.
        previous: Those of the previous training, which are shown faintly. Empty if there is none on the same target.
        segments: The entropies of the targets.
        best: The lowest possible regression loss on the present target. None if it is unknown.
    """

    history: History = field(default_factory=History)
    previous: History = field(default_factory=History)
    segments: tuple[EntropySegment, ...] = ()
    best: float | None = None


def loss_range(losses: NDArray[np.float64]) -> tuple[float, float]:
    """Return the lowest and the highest loss to show, without spikes far above the bulk of the known losses."""
    losses = losses[~np.isnan(losses)]
    if not len(losses):
        return INITIAL_LOSSES
    lowest = losses.min()
    bulk = max(np.quantile(losses, BULK_SHARE) - lowest, MIN_RANGE)
    highest = losses[losses <= lowest + CLIP_FACTOR * bulk].max()
    return float(lowest), float(min(highest + HEADROOM * (highest - lowest), losses.max()))


def shown_range(history: History, previous: History, moment: int | None = None) -> tuple[float, float]:
    """Return the lowest and the highest loss to show of a training and the previous one.

    They include the validation loss at the step of a `moment`, and that of step 0 while there are few reports.
    """
    low, high = loss_range(np.concatenate([history.train_nll, history.validation_nll, previous.validation_nll]))
    start = 0 if len(history.step) <= FEW_REPORTS and 0 in history.step[:1] else None
    marked = [history.progress_at(step, None) for step in (moment, start) if step is not None]
    return low, max([high, *(each.validation_nll for each in marked if each and each.validation_nll is not None)])


def spikes(history: History, top: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the step and the loss at the peak of each run of losses above `top`."""
    losses = np.maximum(history.train_nll, history.validation_nll)
    clipped = np.flatnonzero(losses > top)
    runs = np.split(clipped, np.flatnonzero(np.diff(clipped) > 1) + 1) if len(clipped) else []
    peaks = [run[np.argmax(losses[run])] for run in runs]
    return history.step[peaks], losses[peaks]


def spike_texts(history: History, top: float) -> list[str]:
    """Return a description of each run of losses above `top`."""
    return [SPIKE_TEXT.format(data=loss, x=step) for step, loss in zip(*spikes(history, top), strict=True)]

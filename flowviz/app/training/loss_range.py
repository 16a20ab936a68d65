"""The range of losses to show, and the spikes above it."""

import numpy as np
from numpy.typing import NDArray

from flowviz.records import History

INITIAL_LOSSES = (0.0, 3.0)  # before the first report
MIN_RANGE = 0.1  # nats
BULK_SHARE = 0.9  # of the losses
CLIP_FACTOR = 3  # losses above this multiple of the range of the bulk are clipped
SPIKE_TEXT = "{data:.3f} nats at step {x:,.0f}"  # pyqtgraph sets these names


def loss_range(losses: NDArray[np.float64]) -> tuple[float, float]:
    """Return the lowest and the highest loss to show, without spikes far above the bulk of the known losses."""
    losses = losses[~np.isnan(losses)]
    if not len(losses):
        return INITIAL_LOSSES
    lowest = losses.min()
    bulk = max(np.quantile(losses, BULK_SHARE) - lowest, MIN_RANGE)
    return float(lowest), float(losses[losses <= lowest + CLIP_FACTOR * bulk].max())


def shown_range(history: History, previous: History, moment: int | None = None) -> tuple[float, float]:
    """Return the lowest and the highest loss to show of a training and the previous one.

    They include the validation loss at the step of a `moment`.
    """
    low, high = loss_range(np.concatenate([history.train_nll, history.validation_nll, previous.validation_nll]))
    marked = None if moment is None else history.progress_at(moment, None)
    return low, max(high, marked.validation_nll) if marked and marked.validation_nll is not None else high


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

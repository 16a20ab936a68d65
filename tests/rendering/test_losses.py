"""The picture of the losses."""

import numpy as np

from flowviz.records import History, Retargeted
from flowviz.rendering.colors import CURVES
from flowviz.rendering.losses import render_losses
from flowviz.specs import PictureSize, ViewSpec


def test_each_target_has_its_own_best_possible_line() -> None:
    steps, loss = np.arange(100.0, 2001, 100), np.repeat([2.0, 1.0], 10)
    history = History(steps, steps, loss, loss, (Retargeted(1000, "cat"),), loss - 0.5)
    picture = render_losses(history, 0.5, ViewSpec(labels=False), PictureSize(width=800, height=500))
    is_line = (picture[..., :3] == CURVES["light"]["entropy"]).all(axis=2)
    rows = np.flatnonzero(is_line.any(axis=1))
    upper, lower = is_line[rows[rows < 250]].any(axis=0), is_line[rows[rows >= 250]].any(axis=0)
    assert np.flatnonzero(upper).max() < 450 < 700 < np.flatnonzero(lower).max()
    assert np.flatnonzero(upper).min() < 100 < 350 < np.flatnonzero(lower).min()

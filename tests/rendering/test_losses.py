"""The picture of the losses."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import Adjusted, History, Recovered, Retargeted, Settings
from flowviz.records.provenance import Provenance
from flowviz.rendering.annotate import em
from flowviz.rendering.colors import CURVES
from flowviz.rendering.losses import losses_figure, render_losses
from flowviz.rendering.page import save_figure
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


def test_regression_loss_has_its_own_axis() -> None:
    steps = np.arange(100.0, 2001, 100)
    history = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps, loss=np.linspace(0.3, 0.1, 20))
    size = PictureSize(width=800, height=500)
    picture = render_losses(history, 0.9, ViewSpec(), size)
    is_line = is_colored(picture, "loss")
    rows, columns = np.nonzero(is_line)
    assert np.ptp(rows) > 300, "it takes the height of the plot, whatever the NLL"
    assert columns.max() > 780, "the title of its axis is at the right"
    without = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps)
    assert not is_colored(render_losses(without, 0.9, ViewSpec(), size), "loss").any()


def test_best_regression_loss_is_a_dashed_line_below_the_curve() -> None:
    steps, size = np.arange(100.0, 2001, 100), PictureSize(width=800, height=500)
    history = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps, loss=np.geomspace(2, 1.5, 20))
    plain, line = (
        is_colored(render_losses(history, 0.9, ViewSpec(labels=False, axes=False), size, best), "loss")
        for best in (None, 1.2)
    )
    ends = np.abs(np.diff(line.astype(int), axis=1)).sum(axis=1)
    row = int(ends.argmax())
    assert ends[row] > 20, "a dashed line has many ends"
    assert np.ptp(np.flatnonzero(line[row])) > 700, "it is as wide as the plot"
    assert row > 400, "the curve is above it"
    assert np.abs(np.diff(plain.astype(int), axis=1)).sum(axis=1).max() <= 4


def test_late_changes_of_the_regression_loss_are_visible() -> None:
    steps = np.arange(100.0, 2001, 100)
    history = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps, loss=np.geomspace(0.25, 0.0005, 20))
    picture = render_losses(history, 0.9, ViewSpec(labels=False, axes=False), PictureSize(width=1200, height=750))
    rows, columns = np.nonzero(is_colored(picture, "loss"))
    assert np.ptp(rows[columns > 600]) > 250, "the later half falls as far as the first one"


def test_changes_of_settings_and_recoveries_are_marked() -> None:
    steps = np.arange(100.0, 2001, 100)
    plain = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps)
    change = Adjusted(1000, Settings(2e-3, 1.0, 256), Settings(1e-4, 1.0, 256))
    recovery = Recovered("loss exploded", 1000, 1e-3, 1, 1500, 9.0)
    size = PictureSize(width=800, height=500)
    for marked in (replace(plain, adjustments=(change,)), replace(plain, recoveries=(recovery,))):
        for view in (ViewSpec(), ViewSpec(theme="dark"), ViewSpec(labels=False)):
            one, other = (render_losses(history, 0.9, view, size) for history in (plain, marked))
            columns = np.flatnonzero((one != other).any(axis=(0, 2)))
            assert 380 < columns.min() <= columns.max() < 650
            assert (np.ptp(columns) > 50) == view.labels, "the line, and its label"


@pytest.mark.parametrize("dpi", [72, 300])
def test_vectors_have_the_size_and_the_text_of_the_pixels(dpi: int, tmp_path: Path) -> None:
    steps = np.arange(100.0, 2001, 100)
    history, size = History(steps, steps, 1 + 1 / steps, 1 + 1 / steps), PictureSize(width=900, height=600)
    path = tmp_path / "losses.svg"
    make = partial(losses_figure, history, 0.9, ViewSpec(), size, dpi)
    save_figure(make, path, "svg", Provenance("losses", "", dpi))
    text = path.read_text(encoding="utf-8")
    points = 72 / dpi
    assert f'width="{900 * points:g}pt"' in text
    assert "validation</text>" in text, "text stays text"
    [height] = {float(each) for each in re.findall(r"font(?:-size)?: ([\d.]+)px", text)}
    assert height == pytest.approx(points * em(ViewSpec(), size), rel=0.01)


def is_colored(picture: NDArray[np.uint8], curve: str) -> NDArray[np.bool_]:
    """Return the pixels with about the color of a curve."""
    distance = picture[..., :3].astype(int) - CURVES["light"][curve]
    near: NDArray[np.bool_] = np.abs(distance).max(axis=2) < 60
    return near

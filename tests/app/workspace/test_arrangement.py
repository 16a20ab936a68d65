"""Clouds are as large as possible, and one that cannot be seen says why."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QSize
from pytestqt.qtbot import QtBot

from flowviz.app.pane.pane import MIN_SIZE
from flowviz.app.workspace.arrangement import columns_for
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.grid import PaneGrid
from flowviz.app.workspace.hints import hint
from flowviz.specs import PictureSize, TextSpec, ViewSpec
from tests.app.conftest import Window
from tests.app.training.fakes import finished
from tests.app.workspace.fakes import ComparisonHarness, untrained

SIZE = PictureSize(width=320, height=240)


def runs(text: str, names: str) -> tuple[EntrantRun, ...]:
    return ComparisonHarness(untrained(*names, target=TextSpec(text=text))).compared.value.runs


@pytest.mark.parametrize(
    ("width", "height", "columns"),
    [
        (958, 333, (1, 2, 3, 4, 5, 6)),  # of a window with 1366 × 768 pixels
        (1237, 585, (1, 2, 3, 4, 3, 3)),  # of one with 1920 × 1080 pixels
        (1500, 900, (1, 2, 3, 2, 3, 3)),
        (500, 900, (1, 1, 1, 2, 2, 2)),
        (2000, 300, (1, 2, 3, 4, 5, 6)),
    ],
)
def test_panes_form_the_rows_and_columns_in_which_squares_are_largest(
    width: int, height: int, columns: tuple[int, ...]
) -> None:
    assert tuple(columns_for(count, QSize(width, height)) for count in range(1, 7)) == columns


def test_panes_stay_large_enough_for_the_mouse() -> None:
    room = QSize(6 * MIN_SIZE.width() - 1, 2 * MIN_SIZE.height() + 100)
    assert columns_for(6, room) == 3


def test_panes_that_fit_in_no_arrangement_are_as_large_as_possible() -> None:
    assert columns_for(6, QSize(300, 200)) == 3


@pytest.fixture
def grid(window: Window) -> PaneGrid:
    """Return a grid of six panes."""
    window.main.comparisons.show(untrained(*"abcdef"))
    return window.main.comparisons.grid


@pytest.mark.shared_window
def test_the_arrangement_does_not_depend_on_an_earlier_one(grid: PaneGrid, window: Window, qtbot: QtBot) -> None:
    comparisons = window.main.comparisons

    def columns() -> int:
        return len({pane.x() for pane in grid.panes if pane.isVisible()})

    def are_arranged(count: int) -> bool:
        return len(grid.panes) == count and columns() == columns_for(count, grid.size())

    qtbot.waitUntil(lambda: are_arranged(6))
    comparisons.links.enlarge()
    qtbot.waitUntil(lambda: columns() == 1)
    comparisons.links.enlarge()
    qtbot.waitUntil(lambda: are_arranged(6))
    for count in (5, 4, 3, 2):
        comparisons.workbench.controller.remove(comparisons.compared.value.names[-1])
        qtbot.waitUntil(lambda count=count: are_arranged(count))  # type: ignore[misc]


def moved(run: EntrantRun, distance: float) -> EntrantRun:
    trace = run.project.trace
    positions = (trace.positions + np.float32(distance)).astype(np.float32)
    return replace(run, project=replace(run.project, trace=replace(trace, positions=positions)))


def test_a_cloud_outside_the_view_says_how_far(qtbot: QtBot) -> None:
    run = runs("Hi", "a")[0]
    view = ViewSpec(half_extent=4.0)
    assert hint(run, 0.0, view, SIZE) == ""
    assert hint(moved(run, 4e4), 0.0, view, SIZE) == "Outside the view: 14,142 times as far out"
    assert hint(moved(run, np.nan), 0.0, view, SIZE) == "Outside the view"


def test_a_diverged_flow_says_when(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.train()
    harness.thread.send("a", finished(200, "diverged"))
    assert hint(harness.run("a"), 0.0, ViewSpec(half_extent=50.0), SIZE) == "Diverged at step 200"

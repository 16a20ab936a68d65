"""Clouds are as large as possible, and one that cannot be seen says why."""

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QSize
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.arrangement import columns_for
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.hints import hint
from flowviz.specs import PictureSize, TextSpec, ViewSpec
from tests.app.pane.fakes import WEIGHTS
from tests.app.training.fakes import finished
from tests.app.workspace.fakes import ComparisonHarness, untrained

ROOM, SIZE = QSize(1000, 470), PictureSize(width=320, height=240)


def runs(text: str, names: str) -> tuple[EntrantRun, ...]:
    return ComparisonHarness(untrained(*names, target=TextSpec(text=text))).compared.value.runs


def begun(runs: tuple[EntrantRun, ...]) -> tuple[EntrantRun, ...]:
    return tuple(replace(run, project=replace(run.project, weights=WEIGHTS)) for run in runs)


@pytest.mark.parametrize(
    ("text", "names", "columns"), [("wide words", "abc", 1), ("I", "abc", 3), ("Hi", "abcd", 2), ("flow", "abcdef", 3)]
)
def test_rows_and_columns_follow_from_the_shape_of_the_target(
    text: str, names: str, columns: int, qtbot: QtBot
) -> None:
    assert columns_for(begun(runs(text, names)), ROOM) == columns


def test_untrained_clouds_are_round_and_stand_side_by_side(qtbot: QtBot) -> None:
    both = runs("wide words", "ab")
    assert columns_for(both, ROOM) == 2
    assert columns_for(begun(both), ROOM) == 1


def test_clouds_stay_large_enough_for_the_mouse(qtbot: QtBot) -> None:
    assert columns_for(begun(runs("a very long line of words", "abcdef")), ROOM) > 1


def test_a_small_change_does_not_move_the_clouds(qtbot: QtBot) -> None:
    three = runs("Hi", "abc")
    first = columns_for(three, ROOM)
    assert columns_for(three, QSize(ROOM.width() + 20, ROOM.height()), first) == first


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

"""All panes share one frame and one depth, whatever the state of their flows."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.state.view import View
from flowviz.app.workspace.compared import Compared
from flowviz.app.workspace.links import matching_stage, shared_boxes
from flowviz.rendering import Camera
from flowviz.specs import PictureSize, ViewSpec
from tests.app.workspace.fakes import ComparisonHarness, untrained

SPEC, SIZE = ViewSpec(), PictureSize(width=400, height=200)


@pytest.fixture
def compared(qtbot: QtBot) -> Compared:
    harness = ComparisonHarness(untrained("a", "b", "c"))
    harness.train()
    return harness.compared.value


def camera_of(compared: Compared) -> Camera:
    return Camera(SPEC, shared_boxes(compared.runs, compared.runs[0].project.trace))


def test_the_target_is_framed_at_the_end(compared: Compared) -> None:
    trace, built = compared.runs[0].project.trace, compared.runs[0].built
    frame = camera_of(compared).frame(trace.last_stage, SIZE)
    assert built is not None
    left, right, bottom, top = built.target.extent
    assert frame.center == pytest.approx(((left + right) / 2, (bottom + top) / 2))
    assert frame.half_extent > (top - bottom) / 2  # the shorter side
    assert 2 * frame.half_extent > (right - left) / 2


def test_an_untrained_flow_that_joins_does_not_make_the_others_tiny(qtbot: QtBot) -> None:
    harness = ComparisonHarness(untrained("a", "b"))
    harness.train("a")
    trace = harness.run("a").project.trace
    one_trained = camera_of(harness.compared.value).frame(trace.last_stage, SIZE)
    harness.advance("b", 100)
    assert camera_of(harness.compared.value).frame(trace.last_stage, SIZE) == one_trained


def test_a_flow_that_is_spread_widely_does_not_make_the_others_tiny(compared: Compared) -> None:
    trace = compared.runs[0].project.trace
    usual = shared_boxes(compared.runs, trace)
    wide = compared.runs[2].project.trace
    wide.boxes[1:-1] *= 100
    np.testing.assert_allclose(shared_boxes(compared.runs, trace), usual)


def test_the_frame_moves_from_the_base_to_the_target_without_a_jump(compared: Compared) -> None:
    camera, last = camera_of(compared), compared.runs[0].project.trace.last_stage
    extents = [camera.frame(stage, SIZE).half_extent for stage in np.linspace(0, last, 1001)]
    assert np.all(np.abs(np.diff(np.log(extents))) < 0.05)


@pytest.mark.parametrize(("last", "other"), [(19, 8), (8, 19), (5, 5)])
def test_flows_of_other_lengths_move_together_and_rest_at_whole_stages(last: int, other: int) -> None:
    stages = np.linspace(0, last, 10 * last + 1)
    matching = np.array([matching_stage(stage, View(last_stage=last), other) for stage in stages])
    assert matching[0] == 0
    assert matching[-1] == other
    assert np.all(np.diff(matching) >= 0)
    assert np.all(matching[::10] % 1 == 0)
    assert np.diff(matching).max() < 1

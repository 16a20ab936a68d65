"""All clouds share one frame, whatever the state of their flows."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.workspace.entrants import Compared
from flowviz.app.workspace.shared_view import SharedView, SharedViewState, shared_frame
from flowviz.records import Selection
from flowviz.rendering import Frame
from flowviz.rendering.projection import Panel
from flowviz.specs import ViewSpec
from tests.app.workspace.fakes import ComparisonHarness, untrained

SPEC, PANEL = ViewSpec(), Panel(400, 200)


@pytest.fixture
def compared(qtbot: QtBot) -> Compared:
    harness = ComparisonHarness(untrained("a", "b", "c"))
    harness.train()
    return harness.compared.value


def test_the_target_is_framed_at_the_end(compared: Compared) -> None:
    frame = shared_frame(compared.runs, SharedView(), SPEC, PANEL)
    built = compared.runs[0].built
    assert built is not None
    left, right, bottom, top = built.target.extent
    assert frame.center == pytest.approx(((left + right) / 2, (bottom + top) / 2))
    assert frame.half_extent > (top - bottom) / 2  # the shorter side
    assert 2 * frame.half_extent > (right - left) / 2


def test_an_untrained_flow_that_joins_does_not_make_the_others_tiny(qtbot: QtBot) -> None:
    harness = ComparisonHarness(untrained("a", "b"))
    harness.train("a")
    one_trained = shared_frame(harness.compared.value.runs, SharedView(), SPEC, PANEL)
    harness.advance("b", 100)
    assert shared_frame(harness.compared.value.runs, SharedView(), SPEC, PANEL) == one_trained


def test_a_frame_that_was_chosen_stays(compared: Compared) -> None:
    chosen = Frame((1.0, 2.0), 0.5)
    assert shared_frame(compared.runs, SharedView(depth=0.3, frame=chosen), SPEC, PANEL) == chosen


def test_the_frame_moves_from_the_base_to_the_target_without_a_jump(compared: Compared) -> None:
    frames = [shared_frame(compared.runs, SharedView(depth=depth), SPEC, PANEL) for depth in np.linspace(0, 1, 101)]
    extents = np.array([frame.half_extent for frame in frames])
    assert np.all(np.abs(np.diff(np.log(extents))) < 0.15)


def test_a_selection_follows_the_same_particles(qtbot: QtBot) -> None:
    state = SharedViewState()
    first, second = np.arange(10) < 3, np.arange(10) > 7
    state.select(Selection(first), "replace")
    state.select(Selection(second), "add")
    assert state.value.selection is not None
    assert state.value.selection.count == 5
    state.select(Selection(first | second), "subtract")
    assert state.value.selection is None


def test_the_depth_stays_between_base_and_target(qtbot: QtBot) -> None:
    state = SharedViewState()
    state.set_depth(1.4)
    assert state.value.depth == 1
    state.set_depth(-0.1)
    assert state.value.depth == 0

"""Bends that are dragged in the cloud, without a window."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from flowviz.app.editing.cloud_bending import (
    BACKWARD,
    NOTHING_TO_BEND,
    TOO_FAR,
    Arrow,
    CloudBending,
    Layer,
    inverse_lever,
)
from flowviz.specs import FlowSpec, recipes
from flowviz.specs.edits import MAX_SPLINE_RISE
from tests.app.editing.reports import STAGE, layer_editor
from tests.flows.families import random_weights

PIXEL = 0.01


class Bent:
    """A controller of drags on a layer, whose kind a test chooses."""

    def __init__(self) -> None:
        self.editor = layer_editor()
        self.layer = Layer(recipes.REAL_NVP)
        self.arrows: list[Arrow] = []
        self.refusals: list[str] = []
        self.bending = CloudBending(self.editor, lambda: self.layer, self.refusals.append)
        self.bending.arrows_changed.connect(self._take_arrows)
        self.bending.set_shown(True)

    def _take_arrows(self, arrows: list[Arrow]) -> None:
        self.arrows = arrows

    def drag(self, start: tuple[float, float], *places: tuple[float, float], notches: float = 0.0) -> None:
        self.bending.begin(start, PIXEL)
        for place in places:
            self.bending.drag(place)
        if notches:
            self.bending.widen(notches)
        self.bending.end()


@pytest.fixture
def shown(qapp: object) -> Bent:
    return Bent()


def test_coupling_shifts_points_up_or_down(shown: Bent) -> None:
    shown.drag((0.5, -1.0), (0.7, -0.5), (0.9, -0.25), notches=1)
    [bump] = shown.editor.edits.value.of(STAGE).bumps
    assert (bump.curve, bump.center, bump.height) == ("shift", (0.5,), (0.75,))
    assert bump.width == pytest.approx(0.3 * 1.15)
    assert not shown.arrows, "because it has no place along the other axis"


def test_arrow_of_a_shift_is_visible_during_the_drag(shown: Bent) -> None:
    shown.bending.begin((0.5, -1.0), PIXEL)
    shown.bending.drag((0.7, -0.5))
    assert shown.arrows == [Arrow((0.5, -1.0), (0.5, -0.5), 0.3, True)]


def test_drag_ends_when_its_bump_is_undone(shown: Bent) -> None:
    shown.bending.begin((0.5, -1.0), PIXEL)
    shown.editor.edits.reset_all()
    shown.bending.drag((0.7, -0.5))
    assert not shown.editor.edits.value


def test_drag_ends_when_another_layer_is_shown(shown: Bent) -> None:
    shown.bending.begin((0.5, -1.0), PIXEL)
    shown.editor._view.set_stage(STAGE + 1)
    shown.bending.drag((0.7, -0.5))
    assert not shown.editor.edits.value.of(STAGE + 1).bumps


def test_nothing_is_bent_too_far_out(shown: Bent) -> None:
    shown.drag((0.0, 2000.0), (0.0, 2001.0))
    shown.drag((-2000.0, 0.0), (0.0, 1.0))
    assert shown.refusals == [TOO_FAR, TOO_FAR]
    assert not shown.editor.edits.value


def test_spline_moves_points_as_far_as_it_stays_increasing(shown: Bent) -> None:
    shown.layer = Layer(recipes.SPLINE_COUPLING)
    shown.drag((0.5, 0.25), (0.5, 5.0))
    [bump] = shown.editor.edits.value.of(STAGE).bumps
    assert (bump.curve, bump.center) == ("spline", (0.5, 0.25))
    assert bump.height[0] == pytest.approx(MAX_SPLINE_RISE * 0.3)


def test_step_of_an_integrator_moves_points_where_they_are_dragged(shown: Bent) -> None:
    shown.layer = Layer(recipes.FLOW_STEP, duration=0.125)
    shown.drag((0.5, 0.25), (0.75, 0.5))
    [bump] = shown.editor.edits.value.of(STAGE).bumps
    assert (bump.curve, bump.center, bump.height) == ("velocity", (0.5, 0.25), (2.0, 2.0))
    assert shown.arrows == [Arrow((0.5, 0.25), (0.75, 0.5), 0.3, True)], "it can be changed by keys now"


def test_layer_of_an_iaf_moves_points_where_they_are_dragged(shown: Bent) -> None:
    from flowviz.flows import build_flow

    spec = FlowSpec(family="iaf", layers=2, normalization="none")
    flow = build_flow(spec, random_weights(spec))
    trace = flow.trace(flow.particles(500))
    assert trace.names[STAGE].endswith(recipes.INVERSE_AUTOREGRESSIVE)
    shown.layer = Layer(recipes.INVERSE_AUTOREGRESSIVE, lever=partial(inverse_lever, trace, STAGE))
    particle = int(np.hypot(*trace.positions[STAGE].T).argmin())
    x, y = trace.positions[STAGE, particle].tolist()
    shown.bending.begin((x, y), PIXEL)
    shown.bending.drag((x, y + 0.4))
    assert shown.arrows[0].tip == pytest.approx((x, y + 0.4))
    flow.edit(shown.editor.edits.value)
    moved = flow.trace_positions(trace.positions[0]).positions
    np.testing.assert_allclose(moved[STAGE, particle], (x, y + 0.4), atol=1e-3)


def test_arrow_is_taken_by_its_tip(shown: Bent) -> None:
    shown.layer = Layer(recipes.FLOW_STEP, duration=0.125)
    shown.drag((0.5, 0.25), (0.75, 0.5))
    shown.drag((0.76, 0.49), (1.0, 0.25))
    [bump] = shown.editor.edits.value.of(STAGE).bumps
    assert (bump.center, bump.height) == ((0.5, 0.25), (4.0, 0.0))


def test_arrows_are_hidden_with_another_tool(shown: Bent) -> None:
    shown.layer = Layer(recipes.FLOW_STEP, duration=0.125)
    shown.drag((0.5, 0.25), (0.75, 0.5))
    shown.bending.set_shown(False)
    assert not shown.arrows


def test_nothing_is_bent_where_that_has_no_meaning(shown: Bent) -> None:
    usual = shown.layer
    for layer, reason in (
        (Layer(recipes.PERMUTE), NOTHING_TO_BEND),
        (replace(usual, is_encoded=True), BACKWARD),
    ):
        shown.layer = layer
        shown.drag((0.5, 0.25), (0.75, 0.5))
        assert shown.refusals.pop() == reason
    assert not shown.editor.edits.value


def test_refused_drag_moves_nothing_that_was_bent_before(shown: Bent) -> None:
    shown.drag((0.5, 0.0), (0.5, 0.5))
    before = shown.editor.edits.value
    shown.editor.set_problem("Train a flow first.")
    shown.drag((0.5, 0.0), (0.5, 2.0))
    assert shown.editor.edits.value == before

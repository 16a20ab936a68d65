"""Bending of curves by gestures, without a window."""

import numpy as np
import pytest

from flowviz.app.editing.bending import bent, bump_through
from flowviz.app.editing.bent_curves import BentCurves
from flowviz.app.editing.curve_bending import CurveBending
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.records import Curve
from flowviz.specs.edits import FARTHEST_BUMP, MAX_BUMPS, MAX_SPLINE_RISE
from tests.app.editing.reports import PIXEL, STAGE, X, layer_editor, report, spline_report


class Bent:
    """A controller of the curves of a coupling."""

    def __init__(self) -> None:
        self.editor: LayerEditor = layer_editor()
        self.gestures = 0
        self.editor.gesture_began.connect(self._count)
        self.bending = CurveBending(self.editor)
        self.bending.show_report(report())

    def _count(self) -> None:
        self.gestures += 1

    def value(self, curve: int, x: float) -> float:
        return float(np.interp(x, X, self.bending.curves.values[curve]))


@pytest.fixture
def shown(qapp: object) -> Bent:
    return Bent()


def test_curve_follows_the_mouse(shown: Bent) -> None:
    bending = shown.bending
    assert bending.press((0.5, 0.05), PIXEL)
    assert shown.value(0, 0.5) == pytest.approx(0.05)
    bending.drag((0.6, 0.8))
    bending.release()
    assert shown.value(0, 0.6) == pytest.approx(0.8, abs=1e-6)
    assert bending.curves.is_bent(0)
    assert not bending.curves.is_bent(1)
    assert len(bending.curves.bumps) == 1
    assert shown.gestures == 1, "so that the whole drag is undone at once"


def test_press_beside_the_curves_does_nothing(shown: Bent) -> None:
    assert not shown.bending.press((0.5, 0.5), PIXEL)
    assert not shown.bending.is_dragging
    assert not shown.editor.edits.value


def test_handle_is_dragged_again_without_a_jump(shown: Bent) -> None:
    bending = shown.bending
    bending.press((0.5, 0.0), PIXEL)
    bending.drag((0.5, 1.0))
    bending.release()
    assert bending.press((0.54, 1.05), PIXEL)
    bending.drag((0.54, 1.05))
    assert (bending.curves.bumps[0].center[0], shown.value(0, 0.5)) == pytest.approx((0.5, 1.0))
    bending.drag((-0.46, 0.55))
    assert (bending.curves.bumps[0].center[0], shown.value(0, -0.5)) == pytest.approx((-0.5, 0.5))


def test_second_bump_of_a_curve_passes_through_the_mouse(shown: Bent) -> None:
    bending = shown.bending
    for x, y in ((0.0, 1.0), (0.4, -0.5)):
        bending.add(0, x)
        bending.press((x, shown.value(0, x)), PIXEL)
        bending.drag((x, y))
        bending.release()
    assert shown.value(0, 0.4) == pytest.approx(-0.5, abs=1e-3)
    assert len(bending.curves.bumps) == 2


def test_preferred_curve_is_dragged_where_curves_meet(shown: Bent) -> None:
    flat = report()
    bending = shown.bending
    bending.show_report(type(flat)(STAGE, flat.kind, flat.formula, curves=(flat.curves[0],) * 2))
    assert bending.curves.curve_at((0, 0), PIXEL, bending.preferred) == 0
    bending.prefer(1)
    assert bending.curves.curve_at((0, 0), PIXEL, bending.preferred) == 1


def test_wheel_and_keys_change_the_selected_bump(shown: Bent) -> None:
    bending = shown.bending
    bending.add(1, 0.5)
    width = bending.curves.bumps[0].width
    bending.widen(2)
    assert bending.curves.bumps[0].width == pytest.approx(1.15**2 * width)
    bending.widen(1000)
    assert bending.curves.bumps[0].width == 10
    bending.widen(-2000)
    assert bending.curves.bumps[0].width == 0.02
    bending.nudge(1, 2, (4.0, 2.0))
    assert bending.curves.bumps[0].center[0] == pytest.approx(0.58)
    assert shown.value(1, 0.58) == pytest.approx(1.08, abs=1e-3)
    assert bending.description().startswith("log-scale s(x): +0.08 at 0.58")
    bending.remove()
    assert not shown.editor.edits.value
    assert bending.selected is None


def test_handles_are_selected_in_turn(shown: Bent) -> None:
    bending = shown.bending
    for curve, x in ((1, 0.0), (0, 1.0), (0, -1.0)):
        bending.add(curve, x)
    bending.selected = None
    order = list[int | None]()
    for _ in range(4):
        bending.select_next(1)
        order.append(bending.selected)
    assert order == [2, 1, 0, 2]
    bending.select_next(-1)
    assert bending.selected == 0


def test_undo_of_a_selected_bump_deselects_it(shown: Bent) -> None:
    shown.bending.add(0, 0.0)
    shown.editor.edits.reset_all()
    assert shown.bending.selected is None


def test_layer_has_a_limited_number_of_bumps(shown: Bent) -> None:
    for number in range(MAX_BUMPS):
        shown.bending.add(0, number / 10)
    shown.bending.selected = None
    assert not shown.bending.press((-1.5, shown.value(0, -1.5)), PIXEL)
    assert "cannot have more" in shown.bending.description()
    shown.bending.select_next(1)
    gestures = list[str]()
    shown.editor.gesture_began.connect(lambda: gestures.append("began"))
    assert shown.bending.add(0, -1.5), "the key does nothing else"
    assert shown.bending.selected is None
    assert "cannot have more" in shown.bending.description()
    shown.bending.remove()
    assert len(shown.bending.curves.bumps) == MAX_BUMPS
    assert not gestures, "there is nothing to undo"


def test_curves_stay_while_layers_cannot_be_edited(shown: Bent) -> None:
    shown.bending.add(0, 0.5)
    before = shown.editor.edits.value
    shown.editor.set_problem("Train a flow first.")
    assert not shown.bending.press((0.0, 0.0), PIXEL)
    shown.bending.widen(1)  # with the wheel
    assert shown.editor.edits.value == before
    assert shown.bending.description() == "Train a flow first."


def test_spline_stays_increasing_and_one_curve_has_the_handle(qapp: object) -> None:
    curves = spline_report().curves
    bump = bump_through(curves[1], (), (0.5, 5.0), 0.3)
    assert bump.height == (MAX_SPLINE_RISE * 0.3,)
    assert bump.center == (1.0, 0.5)
    values = bent(curves[1], [bump])
    assert (np.diff(values) > 0).all()
    [handle] = BentCurves(curves, (bump,)).handles
    assert handle.curve == 1
    assert handle.x == pytest.approx(0.5, abs=1e-3)
    far = bent(curves[0], [bump])
    np.testing.assert_allclose(far, X, atol=1e-6)


def test_bent_curves_are_those_that_the_engine_evaluates() -> None:
    from flowviz.flows import build_flow
    from flowviz.specs import FlowSpec
    from flowviz.specs.edits import Bump, Edits, LayerEdit

    for family in ("realnvp", "spline", "iaf"):
        flow = build_flow(FlowSpec(family=family, layers=1, normalization="none"))
        stage = next(number for number in range(1, len(flow.stages) + 1) if flow.report(number).curves)
        curve = flow.report(stage).curves[0]
        bumps: list[Bump] = []
        for x, y in ((0.5, 0.8), (-0.25, -0.5), (0.75, 0.25)):
            bumps.append(bump_through(curve, bumps, (x, y), 0.4))
        flow.edit(Edits(layers={stage: LayerEdit(bumps=tuple(bumps))}))
        found = flow.report(stage).curves[0]
        assert found.learned is not None
        np.testing.assert_allclose(bent(found, bumps), found.y, atol=2e-5, err_msg=family)


def test_curve_that_extends_very_far_is_bent_where_a_bump_can_be() -> None:
    x = np.linspace(-3000, 3000, 50, dtype=np.float32)
    curve = Curve("shift t(x)", x, np.zeros_like(x), "shift")
    assert bump_through(curve, (), (2500.0, 1.0), 1.0).center == (FARTHEST_BUMP,)

"""Arrows of a step of flow matching that are changed by keys."""

from collections.abc import Sequence

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flowviz.app.document.content import prepare
from flowviz.app.editing.cloud_arrows import CloudArrows
from flowviz.app.editing.cloud_bending import CloudBending, Layer
from flowviz.specs import recipes
from flowviz.specs.edits import Bump
from tests.app.conftest import Window
from tests.app.editing.reports import STAGE, layer_editor, sparse_example

CENTER, HALF_EXTENT = (0.5, 0.25), 2.5  # a key press moves an arrow by 0.1
DURATION = 0.125
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Keys:
    """The keys of the arrows of a step."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot, self.editor = qtbot, layer_editor()
        self.layer = Layer(recipes.FLOW_STEP, DURATION)
        self.refusals: list[str] = []
        self.bending = CloudBending(self.editor, lambda: self.layer, self.refusals.append)
        self.bending.set_shown(True)
        self.widget = CloudArrows(self.bending, lambda: (CENTER, HALF_EXTENT))
        qtbot.addWidget(self.widget)

    def press(self, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            self._qtbot.keyClick(self.widget, key, modifier)

    @property
    def bumps(self) -> Sequence[Bump]:
        return self.editor.edits.value.of(STAGE).bumps

    @property
    def tips(self) -> list[tuple[float, ...]]:
        return [tuple(np.add(bump.center, np.multiply(bump.height, DURATION)).tolist()) for bump in self.bumps]


@pytest.fixture
def keys(qtbot: QtBot) -> Keys:
    return Keys(qtbot)


def test_arrow_is_added_moved_widened_and_removed(keys: Keys) -> None:
    keys.press(Qt.Key.Key_1)
    assert [bump.center for bump in keys.bumps] == [CENTER]
    keys.press(Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right)
    assert keys.tips == [pytest.approx((0.6, 0.45))]
    keys.press(Qt.Key.Key_Left, modifier=SHIFT)
    assert keys.bumps[0].center == pytest.approx((0.4, 0.25))
    assert keys.tips == [pytest.approx((0.5, 0.45))]
    keys.press(Qt.Key.Key_Plus)
    assert keys.bumps[0].width == pytest.approx(0.3 * 1.15)
    keys.press(Qt.Key.Key_Minus, Qt.Key.Key_Minus)
    assert keys.bumps[0].width == pytest.approx(0.3 / 1.15)
    keys.press(Qt.Key.Key_Delete)
    assert not keys.editor.edits.value


def test_selected_arrow_is_the_one_that_keys_change_and_is_in_the_accessible_name(keys: Keys) -> None:
    assert keys.widget.accessibleName().endswith(": 0 arrows")
    keys.press(Qt.Key.Key_1, Qt.Key.Key_Up, Qt.Key.Key_1, Qt.Key.Key_Right)
    assert keys.widget.accessibleName().endswith("Arrow 2 of 2: from (0.5, 0.25) to (0.6, 0.25), width 0.3")
    keys.press(Qt.Key.Key_PageUp)
    assert "Arrow 1 of 2: from (0.5, 0.25) to (0.5, 0.35)" in keys.widget.accessibleName()
    keys.press(Qt.Key.Key_Up)
    assert keys.tips == [pytest.approx((0.5, 0.45)), pytest.approx((0.6, 0.25))]
    keys.press(Qt.Key.Key_PageDown, Qt.Key.Key_Backspace)
    assert keys.tips == [pytest.approx((0.5, 0.45))]
    assert keys.widget.accessibleName().endswith(": 1 arrow")


def test_undone_change_of_an_arrow_is_not_made_again_by_the_next_key(keys: Keys) -> None:
    keys.press(Qt.Key.Key_1, Qt.Key.Key_Up)
    before = keys.editor.edits.value
    keys.press(Qt.Key.Key_Right)
    keys.editor.edits.set(before)
    keys.press(Qt.Key.Key_Up)
    assert keys.tips == [pytest.approx((0.5, 0.45))]


def test_keys_do_nothing_while_layers_cannot_be_edited(keys: Keys) -> None:
    keys.press(Qt.Key.Key_1)
    before = keys.editor.edits.value
    keys.editor.set_problem("Train a flow first.")
    keys.press(Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_1, Qt.Key.Key_Delete)
    assert keys.editor.edits.value == before
    assert keys.refusals == ["Train a flow first."] * 4


def test_arrows_of_the_window_are_reached_by_keys_at_a_step_of_flow_matching(window: Window, qtbot: QtBot) -> None:
    main = window.main
    arrows = window.find(CloudArrows, "cloudArrows")
    main.document_actions.document.show(prepare(sparse_example("drift")))
    main.view.set_stage(4)
    assert not arrows.isVisible()
    main.view.set_tool("bend")
    assert arrows.isVisible()
    before = main.viewer.scenes.generated
    main._viewing.cloud.setFocus()
    qtbot.keyClick(main._viewing.cloud, Qt.Key.Key_Tab)
    assert arrows.hasFocus()
    qtbot.keyClick(arrows, Qt.Key.Key_1)
    qtbot.keyClick(arrows, Qt.Key.Key_Up)
    [bump] = main.edits.value.of(4).bumps
    assert bump.height[1] > 0
    qtbot.waitUntil(
        lambda: not np.array_equal(main.viewer.scenes.generated.positions[4], before.positions[4]), timeout=60_000
    )
    assert main.view.value.stage == 4, "the arrow keys do not step through the stages"
    qtbot.waitUntil(lambda: main.session.project().edits == main.edits.value, timeout=60_000)
    assert not np.array_equal(main.viewer.scenes.generated.positions[-1], before.positions[-1]), (
        "later steps have followed"
    )
    assert main.viewer.scenes.generated.has_densities
    main.view.set_stage(0)
    assert not arrows.isVisible()

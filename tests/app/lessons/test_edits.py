"""Edits of layers in lessons: observations and setups."""

from flowviz.app.lessons.sources import edit_observations
from flowviz.lessons import Setup
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.conftest import Window

BUMP = Bump(curve="shift", center=(0.0,), height=(1.0,))
EDITED = Edits(layers={3: LayerEdit(disabled=True), 5: LayerEdit(bumps=(BUMP, BUMP))})


def test_edits_are_observed() -> None:
    assert edit_observations(Edits()) == {"disabled_layers": [], "bumps": 0}
    assert edit_observations(EDITED) == {"disabled_layers": [3], "bumps": 2}


def test_steps_set_and_clear_edits(window: Window) -> None:
    preparation = window.main.lessons._preparation
    preparation.apply(Setup(disabled_layers=frozenset({2, 4})))
    assert window.main.edits.value.disabled == {2, 4}
    preparation.apply(Setup(disabled_layers=frozenset({4, 999}), probe=(999, 0.0, 0.0)))
    assert window.main.edits.value.disabled == {4}, "the flow has no stage 999"
    assert window.main.view.seen.probe is None
    preparation.apply(Setup(edits="clear"))
    assert not window.main.edits.value

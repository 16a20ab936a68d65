"""Edits of layers in lessons: observations and setups."""

import re
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.lessons.sources import edit_observations
from flowviz.app.lessons.state import Attendance
from flowviz.lessons import Setup, read_lesson
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.conftest import Window
from tests.app.lessons.learner import PATIENCE_MS, Learner
from tests.app.lessons.test_shipped_lessons import TINY

pytestmark = pytest.mark.shared_window

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


def test_a_step_is_done_when_the_cloud_shows_the_edits(
    window: Window, qtbot: QtBot, learner: Learner, tmp_path: Path
) -> None:
    path = tmp_path / "disable.toml"
    condition = 'condition = { observe = "disabled_layers", includes = 2 }'
    path.write_text(re.sub(r"condition = \[.*\]", condition, TINY.read_text(encoding="utf-8")), encoding="utf-8")
    learner.attend(read_lesson(path))
    were_shown = list[bool]()

    def note(_: Attendance, new: Attendance) -> None:
        if new.is_done:
            positions = window.main.viewer.scenes.scene.trace.positions
            were_shown.append(np.array_equal(positions[2], positions[1]))

    learner.lessons.state.changed.connect(note)
    learner.trigger("disableorenablelayerAction")
    qtbot.waitUntil(lambda: learner.is_done, timeout=PATIENCE_MS)
    assert were_shown == [True]

"""The layer editor without a window."""

import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QEnterEvent, QFocusEvent
from PyQt6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from flowviz.app.editing.layer_bar import LayerBar
from flowviz.app.editing.layer_editor import (
    DIFFERS,
    INCLUDED,
    ONLY_SHOWN,
    OTHERS_INCLUDED,
    LayerEditor,
    edited_sentence,
)
from flowviz.specs.edits import Bump, Edits, LayerEdit
from tests.app.editing.reports import STAGE, layer_editor

DISABLED = LayerEdit(disabled=True)
BUMP = Bump(curve="shift", center=(0.0,), height=(1.0,))


@pytest.fixture
def editor(qapp: object) -> LayerEditor:
    return layer_editor()


def glimpses(editor: LayerEditor) -> list[Edits | None]:
    found: list[Edits | None] = []
    editor.glimpse.changed.connect(lambda _, edits: found.append(edits))
    return found


def test_layers_are_disabled_and_enabled(editor: LayerEditor) -> None:
    editor.toggle()
    editor.toggle(5)
    assert editor.edits.value.disabled == {STAGE, 5}
    editor.toggle()
    assert editor.edits.value.disabled == {5}
    editor.reset_all()
    assert not editor.edits.value


def test_reset_of_a_layer_keeps_the_others(editor: LayerEditor) -> None:
    editor.edits.add_bump(STAGE, BUMP)
    editor.toggle()
    editor.toggle(5)
    editor.reset()
    assert editor.edits.value == Edits(layers={5: DISABLED})


def test_base_is_no_layer(editor: LayerEditor) -> None:
    editor.toggle(0)
    assert not editor.edits.value
    assert editor.problem_of(0)


def test_nothing_is_edited_while_there_is_a_problem(editor: LayerEditor) -> None:
    editor.edits.set_disabled(5, True)
    editor.set_problem("Train a flow first.")
    found = glimpses(editor)
    editor.toggle()
    editor.reset(5)
    editor.reset_all()
    editor.begin_glimpse()
    assert editor.edits.value == Edits(layers={5: DISABLED})
    assert not found


def test_glimpse_is_without_the_current_layer_and_edits_nothing(editor: LayerEditor) -> None:
    found = glimpses(editor)
    editor.edits.add_bump(STAGE, BUMP)
    editor.begin_glimpse()
    editor.view.set_stage(4)  # type: ignore[attr-defined]
    editor.end_glimpse()
    editor.end_glimpse()
    bent = Edits(layers={STAGE: LayerEdit(bumps=(BUMP,))})
    without = Edits(layers={STAGE: LayerEdit(bumps=(BUMP,), disabled=True)})
    assert found == [without, bent.having(4, DISABLED), None]
    assert editor.edits.value == bent


def test_edit_and_training_end_a_glimpse(editor: LayerEditor) -> None:
    found = glimpses(editor)
    editor.begin_glimpse()
    editor.toggle()
    editor.begin_glimpse()
    editor.set_problem("Train a flow first.")
    assert [edits is None for edits in found] == [False, True, False, True]


def test_number_of_edited_layers_in_words() -> None:
    assert [edited_sentence(Edits(layers=dict.fromkeys(range(1, 1 + n), DISABLED))) for n in range(3)] == [
        "",
        "1 layer edited",
        "2 layers edited",
    ]


@pytest.mark.parametrize(
    ("shown", "trained", "note", "explanation"),
    [
        ({}, None, "", DIFFERS),
        ({1: DISABLED}, None, "1 layer edited", DIFFERS),
        ({}, {}, "", ONLY_SHOWN),
        ({1: DISABLED}, {}, "1 layer edited, only in view", ONLY_SHOWN),
        ({1: DISABLED}, {1: DISABLED}, "1 layer edited, also in training", INCLUDED),
        ({1: DISABLED, 2: DISABLED}, {1: DISABLED}, "2 layers edited in view, 1 in training", OTHERS_INCLUDED),
        ({}, {1: DISABLED}, "No layer edited in view, 1 in training", OTHERS_INCLUDED),
    ],
)
def test_note_says_whether_a_training_includes_the_edits(
    editor: LayerEditor,
    shown: dict[int, LayerEdit],
    trained: dict[int, LayerEdit] | None,
    note: str,
    explanation: str,
) -> None:
    editor.edits.set(Edits(layers=shown))
    editor.set_problem("", None if trained is None else Edits(layers=trained))
    assert (editor.note, editor.explanation) == (note, explanation)


def test_mouse_or_focus_on_a_control_announces_an_edit(editor: LayerEditor, qtbot: QtBot) -> None:
    bar, announced = LayerBar(editor), list[bool]()
    qtbot.addWidget(bar)
    editor.announced.connect(lambda: announced.append(True))
    box = bar.findChild(QCheckBox, "layerEnabled")
    assert box is not None
    QApplication.sendEvent(box, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.OtherFocusReason))
    assert not announced, "by the program"
    QApplication.sendEvent(box, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    point = QPointF()
    QApplication.sendEvent(box, QEnterEvent(point, point, point))
    assert len(announced) == 2
    editor.set_problem("Train a flow first.")
    QApplication.sendEvent(box, QEnterEvent(point, point, point))
    assert len(announced) == 2

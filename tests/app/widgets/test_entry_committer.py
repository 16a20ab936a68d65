"""Numbers that are typed digit by digit."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.widgets.entry_committer import EntryCommitter


def test_number_counts_once_it_is_complete(qtbot: QtBot) -> None:
    box, numbers = QSpinBox(), list[int]()
    qtbot.addWidget(box)
    box.setRange(2, 65_536)
    EntryCommitter(box)
    box.valueChanged.connect(numbers.append)
    box.selectAll()
    qtbot.keyClicks(box, "512")
    assert numbers == []
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert numbers == [512]
    box.stepUp()
    assert numbers == [512, 513]


def test_shortcut_takes_what_is_typed(qtbot: QtBot) -> None:
    box = QSpinBox()
    qtbot.addWidget(box)
    box.setRange(2, 65_536)
    EntryCommitter(box)
    box.show()
    box.selectAll()
    qtbot.keyClicks(box, "300")
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert box.value() == 300

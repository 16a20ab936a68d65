"""A window that contains only the target panel: it opens in milliseconds, and starts no training."""

from collections.abc import Iterator
from typing import Any

import pytest
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notifications import Notifications
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.style.icons import icon
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.importer import FONTS, TargetImporter
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.undo import ProjectUndo
from flowviz.specs.edits import Edits
from tests.app.conftest import Window, show, work_is_running


class PanelWindow(QWidget):
    """The target panel, with those controllers of `MainWindow` that it works with, under the same names."""

    def __init__(self) -> None:
        super().__init__()
        self.request = RequestState(Request(), self)
        panel = TargetPanel(self.request, lambda: self.target_importer, lambda: None)
        self.notifications = Notifications(panel.notices, self)
        post, show_pictures = self.notifications.post, panel.shape.show_pictures
        self.target_builder = TargetBuilder(
            self.request, self, post=post, show_target=panel.show_target, show_pictures=show_pictures
        )
        self.target_importer = TargetImporter(panel, self.request, lambda _: None, post)
        self.undo = ProjectUndo(self.request, ViewState(self), EditsState(Edits(), self), self)
        QVBoxLayout(self).addWidget(panel)
        self.setAcceptDrops(True)
        stack = self.undo.stack
        undo, redo = stack.createUndoAction(self, "Undo"), stack.createRedoAction(self, "Redo")
        for action, name in ((undo, "undo"), (redo, "redo")):
            existing(action).setIcon(icon(name))  # else their buttons would be as wide as their texts
        panel.drawing.set_actions(existing(undo), existing(redo))

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802  # Qt's name
        existing(event).acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802  # Qt's name
        self.target_importer.take_media(existing(existing(event).mimeData()))


def finish_reading(importer: TargetImporter, qtbot: QtBot) -> None:
    """Wait until everything that the importer has begun to read before has been read or dropped."""
    with qtbot.waitCallback() as answered:
        importer._background.ask(FONTS, lambda: None, answered)  # which no reading replaces


@pytest.fixture
def panel_window(qtbot: QtBot) -> Iterator[Window]:
    main: Any = PanelWindow()
    qtbot.addWidget(main)
    main.resize(340, 500)
    show(main, qtbot)
    qtbot.waitUntil(lambda: main.target_builder.pending is None)  # the first target is built
    yield Window(main)
    main.target_importer.close()
    main.target_builder.close()
    qtbot.waitUntil(lambda: not work_is_running())

"""The export dialog by itself, and the controls in it by their names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.export.source import ExportSource
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize
from tests.app.conftest import Found, work_is_running

SMALL = ExportSpec(size=PictureSize(width=160, height=120), in_betweens=1, first=17)
WRITING_MS = 20_000


class Dialog:
    """The dialog as a person has it before them."""

    def __init__(self, dialog: ExportDialog, qtbot: QtBot) -> None:
        self.itself, self._qtbot = dialog, qtbot

    def find(self, kind: type[Found], name: str) -> Found:
        (found,) = self.itself.findChildren(kind, name)
        return found

    def choose(self, name: str, value: object) -> None:
        self.find(ChoiceBox, name).choose(value)

    def is_shown(self, name: str) -> bool:
        return self.find(QWidget, name).isVisibleTo(self.itself)

    @property
    def message(self) -> str:
        return self.find(QLabel, "exportMessage").text()

    @property
    def notice(self) -> str:
        return " ".join(label.text() for label in self.itself.findChildren(QLabel, "noticeText"))

    def write(self, path: Path) -> None:
        """Export, and wait for it."""
        self.find(QLineEdit, "exportPath").setText(str(path))
        with self._qtbot.waitSignal(self.itself.exported, timeout=WRITING_MS):
            self.find(QPushButton, "exportButton").click()


@contextmanager
def opened(project: Project, path: Path | None, qtbot: QtBot, *, is_saved: bool = True) -> Iterator[Dialog]:
    """The dialog for a project, whose window shows a picture of 300 × 200 pixels."""
    source = ExportSource(project, project.target.title, path, is_saved, window=PictureSize(width=300, height=200))
    found = ExportDialog(source, SMALL.model_copy(update={"seen": project.seen}), Path("/pictures"))
    qtbot.addWidget(found)
    found.show()
    yield Dialog(found, qtbot)
    found.close()
    qtbot.waitUntil(lambda: not work_is_running(), timeout=WRITING_MS)

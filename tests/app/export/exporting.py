"""The export dialog without a window, and its controls by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.export.exported_project import ExportedProject
from flowviz.app.export.source import Choices, ExportSource
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.projects import Project
from flowviz.specs import ExportSpec, PictureSize
from tests.app.conftest import Found, work_is_running

SMALL = ExportSpec(size=PictureSize(width=160, height=120), in_betweens=1, first=17)


class Dialog:
    """The dialog as the user sees it."""

    def __init__(self, dialog: ExportDialog, qtbot: QtBot) -> None:
        self.itself, self._qtbot = dialog, qtbot

    def find(self, kind: type[Found], name: str) -> Found:
        (child,) = self.itself.findChildren(kind, name)
        return child

    def choose(self, name: str, value: object) -> None:
        self.find(ChoiceBox, name).choose(value)

    def values(self, name: str) -> list[object]:
        """Return what a combo box offers."""
        box = self.find(ChoiceBox, name)
        return [box.itemData(number) for number in range(box.count())]

    def is_shown(self, name: str) -> bool:
        return self.find(QWidget, name).isVisibleTo(self.itself)

    @property
    def message(self) -> str:
        return self.find(QLabel, "exportMessage").text()

    @property
    def notice(self) -> str:
        return " ".join(label.text() for label in self.itself.findChildren(QLabel, "noticeText"))

    @property
    def button(self) -> QPushButton:
        return self.find(QPushButton, "exportButton")

    def name(self, path: Path) -> None:
        self.find(QLineEdit, "exportPath").setText(str(path))

    def write(self, path: Path) -> None:
        """Export to a path, and wait for the end."""
        self.name(path)
        with self._qtbot.waitSignal(self.itself.exported):
            self.button.click()


@contextmanager
def open_dialog(project: Project, path: Path | None, qtbot: QtBot, *, is_saved: bool = True) -> Iterator[Dialog]:
    """Open the dialog for a project that the window shows in 300 × 200 pixels."""
    size = PictureSize(width=300, height=200)
    source = ExportedProject(project.target.title, path, is_saved, project, size)
    with dialog_of(source, source.offered(SMALL.model_copy(update={"seen": project.seen})), qtbot) as dialog:
        yield dialog


@contextmanager
def dialog_of(source: ExportSource, choices: Choices, qtbot: QtBot) -> Iterator[Dialog]:
    """Open the dialog for a source."""
    dialog = ExportDialog(source, choices, Path("/pictures"))
    qtbot.addWidget(dialog)
    dialog.show()
    yield Dialog(dialog, qtbot)
    dialog.close()
    qtbot.waitUntil(lambda: not work_is_running())

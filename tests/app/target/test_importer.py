"""Importing target files, which are read in the background, without a window."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QMimeData, QObject
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from flowviz import targets
from flowviz.app.state.pages import Table
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.importer import TargetImporter
from flowviz.app.target.panel import TargetPanel
from flowviz.specs import ImageSpec, PointsSpec, TargetSpec
from tests.app.conftest import FileMenu
from tests.app.target.panel_window import finish_reading
from tests.app.target.test_panel import picture
from tests.conftest import PATIENCE_MS

__all__ = ["picture"]


class Reading:
    """An importer, and what it has read."""

    def __init__(self, qtbot: QtBot) -> None:
        self.owner, self.qtbot = QObject(), qtbot
        self.request = RequestState(Request(), self.owner)
        self.panel = TargetPanel(self.request, lambda: self.importer, lambda: None)
        qtbot.addWidget(self.panel)
        self.targets: list[TargetSpec] = []
        self.problems: list[str] = []
        self.importer = TargetImporter(
            self.panel, self.request, lambda _: None, lambda notice: self.problems.append(notice.text)
        )
        self.request.changed.connect(lambda _, new: self.targets.append(new.plan.target))

    def wait_for_all(self) -> None:
        """Wait until everything that was asked before has been computed."""
        finish_reading(self.importer, self.qtbot)


@pytest.fixture
def reading(qtbot: QtBot) -> Iterator[Reading]:
    reading = Reading(qtbot)
    yield reading
    reading.importer.close()
    qtbot.waitUntil(lambda: not reading.importer._background.isRunning())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("0.25,1.5\n-0.5,2.25\n1.25,-1.75\n-1.0,-0.5\n" * 25_000)
    return path


@pytest.mark.parametrize("pasted", [False, True])
def test_picture_replaces_the_points_that_are_being_read(
    reading: Reading, table: Path, picture: Path, pasted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = Event()

    def read(path: Path, columns: str, given: str | None) -> Iterator[float]:
        yield 0.5
        assert replaced.wait(PATIENCE_MS / 1000)
        yield 1.0

    monkeypatch.setattr(targets, "reading_points", read)
    reading.importer.open_file(table)
    reading.qtbot.waitUntil(lambda: not reading.panel.reading.isHidden())
    if pasted:
        media = QMimeData()
        media.setImageData(QImage(str(picture)))
        reading.importer.take_media(media)
    else:
        reading.importer.open_file(picture)
    replaced.set()
    reading.wait_for_all()
    assert [type(target) for target in reading.targets] == [ImageSpec]
    assert reading.panel.reading.isHidden()


def test_points_are_not_read_if_cancelled_before_their_columns_are_known(reading: Reading, table: Path) -> None:
    reading.importer.open_file(table)
    reading.importer.cancel()
    reading.wait_for_all()
    reading.wait_for_all()  # of a reading that the columns have started
    assert reading.targets == []


def test_points_replace_the_picture_that_is_being_read(reading: Reading, table: Path, picture: Path) -> None:
    reading.importer.open_file(picture)
    with reading.qtbot.waitSignal(reading.request.changed):
        reading.importer.open_file(table)
    assert [type(target) for target in reading.targets] == [PointsSpec]


def test_failure_of_a_cancelled_reading_is_not_reported(reading: Reading, tmp_path: Path) -> None:
    reading.importer.open_file(tmp_path / "missing.png")
    reading.importer.cancel()
    reading.wait_for_all()
    assert not any(reading.problems)


@pytest.mark.parametrize(("name", "function"), [("ramp.png", "read_image"), ("points.csv", "reading_points")])
def test_new_project_keeps_its_target_when_a_file_has_been_read(
    file_menu: FileMenu, monkeypatch: pytest.MonkeyPatch, table: Path, picture: Path, name: str, function: str
) -> None:
    reached, release = Event(), Event()
    read = getattr(targets, function)

    def read_late(*arguments: object, **choices: object) -> object:
        reached.set()
        release.wait(20)
        return read(*arguments, **choices)

    monkeypatch.setattr(targets, function, read_late)
    main = file_menu.window.main
    main.target_importer.open_file(picture.with_name(name))
    file_menu.wait(reached.is_set)
    with file_menu.qtbot.waitSignal(main.document_actions.document.opened):
        file_menu.choose("new")
    assert not file_menu.window.find(QPushButton, "readingCancel").isVisible()
    release.set()
    finish_reading(main.target_importer, file_menu.qtbot)
    assert main.request.value.kind == "text"
    assert not file_menu.is_changed


def test_closing_the_importer_does_not_disturb_the_reading(
    reading: Reading, table: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started, closed = Event(), Event()

    def read(path: Path, columns: str, given: str | None) -> Iterator[float]:
        started.set()
        assert closed.wait(PATIENCE_MS / 1000)
        yield 0.5

    monkeypatch.setattr(targets, "reading_points", read)
    reading.importer.read_columns(Table(table, ("x", "y")), (0, 1))
    reading.qtbot.waitUntil(started.is_set)
    reading.importer.close()
    sip.delete(reading.owner)  # the request that its result would change
    closed.set()
    reading.qtbot.waitUntil(lambda: not reading.importer._background.isRunning())
    assert not caplog.records

"""Reading target files in the background, without a window."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from flowviz import targets
from flowviz.app.state.pages import Table
from flowviz.app.target.file_reader import FileReader
from flowviz.specs import ImageSpec, PointsSpec
from tests.app.conftest import FileMenu
from tests.app.target.test_panel import picture
from tests.conftest import PATIENCE_MS

__all__ = ["picture"]


class Reading:
    """A reader, and what it has read."""

    def __init__(self, qtbot: QtBot) -> None:
        self.owner, self.qtbot = QObject(), qtbot
        self.reader = FileReader(self.owner)
        self.results: list[ImageSpec | PointsSpec] = []
        self.reader.picture_read.connect(self.results.append)
        self.reader.points_read.connect(lambda points, *_: self.results.append(points))

    def wait_for_all(self) -> None:
        """Wait until everything that was asked before has been computed."""
        with self.qtbot.waitSignal(self.reader.faces_read):
            self.reader.read_faces()


@pytest.fixture
def reading(qtbot: QtBot) -> Iterator[Reading]:
    reading = Reading(qtbot)
    yield reading
    reading.reader.close()
    qtbot.waitUntil(lambda: not reading.reader._background.isRunning())


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text("0.25,1.5\n-0.5,2.25\n1.25,-1.75\n-1.0,-0.5\n" * 25_000)
    return path


@pytest.mark.parametrize("pasted", [False, True])
def test_picture_replaces_the_points_that_are_being_read(
    reading: Reading, table: Path, picture: Path, pasted: bool
) -> None:
    with reading.qtbot.waitSignal(reading.reader.progressed):
        reading.reader.read_points(table)
    if pasted:
        reading.reader.take_picture(QImage(str(picture)))
    else:
        reading.reader.read_picture(picture)
    reading.wait_for_all()
    assert [type(result) for result in reading.results] == [ImageSpec]


def test_points_are_not_read_if_cancelled_before_their_columns_are_known(reading: Reading, table: Path) -> None:
    reading.reader.read_points(table)
    reading.reader.cancel()
    reading.wait_for_all()
    reading.wait_for_all()  # of a reading that the columns have started
    assert reading.results == []


def test_points_replace_the_picture_that_is_being_read(reading: Reading, table: Path, picture: Path) -> None:
    reading.reader.read_picture(picture)
    with reading.qtbot.waitSignal(reading.reader.points_read):
        reading.reader.read_points(table)
    assert [type(result) for result in reading.results] == [PointsSpec]


def test_failure_of_a_cancelled_reading_is_not_reported(reading: Reading, tmp_path: Path) -> None:
    with reading.qtbot.assertNotEmitted(reading.reader.failed):
        reading.reader.read_picture(tmp_path / "missing.png")
        reading.reader.cancel()
        reading.wait_for_all()


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
    main, reader = file_menu.window.main, file_menu.window.main.target_importer._reader
    main.target_importer.open_file(picture.with_name(name))
    file_menu.wait(reached.is_set)
    with file_menu.qtbot.waitSignal(main.document_actions.document.opened):
        file_menu.choose("new")
    assert not file_menu.window.find(QPushButton, "readingCancel").isVisible()
    release.set()
    with file_menu.qtbot.waitSignal(reader.faces_read):
        reader.read_faces()  # after the file, in the same thread
    assert main.request.value.kind == "text"
    assert not file_menu.is_changed


def test_deleting_the_reader_does_not_disturb_the_reading(
    reading: Reading, table: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started, deleted = Event(), Event()

    def read(path: Path, columns: str, given: str | None) -> Iterator[float]:
        started.set()
        assert deleted.wait(PATIENCE_MS / 1000)
        yield 0.5

    monkeypatch.setattr(targets, "reading_points", read)
    reading.reader.read_columns(Table(table, ("x", "y")), (0, 1))
    reading.qtbot.waitUntil(started.is_set)
    reading.reader.close()
    sip.delete(reading.owner)
    deleted.set()
    reading.qtbot.waitUntil(lambda: not reading.reader._background.isRunning())
    assert not caplog.records

"""Files and pictures are read off the GUI thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import NamedTuple, TypeVar

import numpy as np
from PyQt6.QtCore import QBuffer, QObject, pyqtSignal
from PyQt6.QtGui import QImage

from flowviz.app.notices.notice import Notice
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import TargetError
from flowviz.specs import ImageSpec, PointsSpec
from flowviz.targets import build_target, columns_of, image_spec, installed_faces, read_image, reading_points

UNCOMPRESSED = 100  # the quality of a PNG, to Qt: it is made small afterwards
POINTS = "points"  # what a notice of them is about
Read = TypeVar("Read")


class Table(NamedTuple):
    """A file of points, and what its columns are called."""

    path: Path
    names: tuple[str, ...]


class FileReader(QObject):
    """Announces what was read, or what is wrong with it."""

    picture_read = pyqtSignal(object)  # ImageSpec
    points_read = pyqtSignal(object, object, object)  # PointsSpec, the Table that they are from, which columns of it
    points_refused = pyqtSignal(object, object)  # the Table in which these columns hold no points
    progressed = pyqtSignal(float)  # the share of the points that is read
    _advanced = pyqtSignal(object, float)
    faces_read = pyqtSignal(object)  # Faces
    failed = pyqtSignal(object)  # Notice

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = LatestWorker()
        self._background.failed.connect(self._take_failure)
        self._cancelled = Flag()
        self._asked: tuple[Table, tuple[int, int]] | None = None  # the points that are read now, or were last
        self._advanced.connect(self._take_advance)

    def read_picture(self, path: Path) -> None:
        """Read a picture from a file."""
        self._ask("picture", lambda: _with_ink(read_image(path)), self.picture_read.emit)

    def take_picture(self, image: QImage) -> None:
        """Take a picture that was copied or dragged."""
        self._ask("picture", lambda: _with_ink(_of_image(image)), self.picture_read.emit)

    def read_points(self, path: Path) -> None:
        """Read the first two columns of a file of points, after the names of all."""
        self.cancel()
        self._ask("columns", partial(columns_of, path), partial(self._take_columns, path))

    def read_columns(self, table: Table, columns: tuple[int, int]) -> None:
        """Read two columns of a file of points, numbered from 0."""
        self.cancel()
        cancelled = self._cancelled = Flag()
        self.progressed.emit(0.0)
        self._asked = table, columns
        read = partial(self._read, table.path, f"{columns[0] + 1},{columns[1] + 1}", cancelled)
        self._ask(POINTS, read, partial(self._take_points, table, columns))

    def cancel(self) -> None:
        """Read no further in a file of points."""
        self._cancelled.set()

    def read_faces(self) -> None:
        """Find the installed fonts."""
        self._background.ask("fonts", installed_faces, self.faces_read.emit)

    def close(self) -> None:
        """End after what is being read."""
        self.cancel()
        self._background.close()

    def _ask(self, topic: str, read: Callable[[], Read], on_result: Callable[[Read], object]) -> None:
        self._background.ask(topic, read, on_result)

    def _take_columns(self, path: Path, names: tuple[str, ...]) -> None:
        self.read_columns(Table(path, names), (0, 1))

    def _read(self, path: Path, columns: str, cancelled: Flag) -> PointsSpec | None:
        reading = reading_points(path, columns)
        while not cancelled.is_set():
            try:
                self._advanced.emit(cancelled, next(reading))
            except StopIteration as end:
                found: PointsSpec = end.value
                return found
        reading.close()
        return None

    def _take_advance(self, cancelled: Flag, share: float) -> None:
        if not cancelled.is_set():  # it may have been on its way when that happened
            self.progressed.emit(share)

    def _take_points(self, table: Table, columns: tuple[int, int], points: PointsSpec | None) -> None:
        if points is not None:
            self.points_read.emit(points, table, columns)

    def _take_failure(self, notice: Notice) -> None:
        if notice.topic == POINTS and self._asked is not None:
            self.points_refused.emit(*self._asked)
        self.failed.emit(notice)


def _with_ink(picture: ImageSpec) -> ImageSpec:
    """The picture, if some threshold finds something in it to learn. Raises `TargetError`."""
    try:
        build_target(picture)
    except TargetError:
        shades = build_target(ImageSpec(**{**picture.model_dump(), "grayscale": True})).preview()
        if np.ptp(shades) == 0:
            raise
    return picture


def _of_image(image: QImage) -> ImageSpec:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", UNCOMPRESSED)
    return image_spec(bytes(buffer.data().data()), "pasted picture")

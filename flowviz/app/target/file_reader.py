"""Reading of pictures and point files in a background thread."""

from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from threading import Event as Flag

import numpy as np
from PyQt6.QtCore import QBuffer, QObject, pyqtSignal
from PyQt6.QtGui import QImage

from flowviz import targets
from flowviz.app.notices.notice import Notice
from flowviz.app.state.pages import Table, TableColumns
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import TargetError
from flowviz.specs import ConditionalSpec, ImageSpec, PointsSpec
from flowviz.targets.tables import Columns

Reading = Generator[float, None, PointsSpec | ConditionalSpec]

UNCOMPRESSED = 100  # PNG quality in Qt; the picture is scaled down and compressed afterwards
POINTS, FONTS = "points", "fonts"  # topics of notices


class FileReader(QObject):
    """Reader of target files that emits a signal with the result, or with a notice if reading fails."""

    picture_read = pyqtSignal(object)  # ImageSpec
    # PointsSpec or ConditionalSpec, its Table and TableColumns, and a sentence if the user has not chosen these
    points_read = pyqtSignal(object, object, object, str)
    points_refused = pyqtSignal(object, object)  # Table, TableColumns that contain no points
    progressed = pyqtSignal(float)  # share of the points that have been read, 0 to 1
    faces_read = pyqtSignal(object)  # Faces
    failed = pyqtSignal(object)  # Notice

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = LatestWorker()
        self._background.failed.connect(self._on_failed)
        self._cancelled = Flag()
        self._latest: tuple[Table, TableColumns] | None = None  # table and columns of the latest reading

    def read_picture(self, path: Path) -> None:
        """Read a picture file instead of the file that is being read."""
        self._start_picture(lambda: targets.read_image(path))

    def take_picture(self, image: QImage) -> None:
        """Read a picture that was pasted or dropped."""
        self._start_picture(lambda: _pasted_picture(image))

    def read_points(self, path: Path) -> None:
        """Read the names of all columns of a point file, then its first two columns of numbers."""
        cancelled = self._restart()
        self._background.ask("columns", partial(targets.columns_of, path), partial(self._on_columns, path, cancelled))

    def read_columns(self, table: Table, columns: TableColumns) -> None:
        """Read two columns of a point file, and perhaps one with a condition, by their indices."""
        self._start_reading(table, columns, self._restart())

    def cancel(self) -> None:
        """Cancel reading a picture or a point file."""
        self._cancelled.set()

    def read_faces(self) -> None:
        """Find the installed fonts."""
        self._background.ask(FONTS, targets.installed_faces, self.faces_read.emit)

    def close(self) -> None:
        """Cancel reading, and stop after the file that is being read."""
        self.cancel()
        self._background.close()

    def _restart(self) -> Flag:
        """Cancel the current reading, and return the cancellation flag of the next one."""
        self.cancel()
        self._cancelled = Flag()
        return self._cancelled

    def _start_picture(self, read: Callable[[], ImageSpec]) -> None:
        on_picture = partial(self._on_picture, self._restart())
        self._background.ask("picture", lambda: _checked_for_ink(read()), on_picture)

    def _on_picture(self, cancelled: Flag, picture: ImageSpec) -> None:
        if not cancelled.is_set():
            self.picture_read.emit(picture)

    def _on_columns(self, path: Path, cancelled: Flag, found: Columns) -> None:
        if not cancelled.is_set():
            self._start_reading(Table(path, found.names), found.usual, cancelled, found.sentence(path.name))

    def _start_reading(self, table: Table, columns: TableColumns, cancelled: Flag, note: str = "") -> None:
        self.progressed.emit(0.0)
        self._latest = table, columns
        read = partial(self._read_points, _reading(table.path, columns), cancelled)
        self._background.ask(POINTS, read, partial(self._on_points, table, columns, note))

    def _read_points(self, progress: Reading, cancelled: Flag) -> PointsSpec | ConditionalSpec | None:
        while not cancelled.is_set():
            try:
                self._background.call_soon(partial(self._on_advanced, cancelled, next(progress)))
            except StopIteration as end:
                points: PointsSpec | ConditionalSpec = end.value
                return points
        progress.close()
        return None

    def _on_advanced(self, cancelled: Flag, share: float) -> None:
        if not cancelled.is_set():  # the call may have been queued before the cancellation
            self.progressed.emit(share)

    def _on_points(
        self, table: Table, columns: TableColumns, note: str, points: PointsSpec | ConditionalSpec | None
    ) -> None:
        if points is not None:
            self.points_read.emit(points, table, columns, note)

    def _on_failed(self, notice: Notice) -> None:
        if self._cancelled.is_set() and notice.topic != FONTS:
            return
        if notice.topic == POINTS and self._latest is not None:
            self.points_refused.emit(*self._latest)
        self.failed.emit(notice)


def _reading(path: Path, columns: TableColumns) -> Reading:
    """Read two columns of a file step by step and, if there is a third one, the condition of the points."""
    x, y, *others = (str(column + 1) for column in columns)
    given = others[0] if others else None
    points = yield from targets.reading_points(path, f"{x},{y}", given=given)
    if given is None:
        return points
    return ConditionalSpec(sources=(points,), column=(yield from targets.reading_condition(path, given)))


def _checked_for_ink(picture: ImageSpec) -> ImageSpec:
    """Return the picture if some threshold finds ink in it. Raises `TargetError` for a blank picture."""
    try:
        targets.build_target(picture)
    except TargetError:
        shades = targets.build_target(ImageSpec(**{**picture.model_dump(), "grayscale": True})).preview()
        if np.ptp(shades) == 0:
            raise
    return picture


def _pasted_picture(image: QImage) -> ImageSpec:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", UNCOMPRESSED)
    return targets.image_spec(bytes(buffer.data().data()), "pasted picture")

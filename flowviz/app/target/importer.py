"""The importer: turns files, pictures and text that are opened, pasted or dropped into targets."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import Any

from PyQt6.QtCore import QMimeData
from PyQt6.QtGui import QGuiApplication, QImage

from flowviz import targets
from flowviz.app.desktop.existing import existing
from flowviz.app.notices.notice import OPENING, Notice
from flowviz.app.state.pages import PointsContents, Table, TableColumns
from flowviz.app.state.request import RequestState
from flowviz.app.target.panel import TargetPanel
from flowviz.app.target.reading import checked_for_ink, pasted_picture, reading_columns
from flowviz.app.threads.latest import LatestWorker
from flowviz.file_kinds import NUMBERS, PROJECT_SUFFIX
from flowviz.lessons import is_lesson
from flowviz.projects.recording import is_recording
from flowviz.specs import ConditionalSpec, ImageSpec, PointsSpec
from flowviz.targets.tables import Columns

NOTHING_COPIED = "The clipboard contains nothing that a flow can learn."
SOURCE = "source"  # topic of its notices
POINTS, FONTS = "points", "fonts"  # topics of its queries


class TargetImporter:
    """Imports files, pictures and text as the requested target, which stays the same if an import fails.

    Files are read in the background, one at a time: an import cancels the one before it.
    """

    def __init__(
        self,
        panel: TargetPanel,
        request: RequestState,
        take_project: Callable[[Path], object],
        post: Callable[[Notice], object],
    ) -> None:
        """Create an importer.

        Args:
            panel: The panel of the target.
            request: The request.
            take_project: Called with a project or a lesson that was dropped, pasted or chosen.
            post: Shows a notice.
        """
        self._panel, self._request, self._take_project, self._post = panel, request, take_project, post
        self._background = LatestWorker(self._on_failed)
        self._cancelled = Flag()  # for the thread, which then leaves the file that it reads
        self._offered: dict[str, Any] = {}  # if the columns that are read contain no points, as others of the table may
        request.watch(lambda value: (value.kind, value.plan.target, value.problem), lambda _: post(Notice(SOURCE)))

    def open_file(self, path: Path) -> None:
        """Import points or a picture, or pass on a lesson or a project, which may be that of a recorded flow."""
        if path.suffix.lower() == PROJECT_SUFFIX or is_lesson(path) or is_recording(path):
            self._post(Notice(SOURCE))
            self._take_project(path)
        elif path.suffix.lower() in NUMBERS.suffixes:
            self.read_table(path)
        else:
            self.read_picture(path)

    def read_picture(self, path: Path) -> None:
        """Import the picture of a file."""
        self._import_picture(partial(targets.read_image, path))

    def read_table(self, path: Path) -> None:
        """Read the names of all columns of a table, then its first two columns of numbers."""
        self._stop_reading()
        self._background.ask("columns", partial(targets.columns_of, path), partial(self._take_columns, path))

    def read_columns(self, table: Table, columns: TableColumns, note: str = "") -> None:
        """Read two columns of a table, and perhaps one with a condition; the note says what was chosen for the user."""
        self._stop_reading()
        self._panel.reading.show_progress(0.0)
        self._offered = {"table": table, "columns": columns} if len(table.names) > 2 else {}
        self._cancelled = Flag()
        read = partial(self._read_points, table.path, columns, self._cancelled)
        self._background.ask(POINTS, read, partial(self._take_points, table, columns, note))

    def find_fonts(self) -> None:
        """Find the installed fonts, and offer them."""
        self._background.ask(FONTS, targets.installed_faces, self._panel.text.fonts.show_faces)

    def paste(self) -> None:
        """Import a file, a picture or text from the clipboard."""
        media = existing(QGuiApplication.clipboard()).mimeData()
        if media is None or not self.take_media(media):
            self._post(Notice(SOURCE, NOTHING_COPIED, "Copy a picture, a file or a text first."))

    def take_media(self, media: QMimeData) -> bool:
        """Import what was pasted or dropped, and return whether it is a file, a picture or text."""
        files = [url.toLocalFile() for url in media.urls() if url.isLocalFile()]
        image = media.imageData() if media.hasImage() else None
        if files:
            self.open_file(Path(files[0]))
        elif isinstance(image, QImage) and not image.isNull():
            self._import_picture(partial(pasted_picture, image))
        elif media.hasText() and media.text().strip():
            self._request.show_text(media.text())
        else:
            return False
        return True

    def cancel(self) -> None:
        """Cancel the import in progress, which would replace the requested target."""
        self._stop_reading()
        self._panel.points.refresh()

    def close(self) -> None:
        """Cancel the import in progress, and end the thread after the file that is being read."""
        self._cancelled.set()
        self._background.close()

    def _stop_reading(self) -> None:
        """Stop the import in progress, and withdraw the notice of the one before."""
        self._post(Notice(SOURCE))
        self._cancelled.set()
        self._background.drop(kept={FONTS})
        self._panel.reading.hide()

    def _import_picture(self, read: Callable[[], ImageSpec]) -> None:
        self._stop_reading()
        self._background.ask("picture", lambda: checked_for_ink(read()), self._take_picture)

    def _take_picture(self, picture: ImageSpec) -> None:
        self._post(Notice(OPENING))
        self._request.show_page(replace(self._request.value.pages.image, picture=picture))

    def _take_columns(self, path: Path, found: Columns) -> None:
        self.read_columns(Table(path, found.names), found.usual, found.sentence(path.name))

    def _read_points(self, path: Path, columns: TableColumns, cancelled: Flag) -> PointsSpec | ConditionalSpec | None:
        """Read points in the thread; return None if that was cancelled."""
        progress = reading_columns(path, columns)
        while not cancelled.is_set():
            try:
                self._background.call_soon(partial(self._show_progress, cancelled, next(progress)))
            except StopIteration as end:
                points: PointsSpec | ConditionalSpec = end.value
                return points
        progress.close()
        return None

    def _show_progress(self, cancelled: Flag, share: float) -> None:
        if not cancelled.is_set():  # the call may have been queued before the cancellation
            self._panel.reading.show_progress(share)

    def _take_points(
        self, table: Table, columns: TableColumns, note: str, points: PointsSpec | ConditionalSpec | None
    ) -> None:
        self._panel.reading.hide()
        self._post(Notice(OPENING))
        self._request.show_page(PointsContents(table, columns, points))
        self._panel.points.note.show_text(note)

    def _on_failed(self, notice: Notice) -> None:
        if notice.topic == POINTS and self._offered:
            self._request.show_page(replace(self._request.value.pages.points, **self._offered))
        self._panel.reading.hide()
        self._post(replace(notice, topic=SOURCE))

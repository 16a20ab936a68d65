"""The importer: turns files, pictures and text that are opened, pasted or dropped into targets."""

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QImage

from flowviz.app.notices.notice import OPENING, Notice
from flowviz.app.state.pages import PointsContents, Table, TableColumns
from flowviz.app.state.request import RequestState
from flowviz.app.target.file_reader import FileReader
from flowviz.app.target.panel import TargetPanel
from flowviz.file_kinds import NUMBERS, PROJECT_SUFFIX
from flowviz.projects.recording import is_recording
from flowviz.specs import ConditionalSpec, ImageSpec, PointsSpec

NOTHING_COPIED = "The clipboard contains nothing that a flow can learn."
SOURCE = "source"  # topic of its notices


class TargetImporter(QObject):
    """Imports files, pictures and text as the requested target, which stays the same if an import fails."""

    notice_posted = pyqtSignal(object)  # Notice
    project_arrived = pyqtSignal(object)  # Path of a project that was dropped or pasted

    def __init__(self, panel: TargetPanel, request: RequestState, parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._request = panel, request
        self._reader = FileReader(self)
        self._connect()

    def open_file(self, path: Path) -> None:
        """Import points or a picture, or announce a project, which may be that of a recorded flow."""
        if path.suffix.lower() == PROJECT_SUFFIX or is_recording(path):
            self._withdraw_notice()
            self.project_arrived.emit(path)
        elif path.suffix.lower() in NUMBERS.suffixes:
            self._read_points(path)
        else:
            self._read_picture(path)

    def paste(self) -> None:
        """Import a file, a picture or text from the clipboard."""
        clipboard = QGuiApplication.clipboard()
        media = clipboard.mimeData() if clipboard is not None else None
        if media is None or not self.take_media(media):
            self.notice_posted.emit(Notice(SOURCE, NOTHING_COPIED, "Copy a picture, a file or a text first."))

    def take_media(self, media: QMimeData) -> bool:
        """Import what was pasted or dropped, and return whether it is a file, a picture or text."""
        files = [url.toLocalFile() for url in media.urls() if url.isLocalFile()]
        image = media.imageData() if media.hasImage() else None
        if files:
            self.open_file(Path(files[0]))
        elif isinstance(image, QImage) and not image.isNull():
            self._reader.take_picture(image)
        elif media.hasText() and media.text().strip():
            self._request.show_text(media.text())
        else:
            return False
        return True

    def cancel(self) -> None:
        """Cancel the import in progress, which would replace the requested target."""
        self._reader.cancel()
        self._panel.reading.hide()
        self._panel.points.refresh()

    def close(self) -> None:
        """Stop reading files."""
        self._reader.close()

    def _connect(self) -> None:
        panel, reader = self._panel, self._reader
        self._request.watch(lambda value: (value.kind, value.plan.target, value.problem), self._withdraw_notice)
        panel.text.media_arrived.connect(self.take_media)
        panel.image.file_chosen.connect(lambda path: self._read_picture(Path(path)))
        panel.image.paste_requested.connect(self.paste)
        panel.points.file_chosen.connect(lambda path: self._read_points(Path(path)))
        panel.points.columns_chosen.connect(reader.read_columns)
        panel.reading.cancel_requested.connect(self.cancel)
        reader.picture_read.connect(self._on_picture_read)
        reader.points_read.connect(self._on_points_read)
        reader.points_refused.connect(self._on_points_refused)
        reader.progressed.connect(panel.reading.show_progress)
        panel.text.fonts.faces_wanted.connect(reader.read_faces)
        reader.failed.connect(self._on_failed)
        reader.faces_read.connect(panel.text.fonts.show_faces)

    def _read_picture(self, path: Path) -> None:
        self._withdraw_notice()
        self._reader.read_picture(path)

    def _read_points(self, path: Path) -> None:
        self._withdraw_notice()
        self._reader.read_points(path)

    def _withdraw_notice(self, _: object = None) -> None:
        self.notice_posted.emit(Notice(SOURCE))

    def _on_picture_read(self, picture: ImageSpec) -> None:
        self._end_reading()
        self._request.show_page(replace(self._request.value.pages.image, picture=picture))

    def _on_points_read(
        self, points: PointsSpec | ConditionalSpec, table: Table, columns: TableColumns, note: str
    ) -> None:
        self._end_reading()
        self._request.show_page(PointsContents(table, columns, points))
        self._panel.points.note.show_text(note)

    def _end_reading(self) -> None:
        self._panel.reading.hide()
        self.notice_posted.emit(Notice(OPENING))

    def _on_failed(self, notice: Notice) -> None:
        self._panel.reading.hide()
        self.notice_posted.emit(replace(notice, topic=SOURCE))

    def _on_points_refused(self, table: Table, columns: TableColumns) -> None:
        """Offer the other columns of a table, which may contain points."""
        if len(table.names) > 2:
            points = self._request.value.pages.points.points
            self._request.show_page(PointsContents(table, columns, points))

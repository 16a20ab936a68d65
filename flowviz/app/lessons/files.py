"""The files of lessons: opens them and drops of them, and exports worksheets."""

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QMimeData, QObject
from PyQt6.QtWidgets import QFileDialog, QMainWindow

from flowviz.app.document.dialogs import file_dialog
from flowviz.app.export.progress import EXPORT, ExportWorker
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.notices.notice import Notice
from flowviz.exporting import Steps
from flowviz.files import as_file_name, atomic_write
from flowviz.lessons import Lesson, is_lesson

FILTER = "Lessons (*.toml)"


class LessonFiles(QObject):
    """Asks for the files of lessons and worksheets."""

    def __init__(self, window: QMainWindow, lessons: Lessons) -> None:
        super().__init__(window)
        self._window, self._lessons = window, lessons

    def choose(self) -> None:
        """Ask for the file of a lesson, and run it."""
        take = self._lessons.open
        dialog = file_dialog(self._window, "openLessonDialog", "Open Lesson", take, None, FILTER, "All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.open()

    def take_media(self, media: QMimeData) -> bool:
        """Run a lesson that was dropped on the window; return whether it was one."""
        files = [Path(url.toLocalFile()) for url in media.urls() if url.isLocalFile()]
        if files and is_lesson(files[0]):
            self._lessons.open(files[0])
            return True
        return False

    def export_worksheet(self) -> None:
        """Ask where to save the current lesson as a worksheet."""
        lesson = self._lessons.lesson
        if lesson is None:
            return
        take = partial(self._save_worksheet, lesson)
        dialog = file_dialog(self._window, "worksheetDialog", "Export Worksheet", take, None, "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{as_file_name(lesson.title)}.pdf")
        dialog.open()

    def _save_worksheet(self, lesson: Lesson, path: Path) -> None:
        """Write a worksheet in a thread, because Matplotlib takes long to load and to write."""
        worker = ExportWorker(partial(_write_worksheet, lesson, path))
        worker.ended.connect(partial(self._take_end, path))
        worker.start()

    def _take_end(self, path: Path, outcome: bool | Notice) -> None:
        failed = isinstance(outcome, Notice)
        self._lessons.notice_posted.emit(outcome if failed else Notice(EXPORT))
        if not failed:
            self._lessons.done.emit(f"Exported to {path}")


def _write_worksheet(lesson: Lesson, path: Path) -> Steps:
    from flowviz.lessons.worksheet import save_worksheet  # loads Matplotlib

    with atomic_write(path) as part:
        save_worksheet(lesson, part)
        yield

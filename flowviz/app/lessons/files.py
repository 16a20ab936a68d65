"""The files of lessons: opens them and drops of them, and exports worksheets."""

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QMimeData, QObject
from PyQt6.QtWidgets import QFileDialog, QMainWindow

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
        lessons.open_requested.connect(self.choose)

    def choose(self) -> None:
        """Ask for the file of a lesson, and run it."""
        dialog = QFileDialog(self._window, "Open Lesson", str(Path.home()), f"{FILTER};;All files (*)")
        dialog.setObjectName("openLessonDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(lambda name: self._lessons.open(Path(name)))
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
        name = str(Path.home() / f"{as_file_name(lesson.title)}.pdf")
        dialog = QFileDialog(self._window, "Export Worksheet", name, "PDF (*.pdf)")
        dialog.setObjectName("worksheetDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(name)
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(partial(self._save_worksheet, lesson))
        dialog.open()

    def _save_worksheet(self, lesson: Lesson, name: str) -> None:
        """Write a worksheet in a thread, because Matplotlib takes long to load and to write."""
        worker, lessons = ExportWorker(partial(_write_worksheet, lesson, Path(name))), self._lessons
        worker.exported.connect(lambda: lessons.done.emit(f"Exported to {name}"))
        worker.exported.connect(lambda: lessons.notice_posted.emit(Notice(EXPORT)))
        worker.failed.connect(lessons.notice_posted)
        worker.start()


def _write_worksheet(lesson: Lesson, path: Path) -> Steps:
    from flowviz.lessons.worksheet import save_worksheet  # loads Matplotlib

    with atomic_write(path) as part:
        save_worksheet(lesson, part)
        yield

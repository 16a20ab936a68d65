"""The files of lessons: opens them, and exports worksheets and results."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.document.dialogs import ask_for_file
from flowviz.app.export.progress import EXPORT, ExportWorker
from flowviz.app.notices.notice import Notice
from flowviz.files import as_file_name
from flowviz.lessons import Lesson
from flowviz.lessons.results import save_results

if TYPE_CHECKING:
    from flowviz.app.lessons.lessons import Lessons

FILTER = "Lessons (*.toml)"


class LessonFiles(QObject):
    """Asks for the files of lessons, worksheets and results."""

    def __init__(self, window: QMainWindow, lessons: "Lessons") -> None:
        super().__init__(window)
        self._window, self._lessons = window, lessons

    def choose(self) -> None:
        """Ask for the file of a lesson, and run it."""
        ask_for_file(self._window, "openLessonDialog", "Open Lesson", self._lessons.open, None, FILTER, "All files (*)")

    def export_worksheet(self) -> None:
        """Ask where to save the current lesson as a worksheet."""
        if (lesson := self._lessons.lesson) is not None:
            self._export(
                "worksheetDialog", "Export Worksheet", "PDF (*.pdf)", f"{as_file_name(lesson.title)}.pdf",
                partial(_save_worksheet, lesson),
            )  # fmt: skip

    def export_results(self) -> None:
        """Ask where to save the learner's results in all lessons."""
        if results := self._lessons.results():
            self._export(
                "resultsDialog", "Export Results", "CSV (*.csv)", "lesson results.csv", partial(save_results, results)
            )

    def _export(self, dialog_name: str, title: str, file_type: str, name: str, write: Callable[[Path], object]) -> None:
        """Ask where to save a file with a proposed name, and let `write` write it."""
        take = partial(self._save, write)
        ask_for_file(self._window, dialog_name, title, take, None, file_type, saved_as=Path(name))

    def _save(self, write: Callable[[Path], object], path: Path) -> None:
        """Write a file in a thread, because worksheets load Matplotlib, which takes seconds."""
        from flowviz.exporting.pictures import write_once  # loads Pillow

        worker = ExportWorker(partial(write_once, path, write))
        worker.ended.connect(partial(self._take_end, path))
        worker.start()

    def _take_end(self, path: Path, outcome: bool | Notice) -> None:
        if isinstance(outcome, Notice):
            self._lessons.post(outcome)
        else:
            self._lessons.post(Notice(EXPORT))
            self._lessons.say(f"Exported to {path}")


def _save_worksheet(lesson: Lesson, path: Path) -> None:
    from flowviz.lessons.worksheet import save_worksheet  # loads Matplotlib

    save_worksheet(lesson, path)

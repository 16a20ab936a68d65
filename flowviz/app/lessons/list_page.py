"""The list of lessons."""

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.lessons.end_page import EXPORT_TIP
from flowviz.app.lessons.page_layout import lay_out_page
from flowviz.app.widgets.controls import button, discard, lay_out, named, on_click
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.lessons import Lesson
from flowviz.lessons.markdown import as_line, as_plain, as_plain_line
from flowviz.lessons.progress import Progress

INTRODUCTION = "Each lesson takes a few minutes, and runs on a real flow. You can interrupt it at any time."


class ListPage(QWidget):
    """A button for each lesson, with its title, a sentence, its duration and the learner's progress."""

    def __init__(
        self,
        *,
        begin: Callable[[Lesson], object],
        choose_file: Callable[[], object],
        export_results: Callable[[], object],
        leave: Callable[[], object],
    ) -> None:
        """Create an empty list.

        Args:
            begin: Begins or continues a lesson.
            choose_file: Asks for the file of a lesson.
            export_results: Asks where to save the results.
            leave: Closes the panel.
        """
        super().__init__()
        self._begin = begin
        self.setObjectName("lessonList")
        introduction = WrappingLabel("lessonsIntroduction", "About the lessons", INTRODUCTION)
        self._entries = QWidget()
        self._column = lay_out(QVBoxLayout(self._entries))
        tip = "Open a lesson from a file that ends in .toml"
        self._open = button("lessonOpenButton", "&Open Lesson…", tip, run=choose_file)
        export = button("lessonListResultsButton", "&Export Results…", EXPORT_TIP, run=export_results)
        close = button("lessonCloseButton", "&Close", "Close the lessons, and return to the panels", run=leave)
        buttons = lay_out(QVBoxLayout(), self._open, export, close)
        lay_out_page(self, ScrollColumn(introduction, self._entries), buttons)

    @property
    def entries(self) -> list["LessonEntry"]:
        """Return the buttons of the lessons."""
        return self._entries.findChildren(LessonEntry)

    def show_lessons(self, lessons: Sequence[tuple[Lesson, Progress]]) -> None:
        """Show lessons and the progress in them."""
        for entry in self.entries:
            discard(entry)
        for place, (lesson, progress) in enumerate(lessons, start=1):
            entry = LessonEntry(place, lesson, progress)
            self._column.addWidget(on_click(entry, partial(self._begin, lesson)))

    def take_focus(self) -> None:
        """Give the focus to the first lesson that is not finished, or else to the first of all."""
        unfinished = [entry for entry in self.entries if not entry.is_finished]
        first, *_ = [*unfinished, *self.entries, self._open]
        first.setFocus()


class LessonEntry(QPushButton):
    """Button with the title of a lesson, a sentence about it, its duration and the progress in it."""

    def __init__(self, place: int, lesson: Lesson, progress: Progress) -> None:
        """Create a button for a lesson at a place in the list, from 1."""
        super().__init__()
        self.setAutoDefault(True)
        self.is_finished = progress.is_finished(lesson)
        words = progress.words(lesson)
        facts = f"{lesson.minutes} min{f' · {words}' if words else ''}{' ✓' if self.is_finished else ''}"
        name, tip = as_plain_line(lesson.numbered_title), "Begin or continue this lesson"
        description = f"{as_plain(lesson.summary)} {lesson.minutes} minutes{f', {words}' if words else ''}"
        named(self, f"lesson{place}", name, tip, description)
        label = WrappingLabel(
            f"lessonEntry{place}",
            "Lesson",
            f"<b>{as_line(lesson.numbered_title)}</b><br>{as_line(lesson.summary)}<br><i>{facts}</i>",
        )
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        QVBoxLayout(self).addWidget(label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def sizeHint(self) -> QSize:
        return existing(self.layout()).sizeHint()

    def minimumSizeHint(self) -> QSize:
        return existing(self.layout()).minimumSize()

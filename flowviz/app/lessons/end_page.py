"""The page at the end of a lesson: what was learned, how many predictions were right, and the ways on."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from flowviz.app.lessons.page_layout import lay_out_page
from flowviz.app.lessons.state import Attendance
from flowviz.app.widgets.controls import button, lay_out
from flowviz.app.widgets.labels import WrappingLabel, shortened
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.lessons import next_lesson
from flowviz.lessons.markdown import as_html, as_plain

EXPORT_TIP = (
    "Save which predictions were right, and how far you have come, as a table without your name; of your own lessons, "
    "only the one that is open"
)
MAX_NAME = 24  # characters


class EndPage(QWidget):
    """The end of a lesson, with the ways on."""

    def __init__(
        self,
        *,
        export_results: Callable[[], object],
        leave: Callable[[], object],
        back: Callable[[], object],
        show_list: Callable[[], object],
        open_next: Callable[[], object],
    ) -> None:
        """Create an empty page.

        Args:
            export_results: Asks where to save the results.
            leave: Returns to the learner's project.
            back: Returns to the last step.
            show_list: Shows the list of lessons.
            open_next: Begins or continues the next lesson, if there is one.
        """
        super().__init__()
        self.setObjectName("lessonEnd")
        self._text = WrappingLabel("lessonEndText", "The end of the lesson")
        self._text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._text.setAccessibleDescription("What you have learned")
        export = button("lessonResultsButton", "&Export Results…", EXPORT_TIP, run=export_results)
        self._leave = button("lessonReturnButton", "&Return", "Leave the lesson", run=leave)
        last = button("lessonLastStepButton", "&Back", "Go to the last step", run=back)
        all_lessons = button("lessonEndListButton", "All &Lessons", "Show the list of lessons", run=show_list)
        tip = "Begin or continue the next lesson"
        self._next = button("lessonNextLessonButton", "&Next Lesson", tip, run=open_next)
        for each in (last, all_lessons, self._next):
            each.setAutoDefault(True)
        ways = lay_out(QHBoxLayout(), last, all_lessons, self._next)
        lay_out_page(self, ScrollColumn(self._text, export, self._leave), ways)

    def show_end(self, value: Attendance, way_back: str) -> None:
        """Show the end of a lesson.

        Args:
            value: The lesson and the progress in it.
            way_back: Name of the project that a button returns to. Empty if there is none.
        """
        assert value.lesson is not None
        summary = value.progress.summary(value.lesson)
        self._text.setText(as_html(summary))
        self._text.setAccessibleName(as_plain(summary))
        self._next.setVisible(next_lesson(value.lesson) is not None)
        text = f"Return to '{shortened(way_back, MAX_NAME)}'" if way_back else "Close the Lessons"
        self._leave.setText(text.replace("&", "&&"))
        self._leave.setAccessibleName(text)

    def take_focus(self) -> None:
        """Give the focus to the text, which a screen reader then reads."""
        self._text.setFocus()

"""The page at the end of a lesson: what was learned, how many predictions were right, and the ways on."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.lessons.state import Attendance
from flowviz.app.style.tokens import GAP
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
    """The end of a lesson, with the ways on.

    Attributes:
        export_results: Button for a table of the results.
        leave: Button that returns to the learner's project.
        back: Button that returns to the last step.
        list: Button for the list of lessons.
        next: Button for the next lesson, if there is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonEnd")
        self._text = WrappingLabel("lessonEndText", "The end of the lesson")
        self._text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._text.setAccessibleDescription("What you have learned")
        self.export_results = button("lessonResultsButton", "&Export Results…", EXPORT_TIP)
        self.leave = button("lessonReturnButton", "&Return", "Leave the lesson")
        self.back = button("lessonLastStepButton", "&Back", "Go to the last step")
        self.list = button("lessonEndListButton", "All &Lessons", "Show the list of lessons")
        self.next = button("lessonNextLessonButton", "&Next Lesson", "Begin or continue the next lesson")
        for each in (self.back, self.list, self.next):
            each.setAutoDefault(True)
        scroll = ScrollColumn(self._text, self.export_results, self.leave)
        scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        ways = lay_out(QHBoxLayout(), self.back, self.list, self.next, margin=(GAP, 0, GAP, GAP))
        lay_out(QVBoxLayout(self), scroll, ways, stretched=scroll)

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
        self.next.setVisible(next_lesson(value.lesson) is not None)
        text = f"Return to '{shortened(way_back, MAX_NAME)}'" if way_back else "Close the Lessons"
        self.leave.setText(text.replace("&", "&&"))
        self.leave.setAccessibleName(text)

    def take_focus(self) -> None:
        """Give the focus to the text, which a screen reader then reads."""
        self._text.setFocus()

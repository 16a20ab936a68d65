"""The lessons panel: the list of lessons, or the step or the end of one."""

from typing import cast

from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QApplication, QStackedWidget

from flowviz.app.lessons.end_page import EndPage
from flowviz.app.lessons.list_page import ListPage
from flowviz.app.lessons.state import Attendance
from flowviz.app.lessons.step_page import StepPage
from flowviz.app.style.theme import enlarged_text
from flowviz.app.widgets.font_follower import FontFollower

WIDTH = 50  # average glyphs of the typeface, which are wider than the letters of a sentence


class LessonPanel(FontFollower, QStackedWidget):
    """The list of lessons, a step, or the end of a lesson, in large type during a presentation.

    Attributes:
        list: The list.
        step: The step.
        end: The end.
    """

    def __init__(self, list_page: ListPage, step: StepPage, end: EndPage) -> None:
        super().__init__()
        self.setObjectName("lessonPanel")
        self.list, self.step, self.end = list_page, step, end
        for page in (list_page, step, end):
            self.addWidget(page)
        self._text_scale = 1.0

    @property
    def wanted_width(self) -> int:
        """Return the width in pixels at which lines are easy to read."""
        return round(WIDTH * self._text_scale * QFontMetrics(QApplication.font()).averageCharWidth())

    def show_attendance(self, value: Attendance, way_back: str) -> None:
        """Show the current step of a lesson, or its end, from where a button returns to a project with a name."""
        if value.step is not None:
            self.step.show_step(value)
        else:
            self.end.show_end(value, way_back)
        self.setCurrentWidget(self.end if value.step is None else self.step)

    def take_focus(self) -> None:
        """Give the focus to the page that is shown."""
        cast("ListPage | StepPage | EndPage", self.currentWidget()).take_focus()

    def set_text_scale(self, scale: float) -> None:
        """Enlarge the text by a factor, or show it in its usual size, 1."""
        self._text_scale = scale
        self.fit_font()

    def fit_font(self) -> None:
        dot = 2 * round(0.35 * self._text_scale * QFontMetrics(QApplication.font()).height())
        dots = f"QRadioButton::indicator {{ width: {dot}px; height: {dot}px; border-radius: {dot // 2 + 2}px; }}"
        style = enlarged_text(self._text_scale) + dots if self._text_scale != 1 else ""
        if style != self.styleSheet():
            self.setStyleSheet(style)

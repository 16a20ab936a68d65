"""The lessons panel: the list of lessons, or the step of one."""

from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QApplication, QStackedWidget

from flowviz.app.lessons.list_page import ListPage
from flowviz.app.lessons.step_page import StepPage
from flowviz.app.widgets.font_follower import FontFollower

WIDTH = 50  # average glyphs of the typeface, which are wider than the letters of a sentence


class LessonPanel(FontFollower, QStackedWidget):
    """The list of lessons, or a step, in large type during a presentation.

    Attributes:
        list: The list.
        step: The step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonPanel")
        self.list, self.step = ListPage(), StepPage()
        self.addWidget(self.list)
        self.addWidget(self.step)
        self._text_scale = 1.0

    @property
    def wanted_width(self) -> int:
        """Return the width in pixels at which lines are easy to read."""
        return round(WIDTH * self._text_scale * QFontMetrics(QApplication.font()).averageCharWidth())

    def set_text_scale(self, scale: float) -> None:
        """Enlarge the text by a factor, or show it in its usual size, 1."""
        self._text_scale = scale
        self.fit_font()

    def fit_font(self) -> None:
        size = self._text_scale * QApplication.font().pointSizeF()
        dot = 2 * round(0.35 * self._text_scale * QFontMetrics(QApplication.font()).height())
        style = f"* {{ font-size: {size:.1f}pt; }}" if self._text_scale != 1 else ""
        if style:
            style += f"QRadioButton::indicator {{ width: {dot}px; height: {dot}px; border-radius: {dot // 2 + 2}px; }}"
        if style != self.styleSheet():
            self.setStyleSheet(style)

"""The page of a step: its idea, what to do, whether it is done, and the way on."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QCoreApplication, QEvent, Qt, QUrl
from PyQt6.QtGui import QDesktopServices, QFontInfo, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.lessons.linked_label import LinkedLabel
from flowviz.app.lessons.page_layout import lay_out_page
from flowviz.app.lessons.picture import Picture
from flowviz.app.lessons.prediction_box import PredictionBox
from flowviz.app.lessons.state import Attendance
from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.controls import button, lay_out, rename
from flowviz.app.widgets.font_follower import ThemeFollower
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.lessons import Lesson, Step
from flowviz.lessons.diagram import WIDTH, describe, diagram_svg
from flowviz.lessons.markdown import as_html, as_line, as_plain, as_plain_line
from flowviz.lessons.terms import TERMS

DONE, DONE_BOX, TO_DO_BOX = "✓ Done.", "☑", "☐"


class StepPage(ThemeFollower, QWidget):
    """A step with the buttons Back, Skip and Next. Next waits until the step is done; Skip does not.

    Attributes:
        text: The text of the step, which gets the focus when the step begins.
        question: The question of the step, and what was said about the latest answer.
    """

    def __init__(
        self,
        *,
        go_by: Callable[[int], object],
        show_list: Callable[[], object],
        answer: Callable[[int], object],
        point_at: Callable[[str], object],
        announce: Callable[[str], object],
    ) -> None:
        """Create an empty page.

        Args:
            go_by: Goes forward, or back if negative, by a number of steps.
            show_list: Shows the list of lessons.
            answer: Answers the question of the step with the number of an answer, counted from 0.
            point_at: Points at the control with an object name.
            announce: Lets screen readers speak the explanation of a term.
        """
        super().__init__()
        self._point_at, self._announce = point_at, announce
        self.setObjectName("lessonPage")
        self._shown: tuple[Lesson, int, bool] | None = None  # what is shown, and whether it is being prepared
        self.question = PredictionBox(answer)
        self._create_labels()
        self._create_buttons(go_by, show_list)
        self._lay_out()

    def show_step(self, value: Attendance) -> None:
        """Show the current step of a lesson, from its top while it is being prepared."""
        lesson, step = existing(value.lesson), existing(value.step)
        before, self._shown = self._shown, (lesson, value.progress.step, value.beginning is None)
        if value.beginning is None:
            self._show_texts(lesson, step, value)
            if self._shown != before:
                self._scroll.verticalScrollBar().setValue(0)  # type: ignore[union-attr]
        self._show_state(step, value)
        lay_out_now()

    def show_appearance(self) -> None:
        self._show_diagram()
        for label in self.findChildren(LinkedLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)  # another format, so that the links get their color anew
            label.setTextFormat(Qt.TextFormat.AutoText)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._show_diagram()

    def take_focus(self) -> None:
        """Give the focus to the text, which a screen reader then reads."""
        self.text.clearFocus()
        self.text.setFocus()

    def _create_labels(self) -> None:
        self._position = WrappingLabel("lessonPosition", "Position in the lesson")
        self._diagram = Picture("lessonDiagram")
        self._title = WrappingLabel("lessonTitle", "Title of the step")
        self.text = LinkedLabel("lessonText", "Text of the step")
        self._term = WrappingLabel("lessonTerm", "Explanation of a term")
        self._picture = Picture("lessonPicture")
        self._action = LinkedLabel("lessonAction", "What to do")
        self._done = LinkedLabel("lessonDone", "Whether it is done")
        for label in (self.text, self._action, self._done, self.question.feedback_label):
            label.linkActivated.connect(self._follow)

    def _create_buttons(self, go_by: Callable[[int], object], show_list: Callable[[], object]) -> None:
        tip = "Interrupt the lesson, and show the list of lessons"
        self._list = button("lessonListButton", "All &Lessons", tip, run=show_list)
        back, on = partial(go_by, -1), partial(go_by, 1)
        self._back = button("lessonBackButton", "&Back", "Go to the previous step", run=back)
        self._skip = button("lessonSkipButton", "S&kip", "Go to the next step without doing this one", run=on)
        self._next = button("lessonNextButton", "&Next", "Go to the next step", run=on)
        for each in (self._back, self._skip, self._next):
            each.setAutoDefault(True)

    def _lay_out(self) -> None:
        self._scroll = ScrollColumn(
            self._diagram, self._title, self.text, self._term, self._picture, self._action, self.question, self._done,
        )  # fmt: skip
        top = lay_out(QHBoxLayout(), self._position, self._list, stretched=self._position, margin=(GAP, TIGHT, GAP, 0))
        lay_out_page(self, self._scroll, lay_out(QHBoxLayout(), self._back, self._skip, self._next), top)

    def _show_texts(self, lesson: Lesson, step: Step, value: Attendance) -> None:
        number, count = value.progress.step + 1, len(lesson.steps)
        self._position.setText(f"{lesson.title}: step {number} of {count}")
        self._title.setText(f'<p style="font-size: large; font-weight: bold">{as_line(step.title)}</p>')
        self._show_diagram()
        self._term.hide()
        self._picture.show_pixmap(QPixmap(str(step.picture or "")), step.alt)
        self.question.setVisible(step.predict is not None)
        if step.predict is not None:
            self.question.show_question(step.predict, value.answer)
        self._back.setEnabled(value.progress.step > 0)
        rename(self._next, "&Finish" if number == count else "&Next")
        spoken = [as_plain_line(step.title), as_plain(step.text), as_plain_line(step.action or "")]
        self.text.setAccessibleName(f"{self._position.text()}. {' '.join(filter(None, spoken))}")

    def _show_diagram(self) -> None:
        """Show the diagram in the colors of the theme, with the part of the step marked and labels as large as text.

        There is none in a lesson without places.
        """
        if self._shown is None:
            return
        lesson, number, _ = self._shown
        place, colors, pixmap = lesson.place(number), self.palette(), QPixmap()
        accent, plain = colors.accent().color().name(), colors.placeholderText().color().name()
        if place is not None:
            text = QFontInfo(self.font()).pixelSize() * WIDTH / max(self.width() - 2 * GAP, 1)
            pixmap.loadFromData(diagram_svg(place, accent, plain, self.font().family(), text).encode(), "SVG")
        self._diagram.show_pixmap(pixmap, describe(place))

    def _show_state(self, step: Step, value: Attendance) -> None:
        """Show whether the step is done, and the links to the controls that exist by now."""
        is_done, has_control = value.is_done, self.text.has_control
        self.text.setText(as_html(step.text, has_control))
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box = DONE_BOX if is_done else TO_DO_BOX
        self._action.show_text(f"<b>{box} {as_line(step.action, has_control)}</b>" if step.action else "")
        if step.predict is not None:
            self.question.show_feedback(step.predict, value.answer)
        self._done.setVisible(is_done and step.action is not None)
        message = f"{DONE} {step.done or ''}".strip() if is_done else ""
        self._done.setText(as_html(message, has_control))
        self._done.setAccessibleName(as_plain(message))
        self._skip.setEnabled(not is_done)
        self._next.setEnabled(is_done)
        self._next.setAccessibleDescription(as_plain(message))

    def _follow(self, address: str) -> None:
        """Follow a link: point at a control, explain a term, or open a page of the web; a lesson cannot open files."""
        scheme, _, name = address.partition(":")
        match scheme:
            case "control":
                self._point_at(name)
            case "term":
                self._explain(name)
            case "http" | "https":
                QDesktopServices.openUrl(QUrl(address))

    def _explain(self, term: str) -> None:
        """Say below the text what a term means."""
        self._term.show_text(f"<b>{term}:</b> {TERMS[term]}")
        lay_out_now()
        self._scroll.ensureWidgetVisible(self._term)
        self._announce(TERMS[term])


def lay_out_now() -> None:
    """Give texts that have changed their room at once, or they are cut off while the program is busy, and loads."""
    for _ in range(2):  # a box in the column asks for more room only when its own parts have theirs
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

"""The page of a step: its idea, what to do, whether it is done, and the way on."""

from functools import partial

from PyQt6.QtCore import QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.lessons.prediction_box import PredictionBox
from flowviz.app.lessons.state import Attendance
from flowviz.app.style.tokens import GAP, LARGE_TEXT, TEXT, TIGHT
from flowviz.app.widgets.controls import button, lay_out, rename, row
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.app.widgets.scroll_column import ScrollColumn
from flowviz.lessons import Lesson, Step
from flowviz.lessons.markdown import as_html, as_line, as_plain

DONE, TO_DO = "✓ Done.", "☐"
TITLE_SIZE = LARGE_TEXT / TEXT  # relative to the font of the window


class StepPage(QWidget):
    """A step with the buttons Back, Skip and Next. Next waits until the step is done; Skip does not.

    Attributes:
        text: The text of the step, which gets the focus when the step begins.
    """

    step_chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonPage")
        self._shown: tuple[Lesson | None, int] | None = None  # the step whose texts are shown
        self._create_labels()
        self._create_buttons()
        self._question = PredictionBox()
        self.answered = self._question.answered
        self._lay_out()

    def show_step(self, value: Attendance) -> None:
        """Show the current step of a lesson."""
        lesson, step = value.lesson, value.step
        assert lesson is not None
        assert step is not None
        shown = lesson, value.progress.step
        if shown != self._shown:
            self._shown = shown
            self._show_texts(lesson, step, value)
            self._scroll.verticalScrollBar().setValue(0)  # type: ignore[union-attr]
        self._show_done(step, value)

    def clear(self) -> None:
        """Forget the step that is shown, because the lesson is interrupted."""
        self._shown = None

    @property
    def feedback(self) -> str:
        """Return what was said about the latest answer to the question of the step."""
        return self._question.feedback

    def take_focus(self) -> None:
        """Give the focus to the text, which a screen reader then reads."""
        self.text.clearFocus()
        self.text.setFocus()

    def _create_labels(self) -> None:
        self._position = WrappingLabel("lessonPosition", "Position in the lesson")
        self._title = WrappingLabel("lessonTitle", "Title of the step")
        self.text = WrappingLabel("lessonText", "Text of the step")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.text.linkActivated.connect(_open_link)
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text.setAccessibleDescription("The text can be selected and copied")
        self._picture = Picture()
        self._action = WrappingLabel("lessonAction", "What to do")
        self._done = WrappingLabel("lessonDone", "Whether it is done")

    def _create_buttons(self) -> None:
        self._list = button("lessonListButton", "All &Lessons", "Interrupt the lesson, and show the list of lessons")
        self.list_requested = self._list.clicked
        back, on = partial(self._choose, -1), partial(self._choose, 1)
        self._back = button("lessonBackButton", "&Back", "Go to the previous step", run=back)
        self._skip = button("lessonSkipButton", "S&kip", "Go to the next step without doing this one", run=on)
        self._next = button("lessonNextButton", "&Next", "Go to the next step", run=on)
        for each in (self._back, self._skip, self._next):
            each.setAutoDefault(True)

    def _lay_out(self) -> None:
        self._scroll = ScrollColumn(
            self._title, self.text, self._picture, self._action, self._question, self._done,
        )  # fmt: skip
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        buttons = lay_out(QHBoxLayout(), self._back, self._skip, self._next, margin=(GAP, 0, GAP, GAP))
        top = row(self._position, self._list, stretched=self._position)
        top.setContentsMargins(GAP, TIGHT, GAP, 0)
        lay_out(QVBoxLayout(self), top, self._scroll, buttons, stretched=self._scroll)

    def _show_texts(self, lesson: Lesson, step: Step, value: Attendance) -> None:
        number, count = value.progress.step + 1, len(lesson.steps)
        self._position.setText(f"{lesson.title}: step {number} of {count}")
        self._set_title(step.title)
        self.text.setText(as_html(step.text))
        self._show_parts(step)
        if step.predict is not None:
            self._question.show_question(step.predict, value.answer)
        self._back.setEnabled(value.progress.step > 0)
        rename(self._next, "&Finish" if number == count else "&Next")
        spoken = [step.title, as_plain(step.text), step.action or ""]
        self.text.setAccessibleName(f"{self._position.text()}. {' '.join(filter(None, spoken))}")

    def _show_parts(self, step: Step) -> None:
        self._picture.show_file(str(step.picture or ""), step.alt)
        self._action.setVisible(step.action is not None)
        self._question.setVisible(step.predict is not None)

    def _show_done(self, step: Step, value: Attendance) -> None:
        is_done = value.is_done
        if step.action:
            self._action.setText(f"<b>{TO_DO if not is_done else '☑'} {as_line(step.action)}</b>")
        if step.predict is not None:
            self._question.show_feedback(step.predict, value.answer)
        self._done.setVisible(is_done and step.action is not None)
        message = f"{DONE} {step.done or ''}".strip() if is_done else ""
        self._done.setText(as_html(message))
        self._done.setAccessibleName(as_plain(message))
        self._skip.setEnabled(not is_done)
        self._next.setEnabled(is_done)
        self._next.setAccessibleDescription(as_plain(message))

    def _set_title(self, title: str) -> None:
        self._title.setText(f'<p style="font-size: large; font-weight: bold">{as_line(title)}</p>')

    def _choose(self, steps: int) -> None:
        assert self._shown is not None
        self.step_chosen.emit(self._shown[1] + steps)


def _open_link(address: str) -> None:
    """Open a page of the web; a lesson cannot open files."""
    url = QUrl(address)
    if url.scheme() in {"http", "https"}:
        QDesktopServices.openUrl(url)


class Picture(QLabel):
    """Picture of a step, at most as wide as the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lessonPicture")
        self._pixmap = QPixmap()
        self.setMinimumWidth(1)

    def show_file(self, path: str, alt: str) -> None:
        """Show a picture and its description, or nothing."""
        self._pixmap = QPixmap(path) if path else QPixmap()
        self.setHidden(self._pixmap.isNull())
        self.setAccessibleName(alt)
        self.setToolTip(alt)
        self._fit()

    def _fit(self) -> None:
        if not self._pixmap.isNull():
            width = min(self._pixmap.width(), max(self.width(), 1))
            self.setPixmap(self._pixmap.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fit()
        super().resizeEvent(event)

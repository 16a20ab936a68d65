"""The question of a step: answers as radio buttons, and feedback that explains."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from flowviz.app.lessons.linked_label import LinkedLabel
from flowviz.app.widgets.controls import button, discard, lay_out, named
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.lessons import Prediction
from flowviz.lessons.markdown import as_html, as_line, as_plain

CORRECT, WRONG = "✓ Yes.", "Not quite."


class PredictionBox(QWidget):
    """A question, its answers, and a button that checks the chosen one. Another answer can be checked later.

    Attributes:
        feedback_label: What is said about the latest answer.
    """

    def __init__(self, answer: Callable[[int], object]) -> None:
        """Create an empty box; `answer` is called with the number of the checked answer, counted from 0."""
        super().__init__()
        self.setObjectName("lessonPrediction")
        self._question = WrappingLabel("lessonQuestion", "Question")
        self.feedback_label = LinkedLabel("lessonFeedback", "Feedback")
        self._check = button(
            "lessonCheckButton", "&Check", "Check the chosen answer",
            run=lambda: answer(self._group.checkedId()),
        )  # fmt: skip
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(lambda _: self._check.setEnabled(True))
        self._answers = lay_out(QVBoxLayout())
        column = lay_out(QVBoxLayout(self), self._question, self._answers, self._check, self.feedback_label)
        column.setAlignment(self._check, Qt.AlignmentFlag.AlignLeft)

    @property
    def feedback(self) -> str:
        """Return what was said about the latest answer, without emphasis."""
        return self._check.accessibleDescription()

    def show_question(self, prediction: Prediction, answer: int | None) -> None:
        """Show a question, and the answer to it if there is one."""
        self._question.setText(f"<b>{as_line(prediction.question)}</b>")
        for row in self.findChildren(AnswerRow):
            self._group.removeButton(row.button)
            discard(row)  # at once, so that no two answers have the same name
        for number, text in enumerate(prediction.answers):
            row = AnswerRow(number, text, prediction.question)
            self._group.addButton(row.button, number)
            self._answers.addWidget(row)
            row.show()  # at once, not in the next turn of the event loop
            row.button.setChecked(number == answer)
        self._check.setEnabled(answer is not None)
        self._check.setAccessibleDescription("")

    def show_feedback(self, prediction: Prediction, answer: int | None) -> None:
        """Say whether the answer is correct, and why, or nothing before there is one.

        A question with replies of its own lets the learner try again. Otherwise, the correct answer is given away.
        """
        self.feedback_label.setHidden(answer is None)
        if answer is None:
            return
        verdict, reply = CORRECT, prediction.reply(answer)
        if answer != prediction.correct - 1:
            solution = prediction.answers[prediction.correct - 1]
            verdict = WRONG if prediction.replies else f"{WRONG} The answer is: {solution}"
        self.feedback_label.setText(
            f"<p><b>{as_line(verdict)}</b></p>{as_html(reply, self.feedback_label.has_control)}"
        )
        self._check.setAccessibleDescription(f"{as_plain(verdict)} {as_plain(reply)}")


class AnswerRow(QWidget):
    """A radio button, and beside it the answer, which wraps, and chooses it when it is clicked.

    Qt does not wrap the text of a radio button.
    """

    def __init__(self, number: int, text: str, question: str) -> None:
        super().__init__()
        self.button = QRadioButton(" ")  # as high as a line of text
        named(self.button, f"lessonAnswer{number + 1}", as_plain(text), description=as_plain(question))
        label = WrappingLabel(f"lessonAnswerText{number + 1}", "Answer", as_html(text))
        label.setBuddy(self.button)
        layout = lay_out(QHBoxLayout(self), self.button, label, stretched=label, spacing=0)
        layout.setAlignment(self.button, Qt.AlignmentFlag.AlignTop)

    def mousePressEvent(self, event: object) -> None:
        self.button.click()

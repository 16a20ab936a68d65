"""A short answer to what users of flows ask most: what the loss means, why it can be negative, and if it is good."""

from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtGui import QKeyEvent, QPalette
from PyQt6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from flowviz.app.style.tokens import GAP
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.records import Progress

WHY_NEGATIVE = "Why can the loss be negative?"
MEANING = "What does the loss mean?"
WHY = (
    "The loss is the mean of −log p, where p is the density of the flow at the points of the target. A density is not "
    "a probability: where points crowd into a small area, it exceeds 1, and −log p is negative there."
)
IS_IT_GOOD = (
    "<b>Is it good?</b> The sign alone says nothing. Compare the loss with the best possible one, the dashed line. The "
    "distance between them is the gap: when it is 0, no flow can do better."
)
UNKNOWN_BEST = (
    "<b>Is it good?</b> The sign alone says nothing, and the best possible loss of this target is unknown. Compare "
    "flows on the same target: lower is better. For a table of points, the density is per area in the units of the "
    "table, so other units would shift the loss."
)
CLOSING_KEYS = {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
WIDTH = 50  # characters


def answer(progress: Progress | None) -> tuple[str, ...]:
    """Return the paragraphs of the answer, with the numbers of a progress report."""
    if progress is None:
        return WHY, IS_IT_GOOD
    if progress.entropy is None:
        return WHY, UNKNOWN_BEST
    if progress.validation_nll is None or progress.validation_gap is None:
        return WHY, IS_IT_GOOD, f"Here, the loss is {progress.sentence()}."
    numbers = [f"{number:.2f}".replace("-", "−") for number in (progress.validation_nll, progress.entropy)]
    gap = progress.validation_gap
    return (
        WHY,
        IS_IT_GOOD,
        f"Here, the loss is {numbers[0]}, the best possible {numbers[1]}, and the gap {gap:.2f} nats.",
    )


class LossQuestion(QToolButton):
    """Button with the question; it opens the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._progress: Progress | None = None
        self.setObjectName("lossQuestionButton")
        self.clicked.connect(self._open)
        self.set_progress(None)

    def set_progress(self, progress: Progress | None) -> None:
        """Set the progress report that the question and the answer refer to."""
        self._progress = progress
        is_negative = progress is not None and (progress.validation_nll or 0) < 0
        self._question = WHY_NEGATIVE if is_negative else MEANING
        self.setText("Why negative?" if is_negative else MEANING)
        self.setAccessibleName(self._question)
        self.setToolTip(f"{self._question} Is it good?")

    def _open(self) -> None:
        AnswerPopup(self._question, answer(self._progress), self).show_above(self)


class AnswerPopup(QFrame):
    """Frame with the answer. A click outside, Escape, Return and Space close it."""

    def __init__(self, question: str, paragraphs: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("lossAnswer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(question)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._text = WrappingLabel("lossAnswerText", question)
        self._text.setText("<p>".join((f"<b>{question}</b> {paragraphs[0]}", *paragraphs[1:])))
        self._text.setAccessibleDescription(" ".join(paragraphs).replace("<b>", "").replace("</b>", ""))
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._text.setMargin(GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self._text)

    def show_above(self, button: QWidget) -> None:
        """Open the frame above a button, within the screen, and let screen readers read it."""
        layout, screen = self.layout(), button.screen()
        assert layout is not None
        assert screen is not None
        width = WIDTH * self.fontMetrics().averageCharWidth()
        self.resize(width, layout.totalHeightForWidth(width))
        place = QRect(button.mapToGlobal(QPoint(0, -self.height())), self.size())
        room = screen.availableGeometry()
        place.moveLeft(max(min(place.left(), room.right() - place.width()), room.left()))
        place.moveTop(max(place.top(), room.top()))
        self.setGeometry(place)
        self.show()
        self._text.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in CLOSING_KEYS:
            self.close()
        else:
            super().keyPressEvent(event)

"""The bar above the cloud with the exercise of building a flow by hand."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from flowviz.app.by_hand.exercise import Exercise
from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import flat, lay_out, named, tool_button
from flowviz.app.widgets.labels import WrappingLabel

BAR_WIDTH = 18 * UNIT  # pixels


class ExerciseBar(QWidget):
    """The task, how far it is, and a button that hides both."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("exerciseBar")
        self._text = WrappingLabel("exerciseText", "Exercise")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        tip = "How much of the way from the first gap to the goal is done"
        self._progress = named(QProgressBar(), "exerciseProgress", "Progress of the exercise", tip)
        self._progress.setFixedWidth(BAR_WIDTH)
        tip = "Close the exercise; the flow stays"
        close = flat(tool_button("closeExercise", "Close the exercise", tip, "remove", run=self.hide))
        lay_out(QHBoxLayout(self), self._text, self._progress, close, stretched=self._text)
        self.hide()

    def show_exercise(self, exercise: Exercise) -> None:
        """Show the task and how far it is."""
        self._text.setText(f"{exercise.task} {exercise.result}".rstrip())
        self._progress.setVisible(exercise.start is not None)
        self._progress.setValue(round(100 * exercise.progress))

"""What becomes of a file: how far it is read, or what is wrong with it."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from flowviz.app.labels import WrappingLabel
from flowviz.app.page import button, row
from flowviz.app.theme import WARNING
from flowviz.specs.view import Theme

TICKS = 1000


class ReadingBar(QWidget):
    """Is there only where there is something to show; announces that the reading shall end, and that a file is bad."""

    cancel_requested = pyqtSignal()
    problem_told = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._problem = WrappingLabel("fileProblem", "What is wrong with the file")
        self._bar = QProgressBar()
        self._bar.setObjectName("readingProgress")
        self._bar.setAccessibleName("Progress of the reading")
        self._bar.setRange(0, TICKS)
        cancel = button("readingCancel", "Cancel", "Stop reading; what stood here before stays")
        cancel.clicked.connect(lambda: self.cancel_requested.emit())
        self._reading = QWidget()
        line = row(self._bar, cancel, stretched=self._bar)
        line.setContentsMargins(0, 0, 0, 0)
        self._reading.setLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._problem)
        layout.addWidget(self._reading)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No file is read, and nothing is wrong with the last one."""
        self.hide()

    def show_progress(self, share: float) -> None:
        """Show how much is read, 0 to 1."""
        self._bar.setValue(round(TICKS * share))
        self._show(self._reading)

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong with the file."""
        self._problem.setText(sentence)
        self._show(self._problem)
        self.problem_told.emit()

    def forget_problem(self) -> None:
        """What was wrong is of no interest any more; what is being read is."""
        if self._problem.isVisibleTo(self):
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._problem.setStyleSheet("color: rgb({}, {}, {})".format(*WARNING[theme]))

    def _show(self, shown: QWidget) -> None:
        for widget in (self._problem, self._reading):
            widget.setVisible(widget is shown)
        self.show()

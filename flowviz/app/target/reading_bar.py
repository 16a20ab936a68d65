"""How far a file is read."""

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QProgressBar, QWidget

from flowviz.app.target.page import button, row

TICKS = 1000


class ReadingBar(QWidget):
    """Is there only while a file is read; announces that the reading shall end."""

    cancel_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._bar = QProgressBar()
        self._bar.setObjectName("readingProgress")
        self._bar.setAccessibleName("Progress of the reading")
        self._bar.setToolTip("How much of the file is read")
        self._bar.setRange(0, TICKS)
        cancel = button("readingCancel", "Cancel", "Stop reading; what stood here before stays")
        cancel.clicked.connect(lambda: self.cancel_requested.emit())
        line = row(self._bar, cancel, stretched=self._bar)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)
        self.hide()

    def show_progress(self, share: float) -> None:
        """Show how much is read, 0 to 1."""
        self._bar.setValue(round(TICKS * share))
        self.show()

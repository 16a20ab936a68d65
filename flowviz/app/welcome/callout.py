"""A callout of the tour: a title, a few words, and the ways on."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPalette
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flowviz.app.widgets.labels import WrappingLabel

WIDTH = 46  # characters
MARGIN = 14  # pixels
ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}


class Callout(QFrame):
    """Announces which way is chosen; Tab stays within."""

    next_chosen = pyqtSignal()
    back_chosen = pyqtSignal()
    skip_chosen = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourCallout")
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._title = WrappingLabel("tourTitle", "Title")
        self._words = WrappingLabel("tourWords", "Explanation")
        self._place = QLabel()
        self._place.setObjectName("tourPlace")
        self._place.setAccessibleName("How far the tour has come")
        self._skip = WayButton("tourSkipButton", "Skip", "Leave the tour (Esc)")
        self._back = WayButton("tourBackButton", "Back", "The stop before (Left)")
        self._next = WayButton("tourNextButton", "Next", "The next stop (Right or Return)")
        self._skip.clicked.connect(lambda: self.skip_chosen.emit())
        self._back.clicked.connect(lambda: self.back_chosen.emit())
        self._next.clicked.connect(lambda: self.next_chosen.emit())
        self._lay_out()

    def show_stop(self, title: str, words: str, number: int, count: int) -> None:
        """Show the stop of this number, from 1 on; a screen reader reads it with the button that has the focus."""
        self._title.setText(f"<b>{title}</b>")
        self._words.setText(words)
        self._place.setText(f"{number} of {count}")
        self._back.setEnabled(number > 1)
        self._skip.setEnabled(number < count)
        self._next.setText("Next" if number < count else "Done")
        self._next.setAccessibleName(self._next.text())
        self._next.setAccessibleDescription(f"{number} of {count}: {title}. {words}")
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.take_focus()

    def fit(self) -> None:
        """Be as wide as lines are easily read, and as high as the words need."""
        layout = self.layout()
        assert layout is not None
        width = max(WIDTH * self.fontMetrics().averageCharWidth(), layout.minimumSize().width())
        self.resize(width, layout.heightForWidth(width))

    def take_focus(self) -> None:
        """Let Return go on, and what is written here be read out."""
        self._next.clearFocus()
        self._next.setFocus()

    def _lay_out(self) -> None:
        ways = QHBoxLayout()
        ways.addWidget(self._place, stretch=1)
        for way in (self._skip, self._back, self._next):
            ways.addWidget(way)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addLayout(ways)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  # Qt's name
        ways = [way for way in (self._skip, self._back, self._next) if way.isEnabled()]
        focused = [number for number, way in enumerate(ways) if way.hasFocus()]
        step = 1 if next else -1
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        ways[(focused[0] + step) % len(ways) if focused else -1].setFocus(reason)
        return True


class WayButton(QPushButton):
    """Return presses it where it has the focus; the arrow keys are the tour's."""

    def __init__(self, object_name: str, text: str, tip: str) -> None:
        super().__init__(text)
        self.setObjectName(object_name)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.setAutoDefault(True)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

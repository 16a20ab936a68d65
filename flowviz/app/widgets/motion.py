"""A transition between two pictures of a window."""

from collections.abc import Callable

from PyQt6.QtCore import QEasingCurve, Qt, QTimer, QVariantAnimation
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget

from flowviz.app.style.tokens import MOTION_MS


class Dissolve(QWidget):
    """Picture of the old window that fades out above the new one, which can already be used.

    No widget is ever half transparent, so an interruption needs no repair, and drawing costs nothing afterwards.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._window, self._picture, self._is_reduced = window, QPixmap(), False
        self.motion = QVariantAnimation(self)
        self.motion.setStartValue(1.0)
        self.motion.setEndValue(0.0)
        self.motion.setDuration(MOTION_MS)
        self.motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.motion.valueChanged.connect(self._advance)
        self.motion.finished.connect(self._end)
        self._start = QTimer(self)  # due once the change, which may take long, is complete
        self._start.setSingleShot(True)
        self._start.timeout.connect(self.motion.start)

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to show changes at once."""
        self._is_reduced = reduced

    def dissolve(self, change: Callable[[], object] = lambda: None) -> None:
        """Make a change, and fade into the window as it is when this turn of the event loop ends."""
        if not self._is_reduced and self._window.isVisible() and not self._start.isActive():
            self.motion.stop()
            self._picture = self._window.grab()
            self._advance()
            self.show()
            self._start.start()
        change()
        self.raise_()

    def _advance(self) -> None:
        """Redraw the picture in the current size of the window."""
        self.setGeometry(self._window.rect())
        self.update()

    def _end(self) -> None:
        self.hide()
        self._picture = QPixmap()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setOpacity(1.0 if self._start.isActive() else self.motion.currentValue())
        painter.drawPixmap(self.rect(), self._picture)

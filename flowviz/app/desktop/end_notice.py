"""Whoever does something else while it trains is told, quietly, that the training has ended."""

from PyQt6.QtWidgets import QApplication, QWidget

from flowviz.app.desktop.session_bus import Bus, notification


class EndNotice:
    """Marks the window in the task bar, and has the desktop say it where it can; nothing where the window is used."""

    def __init__(self, window: QWidget, bus: Bus | None) -> None:
        self._window, self._bus = window, bus

    def tell(self, sentence: str) -> None:
        """The training has ended: so."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if self._bus is not None:
            self._bus.send(notification("flowviz", sentence))

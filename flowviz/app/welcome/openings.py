"""What is opened for a while: it closes again, unless a person has used it meanwhile."""

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QApplication, QWidget

USES = {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.Drop}


class Openings(QObject):
    """Opens widgets, and closes them again; what is used meanwhile, or closed, is the person's from then on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._opened: list[QWidget] = []

    def open(self, widget: QWidget) -> None:
        """Show it, and listen to what happens to it."""
        widget.show()
        self._opened.append(widget)
        _application().installEventFilter(self)

    def close(self) -> None:
        """Close what is still here for nobody."""
        _application().removeEventFilter(self)
        opened, self._opened = self._opened, []
        for widget in opened:
            widget.hide()

    def _give_up(self, used: QWidget) -> None:
        self._opened = [widget for widget in self._opened if widget is not used and not widget.isAncestorOf(used)]

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(watched, QWidget) and event is not None:
            is_closed = event.type() == QEvent.Type.Hide and watched in self._opened and watched.isHidden()
            if is_closed or event.type() in USES:
                self._give_up(watched)
        return super().eventFilter(watched, event)


def _application() -> QApplication:
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found

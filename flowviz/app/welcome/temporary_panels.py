"""Panels that are open only during the tour."""

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget

USES = {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.Drop}


class TemporaryPanels(QObject):
    """Panels that are open for a while.

    A panel that the user closes or works in meanwhile is no longer temporary: it stays as the user left it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._panels: list[QWidget] = []

    def open(self, panel: QWidget) -> None:
        """Show a panel, and notice when it is used."""
        panel.show()
        self._panels.append(panel)
        for widget in (panel, *panel.findChildren(QWidget)):
            widget.installEventFilter(self)

    def close(self) -> None:
        """Close the panels that are still temporary."""
        for panel in self._panels:
            panel.hide()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(watched, QWidget) and event is not None:
            is_closed = event.type() == QEvent.Type.Hide and watched in self._panels and watched.isHidden()
            if is_closed or event.type() in USES:
                self._panels = [each for each in self._panels if each is not watched and not each.isAncestorOf(watched)]
        return super().eventFilter(watched, event)

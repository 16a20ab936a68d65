"""The surroundings of the cloud in the window: its panels and menus, which make room for a comparison."""

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QMainWindow

CLOUD_MENUS = {"Select", "Train", "Layers"}  # about the cloud and its panels


class Surroundings:
    """Hides the panels of a window and disables the menus about them, until they are shown again.

    Attributes:
        kept_panels: The panels that stay open.
    """

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.kept_panels: tuple[QDockWidget, ...] = ()
        self._hidden: list[QDockWidget] = []
        self._disabled: list[QAction] = []

    def hide(self) -> None:
        """Hide the panels and disable the menus, which are about the cloud."""
        docks = self._window.findChildren(QDockWidget)
        self._hidden = [dock for dock in docks if not dock.isHidden() and dock not in self.kept_panels]
        for dock in self._hidden:
            dock.hide()
        bar = self._window.menuBar()
        assert bar is not None
        self._disabled = [action for action in bar.actions() if action.text().replace("&", "") in CLOUD_MENUS]
        for action in self._disabled:
            action.setEnabled(False)  # and with it the shortcuts in the menu

    def show(self) -> None:
        """Show the same panels, and enable the menus."""
        for dock in self._hidden:
            dock.show()
        for action in self._disabled:
            action.setEnabled(True)
        self._hidden, self._disabled = [], []

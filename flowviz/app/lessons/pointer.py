"""The pointer of lessons: shows a control that a text names, and draws attention to it."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QPoint
from PyQt6.QtGui import QAction, QCursor
from PyQt6.QtWidgets import QDockWidget, QLineEdit, QMainWindow, QMenu, QMenuBar, QPlainTextEdit, QToolButton, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.commands.revealing import reveal
from flowviz.app.desktop.existing import existing
from flowviz.app.lessons.linked_label import control_named
from flowviz.app.threads.delay import delayed
from flowviz.app.widgets.focus_ring import FocusRing

SHOWN_MS = 2500  # time before the ring vanishes
STAND_INS = {  # controls of a presentation that take the place of others
    "trainButton": "presentationTrainButton",
    "playButton": "presentationPlayButton",
    "targetText": "presentationWord",
    "layerScrubber": "stageStrip",
}


class Pointer:
    """Controller that surrounds a control with a ring for a while, or opens the menu that contains a command."""

    def __init__(
        self,
        window: QMainWindow,
        show_dock: Callable[[QDockWidget], object],
        leave_presentation: Callable[[], object],
    ) -> None:
        """Create a pointer for the controls of a window.

        Args:
            window: The window.
            show_dock: Shows a panel beside the lesson.
            leave_presentation: Called before something is opened because a control cannot be seen.
        """
        self._window, self._show_dock, self._leave_presentation = window, show_dock, leave_presentation
        self._ring = FocusRing()
        self._timer = delayed(window, self.hide, SHOWN_MS)

    def point_at(self, name: str) -> None:
        """Draw attention to the control or the command with an object name; a text field is ready for another text."""
        found = self._control(name)
        if isinstance(found, QAction):
            if not any(isinstance(each, QToolButton) and each.isVisible() for each in found.associatedObjects()):
                self._leave_presentation()
            self._show_command(found)
        elif isinstance(found, QWidget):
            if not found.isVisible():
                self._leave_presentation()
            reveal(found, self._show_dock)
            self._surround(found)
        if isinstance(found, QLineEdit | QPlainTextEdit):
            found.setFocus()
            found.selectAll()

    def hide(self) -> None:
        """Point at nothing."""
        if not isdeleted(self._ring):
            self._ring.setWidget(None)

    def _control(self, name: str) -> QObject | None:
        """Return the control or the command with an object name, or what takes its place in a presentation."""
        found, other = control_named(self._window, name), control_named(self._window, STAND_INS.get(name, name))
        is_hidden = isinstance(found, QWidget) and not found.isVisible()
        return other if is_hidden and isinstance(other, QWidget) and other.isVisible() else found

    def _show_command(self, action: QAction) -> QPoint:
        """Point at the button of a command, or open the menu that contains it.

        Returns:
            The position on the screen at which the submenu of the command opens, if it has one.
        """
        places = action.associatedObjects()
        for place in places:
            if isinstance(place, QToolButton) and place.isVisible():
                self._surround(place)
                return place.mapToGlobal(place.rect().bottomLeft())
            if isinstance(place, QMenuBar):
                return place.mapToGlobal(place.actionGeometry(action).bottomLeft())
        for menu in (place for place in places if isinstance(place, QMenu)):
            menu.popup(self._show_command(existing(menu.menuAction())))
            menu.setActiveAction(action)
            return menu.mapToGlobal(menu.actionGeometry(action).topRight())
        return QCursor.pos()

    def _surround(self, control: QWidget) -> None:
        """Surround a control, or what would contain it if it does not apply at the moment, and is hidden."""
        while not control.isVisible():
            control = existing(control.parentWidget())
        if isdeleted(self._ring):  # with the dialog in which it was
            self._ring = FocusRing()
        self._ring.setWidget(control)
        self._timer.start()

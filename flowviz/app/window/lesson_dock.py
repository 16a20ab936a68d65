"""The dock of the lessons panel: takes the place of the other panels, and stays open in presentations."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import QAbstractButton, QMainWindow

from flowviz.app.desktop.existing import existing
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.widgets.controls import DisclosureButton
from flowviz.app.widgets.sheet import SheetButton
from flowviz.app.window.dock import Dock
from flowviz.app.window.panel_layout import PanelLayout

TITLE, PRESENTED_TITLE = "Lessons", "Lessons · Press Esc to end the presentation"
MAX_WIDTH_SHARE = 0.36  # of the window


class LessonDock(Dock):
    """Panel of the lessons. It is part of the window only while it is open."""

    def __init__(self, window: QMainWindow, layout: PanelLayout, lessons: Lessons) -> None:
        super().__init__("lessons", TITLE, lessons.panel)
        self._window, self._panels, self._lessons = window, layout, lessons
        self._openers = dict[QAbstractButton, bool]()  # of details, explanations and options: whether each was open
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)

    def set_open(self, is_open: bool) -> None:
        """Take the place of the other panels, or give it back to them."""
        if is_open:
            buttons = self._window.findChildren((DisclosureButton, SheetButton))
            self._openers = {each: each.isChecked() for each in buttons}
            self._panels.set_aside()
            self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self)
            self.show()
            self._fit_width()
        else:
            self._panels.put_back()
            self._window.removeDockWidget(self)
            self.setParent(None)  # else Qt adds it to layouts that it restores
            for opener, was_open in self._openers.items():
                opener.setChecked(was_open)

    def set_text_scale(self, scale: float) -> None:
        """Enlarge the text by a factor, 1 outside of presentations. During one, the title says how to end it."""
        self.setWindowTitle(TITLE if scale == 1 else PRESENTED_TITLE)
        self._lessons.panel.set_text_scale(scale)
        if not self.isHidden() and scale != 1:
            self._fit_width()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        existing(event).ignore()  # it closes with the lessons, which may ask first
        self._lessons.leave()

    def _fit_width(self) -> None:
        width = min(self._lessons.panel.wanted_width, round(MAX_WIDTH_SHARE * self._window.width()))
        self._window.resizeDocks([self], [width], Qt.Orientation.Horizontal)

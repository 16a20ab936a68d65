"""A panel beside the cloud: it can be closed, moved, floated and tabbed."""

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence, QPaintEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QDockWidget,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionDockWidget,
    QStyleOptionFrame,
    QStylePainter,
)

from flowviz.app.style.icons import icon
from flowviz.app.widgets.scroll_column import ScrollColumn

BUTTONS = {"qt_dockwidget_closebutton": "remove", "qt_dockwidget_floatbutton": "float"}  # their names and icons


class Dock(QDockWidget):
    """The frame of a panel. Announces that the panel has come to need another height."""

    need_changed = pyqtSignal()

    def __init__(self, name: str, title: str, panel: QScrollArea) -> None:
        """In `title`, an "&" stands before the letter that chooses it in the menu."""
        super().__init__(title.replace("&", ""))
        self.setObjectName(f"{name}Dock")
        self.setAccessibleName(self.windowTitle())
        self.setWidget(panel)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, panel.sizePolicy().verticalPolicy())  # the cloud takes the rest
        self._panel, self._title = panel, title
        self._icons = {name: icon(icon_name) for name, icon_name in BUTTONS.items()}
        for name in self._icons:
            self._button(name).installEventFilter(self)
        if isinstance(panel, ScrollColumn):
            panel.need_changed.connect(self.need_changed)

    @property
    def needed_height(self) -> int:
        """With which nothing of the panel is hidden."""
        return self.height() + self._panel.sizeHint().height() - self._panel.height()

    @property
    def spare(self) -> int:
        """How much of its height the panel does not need."""
        return self.height() - self.needed_height

    @property
    def is_stretched(self) -> bool:
        """Whether it has a use for more height than it needs."""
        return self._panel.sizePolicy().verticalPolicy() != QSizePolicy.Policy.Maximum

    @property
    def wants_its_need(self) -> bool:
        """Whether its height should be what it needs, rather than what it is."""
        return not self.is_stretched or self.spare < 0

    def action(self, key: str | None) -> QAction:
        """What closes the panel, and brings it back."""
        action = self.toggleViewAction()
        assert action is not None
        action.setText(self._title)
        action.setObjectName(f"{self.objectName()}Action")
        action.setToolTip(f"Show the panel “{self.windowTitle()}”, or close it")
        if key is not None:
            action.setShortcut(QKeySequence(key))
        return action

    def _button(self, name: str) -> QAbstractButton:
        button = self.findChild(QAbstractButton, name)
        assert button is not None
        return button

    def _draw_title(self) -> None:
        painter = QStylePainter(self)
        if self.isFloating():
            frame = QStyleOptionFrame()
            frame.initFrom(self)
            painter.drawPrimitive(QStyle.PrimitiveElement.PE_FrameDockWidget, frame)
        title = QStyleOptionDockWidget()
        self.initStyleOption(title)
        painter.drawControl(QStyle.ControlElement.CE_DockWidgetTitle, title)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """As Qt does, which writes the title as large as words were when the panel was made."""
        if self.isFloating() and not self.windowFlags() & Qt.WindowType.FramelessWindowHint:
            super().paintEvent(event)  # the system draws it
        else:
            self._draw_title()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Qt draws the buttons with its own icons again when a panel is moved; those are hardly seen in the dark."""
        if isinstance(watched, QAbstractButton) and event is not None and event.type() == QEvent.Type.Paint:
            own = self._icons[watched.objectName()]
            if watched.icon().cacheKey() != own.cacheKey():
                watched.setIcon(own)
        return super().eventFilter(watched, event)

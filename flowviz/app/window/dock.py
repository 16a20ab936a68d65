"""Dock widgets: the panels around the cloud."""

from collections.abc import Callable

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import (
    QWIDGETSIZE_MAX,
    QAbstractButton,
    QComboBox,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from flowviz.app.widgets.controls import tool_button
from flowviz.app.widgets.scroll_column import ScrollColumn


class Dock(QDockWidget):
    """Panel that can be closed, moved, floated and tabbed.

    A panel without stretch is as high as its content was when it was last fitted. Content that grows or shrinks
    later scrolls, so that the panels below stay where they are.
    """

    content_switched = pyqtSignal()  # the user opened, closed or chose a part of the panel
    content_resized = pyqtSignal()

    def __init__(
        self, name: str, title: str, panel: QWidget, parent: QWidget | None = None, *, has_priority: bool = False
    ) -> None:
        """Create a panel.

        Args:
            name: The name, without "Dock".
            title: The title; an "&" precedes its mnemonic in the menu.
            panel: The content.
            parent: The window, whose style the panel takes on before it is measured. None for a panel without one yet.
            has_priority: Whether other panels scroll first where there is too little room.
        """
        super().__init__(title.replace("&", ""), parent)
        self.setObjectName(f"{name}Dock")
        self.setAccessibleName(self.windowTitle())
        self.setWidget(panel)
        self.setTitleBarWidget(TitleBar(self))
        self._panel, self._title = panel, title
        self.has_priority = has_priority
        self.is_stretchable = panel.sizePolicy().verticalPolicy() != QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Maximum, panel.sizePolicy().verticalPolicy())  # the cloud takes the rest
        self._fitted_height = self.needed_height
        for button in panel.findChildren(QAbstractButton):
            if button.isCheckable():
                button.toggled.connect(lambda: self.content_switched.emit())
        for box in panel.findChildren(QComboBox):
            box.currentIndexChanged.connect(lambda: self.content_switched.emit())
        if isinstance(panel, ScrollColumn):
            panel.need_changed.connect(self.content_resized)

    @property
    def needed_width(self) -> int:
        """Return the smallest width, in pixels, that cuts nothing off."""
        return self.sizeHint().width()

    @property
    def needed_height(self) -> int:
        """Return the height, in pixels, at which the panel does not scroll."""
        return super().sizeHint().height()

    def fit(self, limit: int = QWIDGETSIZE_MAX) -> None:
        """Adopt the size that the content of the panel needs now, up to a height in pixels."""
        self._panel.updateGeometry()  # the size hints of a dock widget are cached
        self._fitted_height = min(self.needed_height, limit)
        self.updateGeometry()

    def action(self, key: str | None) -> QAction:
        """Return the action that closes the panel, and shows it if it is closed or behind another tab."""
        action = self.toggleViewAction()
        assert action is not None
        action.setText(self._title)
        action.setObjectName(f"{self.objectName()}Action")
        action.setToolTip(f"Show or close the {self.windowTitle()} panel")
        self.visibilityChanged.connect(action.setChecked)  # a panel behind another tab counts as shown for Qt
        action.triggered.connect(lambda shown: self.raise_() if shown else None)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        return action

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._fitted_height)


class TitleBar(QFrame):
    """Title of a dock widget, with buttons that detach and close it.

    Unlike the built-in title bar it follows changes of the font and the theme. Mouse events that it ignores reach
    the dock widget, which moves, docks and floats as usual:
    https://doc.qt.io/qt-6/qdockwidget.html#setTitleBarWidget
    """

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        title = dock.windowTitle()
        tip = f"Detach or dock the {title} panel"
        detach = _button(f"{dock.objectName()}Float", "float", tip, lambda: dock.setFloating(not dock.isFloating()))
        close = _button(f"{dock.objectName()}Close", "remove", f"Close the {title} panel", dock.close)
        label = QLabel(title)
        label.setContentsMargins(9, 1, 5, 1)  # aligned with the content of the panels
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(4)
        layout.addWidget(label, stretch=1)
        layout.addWidget(detach)
        layout.addWidget(close)


def _button(object_name: str, icon_name: str, name: str, run: Callable[[], object]) -> QToolButton:
    button = tool_button(object_name, name, name, icon_name, run=run)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # as in the built-in title bar: the View menu serves the keyboard
    return button

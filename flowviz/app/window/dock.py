"""Dock widgets: the panels around the cloud."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QSize, Qt
from PyQt6.QtGui import QAction, QEnterEvent, QFocusEvent, QKeySequence, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from PyQt6.sip import isdeleted

from flowviz.app.desktop.existing import application, existing
from flowviz.app.style.tokens import GAP, HAIRLINE, TIGHT
from flowviz.app.widgets.controls import flat, lay_out, named, tool_button
from flowviz.app.widgets.scroll_column import ScrollColumn


class Dock(QDockWidget):
    """Panel that can be closed, moved, floated and tabbed.

    A panel without stretch is as high as its content was when it was last fitted. Content that grows or shrinks by
    itself may scroll, so that the panels below stay where they are.
    """

    has_priority = False  # whether other panels scroll first where there is too little room

    def __init__(self, name: str, title: str, panel: QWidget, parent: QWidget | None = None) -> None:
        """Create a panel.

        Args:
            name: The name, without "Dock".
            title: The title; an "&" precedes its mnemonic in the menu.
            panel: The content.
            parent: The window, whose style the panel takes on before it is measured. None for a panel without one yet.
        """
        super().__init__(title.replace("&", ""), parent)
        named(self, f"{name}Dock", title)
        self.setWidget(panel)
        self._title_bar = TitleBar(self)
        self.setTitleBarWidget(self._title_bar)
        self._title, self._parts = title, (panel, *panel.findChildren(ScrollColumn))
        self.is_stretchable = panel.sizePolicy().verticalPolicy() != QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Maximum, panel.sizePolicy().verticalPolicy())  # the cloud takes the rest
        self.fitted_size = self.needed_size

    def watch_content(self, on_switch: Callable[[], object], on_resize: Callable[[], object]) -> None:
        """Call a function when the user opens, closes or chooses a part, and another when the content is resized."""
        for button in self.findChildren(QAbstractButton):
            button.toggled.connect(on_switch)  # buttons that cannot be checked never emit it
        for box in self.findChildren(QComboBox):
            box.currentIndexChanged.connect(on_switch)
        for column in self.findChildren(ScrollColumn):
            column.need_changed.connect(on_resize)

    @property
    def needed_size(self) -> QSize:
        """Return the smallest width that cuts nothing off, and the height at which the panel does not scroll."""
        return super().sizeHint()

    def fit(self) -> None:
        """Adopt the size that the content of the panel needs now."""
        for part in self._parts:
            part.updateGeometry()  # size hints are cached, also after a change of the width
        self.fitted_size = self.needed_size
        self.updateGeometry()

    def action(self, key: str) -> QAction:
        """Return the action that opens and closes the panel; a panel behind another tab counts as closed."""
        action = existing(self.toggleViewAction())
        action.setText(self._title)
        action.setObjectName(f"{self.objectName()}Action")
        action.setToolTip(f"Show or close the {self.windowTitle()} panel")
        self.visibilityChanged.connect(action.setChecked)  # a panel behind another tab counts as shown for Qt
        action.setShortcut(QKeySequence(key))
        return action

    def switch_floating(self) -> None:
        """Dock the panel, or detach it and move it above the cloud, where it covers none of the other panels."""
        window, size = self.parent(), self.size().expandedTo(QSize(0, self.needed_size.height() + GAP))
        self.setFloating(not self.isFloating())
        if self.isFloating() and isinstance(window, QMainWindow) and (center := window.centralWidget()) is not None:
            self.resize(size)
            self.move(center.mapToGlobal(center.rect().center()) - self.rect().center())

    def sizeHint(self) -> QSize:
        return QSize(self.needed_size.width(), self.fitted_size.height())

    def enterEvent(self, event: QEnterEvent | None) -> None:
        self._title_bar.update_buttons()

    def leaveEvent(self, event: QEvent | None) -> None:
        self._title_bar.update_buttons()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        if self.isFloating():  # Qt gives no frame to a panel with a title bar of its own
            painter = QPainter(self)
            painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
            painter.drawRect(self.rect().adjusted(0, 0, -HAIRLINE, -HAIRLINE))


class TitleBar(QFrame):
    """Title of a dock widget, with buttons that detach and close it while the panel is hovered or they are focused.

    Unlike the built-in title bar it follows changes of the font and the theme. Mouse events that it ignores reach
    the dock widget, which moves, docks and floats as usual:
    https://doc.qt.io/qt-6/qdockwidget.html#setTitleBarWidget
    """

    def __init__(self, dock: Dock) -> None:
        super().__init__(dock)
        title, self._dock = dock.windowTitle(), dock
        named(self, f"{dock.objectName()}Title", f"{title} panel", "Drag to move the panel")
        detach = _button(
            f"{dock.objectName()}Float", "float", f"Detach or dock the {title} panel", dock.switch_floating
        )
        close = _button(f"{dock.objectName()}Close", "remove", f"Close the {title} panel", dock.close)
        label = QLabel(title)
        dock.windowTitleChanged.connect(label.setText)
        self._buttons = detach, close
        # The margins align the title with the content of the panels.
        lay_out(QHBoxLayout(self), label, detach, close, stretched=label, margin=(GAP, 0, TIGHT, 0), spacing=TIGHT)
        self.update_buttons()
        application().focusChanged.connect(self._follow_focus)

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Let the Tab key reach the buttons, although it skips what is hidden."""
        is_back = event is not None and event.reason() == Qt.FocusReason.BacktabFocusReason
        button = self._buttons[-1 if is_back else 0]
        button.show()
        button.setFocus(Qt.FocusReason.BacktabFocusReason if is_back else Qt.FocusReason.TabFocusReason)

    def _follow_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        is_own = old in self._buttons or new in self._buttons
        if is_own and not isdeleted(self._dock):  # the focus also changes while a window is deleted
            self.update_buttons()

    def update_buttons(self) -> None:
        """Show the buttons while the pointer is above the panel or one of them has the focus, or else hide them."""
        has_focus = any(button.hasFocus() for button in self._buttons)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if has_focus else Qt.FocusPolicy.TabFocus)
        for button in self._buttons:
            button.setVisible(self._dock.underMouse() or has_focus)


def _button(object_name: str, icon_name: str, name: str, run: Callable[[], object]) -> QToolButton:
    button = flat(tool_button(object_name, name, name, icon_name, run=run))
    policy = button.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    button.setSizePolicy(policy)
    return button

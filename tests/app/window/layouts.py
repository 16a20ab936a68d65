"""Queries about the panel layout of a window, for tests."""

from collections.abc import Callable

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QAbstractButton, QComboBox, QDockWidget, QLabel, QScrollArea, QWidget

from flowviz.app.target.panel import TargetPanel
from tests.app.conftest import Window, settle

PANELS = ("target", "training", "loss", "inspector")
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
OpenWindow = Callable[[], Window]


def dock(window: Window, name: str) -> QDockWidget:
    (found,) = window.main.findChildren(QDockWidget, f"{name}Dock", Qt.FindChildOption.FindDirectChildrenOnly)
    return found


def target_panel(window: Window) -> TargetPanel:
    panel = window.main.findChild(TargetPanel)
    assert panel is not None
    return panel


def toggle(window: Window, name: str) -> None:
    window.find(QAction, f"{name}DockAction").trigger()


def reset(window: Window) -> None:
    window.find(QAction, "resetlayoutAction").trigger()


def places(window: Window) -> dict[str, tuple[Qt.DockWidgetArea, QRect]]:
    """Return the area and the geometry of each panel that can be seen."""
    docks = {name: dock(window, name) for name in PANELS if is_seen(window, name)}
    return {name: (window.main.dockWidgetArea(panel), panel.geometry()) for name, panel in docks.items()}


def settled_places(window: Window) -> dict[str, tuple[Qt.DockWidgetArea, QRect]]:
    """Return the places of the panels once all layout requests are handled."""
    settle(window.main)
    return places(window)


def is_seen(window: Window, name: str) -> bool:
    """Return whether a panel is neither closed nor behind another tab."""
    return not dock(window, name).visibleRegion().isEmpty()


def is_tabbed(window: Window) -> bool:
    """Return whether the inspector is a tab behind the loss panel."""
    return window.main.tabifiedDockWidgets(dock(window, "loss")) == [dock(window, "inspector")]


def is_default_layout(window: Window) -> bool:
    """Return whether all panels are docked in their places; the inspector may be tabbed for lack of room."""
    are_docked = all(dock(window, name).isVisible() and not dock(window, name).isFloating() for name in PANELS)
    areas = {name: window.main.dockWidgetArea(dock(window, name)) for name in PANELS}
    default = dict.fromkeys(PANELS, LEFT) | {"inspector": LEFT if is_tabbed(window) else RIGHT}
    return are_docked and areas == default


def is_unscrolled(window: Window, name: str) -> bool:
    """Return whether all content of a panel is in view."""
    panel = dock(window, name).widget()
    area = panel if isinstance(panel, QScrollArea) else dock(window, name).findChild(QScrollArea)
    assert area is not None
    bars = area.verticalScrollBar(), area.horizontalScrollBar()
    return all(bar is not None and bar.maximum() == 0 for bar in bars)


def is_whole(label: QLabel) -> bool:
    """Return whether all lines of a text are in view."""
    return label.visibleRegion().boundingRect().height() >= label.heightForWidth(label.width())


def clipped(main: QWidget) -> list[str]:
    """Return the visible widgets whose text lacks room or that reach beyond their parent."""
    kinds = QLabel, QAbstractButton, QComboBox
    shown = [widget for kind in kinds for widget in main.findChildren(kind) if not widget.visibleRegion().isEmpty()]
    return [f"{widget.objectName()}: {widget.size()}" for widget in shown if not has_room(widget)]


def has_room(widget: QWidget) -> bool:
    needed, parent = widget.minimumSizeHint(), widget.parentWidget()
    height = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else needed.height()
    is_inside = parent is None or parent.rect().contains(widget.geometry())
    return is_inside and widget.width() >= needed.width() and widget.height() >= height

"""The panels, options and details that contain a control, and how to open them."""

from collections.abc import Callable, Iterator

from PyQt6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow, QScrollArea, QWidget

from flowviz.app.widgets.controls import OPENER


def reveal(control: QWidget, show_dock: Callable[[QDockWidget], object] = QDockWidget.show) -> None:
    """Open everything that contains a control, bring it to the front, and scroll to it; `show_dock` opens a panel."""
    for widget in reversed(list(around(control))):
        opener = opener_of(widget)
        if opener is not None and widget.isHidden():
            opener.click()
        elif isinstance(widget, QScrollArea):
            widget.ensureWidgetVisible(control)
        elif isinstance(widget, QDockWidget):
            if widget.isHidden():
                show_dock(widget)
            widget.raise_()


def around(widget: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that contain or reveal another one, innermost first."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QMainWindow):
        yield parent
        parent = opener_of(parent) or parent.parentWidget()


def opener_of(widget: QWidget) -> QAbstractButton | None:
    """Return the button that shows and hides a widget, if there is one."""
    opener = widget.property(OPENER)
    return opener if isinstance(opener, QAbstractButton) else None

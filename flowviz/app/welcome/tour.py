"""The tour of the window: a series of callouts, each beside the widget that it explains."""

from collections.abc import Callable, Iterator
from functools import partial

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QRegion
from PyQt6.QtWidgets import QMainWindow, QMenuBar, QWidget
from PyQt6.sip import isdeleted

from flowviz.app.commands.revealing import reveal
from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.settings import settings
from flowviz.app.style.theme import SHADE
from flowviz.app.style.tokens import THICK_LINE
from flowviz.app.threads.delay import delayed
from flowviz.app.welcome.callout import Callout, place_beside
from flowviz.app.welcome.temporary_panels import TemporaryPanels
from flowviz.app.welcome.tour_steps import TourStep
from flowviz.app.widgets.controls import add_key, named

SEEN_KEY = "tourSeen"
BY_KEY = {"Right": 1, "Down": 1, "Left": -1, "Up": -1}  # steps, while a button of the callout has the focus
GEOMETRY_EVENTS = {
    QEvent.Type.Resize,
    QEvent.Type.Move,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
}


class Tour(QWidget):
    """Overlay that dims the window except for the widget being explained, which can be used meanwhile.

    Panels that were closed are open during the tour. Escape leaves it. The tour goes on only when the user asks for it.
    """

    def __init__(self, steps: list[TourStep], window: QMainWindow, on_end: Callable[[], object]) -> None:
        super().__init__(window)
        named(self, "tour", "Tour")
        self._window, self._on_end = window, on_end
        self._steps = [step for step in steps if all(_is_in(widget, window) for widget in step.widgets)]
        self._number = 0
        self._highlight = QRect()
        self._watched: list[QWidget] = []
        self._previous_focus = window.focusWidget()
        self._panels = TemporaryPanels(self)
        self._callout = Callout(self, self._go, self.end)
        self._placing = delayed(self, self._place)  # a layout moves widgets many times; follow it once
        add_key(self, "Esc", self.end).activatedAmbiguously.connect(self.end)  # wherever the focus is
        for keys, number in BY_KEY.items():
            add_key(self, keys, partial(self._go, number), Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def begin(self) -> None:
        """Show the first step, and remember that the user has seen the tour."""
        settings().setValue(SEEN_KEY, True)
        self._number = 0
        self.show()
        self._go(0)

    def end(self) -> None:
        """End the tour, close the panels that it has opened, and give the focus back."""
        self._watch([])
        self._placing.stop()
        self.hide()
        self._panels.close()
        focus = self._previous_focus
        if focus is not None and not isdeleted(focus) and focus.isVisible():
            focus.setFocus()
        self._on_end()
        self.deleteLater()

    def _go(self, steps: int) -> None:
        """Go forward or back, past steps whose widgets cannot be shown; going past the last step ends the tour."""
        number = self._number + steps
        while 0 <= number < len(self._steps) and not self._reveal(self._steps[number].widgets):
            number += steps or 1
        if number >= len(self._steps):
            self.end()
        elif number >= 0:
            self._number, step = number, self._steps[number]
            parents = (parent for widget in step.widgets for parent in _parents(widget, self._window))
            self._watch([*step.widgets, *parents])
            self._callout.show_step(step.title, step.text, number + 1, len(self._steps))
            self._place()

    def _reveal(self, widgets: tuple[QWidget, ...]) -> bool:
        """Open, raise and scroll the panels of some widgets, and return whether all of them are visible then."""
        for widget in reversed(widgets):  # if they do not fit, scroll to the first one
            reveal(widget, self._panels.open)
        return all(widget.isVisible() for widget in widgets)

    def _watch(self, widgets: list[QWidget]) -> None:
        """Follow the geometry of these widgets, and no longer that of others."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = widgets
        for widget in widgets:
            widget.installEventFilter(self)

    def _place(self) -> None:
        """Cover the window except for the highlighted widgets, and put the callout beside them."""
        self.setGeometry(self._window.rect())
        self.raise_()
        self._highlight = _highlighted_rect(self._steps[self._number], self._window)
        self._callout.fit()
        place = place_beside(self._highlight, self._callout.size(), self.rect())
        self._callout.move(place.topLeft())
        self.setMask(QRegion(self.rect()) - QRegion(self._highlight) + QRegion(place))
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in GEOMETRY_EVENTS:
            self._placing.start(0)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(*SHADE))
        if not self._highlight.isEmpty():
            width = 2 * THICK_LINE  # the mask hides the inner half
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), width))
            painter.drawRect(self._highlight)


def _is_in(widget: QWidget, window: QWidget) -> bool:
    """Return whether a widget is inside the window: not in a floating panel or a native menu bar."""
    return widget.window() is window and not (isinstance(widget, QMenuBar) and widget.isNativeMenuBar())


def _parents(widget: QWidget, window: QWidget) -> Iterator[QWidget]:
    """Yield the parents of a widget, up to the window."""
    while widget is not window:
        widget = existing(widget.parentWidget())
        yield widget


def _highlighted_rect(step: TourStep, window: QWidget) -> QRect:
    """Return the visible area that a step explains, with its outline; empty if it has been hidden meanwhile."""
    area = QRect()
    for widget in step.widgets:
        if widget.isVisible() and _is_in(widget, window):
            area |= _visible_rect(widget, step.part() if step.part else widget.rect(), window)
    outlined = area.adjusted(-THICK_LINE, -THICK_LINE, THICK_LINE, THICK_LINE)
    return area if area.isEmpty() else outlined & window.rect()


def _visible_rect(widget: QWidget, part: QRect, window: QWidget) -> QRect:
    """Return the part of a widget that its parents do not clip, in window coordinates."""
    visible = part.translated(widget.mapTo(window, QPoint()))
    for parent in _parents(widget, window):
        visible &= parent.rect().translated(parent.mapTo(window, QPoint()))
    return visible

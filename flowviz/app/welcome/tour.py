"""The tour: one callout after the other, each beside the widget that it speaks of."""

from collections.abc import Iterator

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QPen, QRegion, QShortcut
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenuBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from PyQt6.sip import isdeleted

from flowviz.app.desktop.settings import settings
from flowviz.app.welcome.tour_steps import TourStep
from flowviz.app.widgets.labels import WrappingLabel

WIDTH = 46  # characters
MARGIN = 14  # pixels
ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}


class Callout(QFrame):
    """Announces which way is chosen; Tab stays within."""

    next_chosen = pyqtSignal()
    back_chosen = pyqtSignal()
    skip_chosen = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourCallout")
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._title = WrappingLabel("tourTitle", "Title")
        self._words = WrappingLabel("tourWords", "Explanation")
        self._place = QLabel()
        self._place.setObjectName("tourPlace")
        self._place.setAccessibleName("How far the tour has come")
        self._skip = WayButton("tourSkipButton", "Skip", "Leave the tour (Esc)")
        self._back = WayButton("tourBackButton", "Back", "The stop before (Left)")
        self._next = WayButton("tourNextButton", "Next", "The next stop (Right or Return)")
        self._skip.clicked.connect(lambda: self.skip_chosen.emit())
        self._back.clicked.connect(lambda: self.back_chosen.emit())
        self._next.clicked.connect(lambda: self.next_chosen.emit())
        self._lay_out()

    def show_stop(self, title: str, words: str, number: int, count: int) -> None:
        """Show the stop of this number, from 1 on; a screen reader reads it with the button that has the focus."""
        self._title.setText(f"<b>{title}</b>")
        self._words.setText(words)
        self._place.setText(f"{number} of {count}")
        self._back.setEnabled(number > 1)
        self._skip.setEnabled(number < count)
        self._next.setText("Next" if number < count else "Done")
        self._next.setAccessibleName(self._next.text())
        self._next.setAccessibleDescription(f"{number} of {count}: {title}. {words}")
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self.take_focus()

    def fit(self) -> None:
        """Be as wide as lines are easily read, and as high as the words need."""
        layout = self.layout()
        assert layout is not None
        width = max(WIDTH * self.fontMetrics().averageCharWidth(), layout.minimumSize().width())
        self.resize(width, layout.heightForWidth(width))

    def take_focus(self) -> None:
        """Let Return go on, and what is written here be read out."""
        self._next.clearFocus()
        self._next.setFocus()

    def _lay_out(self) -> None:
        ways = QHBoxLayout()
        ways.addWidget(self._place, stretch=1)
        for way in (self._skip, self._back, self._next):
            ways.addWidget(way)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addLayout(ways)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  # Qt's name
        ways = [way for way in (self._skip, self._back, self._next) if way.isEnabled()]
        focused = [number for number, way in enumerate(ways) if way.hasFocus()]
        step = 1 if next else -1
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        ways[(focused[0] + step) % len(ways) if focused else -1].setFocus(reason)
        return True


class WayButton(QPushButton):
    """Return presses it where it has the focus; the arrow keys are the tour's."""

    def __init__(self, object_name: str, text: str, tip: str) -> None:
        super().__init__(text)
        self.setObjectName(object_name)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.setAutoDefault(True)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)


SEEN_KEY = "tourSeen"
SHADE = QColor(0, 0, 0, 100)
OUTLINE = 3  # pixels
GAP = 12  # pixels between a callout, what it speaks of, and the rim of the window
MOVES = {
    QEvent.Type.Resize,
    QEvent.Type.Move,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.LayoutRequest,
}


class Tour(QWidget):
    """Dims the window but for what it speaks of, which can be used meanwhile; Escape leaves.

    What was closed is open while it goes on. Announces that it is over. It moves when the person asks for it, and
    never by itself.
    """

    ended = pyqtSignal()

    def __init__(self, stops: list[TourStep], window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAccessibleName("Tour")
        self._window = window
        self._stops = [stop for stop in stops if all(_is_in(widget, window) for widget in stop.widgets)]
        self._number = 0
        self._lit = QRect()
        self._watched: list[QWidget] = []
        self._focused = window.focusWidget()
        self._openings = TemporaryPanels(self)
        self._callout = Callout(self)
        self._callout.next_chosen.connect(lambda: self._go(1))
        self._callout.back_chosen.connect(lambda: self._go(-1))
        self._callout.skip_chosen.connect(self.end)
        self._places = QTimer(self)  # what moves does so many times: it is followed once
        self._places.setSingleShot(True)
        self._places.timeout.connect(self._place)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)  # also while something else has the focus
        leave.activated.connect(self.end)
        leave.activatedAmbiguously.connect(self.end)

    def begin(self) -> None:
        """Show the first stop. From now on the tour counts as seen."""
        settings().setValue(SEEN_KEY, True)
        self._number = 0
        self.show()
        self._go(0)

    def end(self) -> None:
        """Leave, close what was closed before, and give the focus back."""
        self._watch([])
        self._places.stop()
        self.hide()
        self._openings.close()
        if self._focused is not None and not isdeleted(self._focused) and self._focused.isVisible():
            self._focused.setFocus()
        self.ended.emit()
        self.deleteLater()

    def _go(self, stops: int) -> None:
        """Go so many stops on, or back; past those that cannot be seen, and out at the end."""
        number = self._number + stops
        while 0 <= number < len(self._stops) and not self._bring(self._stops[number].widgets):
            number += stops or 1
        if number >= len(self._stops):
            self.end()
        elif number >= 0:
            self._number = number
            self._show_stop()

    def _show_stop(self) -> None:
        stop = self._stops[self._number]
        self._watch([*stop.widgets, *(found for widget in stop.widgets for found in _around(widget, self._window))])
        self._callout.show_stop(stop.title, stop.words, self._number + 1, len(self._stops))
        self._place()

    def _bring(self, widgets: tuple[QWidget, ...]) -> bool:
        """Bring these into view, where they can be; whether they are."""
        for widget in reversed(widgets):  # where there is no room for all, the first is what is seen
            for found in (widget, *_around(widget, self._window)):
                if found.isHidden():
                    self._openings.open(found)
                if isinstance(found, QDockWidget):
                    found.raise_()
                if isinstance(found, QScrollArea):
                    found.ensureWidgetVisible(widget)
        return all(widget.isVisible() for widget in widgets)

    def _watch(self, widgets: list[QWidget]) -> None:
        """OnResult when these move."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = widgets
        for widget in widgets:
            widget.installEventFilter(self)

    def _place(self) -> None:
        """Cover the window, light up what is spoken of, and put the callout beside it."""
        stop = self._stops[self._number]
        self.setGeometry(self._window.rect())
        self.raise_()
        self._lit = _lit(stop, self._window)
        self._callout.fit()
        place = _beside(self._lit, self._callout.size(), self.rect())
        self._callout.move(place.topLeft())
        self.setMask(QRegion(self.rect()) - QRegion(self._lit) + QRegion(place))
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() in MOVES:
            self._places.start(0)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), SHADE)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2 * OUTLINE))  # the inner half is cut
        if not self._lit.isEmpty():
            painter.drawRect(self._lit)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        key = event.key() if event is not None else None
        if key in {Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._go(1)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Up}:
            self._go(-1)
        else:
            super().keyPressEvent(event)


def tour_was_seen() -> bool:
    """Whether it was taken before, to the end or not; not, where the settings are damaged."""
    return settings().value(SEEN_KEY) in (True, "true")


def _is_in(widget: QWidget, window: QWidget) -> bool:
    """Not floating beside it, nor in the menu bar of the system."""
    return widget.window() is window and not (isinstance(widget, QMenuBar) and widget.isNativeMenuBar())


def _around(widget: QWidget, window: QWidget) -> Iterator[QWidget]:
    """What a widget is in, from the inside out: the window comes last."""
    while widget is not window:
        parent = widget.parentWidget()
        assert parent is not None
        yield parent
        widget = parent


def _lit(stop: TourStep, window: QWidget) -> QRect:
    """What of it is seen, with a rim around it; empty, where it has been hidden meanwhile."""
    lit = QRect()
    for widget in stop.widgets:
        if widget.isVisible() and _is_in(widget, window):
            lit |= _seen(widget, stop.part() if stop.part else widget.rect(), window)
    rim = lit.adjusted(-OUTLINE, -OUTLINE, OUTLINE, OUTLINE)
    return lit if lit.isEmpty() else rim & window.rect()


def _seen(widget: QWidget, part: QRect, window: QWidget) -> QRect:
    """A part of a widget, in pixels of the window, as far as what it is in does not cut it off."""
    seen = part.translated(widget.mapTo(window, QPoint()))
    for found in _around(widget, window):
        seen &= found.rect().translated(found.mapTo(window, QPoint()))
    return seen


def _beside(lit: QRect, size: QSize, window: QRect) -> QRect:
    """Where a callout stands: to the right, left, below or above; where there is no room, in the corner of it."""
    inner = window.adjusted(GAP, GAP, -GAP, -GAP)
    if lit.isEmpty():
        return _within(QRect(inner.center() - QPoint(size.width(), size.height()) / 2, size), inner)
    across, down = lit.center().x() - size.width() // 2, lit.center().y() - size.height() // 2
    for x, y in (
        (lit.right() + GAP, down),
        (lit.left() - GAP - size.width(), down),
        (across, lit.bottom() + GAP),
        (across, lit.top() - GAP - size.height()),
    ):
        place = _within(QRect(QPoint(x, y), size), inner)
        if not place.intersects(lit):
            return place
    return _within(QRect(lit.bottomRight() - QPoint(size.width() + GAP, size.height() + GAP), size), inner)


def _within(place: QRect, inner: QRect) -> QRect:
    """Moved as little as it takes, so that it is inside."""
    x = max(inner.left(), min(place.left(), inner.right() - place.width() + 1))
    y = max(inner.top(), min(place.top(), inner.bottom() - place.height() + 1))
    return QRect(QPoint(x, y), place.size())


USES = {QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.Drop}


class TemporaryPanels(QObject):
    """Opens widgets, and closes them again; what is used meanwhile, or closed, is the person's from then on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._opened: list[QWidget] = []

    def open(self, widget: QWidget) -> None:
        """Show it, and listen to what happens to it."""
        widget.show()
        self._opened.append(widget)
        _application().installEventFilter(self)

    def close(self) -> None:
        """Close what is still here for nobody."""
        _application().removeEventFilter(self)
        opened, self._opened = self._opened, []
        for widget in opened:
            widget.hide()

    def _give_up(self, used: QWidget) -> None:
        self._opened = [widget for widget in self._opened if widget is not used and not widget.isAncestorOf(used)]

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(watched, QWidget) and event is not None:
            is_closed = event.type() == QEvent.Type.Hide and watched in self._opened and watched.isHidden()
            if is_closed or event.type() in USES:
                self._give_up(watched)
        return super().eventFilter(watched, event)


def _application() -> QApplication:
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found

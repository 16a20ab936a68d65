"""The callout of the tour, and its place beside the widget that it explains."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.tokens import GAP, WIDE
from flowviz.app.widgets.controls import button, lay_out, named, rename, row_widget
from flowviz.app.widgets.labels import WrappingLabel

WIDTH = 46  # characters


class Callout(QFrame):
    """Explanation of one step, with buttons that lead through the tour."""

    def __init__(self, parent: QWidget, go: Callable[[int], object], end: Callable[[], object]) -> None:
        """Create a callout; `go` goes forward or back by a number of steps, and `end` leaves the tour."""
        super().__init__(parent, Qt.WindowType.SubWindow)  # Tab stays within
        self._title = WrappingLabel("tourTitle", "Title")
        self._text = WrappingLabel("tourWords", "Explanation")
        self._position = named(QLabel(), "tourPlace", "Step of the tour")
        self._skip = button("tourSkipButton", "Skip", "Leave the tour (Esc)", run=end)
        self._back = button("tourBackButton", "Back", "Previous step (Left)", run=partial(go, -1))
        self._next = button("tourNextButton", "Next", "Next step (Right or Return)", run=partial(go, 1))
        for each in (self._skip, self._back, self._next):
            each.setAutoDefault(True)  # so that Return presses it
        # A widget of their own, because Qt marks no focus on widgets whose parent is a subwindow.
        buttons = row_widget(self._position, self._skip, self._back, self._next, stretched=self._position)
        lay_out(QVBoxLayout(self), self._title, self._text, buttons, margin=WIDE)

    def show_step(self, title: str, text: str, number: int, count: int) -> None:
        """Show the step of this number, counted from 1.

        The explanation is also the description of the focused button, so that screen readers read it.
        """
        self._title.setText(f"<b>{title}</b>")
        self._text.setText(text)
        self._position.setText(f"{number} of {count}")
        self._back.setEnabled(number > 1)
        self._skip.setEnabled(number < count)
        rename(self._next, "Next" if number < count else "Done")
        self._next.setAccessibleDescription(f"{number} of {count}: {title}. {text}")
        named(self, "tourCallout", title, description=text)
        self._next.clearFocus()  # a screen reader reads the description when the focus arrives
        self._next.setFocus()

    def fit(self) -> None:
        """Resize to a readable line length and the height of the text."""
        layout = existing(self.layout())
        width = max(WIDTH * self.fontMetrics().averageCharWidth(), layout.minimumSize().width())
        self.resize(width, layout.totalHeightForWidth(width))


def place_beside(target: QRect, size: QSize, window: QRect) -> QRect:
    """Return where a callout of this size goes: right, left, below or above the target, or inside if nothing fits.

    Args:
        target: What the callout explains, in window coordinates; if it is empty, the callout is centered.
        size: Size of the callout.
        window: Rectangle of the window.
    """
    inner = window.adjusted(GAP, GAP, -GAP, -GAP)
    if target.isEmpty():
        return _moved_into(QRect(inner.center() - QPoint(size.width(), size.height()) / 2, size), inner)
    x, y = target.center().x() - size.width() // 2, target.center().y() - size.height() // 2
    for corner in (
        QPoint(target.right() + GAP, y),
        QPoint(target.left() - GAP - size.width(), y),
        QPoint(x, target.bottom() + GAP),
        QPoint(x, target.top() - GAP - size.height()),
    ):
        place = _moved_into(QRect(corner, size), inner)
        if not place.intersects(target):
            return place
    return _moved_into(QRect(target.bottomRight() - QPoint(size.width() + GAP, size.height() + GAP), size), inner)


def _moved_into(place: QRect, inner: QRect) -> QRect:
    """Return the rectangle moved as little as possible to lie inside another one."""
    x = max(inner.left(), min(place.left(), inner.right() - place.width() + 1))
    y = max(inner.top(), min(place.top(), inner.bottom() - place.height() + 1))
    return QRect(QPoint(x, y), place.size())

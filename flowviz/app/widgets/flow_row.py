"""A row of widgets that wraps onto further lines, like words in a paragraph."""

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize
from PyQt6.QtWidgets import QWidget

from flowviz.app.style.tokens import TIGHT

LINE_SPACING = TIGHT  # pixels
PLACING = {QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show}

Line = list[tuple[QWidget, QSize]]


class WrappingRow(QWidget):
    """Row of widgets that wraps onto further lines when it is too narrow.

    Each widget gets its preferred size, limited to the width of the row, and is vertically centered in its line. Rows
    can be nested.

    The row positions its widgets itself. A `QLayout` subclass in Python is not safe here, because its items are not
    deleted with their widgets and crash when they are used afterward. `superqt.QFlowLayout` is such a subclass. It also
    requests only the width of its widest widget, so that nested rows become columns.
    """

    def __init__(self, spacing: int, *widgets: QWidget) -> None:
        """Create a row with `spacing` pixels between its widgets."""
        super().__init__()
        self._spacing, self._widgets = spacing, widgets
        for widget in widgets:
            widget.setParent(self)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        heights = [_height(line) for line in self._lines(width)]
        return sum(heights) + LINE_SPACING * max(len(heights) - 1, 0)

    def minimumSizeHint(self) -> QSize:
        size = QSize(0, 0)
        for widget in self._shown_widgets():
            size = size.expandedTo(widget.minimumSizeHint()).expandedTo(widget.minimumSize())
        return size

    def sizeHint(self) -> QSize:
        sizes = [_preferred_size(widget) for widget in self._shown_widgets()]  # all on one line
        width = sum(size.width() for size in sizes) + self._spacing * max(len(sizes) - 1, 0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def rearrange(self) -> None:
        """Place the widgets at once after their sizes have changed, not in a later turn of the event loop."""
        self.updateGeometry()
        self._place_widgets()
        for widget in self._shown_widgets():
            if isinstance(widget, WrappingRow):
                widget.rearrange()

    def event(self, event: QEvent | None) -> bool:
        """Place the widgets after each change of them or of the width; while the row is hidden, Qt announces none."""
        if event is not None and event.type() in PLACING:
            if event.type() != QEvent.Type.Resize:
                self.updateGeometry()
            self._place_widgets()
        return super().event(event)

    def _shown_widgets(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _lines(self, width: int) -> list[Line]:
        """Break the row into lines of at most `width` pixels, except for single widgets that are wider."""
        lines: list[Line] = []
        x = 0
        for widget in self._shown_widgets():
            size = _size_within(widget, width)
            if not lines or x + size.width() > width:
                lines.append([])
                x = 0
            lines[-1].append((widget, size))
            x += size.width() + self._spacing
        return lines

    def _place_widgets(self) -> None:
        y = 0
        for line in self._lines(self.width()):
            x, height = 0, _height(line)
            for widget, size in line:
                widget.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self._spacing
            y += height + LINE_SPACING


def _preferred_size(widget: QWidget) -> QSize:
    preferred = widget.sizeHint().expandedTo(widget.minimumSize())
    if isinstance(widget, WrappingRow):  # which never prefers less than it needs, and measures all its widgets for it
        return preferred
    return preferred.expandedTo(widget.minimumSizeHint())


def _size_within(widget: QWidget, width: int) -> QSize:
    size = _preferred_size(widget)
    if size.width() <= width:
        return size
    return QSize(width, widget.heightForWidth(width) if widget.hasHeightForWidth() else size.height())


def _height(line: Line) -> int:
    return max(size.height() for _, size in line)

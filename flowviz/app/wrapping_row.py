"""Widgets side by side, which go on in the next line where there is too little width: as words do."""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QLayout, QLayoutItem, QWidget


class WrappingRow(QLayout):
    """As https://doc.qt.io/qt-6/qtwidgets-layouts-flowlayout-example.html, whose items are centered in their line."""

    def __init__(self, between: int, *widgets: QWidget) -> None:
        """`between` is in pixels."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self._between = between
        for widget in widgets:
            self.addWidget(widget)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """What stands in each line, and how large it is there."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        left = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = _size(item, width)
            if not lines or left + size.width() > width:
                lines.append([])
                left = 0
            lines[-1].append((item, size))
            left += size.width() + self._between
        return lines

    def addItem(self, item: QLayoutItem | None) -> None:
        assert item is not None
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        heights = [_height(line) for line in self._lines(width)]
        return sum(heights) + self.spacing() * max(len(heights) - 1, 0)

    def minimumSize(self) -> QSize:
        least = QSize(0, 0)
        for item in self._items:
            least = least.expandedTo(item.minimumSize())
        return least

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint().width() for item in self._items if not item.isEmpty()]
        width = sum(hints) + self._between * max(len(hints) - 1, 0)
        return QSize(width, self.heightForWidth(width))

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        top = place.top()
        for line in self._lines(place.width()):
            left, height = place.left(), _height(line)
            for item, size in line:
                item.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
                left += size.width() + self._between
            top += height + self.spacing()


def group(*widgets: QWidget, spacing: int) -> QWidget:
    """Widgets that stay side by side, if a whole line is wide enough."""
    together = QWidget()
    together.setLayout(WrappingRow(spacing, *widgets))
    return together


def _size(item: QLayoutItem, width: int) -> QSize:
    """As it likes to be, or no wider than the line."""
    hint = item.sizeHint()
    if hint.width() <= width:
        return hint
    return QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else hint.height())


def _height(line: list[tuple[QLayoutItem, QSize]]) -> int:
    return max(size.height() for _, size in line)

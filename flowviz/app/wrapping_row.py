"""Widgets side by side, which go on in the next line where there is too little width: as words do."""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLayout, QLayoutItem, QWidget


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

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in self._items:
            if item.isEmpty():
                continue
            needed = item.sizeHint().width()
            if not lines or left + needed > width:
                lines.append([])
                left = 0
            lines[-1].append(item)
            left += needed + self._between
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
        width = max((item.minimumSize().width() for item in self._items if not item.isEmpty()), default=0)
        return QSize(width, max((_height(line) for line in self._lines(width)), default=0))

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint().width() for item in self._items if not item.isEmpty()]
        width = sum(hints) + self._between * max(len(hints) - 1, 0)
        return QSize(width, self.heightForWidth(width))

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        top = place.top()
        for line in self._lines(place.width()):
            left, height = place.left(), _height(line)
            for item in line:
                hint = item.sizeHint()
                item.setGeometry(QRect(QPoint(left, top + (height - hint.height()) // 2), hint))
                left += hint.width() + self._between
            top += height + self.spacing()


def group(*widgets: QWidget, spacing: int) -> QWidget:
    """Widgets that stay side by side."""
    together = QWidget()
    row = QHBoxLayout(together)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    return together


def _height(line: list[QLayoutItem]) -> int:
    return max(item.sizeHint().height() for item in line)

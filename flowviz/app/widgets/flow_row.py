"""Widgets side by side, which go on in the next line where there is too little width: as words do."""

from PyQt6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

LINE_SPACING = 4  # pixels


class WrappingRow(QWidget):
    """A row of widgets, centered in their line; each is as large as it likes to be, but no wider than the line.

    It lays them out itself: items of a `QLayout` that is written in Python outlive what they stand for.
    """

    def __init__(self, between: int, *widgets: QWidget) -> None:
        """`between` is in pixels."""
        super().__init__()
        self._between, self._widgets = between, widgets
        for widget in widgets:
            widget.setParent(self)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        heights = [_height(line) for line in self._lines(width)]
        return sum(heights) + LINE_SPACING * max(len(heights) - 1, 0)

    def minimumSizeHint(self) -> QSize:
        least = QSize(0, 0)
        for widget in self._shown():
            least = least.expandedTo(widget.minimumSizeHint()).expandedTo(widget.minimumSize())
        return least

    def sizeHint(self) -> QSize:
        hints = [_liked(widget).width() for widget in self._shown()]
        width = sum(hints) + self._between * max(len(hints) - 1, 0)
        return QSize(width, self.heightForWidth(width))

    def event(self, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._lay_out()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._lay_out()
        super().resizeEvent(event)

    def _shown(self) -> list[QWidget]:
        was_chosen = Qt.WidgetAttribute.WA_WState_ExplicitShowHide  # before a window is shown, all in it is hidden
        return [widget for widget in self._widgets if not (widget.isHidden() and widget.testAttribute(was_chosen))]

    def _lines(self, width: int) -> list[list[tuple[QWidget, QSize]]]:
        """What stands in each line, and how large it is there."""
        lines: list[list[tuple[QWidget, QSize]]] = []
        left = 0
        for widget in self._shown():
            size = _size(widget, width)
            if not lines or left + size.width() > width:
                lines.append([])
                left = 0
            lines[-1].append((widget, size))
            left += size.width() + self._between
        return lines

    def _lay_out(self) -> None:
        top = 0
        for line in self._lines(self.width()):
            left, height = 0, _height(line)
            for widget, size in line:
                widget.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
                left += size.width() + self._between
            top += height + LINE_SPACING


def _liked(widget: QWidget) -> QSize:
    return widget.sizeHint().expandedTo(widget.minimumSizeHint()).expandedTo(widget.minimumSize())


def _size(widget: QWidget, width: int) -> QSize:
    liked = _liked(widget)
    if liked.width() <= width:
        return liked
    return QSize(width, widget.heightForWidth(width) if widget.hasHeightForWidth() else liked.height())


def _height(line: list[tuple[QWidget, QSize]]) -> int:
    return max(size.height() for _, size in line)

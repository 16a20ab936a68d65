"""A column of widgets that scrolls when it is too tall for its panel."""

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.controls import lay_out


class VerticalArea(QScrollArea):
    """Area without a frame that scrolls its widget vertically when needed."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its widgets take the focus, and it scrolls to them
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fill(self, *parts: QWidget | QLayout, stretched: QWidget | None = None) -> QVBoxLayout:
        """Fill the area, and return its column. The extra height goes to the `stretched` widget."""
        content = QWidget()
        column = QVBoxLayout(content)
        self.setWidget(content)  # while it is empty, because Qt measures it
        return lay_out(column, *parts, stretched=stretched, margin=(GAP, TIGHT, GAP, TIGHT))


class ScrollColumn(VerticalArea):
    """Column of widgets that scrolls vertically when needed; its width is what the widgets require."""

    need_changed = pyqtSignal()  # the size at which nothing has to scroll

    def __init__(self, *widgets: QWidget, stretched: bool = False) -> None:
        """Create a column; if `stretched`, it takes more height than its widgets need."""
        super().__init__()
        self._column = self.fill(*widgets)
        self._needed_size = QSize()
        if not stretched:
            self._column.addStretch()
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        width = self.minimumSizeHint().width()
        if not self._column.hasHeightForWidth():
            return QSize(width, self._column.totalSizeHint().height())
        return QSize(width, self._column.totalHeightForWidth(max(width, self.maximumViewportSize().width())))

    def minimumSizeHint(self) -> QSize:
        bar = existing(self.verticalScrollBar())
        width = self._column.totalMinimumSize().width() + bar.sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._choose_bar()
        super().resizeEvent(event)

    def _choose_bar(self) -> None:
        """Offer a scroll bar only if the widgets do not fit without it; beside one, texts need more lines."""
        fits = self.sizeHint().height() <= self.height()
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self.widget() and event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._update_needed_size()
        return super().eventFilter(watched, event)

    def _update_needed_size(self) -> None:
        previous, self._needed_size = self._needed_size, self.sizeHint()
        if self._needed_size != previous:
            self._choose_bar()
            self.updateGeometry()
            self.need_changed.emit()


def above_footer(column: ScrollColumn, footer: QWidget) -> QWidget:
    """Return a widget with a column above a footer, which keeps its place while the column grows and scrolls."""
    content = QWidget()
    lay_out(QVBoxLayout(content), column, footer, spacing=0)
    footer.setContentsMargins(GAP, TIGHT, GAP, TIGHT)
    content.setSizePolicy(column.sizePolicy())
    return content

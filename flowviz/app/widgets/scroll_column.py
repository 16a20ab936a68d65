"""A column of widgets that scrolls where it has too little height."""

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

MARGINS = 9, 5, 9, 5  # pixels: left, top, right, bottom


class ScrollColumn(QScrollArea):
    """Widgets one below the other, which scroll where there is too little height. It is as wide as they need.

    Announces that they have come to need another height.
    """

    need_changed = pyqtSignal()

    def __init__(self, *widgets: QWidget, stretched: bool = False) -> None:
        """If it is `stretched`, it is glad of more height than the widgets need."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it scrolls to the widget that has it
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(*MARGINS)
        for widget in widgets:
            self._column.addWidget(widget)
        self._needed = 0  # pixels of height
        self._stretched = stretched
        if not stretched:
            self._column.addStretch()
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        width = self.minimumSizeHint().width()
        if not self._column.hasHeightForWidth():
            return QSize(width, self._column.totalSizeHint().height())
        return QSize(width, self._column.totalHeightForWidth(max(width, self.maximumViewportSize().width())))

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar()
        assert bar is not None
        width = self._column.totalMinimumSize().width() + bar.sizeHint().width()
        return QSize(width, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self.widget() and event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._measure()
        return super().eventFilter(watched, event)

    def _measure(self) -> None:
        before, self._needed = self._needed, self.sizeHint().height()
        if self._needed == before:
            return
        self.updateGeometry()
        if not self._stretched:
            self.need_changed.emit()

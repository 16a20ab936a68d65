"""A slider whose handle jumps to the clicked position."""

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from flowviz.app.desktop.existing import existing


class JumpSlider(QSlider):
    """Horizontal slider whose handle jumps to the clicked position.

    In most styles, including Fusion, a plain `QSlider` moves by one page instead.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def handle(self) -> QRect:
        """Return the rectangle of the handle, in widget coordinates."""
        style, option = existing(self.style()), QStyleOptionSlider()
        self.initStyleOption(option)
        return style.subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        handle = self.handle()
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            x, width = event.position().x() - handle.width() / 2, self.width() - handle.width()
            self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), round(x), width))
        super().mousePressEvent(event)  # the handle is under the pointer now, so the user can drag it

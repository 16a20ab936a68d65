"""The figure view: a picture that covers the cloud, such as the four panels."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.pane.cloud_view import CloudView, device_size, word_height_in
from flowviz.app.state.view import ViewState
from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.controls import add_key, flat, lay_out, named, tool_button
from flowviz.app.widgets.images import image_of
from flowviz.specs import PictureSize

DESCRIPTION = "A picture of the flow in place of the cloud; Esc returns to the cloud."
LEAVE = "Back to the Cloud (Esc)"


class FigureView(QWidget):
    """Widget that shows a picture in place of the cloud, or a sentence until there is one."""

    resized = pyqtSignal()  # a picture of another size is needed

    def __init__(self, cloud: CloudView, view: ViewState) -> None:
        """Create a hidden widget that covers a cloud view when it is shown, and whose button removes the figure."""
        super().__init__()
        named(self, "figureView", "Figure", description=DESCRIPTION)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAutoFillBackground(True)
        self._cloud = cloud
        back = partial(view.change, figure=None)
        leave = flat(tool_button("leaveFigureButton", LEAVE, LEAVE, "remove", run=back))
        add_key(self, "Esc", leave.click, Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._title, self._shown = QLabel(), QLabel()
        self._shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._shown.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._shown.setWordWrap(True)
        top = lay_out(QHBoxLayout(), self._title, leave, stretched=self._title, margin=(GAP, TIGHT, TIGHT, 0))
        lay_out(QVBoxLayout(self), top, self._shown, stretched=self._shown)
        self.hide()
        cloud.cover(self)

    @property
    def size_in_pixels(self) -> PictureSize:
        """Return the size of the picture in device pixels."""
        return device_size(self._shown)

    @property
    def word_height(self) -> float:
        """Return the height of text a little smaller than that of widgets, relative to the shorter side."""
        return word_height_in(self._shown)

    @property
    def picture(self) -> QImage | None:
        """Return the picture, or None if the cloud is visible or there is no picture yet."""
        shown = self._shown.pixmap()
        return None if shown.isNull() or not self.isVisible() else shown.toImage()

    def show_title(self, title: str) -> None:
        """Cover the cloud, as a figure with a title."""
        self.setAccessibleName(title)
        self._title.setText(title)
        self.show()
        self.setFocus()

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence, because there is no picture."""
        self._shown.setText(sentence)
        self.setAccessibleDescription(sentence)

    def show_picture(self, pixels: NDArray[np.uint8], sentences: str) -> None:
        """Show a picture (height, width, 4), which sentences describe for screen readers."""
        self._shown.setPixmap(QPixmap.fromImage(image_of(pixels, self.devicePixelRatioF())))
        self.setAccessibleDescription(sentences)

    def hide(self) -> None:
        """Show the cloud again, which takes the focus from this widget."""
        if self.hasFocus():
            self._cloud.setFocus()
        super().hide()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self.resized.emit()
        super().resizeEvent(event)

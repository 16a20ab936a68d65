"""The example view: covers the cloud with the flow of an example, and says that it is one."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz import rendering
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.records import Scene, Trace
from flowviz.rendering import Camera

MARGIN = 8  # pixels
PROMISE = "Soon your own target will emerge here."


class ExampleView(QWidget):
    """Widget that draws the particles of an example as the cloud view would, below a caption.

    A click or the wheel dismisses it.
    """

    dismissed = pyqtSignal()

    def __init__(self, cloud: CloudView) -> None:
        """Create a hidden view that covers a cloud view when it is shown."""
        super().__init__()
        self.setObjectName("exampleView")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._cloud = cloud
        self._trace: Trace | None = None
        self._stage = 0.0
        self._title = self._activity = ""
        self._caption = WrappingLabel("exampleCaption", "Example")
        self._caption.setTextFormat(Qt.TextFormat.RichText)
        self._caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.addWidget(self._caption)
        layout.addStretch()
        self.hide()
        cloud.cover(self)

    def show_trace(self, trace: Trace, stage: float, title: str) -> None:
        """Show the particles of a trace at a stage."""
        self._trace, self._stage, self._title = trace, stage, title
        self._update_caption()
        self.show()

    def show_stage(self, stage: float) -> None:
        """Set the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        self._stage = stage
        self.update()

    def show_activity(self, activity: str) -> None:
        """Say what is being prepared, such as "Loading TensorFlow"."""
        self._activity = activity
        self._update_caption()

    def _update_caption(self) -> None:
        from html import escape  # loads a table of entities

        activity = f" {self._activity}…" if self._activity else ""
        self._caption.setText(f"<b>{escape(self._title)}</b><br>{escape(PROMISE + activity)}")

    def _render(self, trace: Trace) -> NDArray[np.uint8]:
        """Return the picture in the colors of the cloud view, whose marks need more than particles."""
        marks = {"marks": frozenset({"points"}), "labels": False, "beside": False}
        camera, size = Camera(self._cloud.view.model_copy(update=marks), trace.boxes), self._cloud.size_in_pixels
        return rendering.render_frame(Scene(trace), self._stage, camera.at(self._stage, size), size)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._trace is None:
            return
        pixels = self._render(self._trace)
        height, width, _ = pixels.shape
        image = QImage(pixels.tobytes(), width, height, QImage.Format.Format_RGBX8888)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        QPainter(self).drawImage(QPointF(), image)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.dismissed.emit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        self.dismissed.emit()

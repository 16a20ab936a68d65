"""The example view: covers the cloud with the flow of an example, and says that it is one."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.controls import lay_out
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.records import Scene, Trace
from flowviz.rendering import Camera

PROMISE = "Soon your own target will emerge here."
MARKS = {"marks": frozenset({"points"}), "labels": False, "beside": False}  # others need more than particles


class ExampleView(QWidget):
    """Widget that shows the particles of an example in a cloud view of its own, below a caption.

    A click or the wheel dismisses it.
    """

    dismissed = pyqtSignal()

    def __init__(self, cloud: CloudView) -> None:
        """Create a hidden view that covers a cloud view when it is shown."""
        super().__init__()
        self.setObjectName("exampleView")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._cloud, self._picture = cloud, CloudView(ViewState(), "exampleCloud", leader=cloud)
        self._picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._picture.resized.connect(self._aim)
        self._trace: Trace | None = None
        self._title = self._activity = ""
        self._caption = WrappingLabel("exampleCaption", "Example")
        self._caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._picture.cover(self._caption, Qt.AlignmentFlag.AlignTop)
        lay_out(QVBoxLayout(self), self._picture)
        self.hide()
        cloud.cover(self)

    def show_trace(self, trace: Trace, stage: float, title: str) -> None:
        """Show the particles of a trace at a stage."""
        self._trace, self._title = trace, title
        self._picture.show_scene(Scene(trace))
        self._update_caption()
        self.show()
        self.show_stage(stage)

    def show_stage(self, stage: float) -> None:
        """Set the drawn position; 2.25 is a quarter of the way from stage 2 to stage 3."""
        self._picture.show_stage(stage)
        self._aim()

    def show_activity(self, activity: str) -> None:
        """Say what is being prepared, such as "Loading TensorFlow"."""
        self._activity = activity
        self._update_caption()

    def _aim(self) -> None:
        """Frame the particles, in the colors of the cloud view."""
        if self._trace is not None:
            camera = Camera(self._cloud.view.model_copy(update=MARKS), self._trace.boxes)
            self._picture.set_view(camera.at(self._picture.stage, self._picture.size_in_pixels))

    def _update_caption(self) -> None:
        from html import escape  # loads a table of entities

        activity = f" {self._activity}…" if self._activity else ""
        self._caption.setText(f"<b>{escape(self._title)}</b><br>{escape(PROMISE + activity)}")

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self.dismissed.emit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        self.dismissed.emit()

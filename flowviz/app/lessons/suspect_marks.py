"""The marks of suspects: three points on the cloud that the learner probes to find the one that does not belong."""

from functools import partial

from PyQt6.QtCore import QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.viewer import Viewer
from flowviz.app.state.view import ViewState
from flowviz.app.style.tokens import DOT, GAP, LINE, TIGHT
from flowviz.lessons.suspects import Point, Suspects
from flowviz.records import Scene, Trace
from flowviz.rendering.colors import CURVES, SURROUNDINGS

REACH = 2 * GAP  # pixels within which the probe snaps to a suspect


class SuspectMarks(QWidget):
    """Rings around the suspects, each with its letter and, once it was probed, the density that the flow has there.

    Lines lead to these labels, which are in two rows above the target, so that they cover no part of it.
    """

    changed = pyqtSignal()  # another suspect was probed, or they are shown or hidden

    def __init__(self, cloud: CloudView, viewer: Viewer, view: ViewState) -> None:
        super().__init__()
        self.setObjectName("suspectMarks")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cloud, self._viewer, self._view = cloud, viewer, view
        self._suspects = Suspects()
        self.setHidden(True)
        cloud.cover(self)
        cloud.redrawn.connect(self.update)
        cloud.pointer_moved.connect(self._snap)
        viewer.scenes.trace_changed.connect(self._follow)
        viewer.scenes.changed.connect(self._take_probe)

    @property
    def suspects(self) -> Suspects:
        """Return the suspects of the target that is shown; none at other stages than the last."""
        value = self._view.value
        is_off = self.isHidden() or value.stage != value.last_stage or value.seen.overview
        return Suspects() if is_off else self._suspects

    def set_shown(self, shown: bool) -> None:
        """Mark the suspects of the target that is shown, or hide them, and forget which were probed."""
        if shown == self.isHidden():
            self._suspects = Suspects()
            self.setVisible(shown)
            self._follow()
            self.changed.emit()

    def observations(self) -> dict[str, list[str]]:
        """Return what the conditions of a lesson can refer to, by name."""
        return {"suspects_probed": sorted(self.suspects.probed)}

    def _snap(self, point: Point | None) -> None:
        """Move the probe to a suspect that the mouse is near to."""
        if (
            point is not None
            and self._view.value.tool == "probe"
            and (near := self.suspects.near(point, REACH * self._cloud.pixel))
        ):
            self._view.update(probe=(self._view.value.stage, near))

    def _follow(self) -> None:
        """Take the points of the target that is shown, and ask for the densities of the flow at all of them."""
        if not self.isHidden() and (target := self._viewer.scenes.target) is not None:
            self._suspects = self._suspects.of(target)
            self._viewer.scenes.query_points([*self._suspects.points.values()], partial(self._take, self._suspects))

    def _take(self, suspects: Suspects, trace: Trace) -> None:
        suspects.take_densities(trace)
        self.update()

    def _take_probe(self, scene: Scene) -> None:
        if scene.probe is not None and self.suspects.take_probe(scene.probe):
            self.update()
            self.changed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        theme = self._view.seen.view.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(*CURVES[theme]["loss"]), LINE))
        painter.setBackground(QColor(*SURROUNDINGS[theme].background))
        painter.setBackgroundMode(Qt.BGMode.OpaqueMode)
        metrics = painter.fontMetrics()
        above = self._cloud.pixel_at(0.0, self.suspects.top).y() - GAP - metrics.descent()
        for number, (point, text) in enumerate(self.suspects.labels()):
            place, length = self._cloud.pixel_at(*point), metrics.horizontalAdvance(text)
            baseline = max(above - number % 2 * (metrics.height() + TIGHT), metrics.ascent())
            left = min(max(place.x() - length / 2, 0), self.width() - length)
            painter.drawEllipse(place, DOT, DOT)
            painter.drawLine(place - QPointF(0, DOT), QPointF(place.x(), baseline))
            painter.drawText(QPointF(left, baseline), text)

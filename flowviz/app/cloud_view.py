"""The cloud: the particles at a stage, or on their way between two."""

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QRectF, pyqtSignal
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from flowviz.records import Scene, Trace
from flowviz.rendering import render_frame
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import SMALLEST_SIDE


class CloudView(QWidget):
    """Shows what `rendering` draws, pixel for pixel. Wheel and drag zoom and pan; a double click fits again."""

    fit_requested = pyqtSignal()
    view_chosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cloudView")
        self.setAccessibleName("Cloud of particles")
        self.setMinimumSize(320, 320)
        self._picture = PictureItem()
        self._box = pg.ViewBox(lockAspect=True, enableMenu=False, defaultPadding=0)
        self._box.addItem(self._picture, ignoreBounds=True)
        self._plot = pg.GraphicsView(useOpenGL=False)
        self._plot.setCentralItem(self._box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._box.sigResized.connect(self._apply_view)
        self._box.sigRangeChangedManually.connect(self._take_range)
        self._plot.scene().sigMouseClicked.connect(self._take_click)

    @property
    def view(self) -> ViewSpec:
        """What is seen now, zoomed and panned by the mouse."""
        return self._picture.view

    @property
    def stage(self) -> float:
        """The stage that is shown."""
        return self._picture.stage

    def zoom(self, factor: float) -> None:
        """See so much of what is seen now, about its center: 0.5 doubles the size of everything."""
        self._box.scaleBy((factor, factor))
        self._take_range()

    def set_view(self, view: ViewSpec) -> None:
        """Show this part of the plane, in these colors."""
        self._picture.view = view
        self._apply_view()

    def show_trace(self, trace: Trace) -> None:
        """Show these particles, at the stage that is shown already."""
        self._picture.trace = trace
        self._redraw()

    def show_stage(self, stage: float) -> None:
        """Show a stage; 2.25 is on the way from stage 2 to stage 3."""
        self._picture.stage = stage
        self._redraw()

    def _apply_view(self) -> None:
        (x, y), half = self.view.center, self.view.half_extent
        self._box.setRange(QRectF(x - half, y - half, 2 * half, 2 * half), padding=0)
        self._redraw()

    def _take_range(self) -> None:
        shown = self._box.viewRect()
        half_extent = min(shown.width(), shown.height()) / 2
        center = shown.center().x(), shown.center().y()
        self._picture.view = self.view.model_copy(update={"center": center, "half_extent": half_extent})
        self._redraw()
        self.view_chosen.emit()

    def _take_click(self, click: Any) -> None:
        if click.double():
            self.fit_requested.emit()

    def _redraw(self) -> None:
        self._picture.redraw(self._box.viewRect())


class PictureItem(pg.GraphicsObject):
    """Draws a frame over the whole view, pixel on device pixel, when Qt asks for it and something has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.trace: Trace | None = None
        self.stage = 0.0
        self.view = ViewSpec()
        self._bounds = QRectF()
        self._pixels: Any = None
        self._drawn: QImage | None = None

    def redraw(self, bounds: QRectF) -> None:
        """Draw anew at the next paint; `bounds` is what the view shows, in target units."""
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self._drawn = None
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self.trace is None:
            return
        device = painter.device()
        assert device is not None
        ratio = device.devicePixelRatioF()
        area = self.getViewBox().rect()
        width, height = round(area.width() * ratio), round(area.height() * ratio)
        if min(width, height) < SMALLEST_SIDE:
            return
        if self._drawn is None or (self._drawn.width(), self._drawn.height()) != (width, height):
            frame = render_frame(Scene(self.trace), self.stage, self.view, PictureSize(width=width, height=height))
            self._pixels = frame.data  # kept: QImage does not own its pixels
            self._drawn = QImage(self._pixels, width, height, QImage.Format.Format_RGBX8888)
            self._drawn.setDevicePixelRatio(ratio)
        painter.save()
        painter.resetTransform()
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, 0, self._drawn)
        painter.restore()

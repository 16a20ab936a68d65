"""Something to draw on, with mouse, pen or finger."""

from PyQt6.QtCore import QBuffer, QEvent, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QWidget

from flowviz.app.style.theme import background, ink
from flowviz.app.target.preview import draw_fitted, tinted
from flowviz.specs.view import Theme

SIZE = QSize(640, 400)  # pixels of what is drawn, whatever the size on the screen
HEIGHT = 180  # of the widget
BRUSH = 30  # pixels of what is drawn
FAINT = 0.25  # opacity of what is traced
DRAWING_BUTTON = Qt.MouseButton.LeftButton  # also the tip of a pen, whose other buttons are on its barrel
SOFTEST = 0.3  # of the brush, where a pen hardly touches


class Canvas(QWidget):
    """Announces what was done whenever something was: a stroke was finished, everything taken away."""

    changed = pyqtSignal(str)  # what a person calls it

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas")
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking, on=False)
        self.brush = BRUSH
        self.erases = False
        self._image = _blank()
        self._is_drawing = False
        self._last = QPointF()
        self._traced: QImage | None = None
        self._hint = ""
        self._theme: Theme = "light"

    def png(self) -> bytes:
        """What is drawn, black on nothing, as a PNG."""
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        self._image.save(buffer, "PNG")
        return bytes(buffer.data().data())

    def show_png(self, png: bytes) -> None:
        """Show what was drawn before, to the last bit; nothing, to show an empty canvas."""
        found = QImage.fromData(png).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        self._show(found if png else _blank())

    def show_drawing(self, alpha: QImage) -> None:
        """Draw a picture in place of what is there, fitted."""
        image = _blank()
        painter = QPainter(image)
        fitted = alpha.size().scaled(SIZE, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(), QSize(fitted).toSizeF())
        place.moveCenter(QRectF(image.rect()).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, _black(alpha))
        painter.end()
        self._show(image)
        self.changed.emit("Open")

    def clear(self) -> None:
        """Take everything away."""
        self._show(_blank())
        self.changed.emit("Clear")

    def show_traced(self, alpha: QImage | None) -> None:
        """Show a picture faintly behind; None for nothing."""
        self._traced = alpha
        self.update()

    def show_hint(self, sentence: str) -> None:
        """Show a sentence in the middle; nothing, to take it away."""
        self._hint = sentence
        self.setAccessibleDescription(sentence)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._theme = theme
        self.update()

    def _show(self, image: QImage) -> None:
        self._image, self._is_drawing = image, False  # a stroke that is being drawn ends
        self.update()

    def _begin(self, place: QPointF, pressure: float, erases: bool) -> None:
        self._is_drawing, self._last = True, place
        self._draw_to(place, pressure, erases)

    def _draw_to(self, place: QPointF, pressure: float, erases: bool) -> None:
        scale = self._scale
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if erases:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        width = self.brush * (SOFTEST + (1 - SOFTEST) * pressure)
        pen = QPen(QColor("black"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        start, end = ((point - self._ground.topLeft()) / scale for point in (self._last, place))
        painter.drawLine(start, end + QPointF(0.01, 0))  # a line without a length is not drawn
        painter.end()
        self._last = place
        self.update()

    def _end(self) -> None:
        if self._is_drawing:
            self._is_drawing = False
            self.changed.emit("Stroke")

    @property
    def _ground(self) -> QRectF:
        """Where on the widget one can draw."""
        size = SIZE.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        ground = QRectF(QPointF(), QSize(size).toSizeF())
        ground.moveCenter(QRectF(self.rect()).center())
        return ground

    @property
    def _scale(self) -> float:
        return self._ground.width() / SIZE.width()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == DRAWING_BUTTON:
            self._begin(event.position(), 1.0, self.erases)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._is_drawing:
            self._draw_to(event.position(), 1.0, self.erases)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == DRAWING_BUTTON:
            self._end()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        if event is None:
            return
        erases = self.erases or event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress and event.button() == DRAWING_BUTTON:
            self._begin(event.position(), event.pressure(), erases)
        elif event.type() == QEvent.Type.TabletMove and self._is_drawing:
            self._draw_to(event.position(), event.pressure(), erases)
        elif event.type() == QEvent.Type.TabletRelease and event.button() == DRAWING_BUTTON:
            self._end()
        event.accept()  # else Qt makes a mouse of it

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setBrush(background(self._theme))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self._ground, 4, 4)
        if self._traced is not None:
            painter.setOpacity(FAINT)
            margin = 0.05 * self._ground.height()
            draw_fitted(painter, self._traced, self._ground.adjusted(margin, margin, -margin, -margin), self._theme)
            painter.setOpacity(1.0)
        painter.drawImage(self._ground, tinted(self._image, self._theme))
        if self._hint and not self._is_drawing:
            self._paint_hint(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(ink(self._theme))  # without a pen, no text has a size
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self._ground.adjusted(20, 10, -20, -10)
        plate = painter.boundingRect(room, flags, self._hint).adjusted(-6, -4, 6, 4)
        painter.fillRect(plate, background(self._theme))
        painter.drawText(room, flags, self._hint)


def _blank() -> QImage:
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


def _black(alpha: QImage) -> QImage:
    found = alpha.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(found)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(found.rect(), QColor("black"))
    painter.end()
    return found

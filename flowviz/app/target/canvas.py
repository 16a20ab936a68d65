"""Canvas to draw a target on with a mouse, pen or finger."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
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

from flowviz.app.style.theme import background, ink, shown_theme
from flowviz.app.style.tokens import GAP, TIGHT, UNIT, WIDE
from flowviz.app.target.preview import draw_fitted, draw_paper, png_of, tinted
from flowviz.app.widgets.controls import named

SIZE = QSize(640, 400)  # of the drawing in pixels, independent of the size on the screen
IMAGE_FORMAT = QImage.Format.Format_ARGB32_Premultiplied
LEAST, USUAL = QSize(18, 11) * UNIT, QSize(32, 20) * UNIT  # of the widget, in pixels; it is lower in a low window
BRUSH = 30  # default diameter, in pixels of the drawing
TRACED_OPACITY = 0.25
DRAWING_BUTTON = Qt.MouseButton.LeftButton  # also the tip of a pen, whose other buttons are on its barrel
MIN_BRUSH = 0.3  # share of the diameter at no pressure


class Canvas(QWidget):
    """Canvas on which the user draws with the mouse or a pen."""

    def __init__(self, on_edit: Callable[[str], object]) -> None:
        """Create an empty canvas; `on_edit` is called with a title after each finished edit, such as a stroke."""
        super().__init__()
        self._on_edit = on_edit
        named(self, "canvas", "Canvas")
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking, on=False)
        self.brush = BRUSH
        self.erases = False
        self._image = _blank()
        self._is_drawing = False
        self._last_position = QPointF()
        self._traced: QImage | None = None
        self._hint = ""

    def sizeHint(self) -> QSize:
        return USUAL

    def png(self) -> bytes:
        """Return the drawing as a PNG, black on a transparent background."""
        return png_of(self._image)

    def show_png(self, png: bytes) -> None:
        """Show a drawing that `png` returned, or an empty canvas for no bytes."""
        self._set_image(QImage.fromData(png).convertToFormat(IMAGE_FORMAT) if png else _blank())

    def show_drawing(self, alpha: QImage) -> None:
        """Replace the drawing by a picture, scaled to fit."""
        image = _blank()
        painter = QPainter(image)
        draw_fitted(painter, alpha, QRectF(image.rect()), QColor("black"))
        painter.end()
        self._set_image(image)
        self._on_edit("Open")

    def clear(self) -> None:
        """Clear the drawing."""
        self._set_image(_blank())
        self._on_edit("Clear")

    def show_traced(self, alpha: QImage | None) -> None:
        """Show a picture faintly behind the drawing, or none for None."""
        self._traced = alpha
        self.update()

    def show_hint(self, sentence: str) -> None:
        """Show a sentence in the middle, or none for an empty text."""
        self._hint = sentence
        self.setAccessibleDescription(sentence)
        self.update()

    def _set_image(self, image: QImage) -> None:
        self._image, self._is_drawing = image, False  # also cancels an unfinished stroke
        self.update()

    def _begin_stroke(self, position: QPointF, pressure: float, erases: bool) -> None:
        self._is_drawing, self._last_position = True, position
        self._draw_to(position, pressure, erases)

    def _draw_to(self, position: QPointF, pressure: float, erases: bool) -> None:
        scale = self._scale
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if erases:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        width = self.brush * (MIN_BRUSH + (1 - MIN_BRUSH) * pressure)
        pen = QPen(QColor("black"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        start, end = ((point - self._drawing_rect.topLeft()) / scale for point in (self._last_position, position))
        painter.drawLine(start, end + QPointF(0.01, 0))  # Qt draws no line of zero length
        painter.end()
        self._last_position = position
        self.update()

    def _end_stroke(self) -> None:
        if self._is_drawing:
            self._is_drawing = False
            self._on_edit("Stroke")

    @property
    def _drawing_rect(self) -> QRectF:
        """Return the rectangle of the widget that shows the drawing."""
        size = SIZE.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRectF(QPointF(), QSize(size).toSizeF())
        rect.moveCenter(QRectF(self.rect()).center())
        return rect

    @property
    def _scale(self) -> float:
        return self._drawing_rect.width() / SIZE.width()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == DRAWING_BUTTON:
            self._begin_stroke(event.position(), 1.0, self.erases)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._is_drawing:
            self._draw_to(event.position(), 1.0, self.erases)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == DRAWING_BUTTON:
            self._end_stroke()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        assert event is not None
        erases = self.erases or event.pointerType() == QPointingDevice.PointerType.Eraser
        if event.type() == QEvent.Type.TabletPress and event.button() == DRAWING_BUTTON:
            self._begin_stroke(event.position(), event.pressure(), erases)
        elif event.type() == QEvent.Type.TabletMove and self._is_drawing:
            self._draw_to(event.position(), event.pressure(), erases)
        elif event.type() == QEvent.Type.TabletRelease and event.button() == DRAWING_BUTTON:
            self._end_stroke()
        event.accept()  # an ignored tablet event would be sent again as a mouse event

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        draw_paper(painter, self._drawing_rect)
        if self._traced is not None:
            painter.setOpacity(TRACED_OPACITY)
            margin = 0.05 * self._drawing_rect.height()
            room = self._drawing_rect.adjusted(margin, margin, -margin, -margin)
            draw_fitted(painter, self._traced, room, ink(shown_theme()))
            painter.setOpacity(1.0)
        painter.drawImage(self._drawing_rect, tinted(self._image, ink(shown_theme())))
        if self._hint and not self._is_drawing:
            self._paint_hint(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setPen(ink(shown_theme()))  # without a pen, Qt measures no text
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self._drawing_rect.adjusted(WIDE, GAP, -WIDE, -GAP)
        text_rect = painter.boundingRect(room, flags, self._hint).adjusted(-GAP, -TIGHT, GAP, TIGHT)
        painter.fillRect(text_rect, background(shown_theme()))
        painter.drawText(room, flags, self._hint)


def _blank() -> QImage:
    image = QImage(SIZE, IMAGE_FORMAT)
    image.fill(Qt.GlobalColor.transparent)
    return image

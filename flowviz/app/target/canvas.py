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
    QSinglePointEvent,
    QTabletEvent,
)
from PyQt6.QtWidgets import QSizePolicy, QStyle, QWidget

from flowviz.app.desktop.existing import existing
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
        self._last: QPointF | None = None  # position of an unfinished stroke
        self._traced: QImage | None = None
        self._hint = ""

    def sizeHint(self) -> QSize:
        return USUAL

    def png(self) -> bytes:
        """Return the drawing as a PNG, black on a transparent background."""
        return png_of(self._image)

    def show_drawing(self, alpha: QImage | None) -> None:
        """Show a drawing, scaled to fit, or an empty canvas for None; an unfinished stroke is cancelled."""
        self._image, self._last = _blank(), None
        if alpha is not None:
            painter = QPainter(self._image)
            draw_fitted(painter, alpha, QRectF(self._image.rect()), QColor("black"))
            painter.end()
        self.update()

    def clear(self) -> None:
        """Clear the drawing."""
        self.show_drawing(None)
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

    def _follow(self, event: QSinglePointEvent, pressure: float = 1.0, *, is_eraser: bool = False) -> None:
        """Draw where the mouse or a pen moves while it is pressed."""
        is_tip, erases, position = event.button() == DRAWING_BUTTON, self.erases or is_eraser, event.position()
        match event.type():
            case QEvent.Type.MouseButtonPress | QEvent.Type.MouseButtonDblClick | QEvent.Type.TabletPress if is_tip:
                self._draw_line(position, position, pressure, erases)
            case QEvent.Type.MouseMove | QEvent.Type.TabletMove if self._last is not None:
                self._draw_line(self._last, position, pressure, erases)
            case QEvent.Type.MouseButtonRelease | QEvent.Type.TabletRelease if is_tip and self._last is not None:
                self._last = None
                self._on_edit("Stroke")

    def _draw_line(self, start: QPointF, end: QPointF, pressure: float, erases: bool) -> None:
        """Draw a line between positions in the widget."""
        rect = self._drawing_rect
        scale = rect.width() / SIZE.width()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if erases:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        width = self.brush * (MIN_BRUSH + (1 - MIN_BRUSH) * pressure)
        painter.setPen(QPen(QColor("black"), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        first, last = ((position - rect.topLeft()) / scale for position in (start, end))
        painter.drawLine(first, last + QPointF(0.01, 0))  # Qt draws no line of zero length
        painter.end()
        self._last = end
        self.update()

    @property
    def _drawing_rect(self) -> QRectF:
        """Return the rectangle of the widget that shows the drawing."""
        size = SIZE.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        center, left_to_right = Qt.AlignmentFlag.AlignCenter, Qt.LayoutDirection.LeftToRight
        return QRectF(QStyle.alignedRect(left_to_right, center, size, self.rect()))

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        self._follow(existing(event))

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        self._follow(existing(event))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        self._follow(existing(event))

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        pen = existing(event)
        self._follow(pen, pen.pressure(), is_eraser=pen.pointerType() == QPointingDevice.PointerType.Eraser)
        pen.accept()  # an ignored tablet event would be sent again as a mouse event

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
        if self._hint and self._last is None:
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

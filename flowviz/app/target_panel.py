"""What the flow shall learn: a text box and a preview of its ink."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from flowviz.app.theme import WARNING, background, ink
from flowviz.specs.view import Theme

TEXT_LINES = 2
TEXT_FRAME = 12  # pixels that the box takes above and below its lines
PREVIEW_MARGIN = 10
PREVIEW_HEIGHT = 110


class TargetPanel(QWidget):
    """Announces what is typed; shows its ink, or what is wrong with it."""

    text_changed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._text = QPlainTextEdit()
        self._text.setObjectName("targetText")
        self._text.setAccessibleName("Text to learn")
        self._text.setAccessibleDescription("The word, or words, that the flow shall learn to draw")
        self._text.setPlaceholderText("Type a word")
        self._text.setTabChangesFocus(True)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # as the target: a line is a line
        font = self._text.font()
        font.setPointSizeF(1.3 * font.pointSizeF())
        self._text.setFont(font)
        self._text.setFixedHeight(TEXT_LINES * self._text.fontMetrics().lineSpacing() + TEXT_FRAME)
        self._text.textChanged.connect(lambda: self.text_changed.emit(self.text()))

        self._problem = QLabel()
        self._problem.setObjectName("targetProblem")
        self._problem.setWordWrap(True)
        self._problem.setAccessibleName("What is wrong with the text")
        self._problem.setAlignment(Qt.AlignmentFlag.AlignCenter)

        self._preview = InkPreview()
        self._preview.setObjectName("targetPreview")
        self._preview.setAccessibleName("Preview of the target")

        self._below = QStackedWidget()  # the preview, or in its place what is wrong: nothing else moves
        self._below.setFixedHeight(PREVIEW_HEIGHT)
        self._below.addWidget(self._preview)
        self._below.addWidget(self._problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text)
        layout.addWidget(self._below)

    def text(self) -> str:
        """What is typed."""
        return self._text.toPlainText()

    def set_text(self, text: str) -> None:
        """Type a text in place of the present one."""
        self._text.setPlainText(text)
        self._text.selectAll()

    def show_ink(self, mask: NDArray[np.bool_]) -> None:
        """The text is good: this is its ink, (rows, columns)."""
        self._preview.show_ink(mask)
        self._below.setCurrentWidget(self._preview)

    def show_problem(self, sentence: str) -> None:
        """The text cannot be learned, and why."""
        self._problem.setText(sentence)
        self._below.setCurrentWidget(self._problem)

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._preview.set_theme(theme)
        self._problem.setStyleSheet("color: rgb({}, {}, {})".format(*WARNING[theme]))


class InkPreview(QWidget):
    """A mask, fitted into the widget with its proportions kept."""

    def __init__(self) -> None:
        super().__init__()
        self._mask: QImage | None = None
        self._theme: Theme = "light"

    def show_ink(self, mask: NDArray[np.bool_]) -> None:
        """Show the ink (rows, columns) of a target."""
        self._mask = _alpha_image(mask)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw for a light or a dark ground."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(background(self._theme))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(self.rect(), 4, 4)
        if self._mask is None:
            return
        room = self.size() - QSize(2 * PREVIEW_MARGIN, 2 * PREVIEW_MARGIN)
        shown = self._mask.size().scaled(room * self.devicePixelRatioF(), Qt.AspectRatioMode.KeepAspectRatio)
        scaled = self._mask.scaled(
            shown.expandedTo(QSize(1, 1)), transformMode=Qt.TransformationMode.SmoothTransformation
        )
        place = QRectF(0, 0, shown.width() / self.devicePixelRatioF(), shown.height() / self.devicePixelRatioF())
        place.moveCenter(QRectF(self.rect()).center())
        painter.drawImage(place, _tinted(scaled, self._theme))


def _alpha_image(mask: NDArray[np.bool_]) -> QImage:
    rows, columns = mask.shape
    alpha = (mask * np.uint8(255)).tobytes()
    return QImage(alpha, columns, rows, columns, QImage.Format.Format_Alpha8).copy()


def _tinted(alpha: QImage, theme: Theme) -> QImage:
    tinted = alpha.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(tinted)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(tinted.rect(), ink(theme))
    painter.end()
    return tinted

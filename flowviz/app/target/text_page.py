"""A text as the target: what is typed, its font, weight and alignment."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from PyQt6.QtCore import QMimeData, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QContextMenuEvent
from PyQt6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.target.font_box import FontBox
from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import row, slider
from flowviz.specs import TextSpec
from flowviz.specs.target import LONGEST_TEXT

TEXT_LINES = 2
TEXT_FRAME = 12  # pixels that the box takes above and below its lines
WEIGHT_STEP = 0.005  # of the slider, as a share of the font size
HEAVIEST = 0.2
ALIGNMENTS = {"Left": "left", "Centered": "center", "Right": "right"}


class TextPage(Page):
    """The box, and beside it how many characters it holds of those that it may."""

    media_arrived = pyqtSignal(QMimeData)

    def __init__(self) -> None:
        super().__init__("textPage")
        self._text = TextBox()
        self._text.textChanged.connect(self._announce)
        self._text.media_arrived.connect(self.media_arrived)
        self.setFocusProxy(self._text)
        self._count = QLabel()
        self._count.setObjectName("characterCount")
        self._count.setAccessibleName("Characters")
        self._count.setToolTip(f"{LONGEST_TEXT} characters at most")
        self._more = QToolButton()
        self._more.setObjectName("fontOptionsButton")
        self._more.setText("Font")
        self._more.setAccessibleName("Show or hide font, weight and alignment")
        self._more.setToolTip("Font, weight and alignment")
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_options)
        self.fonts = FontBox()
        self._align = _align_box()
        standard = TextSpec(text="")
        self._weight = slider(
            "targetWeight", "Weight", "How thick the strokes are", 0, round(HEAVIEST / WEIGHT_STEP),
            round(standard.weight / WEIGHT_STEP),
        )  # fmt: skip
        self._options = QWidget()
        self._lay_out()
        self.fonts.font_chosen.connect(self.changed)
        self._align.currentIndexChanged.connect(lambda: self.changed.emit())
        self._weight.valueChanged.connect(lambda: self.changed.emit())
        self._show_options(False)
        self._announce()

    @property
    def text(self) -> str:
        """What stands in the box."""
        return self._text.toPlainText()

    def spec(self) -> TextSpec:
        return TextSpec(**self.contents())

    def contents(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "font": self.fonts.font_name(),
            "weight": self._weight.value() * WEIGHT_STEP,
            "align": self._align.currentData(),
        }

    def show_contents(self, contents: Mapping[str, Any]) -> None:
        self.fonts.choose(contents["font"])
        self._align.setCurrentIndex(self._align.findData(contents["align"]))
        self._weight.setValue(round(contents["weight"] / WEIGHT_STEP))
        self._text.show_text(contents["text"])

    def show_spec(self, spec: TextSpec) -> None:
        """Show this text, in its font, in place of the present one."""
        self.blockSignals(True)
        self.show_contents(dict(spec))
        self._text.selectAll()
        self.blockSignals(False)
        self.changed.emit()

    def show_text(self, text: str) -> None:
        """Show this text, in the font that is chosen."""
        self._text.show_text(text)

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        beside.addWidget(self._more)
        beside.addWidget(self._count, alignment=Qt.AlignmentFlag.AlignHCenter)
        beside.addStretch()
        line = QHBoxLayout()
        line.addWidget(self._text, stretch=1)
        line.addLayout(beside)
        self.column.addLayout(line)
        grid = QGridLayout(self._options)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.addLayout(row(self.fonts, self._align, stretched=self.fonts), 0, 0)
        label = QLabel("Weight")
        label.setBuddy(self._weight)
        grid.addLayout(row(label, self._weight, stretched=self._weight), 1, 0)
        self.column.addWidget(self._options)

    def _announce(self) -> None:
        self._count.setText(f"{len(self.text)} / {LONGEST_TEXT}")
        self.changed.emit()

    def _show_options(self, shown: bool) -> None:
        self._options.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)


class TextBox(QPlainTextEdit):
    """A box for a few lines; announces what is pasted or dropped on it and is no text."""

    media_arrived = pyqtSignal(QMimeData)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("targetText")
        self.setAccessibleName("Text to learn")
        self.setAccessibleDescription("The word, or words, that the flow shall learn to draw")
        self.setPlaceholderText("Type a word")
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # as the target: a line is a line
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setUndoRedoEnabled(False)  # the window's undo has the text, too

    def show_text(self, text: str) -> None:
        """Show a text, with the caret after what is other in it than in the present one."""
        before = self.toPlainText()
        if text == before:
            return
        same = _same(before, text)
        other = text[: len(text) - _same(before[same:][::-1], text[same:][::-1])]
        self.setPlainText(text)
        cursor = self.textCursor()
        cursor.setPosition(len(other.encode("utf-16-le")) // 2)  # as Qt counts
        self.setTextCursor(cursor)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TEXT_LINES * self.fontMetrics().lineSpacing() + TEXT_FRAME)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:
        return source is not None and (is_media(source) or super().canInsertFromMimeData(source))

    def insertFromMimeData(self, source: QMimeData | None) -> None:
        if source is not None and is_media(source):
            self.media_arrived.emit(source)
        else:
            super().insertFromMimeData(source)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        menu = self.createStandardContextMenu()
        if event is None or menu is None:
            return
        for action in menu.actions():
            action.setVisible(action.objectName() not in {"edit-undo", "edit-redo"})  # which are the window's
        menu.setParent(self, menu.windowFlags())  # else it is Python's, and goes
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def _same(one: str, other: str) -> int:
    """How many characters are the same at the beginning of both."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def is_media(source: QMimeData) -> bool:
    """Whether it is something else than a text."""
    return source.hasUrls() or (source.hasImage() and not source.hasText())


def _align_box() -> QComboBox:
    box = QComboBox()
    box.setObjectName("targetAlign")
    box.setAccessibleName("Alignment of several lines")
    box.setToolTip("Alignment of several lines")
    for name, value in ALIGNMENTS.items():
        box.addItem(name, value)
    box.setCurrentIndex(box.findData("center"))
    return box

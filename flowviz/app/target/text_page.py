"""Page to type a text, and to choose its font, weight, alignment and blur."""

from collections.abc import Callable, Mapping
from itertools import takewhile

from PyQt6.QtCore import QMimeData, QSize, Qt
from PyQt6.QtGui import QContextMenuEvent, QKeyEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.desktop.existing import existing
from flowviz.app.state.binding import bind
from flowviz.app.state.request import RequestState
from flowviz.app.style.tokens import TIGHT, UNIT
from flowviz.app.target.font_box import FontBox
from flowviz.app.target.page import BLUR_STEPS, Page
from flowviz.app.widgets.controls import lay_out, named
from flowviz.app.widgets.form import ControlSpec, add_control, controls_of, form_of
from flowviz.app.widgets.sheet import Sheet
from flowviz.specs import TextSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.target import MAX_TEXT

KEYS_TIP = "Return trains, Shift+Return adds a line"
TEXT_LINES = 2  # in the box, unless the panel is too low
COUNTED = MAX_TEXT // 2  # characters, from which on they are counted
RETURNS = Qt.Key.Key_Return, Qt.Key.Key_Enter
TEXT_FRAME = UNIT + TIGHT  # pixels: the frame and the margins above and below the lines
FIELDS = fields_of(TextSpec)
FORM: Mapping[str, ControlSpec] = {
    "align": ControlSpec("targetAlign", {"left": "Left", "center": "Centered", "right": "Right"}),
    "weight": ControlSpec("targetWeight", per_unit=200),
    "blur": ControlSpec("targetBlur", per_unit=BLUR_STEPS),
}


class TextPage(Page):
    """Page with a text box, a character count, and controls for font, weight, alignment and blur.

    Attributes:
        box: The text box.
        sheet: The controls.
        fonts: The list of fonts.
    """

    kind = "text"

    def __init__(
        self,
        request: RequestState,
        take_media: Callable[[QMimeData], object],
        learn: Callable[[], object],
        find_fonts: Callable[[], object],
    ) -> None:
        """Create a page.

        Args:
            request: The request.
            take_media: Imports a picture or a file that is pasted or dropped.
            learn: Trains a flow on the text.
            find_fonts: Finds the installed fonts.
        """
        super().__init__(request)
        self.box = TextBox(take_media, learn)
        self.setFocusProxy(self.box)
        self._count = named(QLabel(), "characterCount", "Characters", f"At most {MAX_TEXT} characters")
        options = QWidget()
        self.sheet = Sheet(self, "fontOptions", "Font", "Font, weight, alignment and blur", options)
        self.fonts = FontBox(find_fonts)
        controls = controls_of(FIELDS, FORM)
        self._lay_out()
        form = form_of(options)
        for control in (self.fonts, *controls.values()):
            add_control(form, control)
        bind(
            request,
            lambda value: value.pages.text.text,
            self.box.show_text,
            self.box.textChanged,
            self.box.toPlainText,
            lambda typed: request.update_page("text", text=typed),
        )
        self.bind(font=self.fonts, **controls)
        request.watch(lambda value: len(value.pages.text.text), self._show_count)

    def _lay_out(self) -> None:
        side = lay_out(QVBoxLayout(), self.sheet.opener, self._count, spacing=TIGHT)
        side.setAlignment(self._count, Qt.AlignmentFlag.AlignHCenter)
        side.addStretch()
        self.fill(lay_out(QHBoxLayout(), self.box, side, stretched=self.box))

    def _show_count(self, count: int) -> None:
        self._count.setText(f"{count} / {MAX_TEXT}")
        self._count.setVisible(count >= COUNTED)


class TextBox(QPlainTextEdit):
    """Text box for a few lines that passes on a picture or a file that is pasted or dropped on it.

    Return starts the training, so Shift+Return adds a line.
    """

    def __init__(self, take_media: Callable[[QMimeData], object], learn: Callable[[], object]) -> None:
        """Create an empty box; `take_media` imports what is pasted or dropped, and `learn` starts the training."""
        super().__init__()
        self._take_media, self._learn = take_media, learn
        field = FIELDS["text"]
        named(self, "targetText", field.title, KEYS_TIP, f"{field.description}. {KEYS_TIP}")
        self.setPlaceholderText("Type a word")
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # shows the lines as they are in the target
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setUndoRedoEnabled(False)  # the window's undo covers the text

    def show_text(self, text: str) -> None:
        """Show a text, with the cursor behind the part that changed."""
        old = self.toPlainText()
        if text == old:
            return
        start = _common_prefix_length(old, text)
        end = len(text) - _common_prefix_length(old[start:][::-1], text[start:][::-1])
        self.setPlainText(text)
        cursor = self.textCursor()
        cursor.setPosition(len(text[:end].encode("utf-16-le")) // 2)  # Qt counts UTF-16 code units
        self.setTextCursor(cursor)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height(TEXT_LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height(1))

    def _height(self, lines: int) -> int:
        self.ensurePolished()  # the style sheet sets the font
        return lines * self.fontMetrics().lineSpacing() + TEXT_FRAME

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:
        return source is not None and (is_media(source) or super().canInsertFromMimeData(source))

    def insertFromMimeData(self, source: QMimeData | None) -> None:
        if source is not None and is_media(source):
            self._take_media(source)
        else:
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() in RETURNS and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._learn()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        menu = existing(self.createStandardContextMenu())
        for action in menu.actions():
            action.setVisible(action.objectName() not in {"edit-undo", "edit-redo"})  # see setUndoRedoEnabled
        menu.setParent(self, menu.windowFlags())  # otherwise Python deletes it
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(existing(event).globalPos())


def _common_prefix_length(one: str, other: str) -> int:
    """Return how many characters at the start of two texts are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def is_media(source: QMimeData) -> bool:
    """Return whether clipboard or drop data is something other than text."""
    return source.hasUrls() or (source.hasImage() and not source.hasText())

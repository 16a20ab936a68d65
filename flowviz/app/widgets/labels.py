"""Labels with wrapped text, warnings, and text formatting."""

import re

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy

from flowviz.app.desktop.existing import existing
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import TIGHT, UNIT
from flowviz.app.widgets.controls import named
from flowviz.app.widgets.font_follower import FontFollower

SIGN_SIDE, SIGN_GAP = 2 * UNIT, TIGHT  # pixels
OPERATORS, NO_BREAK = "=≈~→≤+−·/", "\u00a0"
MAX_TERM = 28  # letters that fit into the narrowest panel
MAX_DURATION = 359_999  # seconds; estimates beyond 100 hours are cut off


class WrappingLabel(FontFollower, QLabel):
    """Label that wraps its text to the available width, and keeps room for a number of lines."""

    def __init__(self, object_name: str, accessible_name: str, text: str = "", *, reserved_lines: int = 0) -> None:
        super().__init__(text)
        self._reserved_lines = reserved_lines
        named(self, object_name, accessible_name)
        self.setWordWrap(True)
        self.fit_font()

    def show_text(self, text: str) -> None:
        """Show a text; an empty one hides the label."""
        self.setText(text)
        self.setVisible(bool(text))

    def fit_font(self) -> None:
        self.setMinimumHeight(self._reserved_lines * self.fontMetrics().lineSpacing())


class FittingLabel(QLabel):
    """Line of text that draws the longest of its texts that fits, elided if none does, and asks for no room by default.

    `text` returns the longest one, which screen readers read. `QLabel.setText` is never called, because it makes the
    window lay itself out.
    """

    def __init__(self, object_name: str, description: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleDescription(description)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._texts: tuple[str, ...] = ("",)
        self._room = 0

    def ask_for(self, room: int) -> None:
        """Ask for a width in pixels, but accept less."""
        self._room = room
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.updateGeometry()

    def show_texts(self, *texts: str, tip: str = "") -> None:
        """Show one of some texts, from the longest to the shortest; by default, the tooltip is the longest."""
        if (tip or texts[0]) != self.toolTip():
            self.setToolTip(tip or texts[0])
        if texts != self._texts:
            self._texts = texts
            self.setAccessibleName(texts[0])
            self.update()

    @property
    def drawn_text(self) -> str:
        """Return the longest text that fits, or the shortest one, elided."""
        metrics, width = self.fontMetrics(), self.contentsRect().width()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= width)
        return metrics.elidedText(next(fitting, self._texts[-1]), Qt.TextElideMode.ElideRight, width)

    def text(self) -> str:
        return self._texts[0]

    def sizeHint(self) -> QSize:
        return QSize(self._room, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        QPainter(self).drawText(self.contentsRect(), self.alignment(), self.drawn_text)


class WarningLabel(WrappingLabel):
    """Label that shows its text in the warning color, with an icon."""

    def __init__(self, object_name: str, accessible_name: str, *, reserved_lines: int = 0) -> None:
        super().__init__(object_name, accessible_name, reserved_lines=reserved_lines)
        self._sign = icon("warning")
        self.set_warns(True)

    def set_warns(self, warns: bool) -> None:
        """Set whether the text is a warning or plain information."""
        self.setProperty("warns", warns)  # for the style sheet
        self.setContentsMargins(SIGN_SIDE + SIGN_GAP if warns else 0, 0, 0, 0)
        existing(self.style()).polish(self)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self.text() and self.property("warns"):
            top = (self.height() - SIGN_SIDE) // 2
            self._sign.paint(QPainter(self), QRect(0, top, SIGN_SIDE, SIGN_SIDE))
        super().paintEvent(event)


def shortened(text: str, longest: int) -> str:
    """Return a text with an ellipsis in place of its end if it has more than a number of characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def breakable(name: str) -> str:
    """Return an identifier with zero-width spaces at which a label can break it."""
    return re.sub(r"_(?=\w{8})", "_\u200b", name)


def breakable_formula(formula: str) -> str:
    """Return a formula that a label breaks before operators, and within brackets only if it has to."""
    texts = (_broken_within(formula, brackets) for brackets in range(formula.count("(") + formula.count("[") + 1))
    return next((text for text in texts if max(map(len, text.split(" "))) <= MAX_TERM), formula)


def _broken_within(formula: str, brackets: int) -> str:
    """Return a formula with spaces that do not break after operators, and in more than a number of brackets."""
    text, depth, in_bars = "", 0, False
    for letter in formula:
        in_bars ^= letter == "|"
        depth += (letter in "([") - (letter in ")]")
        text += NO_BREAK if letter == " " and (text[-1:] in OPERATORS or depth + in_bars > brackets) else letter
    return text


def format_duration(seconds: float) -> str:
    """Return a duration as text, such as "12 s" or "3:05 min"."""
    minutes, rest = divmod(round(min(seconds, MAX_DURATION)), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"

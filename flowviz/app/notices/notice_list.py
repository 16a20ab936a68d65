"""A list of notices, which is hidden while it is empty."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from flowviz.app.desktop.existing import copy_text
from flowviz.app.notices.notice import Notice
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import GAP, TIGHT
from flowviz.app.widgets.controls import checkable, code_box, discard, flat, lay_out, named, on_click, tool_button
from flowviz.app.widgets.labels import WrappingLabel

DETAILS_LINES = 6  # visible at a time


class NoticeBar(QFrame):
    """A notice with buttons that dismiss it and show its details."""

    def __init__(self, notice: Notice, close: Callable[[], object]) -> None:
        """Show a notice; `close` removes it when the user dismisses it."""
        super().__init__()
        named(self, f"{notice.topic}Notice", f"Problem: {notice.text} {notice.advice}".rstrip())
        self.notice = notice
        self._details = code_box("noticeDetails", "Details")
        self._details.setPlainText(notice.details)
        self._details.setFixedHeight((DETAILS_LINES + 1) * self._details.fontMetrics().lineSpacing())
        self._copy = _tool_button(
            "noticeCopy", "Copy", "Copy the details", partial(copy_text, f"{notice.text}\n\n{notice.details}")
        )
        tip = "Show technical details, which help to fix the problem"
        self._open = checkable(_tool_button("noticeOpen", "Details", tip), self._show_details)
        if not notice.details:  # showing a button without a parent would open a window
            self._open.hide()
        self._close = flat(tool_button("noticeClose", "Close", "Dismiss this notice", "remove", run=close))
        self._lay_out()
        self._show_details(False)

    def _lay_out(self) -> None:
        texts = lay_out(QVBoxLayout(), _label("noticeText", self.notice.text, bold=True), spacing=TIGHT)
        if self.notice.advice:
            texts.addWidget(_label("noticeAdvice", self.notice.advice))
        line = lay_out(QHBoxLayout(), WarningSign(), texts, self._open, self._close, stretched=texts)
        for button in (self._open, self._close):
            line.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        layout = lay_out(QVBoxLayout(self), line, self._details, self._copy, margin=(GAP, TIGHT, TIGHT, TIGHT))
        layout.setAlignment(self._copy, Qt.AlignmentFlag.AlignRight)

    def _show_details(self, shown: bool) -> None:
        for widget in (self._details, self._copy):
            widget.setVisible(shown)


class WarningSign(QWidget):
    """Warning icon as high as a line of text."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = icon("warning")
        self.setFixedSize(self.fontMetrics().height(), self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        self._icon.paint(QPainter(self), self.rect())


class NoticeList(QWidget):
    """List with one notice per topic, hidden while it is empty.

    A list shows what it is given. Which list of a window a notice belongs in is decided by `Notifications`.
    """

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._bars: dict[str, NoticeBar] = {}
        self._column = lay_out(QVBoxLayout(self), spacing=TIGHT)
        self.hide()

    @property
    def current(self) -> list[Notice]:
        """Return the notices that are not set aside, oldest first."""
        return [bar.notice for bar in self._bars.values() if not bar.isHidden()]

    def post(self, notice: Notice) -> None:
        """Show a notice in place of the previous one on its topic."""
        shown = self._bars.get(notice.topic)
        if shown is not None and shown.notice == notice and not shown.isHidden():
            return
        self.withdraw(notice.topic)
        if notice.text:
            bar = self._bars[notice.topic] = NoticeBar(notice, partial(self.withdraw, notice.topic))
            self._column.addWidget(bar)
            bar.show()  # at once, because a hidden notice counts as set aside
            self.show()

    def withdraw(self, topic: str) -> None:
        """Remove the notice on a topic, if there is one."""
        bar = self._bars.pop(topic, None)
        if bar is not None:
            discard(bar)
        self.setVisible(bool(self.current))

    def set_aside(self, aside: bool) -> None:
        """Hide the present notices for a while, but not those posted from now on; or show them again."""
        for bar in self._bars.values():
            bar.setHidden(aside)
        self.setVisible(bool(self.current))


def _label(object_name: str, text: str, *, bold: bool = False) -> WrappingLabel:
    label = WrappingLabel(object_name, text, text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    font, policy = label.font(), label.sizePolicy()
    font.setBold(bold)
    label.setFont(font)
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # a long path must not widen the panel
    label.setSizePolicy(policy)
    return label


def _tool_button(object_name: str, text: str, tip: str, run: Callable[[], object] | None = None) -> QToolButton:
    button = flat(on_click(named(QToolButton(), object_name, text, tip), run))
    button.setText(text)
    return button


def below_notices(notices: NoticeList, content: QWidget, margin: int) -> QWidget:
    """Return a widget that shows notices, with a margin in pixels around them, above its content."""
    notices.setContentsMargins(margin, margin, margin, 0)
    middle = QWidget()
    lay_out(QVBoxLayout(middle), notices, content, stretched=content, spacing=0)
    return middle

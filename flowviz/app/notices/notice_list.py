"""What went wrong, told beside the thing that it is about."""

from functools import partial

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QGuiApplication, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.notices.notice import Notice
from flowviz.app.style.icons import icon
from flowviz.app.widgets.labels import WrappingLabel

SHOWN_LINES = 6  # of the details


class NoticeBar(QFrame):
    """One notice. Announces that it was read."""

    closed = pyqtSignal()

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.setObjectName(f"{notice.about}Notice")
        self.setAccessibleName(f"Problem: {notice.text} {notice.advice}".rstrip())
        self.notice = notice
        self._details = _details(notice)
        self._copy = _tool("noticeCopy", "Copy", "Copy the details")
        self._copy.clicked.connect(self._copy_details)
        self._open = _tool("noticeOpen", "Details", "The technical text, for whoever mends it")
        self._open.setCheckable(True)
        self._open.toggled.connect(self._show_details)
        self._open.setVisible(bool(notice.details))
        self._close = _tool("noticeClose", "Close", "Take this notice away")
        self._close.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._close.setIcon(icon("remove"))
        self._close.clicked.connect(lambda: self.closed.emit())
        self._lay_out()
        self._show_details(False)

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        words, line, layout = QVBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        words.setSpacing(2)
        words.addWidget(_words("noticeText", self.notice.text, bold=True))
        if self.notice.advice:
            words.addWidget(_words("noticeAdvice", self.notice.advice))
        line.addWidget(Sign())
        line.addLayout(words, stretch=1)
        line.addWidget(self._open, alignment=top)
        line.addWidget(self._close, alignment=top)
        layout.setContentsMargins(8, 5, 5, 5)
        layout.addLayout(line)
        layout.addWidget(self._details)
        layout.addWidget(self._copy, alignment=Qt.AlignmentFlag.AlignRight)

    def _show_details(self, shown: bool) -> None:
        for widget in (self._details, self._copy):
            widget.setVisible(shown)

    def _copy_details(self) -> None:
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        clipboard.setText(f"{self.notice.text}\n\n{self.notice.details}")


class Sign(QWidget):
    """The sign of a warning, as high as a line."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = icon("warning")
        self.setFixedSize(self.fontMetrics().height(), self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        self._icon.paint(QPainter(self), self.rect())


class NoticeList(QWidget):
    """A bar for each thing that something is to be told about; takes no room where there is nothing to tell.

    Where the panel around is closed, or is behind another one, `elsewhere` tells it.
    """

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.elsewhere: NoticeList | None = None
        self._bars: dict[str, NoticeBar] = {}
        self._aside: set[str] | None = None  # what is not seen for a while
        self._dock: QDockWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.hide()

    def post(self, notice: Notice) -> None:
        """Show it in place of what was told about the same thing; without a text, only take that away."""
        shown = self._bars.get(notice.about)
        if shown is not None and shown.notice == notice and notice.about not in (self._aside or ()):
            return
        self.withdraw(notice.about)
        if not notice.text:
            return
        self._watch_dock()
        if self.elsewhere is not None and not self._is_seen(self.elsewhere):
            self.elsewhere.post(notice)
            return
        bar = self._bars[notice.about] = NoticeBar(notice)
        bar.closed.connect(partial(self.withdraw, notice.about))
        self._column.addWidget(bar)
        self.show()
        QTimer.singleShot(0, self._come_into_view)

    def withdraw(self, about: str) -> None:
        """Tell nothing more about it."""
        if self.elsewhere is not None:
            self.elsewhere.withdraw(about)
        bar = self._bars.pop(about, None)
        if bar is not None:
            bar.hide()
            bar.setParent(None)
            bar.deleteLater()
        if self._aside is not None:
            self._aside.discard(about)
        self._show_told()

    def clear(self) -> None:
        """Tell nothing more."""
        for about in tuple(self._bars):
            self.withdraw(about)

    def set_aside(self, aside: bool) -> None:
        """Whether what is told by now is out of sight for a while; what is told from now on is seen."""
        self._aside = set(self._bars) if aside else None
        for about, bar in self._bars.items():
            bar.setHidden(about in (self._aside or ()))
        self._show_told()

    def _show_told(self) -> None:
        self.setVisible(bool(self._bars.keys() - (self._aside or set())))

    def _is_seen(self, elsewhere: "NoticeList") -> bool:
        """Whether it is seen where this is told, if only by scrolling: a dock behind another one is not hidden."""
        panel = self.parentWidget()
        if panel is None or not panel.isVisibleTo(elsewhere.window()):
            return False
        return self._dock is None or _is_closed(elsewhere) or not self._dock.visibleRegion().isEmpty()

    def _watch_dock(self) -> None:
        around = self.parentWidget()
        while self._dock is None and around is not None:
            if isinstance(around, QDockWidget):
                self._dock = around
                around.visibilityChanged.connect(self._look_soon)
            around = around.parentWidget()

    def _look_soon(self) -> None:
        QTimer.singleShot(0, self._move_unseen)  # when Qt has laid out what is seen

    def _move_unseen(self) -> None:
        if self.elsewhere is None or _is_closed(self.elsewhere) or self._is_seen(self.elsewhere):
            return
        if self.elsewhere._aside is not None:
            return
        for notice in [bar.notice for bar in self._bars.values()]:
            self.withdraw(notice.about)
            self.elsewhere.post(notice)

    def _come_into_view(self) -> None:
        """Where the panel is scrolled."""
        around: QWidget | None = self
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None:
            around.ensureWidgetVisible(self, 0, 0)


def _is_closed(notices: NoticeList) -> bool:
    """Whether the window around them is: nothing is seen in it."""
    window = notices.window()
    return window is None or not window.isVisible()


def _words(object_name: str, text: str, *, bold: bool = False) -> WrappingLabel:
    label = WrappingLabel(object_name, text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setText(text)
    font, policy = label.font(), label.sizePolicy()
    font.setBold(bold)
    label.setFont(font)
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # a long path does not make the panel wider
    label.setSizePolicy(policy)
    return label


def _details(notice: Notice) -> QPlainTextEdit:
    found = QPlainTextEdit(notice.details)
    found.setObjectName("noticeDetails")
    found.setAccessibleName("Details")
    found.setReadOnly(True)
    found.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    found.setTabChangesFocus(True)
    found.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    found.setFixedHeight((SHOWN_LINES + 1) * found.fontMetrics().lineSpacing())
    return found


def _tool(object_name: str, text: str, tip: str) -> QToolButton:
    found = QToolButton()
    found.setObjectName(object_name)
    found.setText(text)
    found.setAccessibleName(text)
    found.setToolTip(tip)
    found.setAutoRaise(True)
    return found

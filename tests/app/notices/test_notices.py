"""Notices and the lists that show them."""

import pytest
from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.notices.notice_list import NoticeBar, NoticeList
from flowviz.errors import FileError

BROKEN = Notice("file", "It is broken.", "Take another.", "OSError: 5")


@pytest.fixture
def notices(qtbot: QtBot) -> NoticeList:
    created = NoticeList("notices")
    qtbot.addWidget(created)
    return created


class ShownWindows(QObject):
    """Records the names of the top-level windows that are shown while it is an event filter."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802  # Qt's name
        is_shown = event is not None and event.type() == QEvent.Type.Show
        if is_shown and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(watched.objectName())
        return False


def bars(notices: QWidget) -> list[NoticeBar]:
    return notices.findChildren(NoticeBar)


def texts(notices: QWidget) -> list[str]:
    return [bar.notice.text for bar in bars(notices)]


def press(bar: QWidget, name: str) -> None:
    button = bar.findChild(QToolButton, name)
    assert button is not None
    button.click()


def test_notice_shows_text_and_advice_and_details_on_request(notices: NoticeList) -> None:
    notices.post(BROKEN)
    (bar,) = bars(notices)
    details = bar.findChild(QPlainTextEdit, "noticeDetails")
    assert details is not None
    assert [label.text() for label in bar.findChildren(QLabel) if label.text()] == ["It is broken.", "Take another."]
    assert bar.accessibleName() == "Problem: It is broken. Take another."
    assert not details.isVisible()
    press(bar, "noticeOpen")
    assert details.isVisible()
    assert details.toPlainText() == "OSError: 5"


def test_buttons_of_a_notice_are_never_windows(qtbot: QtBot, qapp: QApplication) -> None:
    shown = ShownWindows()
    qapp.installEventFilter(shown)
    qtbot.addWidget(NoticeBar(BROKEN, lambda: None))
    qapp.removeEventFilter(shown)
    assert shown.names == []


def test_details_can_be_copied(notices: NoticeList) -> None:
    notices.post(BROKEN)
    press(bars(notices)[0], "noticeCopy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "It is broken.\n\nOSError: 5"


def test_notice_without_details_has_no_button_for_them(notices: NoticeList) -> None:
    notices.post(Notice("draft", "No copy is kept."))
    button = bars(notices)[0].findChild(QToolButton, "noticeOpen")
    assert button is not None
    assert not button.isVisible()


def test_list_is_hidden_after_its_last_notice_is_dismissed(notices: NoticeList) -> None:
    notices.post(BROKEN)
    assert notices.isVisible()
    press(bars(notices)[0], "noticeClose")
    assert not notices.isVisible()
    assert not bars(notices)


def test_list_has_one_notice_per_topic(notices: NoticeList) -> None:
    notices.post(BROKEN)
    notices.post(Notice("draft", "No copy is kept."))
    notices.post(Notice("file", "It is gone."))
    assert texts(notices) == ["No copy is kept.", "It is gone."]


def test_posting_the_same_notice_again_changes_nothing(notices: NoticeList) -> None:
    notices.post(BROKEN)
    (bar,) = bars(notices)
    notices.post(BROKEN)
    assert bars(notices) == [bar]


def test_notice_without_a_text_withdraws_the_previous_one(notices: NoticeList) -> None:
    notices.post(BROKEN)
    notices.post(Notice("draft", "No copy is kept."))
    notices.post(Notice("file"))
    assert texts(notices) == ["No copy is kept."]


def test_notices_are_set_aside_until_they_are_posted_again(notices: NoticeList) -> None:
    notices.post(BROKEN)
    notices.set_aside(True)
    assert not notices.isVisible()
    notices.post(BROKEN)
    assert bars(notices)[0].isVisible()


def test_long_path_wraps_instead_of_widening_the_list(notices: NoticeList) -> None:
    notices.resize(300, 100)
    notices.post(Notice("file", f"{'/a folder/and-another' * 12} cannot be read."))
    assert notices.minimumSizeHint().width() < 300
    (label,) = notices.findChildren(QLabel, "noticeText")
    assert label.heightForWidth(label.width()) > 3 * label.fontMetrics().height()


def test_error_that_a_user_can_cause_speaks_for_itself() -> None:
    error = FileError("It cannot be written.")
    error.__cause__ = OSError("no space left")
    notice = notice_of("file", error, "A text for other errors.")
    assert (notice.text, notice.advice) == ("It cannot be written.", "")
    assert "no space left" in notice.details
    assert notice_of("file", FileError("Gone.")) == Notice("file", "Gone.")


def test_unexpected_error_has_the_given_text_and_asks_for_a_report() -> None:
    notice = notice_of("grid", ZeroDivisionError("slip"), "The grid cannot be computed.")
    assert notice.text == "The grid cannot be computed."
    assert "Copy Details" in notice.advice
    assert notice.details == "ZeroDivisionError: slip"

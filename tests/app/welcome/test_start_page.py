"""The start page of the real window."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProxyStyle,
    QPushButton,
    QStyle,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.style.appearance import TEXT_SIZES
from flowviz.app.welcome import gallery
from flowviz.app.welcome.start_page import FIRST_LEAVE, LATER_LEAVE, MAX_RECENT, StartPage
from flowviz.app.widgets.controls import rename
from flowviz.projects import example, examples
from flowviz.specs import PRESETS, FlowSpec
from tests.app.conftest import FileMenu, settle
from tests.app.test_main_window import choose, pixels

pytestmark = pytest.mark.shared_window


class Welcome:
    """The start page, as a user sees it after opening the program."""

    def __init__(self, file_menu: FileMenu, qtbot: QtBot) -> None:
        self.file_menu, self.window, self.qtbot = file_menu, file_menu.window, qtbot
        self.window.main.activateWindow()
        self.show()

    def show(self) -> None:
        self.window.find(QAction, "startpageAction").trigger()
        self.page = self.window.find(StartPage, "startPage")
        self.word = self.window.find(QLineEdit, "startWord")
        self.train = self.window.find(QPushButton, "startTrainButton")
        self.recent = self.window.find(QListWidget, "startRecent")
        self.gallery = self.window.find(QListWidget, "startGallery")
        self.qtbot.waitUntil(self.word.hasFocus)

    @property
    def is_shown(self) -> bool:
        cloud = self.window.find(CloudView, "cloudView")
        assert self.page.isVisible() != cloud.isVisible()
        return self.page.isVisible()

    def press(self, name: str) -> None:
        self.qtbot.mouseClick(self.window.find(QPushButton, name), Qt.MouseButton.LeftButton)


@pytest.fixture
def start(file_menu: FileMenu, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Welcome:
    """Return the start page of a window whose trainings end at once, without TensorFlow."""
    monkeypatch.setattr("flowviz.training.entrant_training.train", lambda *_, **__: iter(()))
    return Welcome(file_menu, qtbot)


def item(listed: QListWidget, row: int) -> QListWidgetItem:
    entry = listed.item(row)
    assert entry is not None
    return entry


def click(listed: QListWidget, row: int, *acts: Callable[..., None]) -> None:
    for act in acts:
        act(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualItemRect(item(listed, row)).center())


def test_example_opens_with_a_click_or_with_keys(start: Welcome, qtbot: QtBot) -> None:
    click(start.gallery, 1, qtbot.mouseClick)
    qtbot.waitUntil(lambda: not start.is_shown)
    assert start.window.main.session.trained_title == "FLOW"
    assert start.window.main.document_actions.document.path is None, "the example itself was opened instead of a copy"
    start.show()
    start.gallery.setFocus()
    start.gallery.setCurrentRow(1)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(start.gallery, key)
    qtbot.waitUntil(lambda: not start.is_shown)
    assert start.window.main.session.project().target == examples()[4].project().target


class Activating(QProxyStyle):
    """Style of a system on which one click activates an entry, or two."""

    def __init__(self, single_click: bool) -> None:
        super().__init__()
        self._single_click = single_click

    def styleHint(self, hint: QStyle.StyleHint, *others: Any) -> int:  # noqa: N802  # Qt's name
        if hint == QStyle.StyleHint.SH_ItemView_ActivateItemOnSingleClick:
            return int(self._single_click)
        return super().styleHint(hint, *others)


def activate(listed: QListWidget, way: str | Qt.Key, qtbot: QtBot) -> None:
    if isinstance(way, Qt.Key):
        listed.setFocus()
        listed.setCurrentRow(0)
        qtbot.keyClick(listed, way)
    elif way == "click":
        click(listed, 0, qtbot.mouseClick)
    else:
        click(listed, 0, qtbot.mouseClick, qtbot.mouseDClick, qtbot.mouseRelease)


@pytest.mark.parametrize("name", ["startRecent", "startGallery"])
def test_entry_opens_once_however_it_is_activated(
    start: Welcome, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(start.window.main.document_actions.document, "open", lambda path, **_: opened.append(path))
    start.window.main.document_actions.recent.add(Path("/a.flowviz"))
    listed = start.window.find(QListWidget, name)
    for style in (Activating(single_click=True), Activating(single_click=False)):
        for way in ("click", "double click", Qt.Key.Key_Return, Qt.Key.Key_Enter):
            start.show()
            listed.setStyle(style)
            activate(listed, way, qtbot)
            listed.setStyle(None)
            assert len(opened) == 1, way
            opened.clear()


def test_thumbnails_are_there_at_once_and_change_once_with_the_theme(start: Welcome, qtbot: QtBot) -> None:
    first = item(start.gallery, 0)
    for theme, bright in {"Dark": False, "Light": True}.items():
        with patch("flowviz.app.welcome.gallery._icon", wraps=gallery._icon) as changes:
            choose(start.window, theme)
        assert changes.call_count == start.gallery.count()
        corner = first.icon().pixmap(9, 9).toImage().pixelColor(0, 0)
        assert corner.alpha() == 255
        assert (corner.lightness() > 128) == (np.median(pixels(start.page)) > 128) == bright
        assert start.is_shown


def test_recent_projects_are_listed_and_can_be_opened(start: Welcome, tmp_path: Path) -> None:
    project_file = tmp_path / "hi.flowviz"
    example("flow").copy_to(project_file)
    assert not start.recent.isVisible(), "the list of recent projects is shown although it is empty"
    start.press("startLeaveButton")
    recent = start.window.main.document_actions.recent
    for number in range(8):
        recent.add(tmp_path / f"{number}.flowviz")
    recent.add(project_file)
    start.show()
    assert start.recent.count() == MAX_RECENT
    assert "hi.flowviz" in item(start.recent, 0).text()
    assert str(tmp_path) in item(start.recent, 0).text()
    click(start.recent, 0, start.qtbot.mouseClick)
    start.file_menu.wait(lambda: start.window.main.document_actions.document.path == project_file)
    assert not start.is_shown


def test_missing_recent_project_is_reported_and_removed_from_the_list(start: Welcome, tmp_path: Path) -> None:
    gone = tmp_path / "gone.flowviz"
    start.window.main.document_actions.recent.add(gone)
    start.show()
    assert start.recent.count() == 1
    click(start.recent, 0, start.qtbot.mouseClick)
    start.file_menu.wait(lambda: str(gone) in start.file_menu.notice)
    assert start.is_shown
    assert start.recent.count() == 0
    assert start.window.main.document_actions.recent.paths() == []


def test_escape_and_a_button_leave_the_page(start: Welcome, qtbot: QtBot) -> None:
    for widget in (start.word, start.gallery):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Escape)
        assert not start.is_shown
        start.show()
    assert not start.window.main.isWindowModified()
    start.press("startLeaveButton")
    assert not start.is_shown


def test_button_that_is_renamed_while_the_page_is_hidden_shows_its_whole_text(start: Welcome) -> None:
    leave = start.window.find(QPushButton, "startLeaveButton")
    for _ in range(2):
        rename(leave, FIRST_LEAVE)
        start.show()
        start.press("startLeaveButton")
        rename(leave, LATER_LEAVE)
        start.show()
        settle(start.page)
        assert leave.width() >= leave.sizeHint().width()


def test_page_and_presentation_leave_each_other(start: Welcome) -> None:
    presentation, dock = start.window.main._presentation, start.window.find(QDockWidget, "targetDock")
    for title in ("Start Page", "Take the Tour"):
        choose(start.window, "Presentation")
        assert not start.is_shown
        assert not dock.isVisible()
        choose(start.window, title)
        assert not presentation.is_on.value
        start.window.main.welcome.leave()
        assert dock.isVisible()


def test_commands_about_the_cloud_leave_the_page(start: Welcome) -> None:
    for title in ("Paths", "Lasso", "Play or Stop Playing", "Export…", "Zoom In", "Fit the Cloud", "Four Panels"):
        start.show()
        choose(start.window, title)
        assert not start.is_shown, title


def test_tab_reaches_every_control_and_each_has_a_name(start: Welcome, qtbot: QtBot) -> None:
    start.window.main.document_actions.recent.add(Path("/a.flowviz"))
    start.show()
    reached = [start.word.objectName()]
    for _ in range(10):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        assert now.accessibleName()
        assert not isinstance(now, QListWidget) or now.selectedItems(), "no entry of the focused list is selected"
        reached.append(now.objectName())
    assert reached == [
        "startWord", "startTrainButton", "postPreset", "startTourButton", "startLessonsButton", "startByHandButton",
        "startCompareButton", "startOpenButton", "startLeaveButton", "startRecent", "startGallery",
    ]  # fmt: skip


@pytest.fixture(params=["&Normal (100%)", "&Very Large (150%)"])
def text_size(start: Welcome, request: pytest.FixtureRequest) -> Iterator[None]:
    """The usual text size, and a larger one that is chosen while the page is shown."""
    start.window.main.document_actions.recent.add(Path("/a.flowviz"))
    start.show()
    font = QApplication.font()
    start.window.main.appearance.choose_text_size(TEXT_SIZES[request.param])
    yield
    start.window.main.appearance.choose_text_size(100)
    QApplication.setFont(font)


@pytest.mark.usefixtures("text_size")
@pytest.mark.parametrize("size", [(1024, 700), (3840, 2160)])
def test_nothing_is_cut_off_at_any_window_size(start: Welcome, size: tuple[int, int]) -> None:
    start.window.main.resize(*size)
    QApplication.processEvents()
    page = start.page.widget()
    viewport = start.page.viewport()
    assert page is not None
    assert viewport is not None
    assert page.width() == viewport.width(), "the page is wider than its viewport"
    last = start.gallery.visualItemRect(item(start.gallery, start.gallery.count() - 1))
    assert start.gallery.rect().contains(last), "the list scrolls instead of the page"
    for button in start.page.findChildren(QPushButton):
        assert button.width() >= button.sizeHint().width()
        assert button.height() <= 2 * start.word.height()
        assert button.mapTo(page, button.rect().topRight()).x() < page.width()
    heading, plain = (start.window.find(QLabel, name) for name in ("startHeading", "startExplanation"))
    assert heading.fontInfo().pointSizeF() > 1.5 * plain.fontInfo().pointSizeF()
    assert plain.fontInfo().pointSizeF() == pytest.approx(QApplication.font().pointSizeF(), rel=0.1)
    for label in start.page.findChildren(QLabel):
        assert label.isHidden() or label.height() >= label.heightForWidth(label.width())


@pytest.mark.usefixtures("text_size")
def test_gallery_has_eight_columns_in_a_wide_window_at_any_text_size(start: Welcome) -> None:
    start.window.main.resize(3840, 2160)
    QApplication.processEvents()
    lines = [start.gallery.visualItemRect(item(start.gallery, row)).y() for row in range(start.gallery.count())]
    assert [lines.count(y) for y in sorted(set(lines))] == [8, 8]


def test_train_button_ends_at_the_right_edge_of_the_gallery(start: Welcome) -> None:
    start.window.main.resize(1920, 1080)
    QApplication.processEvents()
    train = start.window.find(QPushButton, "startTrainButton")
    right, edge = (each.mapTo(start.page, each.rect().topRight()).x() for each in (train, start.gallery))
    assert right == edge


def test_arrow_keys_scroll_to_the_selected_example(start: Welcome, qtbot: QtBot) -> None:
    start.window.main.resize(1024, 700)
    QApplication.processEvents()
    start.gallery.setFocus()
    qtbot.keyClick(start.gallery, Qt.Key.Key_End)
    place = start.gallery.visualItemRect(item(start.gallery, start.gallery.count() - 1))
    viewport = start.page.viewport()
    assert viewport is not None
    assert viewport.rect().contains(start.gallery.mapTo(viewport, place.center()) + QPoint(0, place.height() // 2 - 1))


def test_presets_on_the_page_follow_the_request_and_change_it(start: Welcome) -> None:
    post, sharp, custom = (start.window.find(QToolButton, f"{name}Preset") for name in ("post", "sharp", "custom"))
    assert post.isChecked()
    assert not custom.isVisible()
    sharp.click()
    assert start.window.main.request.plan.flow == PRESETS["sharp"].flow()
    start.window.main.request.set_family("glow")
    assert custom.isVisible()
    assert custom.isChecked()
    post.click()
    assert start.window.main.request.plan.flow == FlowSpec()
    assert not custom.isVisible()

"""Words are never cut where they are half as large again, in a window of 1280 x 800."""

from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.main_window import MainWindow
from flowviz.app.notices.message_box import CANCEL, Answer, ask
from flowviz.projects import example
from tests.app.conftest import Window

WITH_WORDS = QLabel, QAbstractButton, QAbstractSpinBox, QComboBox, QGroupBox, QLineEdit


@pytest.fixture
def large(window: Window, qtbot: QtBot) -> Iterator[Window]:
    """A window whose words were made larger while it was open."""
    font = QApplication.font()
    window.main.appearance.choose_text_size(150)
    window.main.resize(1280, 800)
    qtbot.wait(50)
    yield window
    QApplication.setFont(font)


def cut(top: QWidget) -> list[str]:
    """What is seen of a window and has less room than its words need."""
    found = [widget for widget in top.findChildren(QWidget) if isinstance(widget, WITH_WORDS) and widget.isVisible()]
    seen = [widget for widget in found if not widget.objectName().startswith("qt_")]  # those are parts of others
    return [f"{_name(widget)} {_missing(widget)}" for widget in seen if any(part > 0 for part in _missing(widget))]


def _name(widget: QWidget) -> str:
    return widget.objectName() or f"{type(widget).__name__} {getattr(widget, 'text', str)()!r}"


def _missing(widget: QWidget) -> tuple[int, int]:
    """Pixels of width and height."""
    needed = widget.minimumSizeHint()
    height = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else needed.height()
    return needed.width() - widget.width(), height - widget.height()


def test_no_word_of_the_window_is_cut(large: Window, qtbot: QtBot) -> None:
    large.main.welcome.leave()
    for name in ("flowOptionsButton", "fontOptionsButton"):
        large.find(QToolButton, name).click()
    for kind in ("image", "shape", "drawing", "points", "mix", "text"):
        large.find(QToolButton, f"{kind}Source").click()
        QApplication.processEvents()
        qtbot.wait(20)
        assert cut(large.main) == [], kind
    for action in ("overviewAction", "besideAction"):
        large.find(QAction, action).trigger()
    qtbot.wait(20)
    assert cut(large.main) == []


def is_as_wide_as_its_panel(dock: QDockWidget) -> bool:
    """Whether nothing of it is cut on the right, or lies under what is beside it."""
    panel = dock.widget()
    assert isinstance(panel, QScrollArea)
    content, view = panel.widget(), panel.viewport()
    assert content is not None
    assert view is not None
    return dock.rect().contains(panel.geometry()) and content.width() <= view.width()


def left(widget: QWidget, top: QWidget) -> int:
    return widget.mapTo(top, widget.rect().topLeft()).x()


def test_what_is_in_the_panels_is_no_wider_than_they_are_in_a_small_window(large: Window, qtbot: QtBot) -> None:
    large.main.session.show_project(example("two_moons").project())
    large.main.resize(1024, 700)
    large.find(QToolButton, "flowOptionsButton").click()
    docks = large.main.findChildren(QDockWidget)
    center = large.find(QWidget, "center")
    qtbot.waitUntil(lambda: all(map(is_as_wide_as_its_panel, docks)))
    qtbot.waitUntil(lambda: all(dock.x() > 0 or dock.geometry().right() < left(center, large.main) for dock in docks))
    assert large.main.width() == 1024


def test_what_a_command_does_is_not_cut(large: Window, qtbot: QtBot) -> None:
    large.main.show_shortcuts()
    commands = large.find(QTreeWidget, "commandList")
    last = commands.columnCount() - 1
    qtbot.waitUntil(lambda: commands.columnWidth(last) >= commands.sizeHintForColumn(last))


def test_no_word_of_the_start_page_is_cut(large: Window) -> None:
    large.main.welcome.show()
    QApplication.processEvents()
    assert cut(large.main) == []


def test_no_word_of_a_dialog_is_cut(large: Window, qtbot: QtBot) -> None:
    large.main.welcome.leave()
    main = large.main
    for show in (main.export, main.show_gallery, main.show_shortcuts, main.find_command, lambda: ask_something(main)):
        show()
        qtbot.wait(50)
        (dialog,) = [dialog for dialog in main.findChildren(QDialog) if dialog.isVisible()]
        assert cut(dialog) == [], type(dialog).__name__
        dialog.close()
        qtbot.waitUntil(lambda: not any(dialog.isVisible() for dialog in main.findChildren(QDialog)))


def ask_something(main: MainWindow) -> None:
    ask(main, "anyBox", "Save the changes to 'Untitled'?", "Without that they are lost.", Answer("&Save", CANCEL))

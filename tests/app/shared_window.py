"""A main window that is opened once for the tests of a module, which put back what they change."""

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QSettings
from PyQt6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import settings
from flowviz.app.notices.notice_list import NoticeBar
from flowviz.app.session.warm_up import SETTING as WARM_UP
from flowviz.app.state.request import Request
from tests.app.conftest import SIZE, Window, open_main_window, settle, work_is_running


@pytest.fixture(scope="module")
def shared_window(
    qapp: QApplication, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    """Return a window whose settings and drafts are not those of a single test."""
    folder, qtbot = tmp_path_factory.mktemp("module"), QtBot(request)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            monkeypatch.setenv(name, str(folder))
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))
        settings().setValue(WARM_UP, "false")
        main = open_main_window(qtbot, SIZE)
        yield Window(main)
        main.discard_changes()
        main.close()
        qtbot.waitUntil(lambda: not work_is_running())


@pytest.fixture
def renewed_window(shared_window: Window) -> Window:
    """Return the window of the module with a new project and the default view, and settled."""
    start_over(shared_window)
    shared_window.main.document_actions.new()
    settle(shared_window.main)
    return shared_window


def start_over(window: Window) -> None:
    """Bring a shared window back to a new project, without dialogs, notices and modes, in its first size."""
    main = window.main
    for dialog in main.findChildren(QDialog):
        dialog.close()
        dialog.deleteLater()
    for bar in main.findChildren(NoticeBar):
        main.notifications.withdraw(bar.notice.topic)
    main.discard_changes()
    main.lessons.leave()
    main.welcome.leave()
    main.welcome.end_tour()
    main._presentation.give_way()
    main.comparisons.leave()
    if main.request.value != Request() or main.session.run is not None or main.session.trained_target is not None:
        main.request.set(Request())
        main.discard_changes()
        main.document_actions.new()
    main.resize(SIZE)
    if main.document_actions.recent.paths():
        main.document_actions.recent.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

"""Fixtures for the viewer: with fakes, and in the real window with the trained project."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from flowviz.projects import Project
from tests.app.conftest import Window
from tests.app.pane.explored import Explored
from tests.app.pane.fakes import Viewed


@pytest.fixture
def viewed(qapp: object) -> Viewed:
    return Viewed()


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Iterator[Explored]:
    """Return a window that shows the trained project, and show nothing of it afterward."""
    yield Explored(window, project, qtbot)
    window.main.discard_changes()  # of projects that were shown without their document
    with qtbot.waitSignal(window.main.document_actions.document.opened):
        window.main.document_actions.new()

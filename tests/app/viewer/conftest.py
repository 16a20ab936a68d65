"""Fixtures for the viewer: with fakes, and in the real window with the trained project."""

import pytest
from pytestqt.qtbot import QtBot

from flowviz.projects import Project
from tests.app.conftest import Window
from tests.app.shared_window import renewed_window, shared_window
from tests.app.viewer.explored import Explored
from tests.app.viewer.fakes import Viewed

__all__ = ["renewed_window", "shared_window"]


@pytest.fixture
def viewed(qapp: object) -> Viewed:
    return Viewed()


@pytest.fixture
def window(renewed_window: Window) -> Window:
    """Return one window for all tests of a module."""
    return renewed_window


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Explored:
    return Explored(window, project, qtbot)

"""The text in the cloud view, which is as large as that of the window around it."""

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.state.view import View, ViewState
from flowviz.rendering.annotate import em
from flowviz.rendering.projection import Panel
from flowviz.specs import Seen
from tests.app.conftest import show


@pytest.fixture
def cloud(qtbot: QtBot) -> Iterator[CloudView]:
    font = QApplication.font()
    view = CloudView(ViewState())
    qtbot.addWidget(view)
    view.resize(660, 430)
    show(view, qtbot)
    yield view
    QApplication.setFont(font)


def number_size(cloud: CloudView) -> float:
    """Return the size of the numbers in the cloud, in pixels."""
    size = cloud.size_in_pixels
    return em(cloud.view, Panel(size.width, size.height))


def set_text_size(percent: int) -> None:
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    QApplication.setFont(font)
    QApplication.processEvents()


def test_numbers_grow_with_the_text_size_of_the_window(cloud: CloudView) -> None:
    usual = number_size(cloud)
    set_text_size(150)
    assert number_size(cloud) == pytest.approx(1.5 * usual, rel=0.1)


def test_large_text_leaves_room_for_the_stages_of_the_overview(cloud: CloudView) -> None:
    cloud.follow(View(Seen(overview=True)))
    usual = number_size(cloud)
    set_text_size(150)
    assert number_size(cloud) == usual
    cloud.follow(View())
    assert number_size(cloud) > usual

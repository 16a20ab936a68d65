"""The stage strip: clicks, and a strip that is too narrow for all pictures."""

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import WINDOW, palette
from flowviz.app.viewer.stage_strip import StageStrip
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.view import Theme
from tests.app.style.test_theme import contrast

STAGES = 20


@pytest.fixture
def view() -> ViewState:
    view = ViewState()
    view.show_flow(STAGES - 1, 8000)
    view.set_stage(0)
    return view


@pytest.fixture
def narrow(view: ViewState, qtbot: QtBot) -> StageStrip:
    strip = StageStrip(view)
    qtbot.addWidget(strip)
    strip.set_stages([str(stage) for stage in range(STAGES)], np.ones(STAGES))
    strip.resize(320, strip.height())
    strip.show()
    return strip


def is_completely_visible(strip: StageStrip, stage: int) -> bool:
    return strip.rect().contains(strip._place(stage))


def test_click_on_a_picture_goes_to_its_stage(narrow: StageStrip, view: ViewState, qtbot: QtBot) -> None:
    qtbot.mouseClick(narrow, Qt.MouseButton.LeftButton, pos=narrow._place(4).center())
    assert view.value.stage == 4


def test_current_stage_is_always_visible(narrow: StageStrip, view: ViewState) -> None:
    for stage in [*range(STAGES), 0]:
        view.set_stage(stage)
        assert is_completely_visible(narrow, stage)
    view.set_stage(STAGES - 1)
    narrow.resize(250, narrow.height())
    assert is_completely_visible(narrow, STAGES - 1)


def test_picture_at_the_edge_is_cut_off_if_more_of_them_follow(narrow: StageStrip, view: ViewState) -> None:
    for stage, sides in ((0, {"right"}), (STAGES // 2, {"left", "right"}), (STAGES - 1, {"left"})):
        view.set_stage(stage)
        places = [narrow._place(number) for number in range(STAGES)]
        cut = {"left" if place.left() < 0 else "right" for place in places if not narrow.rect().contains(place)}
        assert cut == sides
        seen = [place for place in places if place.intersects(narrow.rect())]
        assert not all(map(narrow.rect().contains, seen))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_frame_around_the_current_picture_is_visible(narrow: StageStrip, theme: Theme) -> None:
    narrow.setPalette(palette(theme))
    narrow.setAutoFillBackground(True)
    place, drawn = narrow._place(0), narrow.grab().toImage()
    frame = drawn.pixelColor(place.left(), place.center().y())
    for surroundings in (WINDOW[theme], SURROUNDINGS[theme].background):
        assert contrast(frame, QColor(*surroundings)) >= 4

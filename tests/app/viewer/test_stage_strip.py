"""The small pictures of the stages, where the window is too narrow for all of them."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.state.view import ViewState
from flowviz.app.viewer.stage_strip import StageStrip
from tests.app.conftest import Window

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


def is_whole(strip: StageStrip, stage: int) -> bool:
    return strip.rect().contains(strip._place(stage))


def test_the_strip_begins_with_the_first_stage(window: Window) -> None:
    window.main.resize(1024, 700)
    window.main.view.set_stage(0)
    assert is_whole(window.find(StageStrip, "stageStrip"), 0)


def test_the_stage_that_is_looked_at_is_always_in_sight(narrow: StageStrip, view: ViewState) -> None:
    for stage in [*range(STAGES), 0]:
        view.set_stage(stage)
        assert is_whole(narrow, stage)
    view.set_stage(STAGES - 1)
    narrow.resize(250, narrow.height())
    assert is_whole(narrow, STAGES - 1)


def test_a_picture_is_cut_where_more_are_out_of_sight(narrow: StageStrip, view: ViewState) -> None:
    for stage, sides in ((0, {"right"}), (STAGES // 2, {"left", "right"}), (STAGES - 1, {"left"})):
        view.set_stage(stage)
        places = [narrow._place(number) for number in range(STAGES)]
        cut = {"left" if place.left() < 0 else "right" for place in places if not narrow.rect().contains(place)}
        assert cut == sides
        seen = [place for place in places if place.intersects(narrow.rect())]
        assert not all(map(narrow.rect().contains, seen))

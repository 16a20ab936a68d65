"""The stage strip: clicks, and a strip that is too narrow for all pictures."""

from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from flowviz.app.pane.stage_slider import StageSlider
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.state.edits import EditsState
from flowviz.app.state.view import ViewState
from flowviz.app.style.theme import COLORS, palette
from flowviz.app.style.tokens import LINE
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.specs.edits import Edits
from flowviz.specs.view import Mark, Theme
from tests.app.style.test_theme import contrast

STAGES = 20


@pytest.fixture
def view() -> ViewState:
    view = ViewState()
    view.show_flow(STAGES - 1, 8000)
    view.set_stage(0)
    return view


@pytest.fixture
def slider(view: ViewState, qtbot: QtBot) -> StageSlider:
    slider = StageSlider(view)
    qtbot.addWidget(slider)
    return slider


@pytest.fixture
def narrow(view: ViewState, slider: StageSlider, qtbot: QtBot) -> StageStrip:
    strip = StageStrip(view, EditsState(Edits()), slider.align)
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


def test_twenty_stages_fit_between_two_panels(narrow: StageStrip, view: ViewState) -> None:
    view.set_stage(STAGES // 2)
    narrow.resize(532, narrow.height())
    assert all(is_completely_visible(narrow, stage) for stage in range(STAGES))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_frame_around_the_current_picture_is_visible(narrow: StageStrip, theme: Theme) -> None:
    narrow.setPalette(palette(theme))
    narrow.setAutoFillBackground(True)
    place, drawn = narrow._place(0), narrow.grab().toImage()
    frame = drawn.pixelColor(place.left(), place.center().y())
    for surroundings in (COLORS["window"][theme], SURROUNDINGS[theme].background):
        assert contrast(frame, QColor(*surroundings)) >= 4


def test_frames_contain_numbers_of_stages_if_nothing_is_shown(narrow: StageStrip, view: ViewState) -> None:
    for marks, is_numbered in ((frozenset[Mark](), True), (frozenset[Mark]({"points"}), False)):
        view.update_view(marks=marks)
        inside = narrow.grab(narrow._place(1).adjusted(LINE, LINE, -LINE, -LINE)).toImage()
        colors = {inside.pixel(x, y) for x in range(inside.width()) for y in range(inside.height())}
        assert (len(colors) > 1) == is_numbered


@pytest.fixture
def steps(view: ViewState, slider: StageSlider, qtbot: QtBot) -> StageStrip:
    """A strip of the 100 steps of an integrator."""
    view.show_flow(100, 8000, is_continuous=True)
    strip = StageStrip(view, EditsState(Edits()), slider.align)
    qtbot.addWidget(strip)
    strip.set_stages([str(stage) for stage in range(101)], np.full(101, 0.01), thinned=True)
    strip.resize(720, strip.height())
    strip.show()
    return strip


def test_steps_have_as_many_pictures_as_fit(steps: StageStrip) -> None:
    places = [steps._place(stage) for stage in steps.pictured]
    assert (steps.pictured[0], steps.pictured[-1]) == (0, 100)
    assert len({after - before for before, after in pairwise(steps.pictured)}) == 1
    assert all(map(steps.rect().contains, places))
    assert all(before.right() < after.left() for before, after in pairwise(places))
    assert 8 <= len(places) <= 14


@pytest.mark.parametrize("last", [1, 2, 20, 37, 97])
def test_first_and_last_step_have_pictures_that_do_not_overlap(steps: StageStrip, last: int) -> None:
    height = steps.height()
    steps.set_stages([str(stage) for stage in range(last + 1)], np.ones(last + 1), thinned=True)
    assert {0, last} <= set(steps.pictured)
    places = [steps._place(stage) for stage in steps.pictured]
    assert all(before.right() < after.left() for before, after in pairwise(places))
    assert all(map(steps.rect().contains, places))
    assert steps.height() == height, "the cloud above keeps its size"


def test_shares_that_are_not_known_yet_have_no_bars_and_no_words(steps: StageStrip, qtbot: QtBot) -> None:
    def bars() -> int:
        picture = steps.grab().toImage()
        accent = steps.palette().color(QPalette.ColorRole.Accent)
        return sum(picture.pixelColor(x, steps.height() - 1) == accent for x in range(steps.width()))

    assert bars() > 0
    steps.set_stages([str(stage) for stage in range(101)], np.full(101, np.nan), thinned=True)
    assert bars() == 0
    with patch.object(QToolTip, "showText") as show:
        qtbot.mouseMove(steps, QPoint(round(steps._center(43)), steps.height() - 2))
        qtbot.waitUntil(lambda: show.called)
    assert show.call_args[0][1] == "43"


def test_every_step_can_be_reached_below_the_pictures(steps: StageStrip, view: ViewState, qtbot: QtBot) -> None:
    qtbot.mouseClick(steps, Qt.MouseButton.LeftButton, pos=QPoint(round(steps._center(43)), steps.height() - 2))
    assert view.value.stage == 43
    shown = steps.pictured[2]
    qtbot.mouseClick(steps, Qt.MouseButton.LeftButton, pos=steps._place(shown).topLeft() + QPoint(2, 5))
    assert view.value.stage == shown


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_pictures_stay_together_in_the_middle(narrow: StageStrip, view: ViewState, count: int) -> None:
    narrow.set_stages([str(stage) for stage in range(count)], np.ones(count))
    narrow.resize(1000, narrow.height())
    places = [narrow._place(stage) for stage in range(count)]
    assert all(after.left() - before.right() < 10 for before, after in pairwise(places))
    assert abs(places[0].left() - (narrow.width() - places[-1].right())) < 4


@pytest.mark.parametrize("count", [2, 4, STAGES])
def test_ends_of_the_slider_are_below_the_first_and_the_last_picture(
    narrow: StageStrip, slider: StageSlider, view: ViewState, count: int
) -> None:
    view.show_flow(count - 1, 8000)
    names = [str(stage) for stage in range(count)]
    slider.set_stages(names, names)
    narrow.set_stages(names[:1], np.ones(1))
    narrow.resize(1000, narrow.height())
    slider.resize(1000, 30)
    slider.show()
    narrow.set_stages(names, np.ones(count))
    for stage in (0, count - 1):
        view.set_stage(stage)
        layout = slider.layout()
        assert layout is not None
        layout.activate()
        handle = slider.slider.handle().translated(slider.slider.pos())
        assert abs(handle.center().x() - narrow._place(stage).center().x()) <= 3

"""The mix page as a view of the request, without a window."""

import pytest
from PyQt6.QtWidgets import QLabel, QMenu, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.state.pages import MixContents
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.mix_page import MixPage
from flowviz.specs import Part, ShapeSpec, TextSpec
from flowviz.specs.target import MAX_PARTS

SOURCES = TextSpec(text="BRAD"), ShapeSpec(name="star"), ShapeSpec(name="heart")


def mix_of(*weights: float) -> MixContents:
    parts = (Part(source=source, weight=weight) for source, weight in zip(SOURCES, weights, strict=False))
    return MixContents(tuple(parts))


class Mixed:
    """The page, and the request that it shows."""

    def __init__(self, qtbot: QtBot, contents: MixContents) -> None:
        self.request = RequestState(Request())
        self.request.set_page(contents)
        self.page = MixPage(self.request)
        qtbot.addWidget(self.page)

    @property
    def sliders(self) -> list[QSlider]:
        lines = (self.page._list.itemAt(index) for index in range(self.page._list.count()))
        widgets = (line.widget() for line in lines if line is not None)
        return [slider for widget in widgets if widget is not None for slider in widget.findChildren(QSlider)]

    @property
    def positions(self) -> list[int]:
        return [slider.value() for slider in self.sliders]

    @property
    def contents(self) -> MixContents:
        return self.request.value.pages.mix

    @property
    def shares(self) -> list[float]:
        weights = [part.weight for part in self.contents.parts]
        return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize("weights", [(1, 1), (2, 0.02), (1, 0.5, 0.25), (4, 1), (3, 1, 7), (0.01, 1000)])
@pytest.mark.parametrize("position", [None, 1, 37, 50, 100])
def test_reopened_mix_has_the_same_slider_positions(
    qtbot: QtBot, weights: tuple[float, ...], position: int | None
) -> None:
    mixed = Mixed(qtbot, mix_of(*weights))
    if position is not None:
        mixed.sliders[0].setValue(position)
        assert mixed.positions[0] == position
    assert Mixed(qtbot, mixed.contents).positions == mixed.positions


@pytest.mark.parametrize("weights", [(1, 1), (1 / 3, 0.123456), (4, 1), (1000, 3)])
def test_showing_a_mix_does_not_change_its_weights(qtbot: QtBot, weights: tuple[float, ...]) -> None:
    contents = mix_of(*weights)
    assert Mixed(qtbot, contents).contents == contents


def test_moving_a_slider_moves_no_other(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, mix_of(1, 3, 7))
    before = mixed.positions
    mixed.sliders[2].setValue(60)
    assert mixed.positions == [*before[:2], 60]


def test_shares_are_those_of_the_sliders(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, mix_of(1, 1))
    mixed.sliders[0].setValue(100)
    assert mixed.shares == pytest.approx([2 / 3, 1 / 3])
    texts = [label.text() for label in mixed.page.findChildren(QLabel)]
    assert {"67%", "33%"} <= set(texts)


def test_single_source_shows_no_share_and_has_no_weight_to_choose(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, mix_of(1))
    assert not any("%" in label.text() for label in mixed.page.findChildren(QLabel))
    assert not mixed.sliders[0].isEnabled()
    mixed.page.add(SOURCES[1])
    assert all(slider.isEnabled() for slider in mixed.sliders)
    assert [label.text() for label in mixed.page.findChildren(QLabel) if "%" in label.text()] == ["50%", "50%"]


def test_menu_offers_what_is_set_up_on_the_other_pages(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, MixContents())
    menu = mixed.page.findChild(QMenu)
    assert menu is not None
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles == ["Text: BRAD", "Shape: two moons"]
    menu.actions()[1].trigger()
    assert [part.source for part in mixed.contents.parts] == [ShapeSpec(name="two_moons")]


def test_source_can_be_removed(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, mix_of(1, 1, 1))
    remove = mixed.page.findChildren(QToolButton, "partRemove")[1]
    remove.click()
    assert [part.source for part in mixed.contents.parts] == [SOURCES[0], SOURCES[2]]


def test_full_mix_takes_no_more_sources(qtbot: QtBot) -> None:
    mixed = Mixed(qtbot, MixContents((Part(source=SOURCES[0]),) * (MAX_PARTS - 1)))
    add = mixed.page.findChild(QToolButton, "mixAddButton")
    assert add is not None
    assert add.isEnabled()
    mixed.page.add(SOURCES[1])
    assert not add.isEnabled()

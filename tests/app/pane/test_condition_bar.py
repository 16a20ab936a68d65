"""The condition bar."""

from typing import Any

import numpy as np
import pytest
from pandas import Series
from PyQt6.QtWidgets import QCheckBox, QDoubleSpinBox, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.pane.condition_bar import POSITIONS, ConditionBar
from flowviz.app.state.known import Known
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.widgets.labels import FittingLabel
from flowviz.records.trace import untrained_trace
from flowviz.specs import ConditionalSpec, FlowSpec, SourceSpec, TextSpec
from flowviz.specs.condition import ANY
from flowviz.targets import points_spec


class Bar:
    """A condition bar, with the request that it shows and changes."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.view = RequestState(Request()), ViewState()
        self.widget = ConditionBar(self.request, self.view)
        qtbot.addWidget(self.widget)

    @property
    def slider(self) -> QSlider:
        return self.widget.findChild(QSlider, "conditionSlider")

    @property
    def given(self) -> float | None:
        value = self.request.plan.flow.given
        assert value != ANY
        return value

    @property
    def any_value(self) -> QCheckBox:
        return self.widget.findChild(QCheckBox, "conditionAnyBox")

    @property
    def guidance(self) -> QDoubleSpinBox:
        return self.widget.findChild(QDoubleSpinBox, "guidanceBox")

    def show_trained(self, *texts: str, **options: Any) -> None:
        """Show a flow that was trained with some values of a condition left out."""
        self.show(*texts)
        self.request.update_flow(leave_out=0.1, **options)
        self.display()

    def show(self, *texts: str, **choices: str) -> None:
        """Request and show a conditional flow."""
        sources: tuple[SourceSpec, ...] = tuple(TextSpec(text=text) for text in texts)
        self.request.show_target(ConditionalSpec(sources=sources, **choices))
        self.display()

    def display(self) -> None:
        """Show the requested flow."""
        self.view.show_flow(4, 100, known=Known.of(self.request.plan.flow, None, untrained_trace(FlowSpec())))

    def text(self) -> str:
        return self.value.text()

    @property
    def value(self) -> FittingLabel:
        return self.widget.findChild(FittingLabel, "conditionValue")


@pytest.fixture
def bar(qtbot: QtBot) -> Bar:
    return Bar(qtbot)


def test_bar_is_visible_while_the_flow_is_told_a_condition(bar: Bar) -> None:
    assert bar.widget.isHidden()
    bar.show("BRAD", "KATIE")
    assert not bar.widget.isHidden()
    bar.request.update_flow(ignores_condition=True)
    assert bar.widget.isHidden()
    bar.request.update_flow(ignores_condition=False)
    bar.request.show_text("one word")
    assert bar.widget.isHidden()


def test_slider_requests_a_value_and_the_label_names_it(bar: Bar) -> None:
    bar.show("BRAD", "KATIE")
    assert (bar.given, bar.text()) == (0, "BRAD")
    bar.slider.setValue(POSITIONS)
    assert (bar.given, bar.text()) == (1, "KATIE")
    bar.slider.setValue(POSITIONS // 4)
    assert bar.given == pytest.approx(0.25)
    assert bar.text() == "75% BRAD, 25% KATIE (never seen)"


def test_slider_snaps_to_classes_but_not_to_numbers(bar: Bar) -> None:
    bar.show("A", "B", "C")
    bar.slider.setValue(POSITIONS // 2 + 3)
    assert bar.given == 1
    bar.show("A", motion="turn")
    bar.slider.setValue(POSITIONS // 2 + 3)
    assert bar.given == pytest.approx(0.5 + 3 / POSITIONS)
    assert bar.text() == "0.504"


def test_numbers_of_a_table_have_its_units_beside_its_name(bar: Bar) -> None:
    ages = np.linspace(18, 90, 100)
    bar.request.show_target(points_spec(np.random.default_rng(0).normal(size=(100, 2)), given=Series(ages, name="age")))
    assert (bar.widget._name.text(), bar.text()) == ("Age", "18")
    bar.slider.setValue(POSITIONS // 2)
    assert (bar.given, bar.text()) == (54, "54")


@pytest.mark.parametrize("width", [480, 700, 1000])
def test_long_names_leave_room_for_the_slider(bar: Bar, width: int) -> None:
    bar.show_trained(40 * "BRAD", 40 * "KATIE")
    bar.widget.resize(width, 40)
    bar.widget.show()
    assert bar.widget.width() == width, "which is enough"
    assert bar.slider.width() >= 120
    assert bar.value.drawn_text.endswith("…")
    assert bar.value.toolTip() == bar.text() == 40 * "BRAD"
    right = bar.value.geometry().right()
    assert right < bar.any_value.mapTo(bar.widget, bar.any_value.rect().topLeft()).x()


def test_texts_of_two_words_are_complete_if_there_is_room(bar: Bar) -> None:
    bar.show_trained("BRAD", "KATIE")
    bar.widget.resize(700, 40)
    bar.widget.show()
    bar.slider.setValue(POSITIONS // 4)
    assert bar.value.drawn_text == "75% BRAD, 25% KATIE (never seen)"


def test_slider_does_not_move_under_the_pointer_when_the_text_changes(bar: Bar) -> None:
    bar.show("BRAD", "KATIE")
    bar.widget.resize(900, 40)
    bar.widget.show()
    layout, width = bar.widget.layout(), bar.slider.width()
    assert layout is not None
    for position in (POSITIONS // 3, POSITIONS // 2, POSITIONS):
        bar.slider.setValue(position)
        layout.activate()
        assert bar.slider.width() == width


def test_tour_goes_through_the_values_until_the_slider_is_pressed(bar: Bar, qtbot: QtBot) -> None:
    bar.show("BRAD", "KATIE")
    bar.widget.findChild(QToolButton, "conditionPlayButton").click()
    qtbot.waitUntil(lambda: (bar.given or 0) > 0)
    bar.slider.sliderPressed.emit()
    given = bar.given
    qtbot.waitUntil(lambda: bar.given == given)


def test_value_survives_other_changes_of_the_flow(bar: Bar) -> None:
    bar.show("BRAD", "KATIE")
    bar.request.set_given(1)
    bar.request.update_flow(width=16)
    assert bar.given == 1


def test_flow_without_networks_is_a_problem_and_not_an_error(bar: Bar) -> None:
    bar.show("BRAD", "KATIE")
    bar.request.update_flow(conditioner="table")
    assert "no networks, so it cannot be conditional" in bar.request.value.problem
    bar.request.update_flow(conditioner="network")
    assert not bar.request.value.problem
    bar.request.set_family("planar")
    assert "no networks" in bar.request.value.problem
    bar.request.update_flow(ignores_condition=True)
    assert not bar.request.value.problem


def test_guidance_is_offered_once_values_were_left_out_of_a_training(bar: Bar) -> None:
    bar.show("BRAD", "KATIE")
    bar.request.update_flow(leave_out=0.1)
    assert not bar.guidance.isVisibleTo(bar.widget)
    bar.show_trained("BRAD", "KATIE")
    assert bar.guidance.isVisibleTo(bar.widget)
    bar.guidance.setValue(2.5)
    assert bar.request.plan.flow.guidance == 2.5
    bar.request.set_given(1)
    bar.request.update_flow(width=16)
    assert bar.request.plan.flow.guidance == 2.5
    bar.request.update_flow(leave_out=0.0)
    assert bar.request.plan.flow.guidance == 1
    assert (bar.guidance.isEnabled(), bar.any_value.isEnabled()) == (False, False)
    assert bar.given == 1


def test_any_value_needs_no_guidance_and_ends_when_the_slider_moves(bar: Bar) -> None:
    bar.show_trained("BRAD", "KATIE")
    bar.slider.setValue(POSITIONS)
    bar.any_value.click()
    assert (bar.request.plan.flow.given, bar.text(), bar.guidance.isEnabled()) == (ANY, "any word", False)
    assert bar.slider.value() == POSITIONS
    bar.any_value.click()
    assert (bar.given, bar.text(), bar.guidance.isEnabled()) == (1, "KATIE", True)
    bar.any_value.click()
    bar.slider.setValue(0)
    assert (bar.given, bar.any_value.isChecked()) == (0, False)


def test_tip_says_which_particles_are_guided(bar: Bar) -> None:
    bar.show_trained("BRAD", "KATIE")
    assert "the particles of this family are not guided" in bar.guidance.toolTip()
    bar.request.set_family("flow_matching")
    assert "guided particles do not have the tilted one" in bar.guidance.toolTip()
    assert bar.guidance.accessibleName() == "Guidance"


def test_flow_that_is_no_longer_told_a_condition_leaves_no_values_out(bar: Bar) -> None:
    bar.show_trained("BRAD", "KATIE")
    bar.request.set_given(ANY)
    bar.request.update_flow(ignores_condition=True)
    assert (bar.request.value.problem, bar.request.plan.flow.leave_out) == ("", 0)
    bar.show_trained("BRAD", "KATIE", ignores_condition=False)
    bar.request.show_text("one word")
    assert (bar.request.value.problem, bar.request.plan.flow) == ("", FlowSpec())


def test_bar_waits_for_the_training_of_another_condition(bar: Bar) -> None:
    bar.show_trained("BRAD", "KATIE")
    assert bar.slider.isEnabled()
    bar.request.show_target(ConditionalSpec(sources=(TextSpec(text="A"), TextSpec(text="B"))))
    controls = bar.slider, bar.any_value, bar.guidance, bar.widget.findChild(QToolButton, "conditionPlayButton")
    assert not any(control.isEnabled() for control in controls)
    assert {control.toolTip() for control in controls} == {"Press Train to use this condition"}
    bar.display()
    assert bar.slider.isEnabled()
    assert bar.slider.toolTip() == "Choose the value of the condition"

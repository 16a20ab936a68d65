"""The integrator bar, and the position of a stage in time."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.pane.integrator_bar import OTHER_FAMILY, IntegratorBar
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.records.trace import base_particles, untrained_trace
from flowviz.specs import FlowSpec


class Bar:
    """An integrator bar, with the request and the view that it depends on."""

    def __init__(self, qtbot: QtBot) -> None:
        self.request, self.view = RequestState(Request()), ViewState()
        self.widget = IntegratorBar(self.request, self.view)
        qtbot.addWidget(self.widget)

    @property
    def method(self) -> QComboBox:
        return self.widget.findChild(QComboBox, "integratorBox")

    @property
    def steps(self) -> QSpinBox:
        return self.widget.findChild(QSpinBox, "integratorSteps")

    def integrator(self) -> tuple[object, ...]:
        flow = self.request.plan.flow
        return flow.integrator, flow.integrator_steps


@pytest.fixture
def bar(qtbot: QtBot) -> Bar:
    return Bar(qtbot)


def test_bar_changes_the_requested_integrator(bar: Bar) -> None:
    bar.request.set_family("flow_matching")
    assert bar.integrator() == ("midpoint", 20)
    bar.method.setCurrentIndex(bar.method.findText("RK4"))
    bar.steps.setValue(100)
    assert bar.integrator() == ("rk4", 100)
    bar.steps.stepUp()
    assert bar.steps.value() == 100
    bar.request.set_preset("post")
    assert bar.integrator() == (None, None)


def test_bar_shows_the_requested_integrator(bar: Bar) -> None:
    bar.request.set_family("flow_matching")
    bar.request.update_flow(integrator="euler", integrator_steps=3)
    assert (bar.method.currentText(), bar.steps.value()) == ("Euler", 3)


def test_bar_is_visible_only_while_the_displayed_flow_has_an_integrator(bar: Bar) -> None:
    assert bar.widget.isHidden()
    bar.view.show_flow(20, 8000, is_continuous=True)
    assert not bar.widget.isHidden()
    bar.view.show_flow(19, 8000)
    assert bar.widget.isHidden()


def test_bar_says_why_it_is_disabled(bar: Bar) -> None:
    assert not bar.steps.isEnabled()
    assert bar.steps.toolTip() == OTHER_FAMILY
    bar.request.set_family("flow_matching")
    assert bar.steps.isEnabled()
    assert "no training is needed" in bar.steps.toolTip()


def test_typed_number_is_requested_as_a_whole(bar: Bar, qtbot: QtBot) -> None:
    bar.request.set_family("flow_matching")
    requested = list[int | None]()
    bar.request.changed.connect(lambda _, new: requested.append(new.plan.flow.integrator_steps))
    bar.widget.show()
    bar.steps.selectAll()
    qtbot.keyClicks(bar.steps, "100")
    qtbot.keyClick(bar.steps, Qt.Key.Key_Return)
    assert requested == [100]


def test_position_of_a_stage_is_its_number_or_its_time() -> None:
    def position(flow: FlowSpec, stage: int) -> str:
        return untrained_trace(flow, base_particles(4)).position(stage)

    assert position(FlowSpec(), 7) == "Stage 7 of 19"
    assert position(FlowSpec(family="flow_matching"), 7) == "t = 0.35 · step 7 of 20"
    assert position(FlowSpec(family="flow_matching", integrator_steps=1), 1) == "t = 1.00 · step 1 of 1"

"""The request: which parts each setter changes and keeps, and bindings of controls."""

import pytest
from PyQt6.QtWidgets import QComboBox, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.state.binding import bind_choice, bind_number
from flowviz.app.state.pages import MixContents, ShapeContents, TextContents
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.state import State
from flowviz.projects import Plan
from flowviz.specs import FlowSpec, MixSpec, Part, ShapeSpec, TextSpec, TrainingSpec

STAR = ShapeSpec(name="star")


@pytest.fixture
def request_state() -> RequestState:
    return RequestState()


def test_all_listeners_are_notified_of_a_change_before_a_nested_one() -> None:
    state, changes = State(0), list[tuple[int, int]]()

    def increase(_: int, new: int) -> None:
        if new < 3:
            state.set(new + 1)

    state.changed.connect(increase)
    state.changed.connect(lambda old, new: changes.append((old, new)))
    state.set(1)
    assert changes == [(0, 1), (1, 2), (2, 3)]


def test_setting_an_equal_value_emits_nothing(request_state: RequestState) -> None:
    changes = list[Request]()
    request_state.changed.connect(lambda _, new: changes.append(new))
    request_state.show_text("BRAD")
    request_state.update_flow(layers=request_state.plan.flow.layers)
    assert not changes


def test_page_without_a_valid_target_keeps_the_last_one_and_gives_the_reason(request_state: RequestState) -> None:
    request_state.turn_to("mix")
    assert request_state.plan.target == TextSpec(text="BRAD")
    assert "at least two sources" in request_state.value.problem
    request_state.turn_to("text")
    assert not request_state.value.problem


def test_contents_of_a_hidden_page_do_not_change_the_target(request_state: RequestState) -> None:
    request_state.set_page(ShapeContents("star"))
    assert request_state.plan.target.title == "BRAD"
    request_state.turn_to("shape")
    assert request_state.plan.target == STAR


@pytest.mark.parametrize(
    "plan",
    [
        Plan(TextSpec(text="A\nB", weight=0.0123, align="left"), FlowSpec(hats=5, waves=2), TrainingSpec(seconds=7.5)),
        Plan(
            MixSpec(
                parts=(Part(source=ShapeSpec(name="star"), weight=0.3), Part(source=TextSpec(text="B"), weight=900))
            ),
            FlowSpec(family="spline", bins=12, seed=2**60),
            TrainingSpec(steps=3, learning_rate=1e-7, seed=5, warmup_steps=9),
        ),
    ],
)
def test_saved_plan_is_requested_exactly(request_state: RequestState, plan: Plan) -> None:
    request_state.show_plan(plan)
    assert request_state.plan == plan


def test_family_resets_its_sizes_and_keeps_the_seed(request_state: RequestState) -> None:
    request_state.set_seed(9)
    request_state.set_family("spline")
    assert request_state.plan.flow == FlowSpec(family="spline", seed=9)
    assert request_state.plan.training.seed == 9


def test_normalization_resets_its_momentum(request_state: RequestState) -> None:
    request_state.update_flow(normalization="minibatch")
    assert request_state.plan.flow == FlowSpec(normalization="minibatch")


def test_text_keeps_the_current_font(request_state: RequestState) -> None:
    request_state.set_page(TextContents(text="A", weight=0.1))
    request_state.show_text("word")
    assert request_state.plan.target == TextSpec(text="word", weight=0.1)


def test_sources_of_a_mix_are_the_pages_with_a_valid_target(request_state: RequestState) -> None:
    assert request_state.value.pages.sources() == [TextSpec(text="BRAD"), ShapeSpec(name="two_moons")]
    request_state.show_text("  ")
    assert request_state.value.pages.sources() == [ShapeSpec(name="two_moons")]


def test_weights_of_a_mix_are_kept_exactly(request_state: RequestState) -> None:
    parts = tuple(Part(source=STAR, weight=weight) for weight in (1 / 3, 2.0))
    request_state.show_page(MixContents(parts))
    assert request_state.plan.target == MixSpec(parts=parts)


@pytest.mark.parametrize(("unit", "other"), [("seconds", "steps"), ("steps", "seconds")])
def test_budget_has_only_one_unit(request_state: RequestState, unit: str, other: str) -> None:
    request_state.set_budget(unit, 40)
    assert getattr(request_state.plan.training, unit) == 40
    assert getattr(request_state.plan.training, other) is None


def test_control_that_cannot_show_a_value_exactly_does_not_change_it(qtbot: QtBot) -> None:
    state, slider, box = State(3.7), QSlider(), QSpinBox()
    for control in (slider, box):
        qtbot.addWidget(control)
        control.setRange(0, 10)
        bind_number(state, lambda value: value, control, state.set)
    assert (slider.value(), box.value(), state.value) == (4, 4, 3.7)
    state.set(123.4)
    assert (slider.value(), state.value) == (10, 123.4)
    slider.setValue(6)
    assert (state.value, box.value()) == (6, 6)


def test_combo_box_shows_and_requests_the_data_of_its_items(qtbot: QtBot) -> None:
    state, box, requests = State("b"), QComboBox(), list[str]()
    qtbot.addWidget(box)
    for name in "abc":
        box.addItem(name.upper(), name)
    bind_choice(state, lambda value: value, box, requests.append)
    assert (box.currentText(), requests) == ("B", [])
    state.set("c")
    assert (box.currentText(), requests) == ("C", [])
    box.setCurrentIndex(0)
    assert requests == ["a"]

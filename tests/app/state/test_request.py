"""The request: which parts each setter changes and keeps"""

from collections.abc import Callable

import pytest

from flowviz.app.state.pages import MixContents, ShapeContents, TextContents
from flowviz.app.state.request import Request, RequestState, first_plan
from flowviz.app.state.state import State
from flowviz.projects import Plan
from flowviz.specs import ConditionalSpec, FlowSpec, MixSpec, Part, ShapeSpec, TextSpec, TrainingSpec

WORDS = ConditionalSpec(sources=(TextSpec(text="BRAD"), TextSpec(text="KATIE")))
STAR = ShapeSpec(name="star")


@pytest.fixture
def request_state() -> RequestState:
    return RequestState(Request())


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


@pytest.fixture
def leaving_out(request_state: RequestState) -> RequestState:
    """A request for a conditional flow that leaves out values."""
    request_state.show_target(WORDS)
    request_state.update_flow(leave_out=0.1)
    return request_state


def test_share_of_values_left_out_returns_with_a_condition(leaving_out: RequestState) -> None:
    for kind in ("text", "mix"):
        leaving_out.turn_to(kind)
    assert leaving_out.plan.flow.leave_out == 0.1
    leaving_out.turn_to("text")
    assert (leaving_out.plan.flow.leave_out, leaving_out.value.problem) == (0, "")
    leaving_out.show_target(ConditionalSpec(sources=(TextSpec(text="A"), TextSpec(text="B"))))
    assert leaving_out.plan.flow.leave_out == 0.1, "whatever the condition"
    for ignored in (True, False):
        leaving_out.update_flow(ignores_condition=ignored)
    assert leaving_out.plan.flow.leave_out == 0.1


def test_share_of_values_left_out_is_that_of_the_latest_choice(leaving_out: RequestState) -> None:
    leaving_out.update_flow(leave_out=0.0)
    leaving_out.turn_to("text")
    leaving_out.show_target(WORDS)
    assert leaving_out.plan.flow.leave_out == 0


def test_another_family_leaves_out_as_many_values(leaving_out: RequestState) -> None:
    leaving_out.set_family("spline")
    assert (leaving_out.plan.flow.family, leaving_out.plan.flow.leave_out) == ("spline", 0.1)


@pytest.mark.parametrize(
    "show", [lambda state: state.show_flow(FlowSpec()), lambda state: state.show_plan(first_plan())]
)
def test_flow_that_is_requested_exactly_gets_no_share_that_was_chosen_before(
    leaving_out: RequestState, show: Callable[[RequestState], None]
) -> None:
    leaving_out.turn_to("text")
    show(leaving_out)
    leaving_out.show_target(WORDS)
    assert leaving_out.plan.flow.leave_out == 0

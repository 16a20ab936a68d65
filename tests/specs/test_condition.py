"""The values of a condition, and the flows that can be conditional."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.specs import ConditionalSpec, FlowSpec, PointsSpec, ShapeSpec, TextSpec, target_spec
from flowviz.specs.column import Column
from flowviz.specs.condition import ANY, Condition
from flowviz.specs.target import table_of

WORDS = Condition(name="word", classes=("BRAD", "KATIE"))
TURN = Condition(name="turn")


def words(*texts: str) -> ConditionalSpec:
    return ConditionalSpec(sources=tuple(TextSpec(text=text) for text in texts))


def test_text_of_a_class_or_a_number_is_a_value() -> None:
    assert WORDS.value("KATIE") == WORDS.value("1") == WORDS.value(1) == 1
    assert TURN.value("0.25") == 0.25


def test_class_whose_name_is_a_number_is_found_by_its_name() -> None:
    assert Condition(name="digit", classes=("1", "0")).value("0") == 1


@pytest.mark.parametrize("text", ["CARL", "1.5", "-0.1", "nan", ""])
def test_unknown_value_of_classes_names_those_that_exist(text: str) -> None:
    with pytest.raises(SpecError, match="BRAD, KATIE"):
        WORDS.value(text)


def test_unknown_number_is_refused_with_the_range() -> None:
    with pytest.raises(SpecError, match="from 0 to 1"):
        TURN.value("2")


def test_features_of_classes_are_their_shares() -> None:
    assert WORDS.features([0, 1, 0.25]).tolist() == [[1, 0], [0, 1], [0.75, 0.25]]


def test_features_of_different_numbers_differ() -> None:
    found = TURN.features(np.linspace(0, 1, 50))
    distances = np.linalg.norm(found[:, np.newaxis] - found, axis=2) + 9 * np.eye(50)
    assert distances.min() > 0.02
    assert np.abs(found).max() <= 1


def test_labels_name_the_class_or_both_classes_around_a_value() -> None:
    assert WORDS.label(1) == WORDS.label(1 - 1e-9) == "KATIE"
    assert WORDS.label(0.25) == "75% BRAD, 25% KATIE"
    assert TURN.label(0.25) == "turn 0.25"
    assert WORDS.is_learned(1)
    assert not WORDS.is_learned(0.5)
    assert TURN.is_learned(0.5)


@pytest.mark.parametrize(
    ("low", "high", "value", "text"),
    [
        (18, 90, 37, "age 37"),
        (1990, 2026, 2003, "age 2003"),
        (0, 1e6, 125_432, "age 125000"),
        (-1, 1, 1 / 3, "age 0.333"),
    ],
)
def test_number_has_the_digits_that_tell_values_in_the_range_apart(
    low: float, high: float, value: float, text: str
) -> None:
    age = Condition(name="age", low=low, high=high)
    assert age.label(value) == text
    assert len({age.label(each) for each in age.values}) == len(age.values)


@pytest.mark.parametrize("value", [17.9, "91", "nan", "old"])
def test_number_out_of_the_range_of_a_column_is_refused(value: str | float) -> None:
    with pytest.raises(SpecError, match=f"The age cannot be '{value}': give a number from 18 to 90"):
        Condition(name="age", low=18, high=90).value(value)
    tiny = Condition(name="size", low=0, high=1e-9)
    with pytest.raises(SpecError, match="cannot be"):
        tiny.value(2e-9)


def test_class_of_a_whole_number_is_meant_by_it() -> None:
    stars = Condition(name="stars", classes=("1", "2", "3"))
    assert stars.value(1) == stars.value("1") == 0
    assert stars.value(1.0) == 0


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["BRAD", "BRAD"], "Two classes are called 'BRAD'"),
        (["BRAD"], "needs 2 to 9 sources, or a single one that turns"),
        ([str(number) for number in range(10)], "2 to 9"),
    ],
)
def test_classes_must_be_several_and_distinct(texts: list[str], reason: str) -> None:
    with pytest.raises(SpecError, match=reason):
        words(*texts)


TABLE = PointsSpec(data=np.zeros((30, 2), "<f4").tobytes(), name="pets.csv")
CATS = Column(
    condition=Condition(name="cat", classes=("no", "yes")), data=(np.arange(30) % 2.0).astype("<f8").tobytes()
)


def column(condition: Condition, values: NDArray[np.float64]) -> Column:
    return Column(condition=condition, data=values.astype("<f8").tobytes())


@pytest.mark.parametrize(
    ("sources", "choices", "reason"),
    [
        ((TABLE, TextSpec(text="A")), {}, "The condition of a table is one of its columns"),
        ((TABLE,), {"motion": "turn"}, "The condition of a table is one of its columns"),
        ((TABLE,), {}, "or a column of a table"),
        ((), {}, "or a column of a table"),
        ((TABLE,), {"motion": "turn", "column": CATS}, "or a column of a table"),
        ((TABLE, TABLE), {"column": CATS}, "or a column of a table"),
        ((TextSpec(text="A"),), {"column": CATS}, "not one of the source"),
        ((TABLE,), {"column": column(CATS.condition, np.zeros(20))}, "different numbers of rows"),
    ],
)
def test_condition_is_a_column_of_the_only_source_which_is_a_table(
    sources: tuple[TextSpec | PointsSpec, ...], choices: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SpecError, match=reason):
        ConditionalSpec(sources=sources, **choices)


@pytest.mark.parametrize("wrong", [2.0, -1.0, 0.5, np.nan])
def test_values_of_a_column_are_those_of_its_condition(wrong: float) -> None:
    with pytest.raises(SpecError, match="Some values of the column 'cat' are not those of its condition"):
        column(CATS.condition, np.array([0.0, 1.0, wrong]))
    with pytest.raises(SpecError, match="not float64"):
        Column(condition=CATS.condition, data=b"abc")


def test_table_by_a_column_has_its_condition_and_survives_json() -> None:
    spec = ConditionalSpec(sources=(TABLE,), column=CATS)
    assert (spec.title, spec.condition) == ("pets.csv by cat", CATS.condition)
    assert target_spec(spec.model_dump(mode="json")) == spec
    assert table_of(spec) == table_of(TABLE) == TABLE
    assert table_of(words("A", "B")) is None


def test_several_sources_cannot_move() -> None:
    with pytest.raises(SpecError, match="a single one that turns"):
        ConditionalSpec(sources=words("A", "B").sources, motion="turn")


def test_target_with_a_condition_survives_json() -> None:
    for spec in (words("BRAD", "KATIE"), ConditionalSpec(sources=(ShapeSpec(name="heart"),), motion="grow")):
        assert target_spec(spec.model_dump(mode="json")) == spec


def test_titles_name_the_classes_or_the_motion() -> None:
    assert words("BRAD", "KATIE").title == "BRAD or KATIE"
    assert ConditionalSpec(sources=(TextSpec(text="BRAD"),), motion="turn").title == "BRAD, which turns"


@pytest.mark.parametrize("choices", [{"family": "planar"}, {"family": "radial"}, {"conditioner": "table"}])
def test_flow_without_networks_cannot_be_told_but_can_ignore_a_condition(choices: dict[str, str]) -> None:
    with pytest.raises(SpecError, match="no networks, so it cannot be conditional"):
        FlowSpec(**choices).conditioned_on(WORDS)
    flow = FlowSpec(**choices, ignores_condition=True)
    assert flow.conditioned_on(WORDS) == flow


def test_flow_is_shown_at_the_first_value_until_another_one_is_chosen() -> None:
    flow_at_brad = FlowSpec().conditioned_on(WORDS)
    assert flow_at_brad.given == 0
    at_katie = flow_at_brad.model_copy(update={"given": 1.0})
    assert at_katie.conditioned_on(WORDS) == at_katie
    assert at_katie.as_trained() == flow_at_brad.as_trained()
    assert flow_at_brad.shown_as(at_katie) == at_katie
    assert at_katie.conditioned_on(None) == FlowSpec()


def test_numbers_that_are_classes_are_values_of_their_own() -> None:
    cylinders = Condition(name="cylinders", classes=("4", "6", "8"))
    assert [cylinders.value(each) for each in (4, 6.0, np.float64(8), "6", "5")] == [0, 1, 2, 1, 0.5]
    with pytest.raises(SpecError, match="a number from 4 to 8"):
        cylinders.value(2.0)
    mixed = Condition(name="size", classes=("10", "2"))
    assert [mixed.value(each) for each in ("10", "2", 0.5)] == [0, 1, 0.5]


@pytest.mark.parametrize("classes", [("4", "6", "8"), ("BRAD", "KATIE"), ("10", "2"), ()])
def test_value_is_read_as_it_is_told(classes: tuple[str, ...]) -> None:
    condition = Condition(name="word", classes=classes)
    for value in (*condition.values, 0.25, ANY):
        assert condition.value(condition.told(value)) == value


def test_number_near_zero_has_no_rounding_noise() -> None:
    assert Condition(name="age", low=-2.7, high=5.4).number(4.44e-16) == "0"

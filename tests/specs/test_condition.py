"""The values of a condition, and the flows that can be conditional."""

import numpy as np
import pytest

from flowviz.errors import SpecError
from flowviz.specs import ConditionalSpec, FlowSpec, PointsSpec, ShapeSpec, TextSpec, target_spec
from flowviz.specs.condition import Condition

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


def test_table_has_no_condition() -> None:
    table = PointsSpec(data=np.zeros((30, 2), "<f4").tobytes())
    for sources, choices in (((table, TextSpec(text="A")), {}), ((table,), {"motion": "turn"})):
        with pytest.raises(SpecError, match="A table cannot have a condition"):
            ConditionalSpec(sources=sources, **choices)


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

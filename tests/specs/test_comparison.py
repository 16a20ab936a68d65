"""The specs of comparisons: JSON, fields that entrants share, and sentences about mistakes."""

import json
from typing import Any

import pytest

from flowviz.errors import SpecError
from flowviz.projects import Comparison
from flowviz.specs import (
    COMPARISON_PRESETS,
    ComparisonPresetName,
    ComparisonSpec,
    ConditionalSpec,
    Entrant,
    FlowSpec,
    TextSpec,
    TrainingSpec,
    comparison_spec,
)

TEXT: dict[str, Any] = {"kind": "text", "text": "I"}
WORDS = ConditionalSpec(sources=(TextSpec(text="I"), TextSpec(text="OO")))


def entrant(name: str, **values: Any) -> dict[str, Any]:
    return {"name": name, **values}


@pytest.mark.parametrize("name", COMPARISON_PRESETS)
def test_preset_is_a_comparison_that_survives_json(name: ComparisonPresetName) -> None:
    budget = TrainingSpec(steps=7, batch=32)
    target = WORDS if name == "condition" else TextSpec(text="é")
    spec = COMPARISON_PRESETS[name].spec(target, budget)
    assert comparison_spec(json.loads(spec.model_dump_json())) == spec == comparison_spec(spec.model_dump())
    assert {(each.training.steps, each.training.batch) for each in spec.entrants} == {(7, 32)}
    assert spec.budget_words == "7 steps"
    plans = [(each.flow, each.training) for each in spec.entrants]
    assert all(plan not in plans[:number] for number, plan in enumerate(plans)), "entrants differ"


def test_entrants_share_what_they_do_not_replace() -> None:
    spec = comparison_spec(
        {
            "target": TEXT,
            "flow": {"family": "realnvp", "layers": 2, "waves": 3},
            "training": {"steps": 9, "seed": 5, "learning_rate": 0.1},
            "entrants": [
                entrant("as it is"),
                entrant("deeper", flow={"layers": 3}, training={"learning_rate": 0.2}),
                entrant("other family", flow={"family": "spline"}, target={**TEXT, "text": "O"}),
            ],
        }
    )
    shared, deeper, other = spec.entrants
    assert shared == Entrant(
        name="as it is",
        target=TextSpec(text="I"),
        flow=FlowSpec(layers=2, waves=3, seed=5),
        training=TrainingSpec(steps=9, seed=5, learning_rate=0.1),
    )
    assert (deeper.flow.layers, deeper.flow.waves, deeper.training.learning_rate) == (3, 3, 0.2)
    assert other.flow == FlowSpec(family="spline", seed=5), "a family begins with its own defaults"
    assert other.target == TextSpec(text="O")


def test_usual_budget_is_that_of_train() -> None:
    assert comparison_spec({"target": TEXT, "entrants": [entrant("a")]}).budget_words == "60 s of training"


def test_own_budget_of_an_entrant_replaces_the_shared_one() -> None:
    found = comparison_spec(
        {"target": TEXT, "training": {"seconds": 3}, "entrants": [entrant("a", training={"steps": 4})]}
    )
    assert found.budget_words == "4 steps"


def test_later_seeds_are_those_of_flow_and_training() -> None:
    (first,) = comparison_spec({"target": TEXT, "training": {"seed": 4}, "entrants": [entrant("a")]}).entrants
    later = first.with_later_seeds(2)
    assert (first.seed, later.seed, later.flow.seed) == (4, 6, 6)
    assert later.with_later_seeds(-2) == first


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (3, "A comparison must be an object"),
        ({}, "at least one flow"),
        ({"entrants": []}, "at least one flow"),
        ({"entrants": "ab"}, "must be a list"),
        ({"entrants": [entrant("a")], "fow": {}}, 'A comparison has no field "fow"'),
        ({"target": TEXT, "entrants": [entrant("a"), entrant("b"), entrant("a")]}, 'Flow "a" is listed twice'),
        ({"target": TEXT, "entrants": [entrant(name) for name in "abcdefg"]}, 'not 7. Leave out Flow "g".'),
        ({"target": TEXT, "entrants": [entrant(name) for name in "abcdefgh"]}, 'Leave out Flow "g" and later ones.'),
        ({"entrants": [entrant("a", target=TEXT), entrant("b")]}, 'Flow "b" has no target'),
        ({"target": TEXT, "entrants": [entrant("a"), 3]}, "Flow 2 must be an object"),
        ({"target": TEXT, "entrants": [{"flow": {}}]}, "Flow 1 has no name"),
        ({"target": TEXT, "entrants": [entrant("a\x1b[2J")]}, "Flow 1: 'a\\x1b[2J' cannot be the name"),
        ({"target": TEXT, "entrants": [entrant("a", fow={})]}, 'Flow "a" has no field "fow"'),
        ({"target": TEXT, "entrants": [entrant("a", flow={"leyers": 3})]}, 'Flow "a": FlowSpec has no field leyers'),
        ({"target": TEXT, "entrants": [entrant("a", flow=[])]}, 'Flow "a": The flow must be an object'),
        ({"target": TEXT, "entrants": [entrant("a", flow={"family": "x"})]}, 'Flow "a": There is no flow named'),
        ({"entrants": [entrant("a", target={"kind": "text"})]}, 'Flow "a": TextSpec requires a value for text'),
        ({"target": TEXT, "entrants": [entrant("a", training={"batch": 1})]}, 'Flow "a": The batch cannot be 1'),
        (
            {
                "target": TEXT,
                "training": {"steps": 10},
                "entrants": [entrant("a"), entrant("b", training={"steps": 9})],
            },
            'Flow "b": its budget is 9 steps, but that of "a" is 10 steps.',
        ),
        (
            {
                "target": TEXT,
                "training": {"steps": 60},
                "entrants": [entrant("a"), entrant("b", training={"seconds": 60})],
            },
            'Flow "b": its budget is 60 s of training, but that of "a" is 60 steps.',
        ),
        ({"target": TEXT, "entrants": [entrant("a")], "seeds": 0}, "The seeds cannot be 0"),
    ],
)
def test_mistake_is_one_sentence_that_names_the_entry(values: Any, said: str) -> None:
    with pytest.raises(SpecError) as error:
        comparison_spec(values)
    assert said in str(error.value)


def test_comparison_built_from_specs_is_checked_as_well() -> None:
    one = Entrant(name="a", target=TextSpec(text="I"), flow=FlowSpec(), training=TrainingSpec(steps=1))
    with pytest.raises(SpecError, match='Flow "a" is listed twice'):
        ComparisonSpec(entrants=(one, one))


def test_comparison_of_a_condition_needs_one() -> None:
    preset, budget = COMPARISON_PRESETS["condition"], TrainingSpec(steps=5)
    projects = Comparison.untrained(preset.spec(WORDS, budget)).projects
    assert {name: project.flow.condition for name, project in projects.items()} == {
        "told": WORDS.condition, "not told": None
    }  # fmt: skip
    with pytest.raises(SpecError, match="The target has no condition"):
        preset.spec(TextSpec(text="I"), budget)


def test_comparison_of_objectives_blurs_sharp_ink_only() -> None:
    preset, budget = COMPARISON_PRESETS["objective"], TrainingSpec(steps=5)
    blurs = [preset.spec(TextSpec(text="a", blur=blur), budget).entrants[0].target for blur in (0.0, 0.2)]
    assert blurs == [TextSpec(text="a", blur=0.01), TextSpec(text="a", blur=0.2)]
    assert {each.training.objective for each in preset.spec(TextSpec(text="a"), budget).entrants} == {
        "samples", "density", "weighted_density"
    }  # fmt: skip

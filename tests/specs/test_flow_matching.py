"""Flow matching's fields: their defaults, and a sentence for each wrong value."""

from typing import Any

import pytest

from flowviz.errors import SpecError
from flowviz.specs import FlowSpec
from flowviz.specs.fields import fields_of


def test_every_step_of_the_integrator_is_a_stage() -> None:
    names = FlowSpec(family="flow_matching").stage_names()
    assert len(names) == 21
    assert names[:2] == ("00_base", "01_flow_step")
    assert names[-1] == "20_flow_step"


def test_names_of_a_hundred_steps_sort_in_their_order() -> None:
    names = FlowSpec(family="flow_matching", integrator_steps=100).stage_names()
    assert names[:2] == ("000_base", "001_flow_step")
    assert names[-1] == "100_flow_step"
    assert sorted(names) == list(names)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"integrator_steps": 101}, "The integrator steps cannot be 101: the value must be at most 100."),
        ({"integrator_steps": 0}, "The integrator steps cannot be 0: the value must be at least 1."),
        ({"integrator": "heun"}, "The integrator cannot be 'heun': the value must be 'euler', 'midpoint' or 'rk4'."),
        ({"pairing": "optimal"}, "The pairing cannot be 'optimal': the value must be 'independent' or 'transport'."),
        ({"pairing": None}, "Flow matching needs a pairing."),
        ({"integrator": None, "integrator_steps": None}, "Flow matching needs an integrator and integrator steps."),
        ({"layers": 3}, "Flow matching learns one network for all steps. Leave out its layers."),
        ({"normalization": "actnorm"}, "Flow matching learns one network for all steps. Leave out its normalization."),
        ({"conditioner": "table"}, "Flow matching learns one network for all steps. Leave out its conditioner."),
        ({"bins": 4}, "Only the spline flow has bins"),
        ({"log_scale_bound": 1.0}, "The flow_matching flow has no log-scale"),
    ],
)
def test_wrong_value_gives_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as error:
        FlowSpec(family="flow_matching", **values)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"integrator": "rk4"}, "Only flow matching has an integrator."),
        ({"integrator_steps": 5}, "Only flow matching has integrator steps."),
        ({"pairing": "transport"}, "Only flow matching has a pairing."),
        ({"integrator": "rk4", "integrator_steps": 5}, "Only flow matching has an integrator and integrator steps."),
    ],
)
def test_other_families_have_no_integrator(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError) as error:
        FlowSpec(**values)
    assert str(error.value) == sentence


def test_fields_are_options() -> None:
    fields = fields_of(FlowSpec)
    assert [fields[name].option_name for name in ("pairing", "integrator", "integrator_steps")] == [
        "pairing",
        "integrator",
        "integrator-steps",
    ]
    assert fields["integrator_steps"].limits == (1, 100)

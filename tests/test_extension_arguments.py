"""Extensions that pass wrong arguments, classes or numbers are refused with a sentence."""

from typing import Any

import numpy as np
import pytest

import flowviz
from flowviz import FlowSpec, ShapeSpec
from flowviz.errors import SpecError
from flowviz.extensions import Recipe, register_family, register_target
from flowviz.specs import SHAPES
from flowviz.targets import build_target
from tests.registrations import unregistered

__all__ = ["unregistered"]

add_target: Any = register_target  # with wrong arguments, too
add_family: Any = register_family


@pytest.mark.parametrize("wrong", [int, len, 3, "flowviz.flows.stage:Stage", "flowviz.flows.network:Network"])
def test_stage_of_another_class_is_one_sentence(wrong: Any, unregistered: None) -> None:
    register_family("odd", Recipe("Odd", "Nothing.", "odd"), wrong)
    with pytest.raises(SpecError, match=r"^The flow odd has a stage that is not a subclass of Stage: .*\.$"):
        flowviz.build_flow(FlowSpec(family="odd"))


def test_initial_numbers_may_be_lists(unregistered: None) -> None:
    from flowviz.flows.nice import Scale

    methods = {"kind": "listed", "initial_parameters": lambda self, rng: {"log_scale": [0.0, 0.0]}}
    own = type("Own", (Scale,), methods)
    register_family("listed", Recipe("Listed", "Scales.", "listed", has_log_scale=False), own)
    flow = flowviz.build_flow(FlowSpec(family="listed", layers=1))
    np.testing.assert_allclose(flow.forward(np.ones((1, 2))), 1)


@pytest.mark.parametrize(
    ("register", "said"),
    [
        (lambda: add_target(3, len), "takes text as name, not 3"),
        (lambda: add_target("odd", len, entropy="high"), "takes a number or None as entropy, not 'high'"),
        (lambda: add_target("odd", len, entropy=np.nan), "entropy of the target odd is nan"),
        (lambda: add_family("odd", None, int), "takes Recipe as recipe, not None"),
    ],
)
def test_wrong_arguments_are_one_sentence(register: Any, said: str, unregistered: None) -> None:
    with pytest.raises(SpecError, match=said):
        register()
    assert "odd" not in SHAPES


def test_a_single_point_of_a_target_is_not_on_a_line(unregistered: None) -> None:
    register_target("round", lambda n, rng: rng.normal(size=(n, 2)))
    assert build_target(ShapeSpec(name="round")).sample(1, np.random.default_rng(0)).shape == (1, 2)

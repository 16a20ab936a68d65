"""Budgets of trainings: extended, spent, and not used up because the flow no longer improves."""

import pytest

import flowviz
from flowviz.errors import FlowvizError
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec

TARGET, FLOW = TextSpec(text="I"), FlowSpec(layers=2, width=8, depth=1)
pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")


def test_a_finished_training_says_so_and_goes_on_with_a_larger_budget() -> None:
    finished = flowviz.train(TARGET, FLOW, TrainingSpec(steps=60))
    with pytest.warns(UserWarning, match="whole budget of 60 steps. To train longer, give steps or seconds"):
        assert flowviz.resume(finished) is finished
    longer = flowviz.resume(finished, steps=100)
    assert longer.training.steps == longer.history.step[-1] == 100
    assert longer.history.step[0] == finished.history.step[0]
    with pytest.raises(FlowvizError, match="already been trained for 60 steps"):
        flowviz.resume(finished, steps=50)
    with pytest.raises(FlowvizError, match="either seconds or steps"):
        flowviz.resume(finished, steps=100, seconds=9.0)

"""Claims of the lessons about trainings, which are run with the settings of their steps."""

from typing import Any

import numpy as np
import pytest

from flowviz import train
from flowviz.lessons import Setup
from flowviz.lessons.suspects import suspects_of
from flowviz.projects import Project
from flowviz.records import Event, Finished
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.recipes import REAL_NVP
from flowviz.targets import build_target
from tests.lessons.flows import gap, lesson, on_target, shipped, words

pytestmark = pytest.mark.slow  # each test trains flows
BRAD = TextSpec(text="BRAD")


def trained(flow: FlowSpec, setup: Setup) -> tuple[Project, Finished]:
    """Return the result of the training that a step sets up."""
    assert setup.training_spec is not None
    events: list[Event] = []
    project = train(BRAD, flow, setup.training_spec, on_event=events.append)
    end = events[-1]
    assert isinstance(end, Finished)
    return project, end


def largest_gap(number: int, step: int) -> float:
    """Return the gap that a step of a lesson demands."""
    (condition,) = [each for each in lesson(number).steps[step - 1].conditions if each.observe == "gap"]
    assert isinstance(condition.value, float)
    return condition.value


def test_6_running_averages_cure_the_flow() -> None:
    setup = lesson(6).steps[5].setup
    assert setup.target_spec == BRAD
    flow, before = setup.flow_spec, shipped("minibatch")
    assert flow is not None
    same = {"normalization": "minibatch", "batch_normalization_momentum": 0.999}
    assert FlowSpec(**{**dict(flow), **same}) == before.flow
    assert setup.training_spec == before.training
    project, end = trained(flow, setup)
    assert gap(project) < largest_gap(6, 6)
    assert on_target(project) == pytest.approx(0.8, abs=0.05)
    assert "now, about 80%" in words(6)
    assert end.progress.train_nll == pytest.approx(end.progress.validation_nll, abs=0.05)


def test_7_a_high_learning_rate_breaks_the_unbounded_flow() -> None:
    _, end = trained(shipped("unbounded").flow, lesson(7).steps[2].setup)
    assert end.ending == "diverged"
    assert end.recoveries == 5
    assert end.kept.step == 0  # "the round cloud of the beginning"


def test_7_a_bound_limits_stretching_but_the_steps_are_too_long() -> None:
    """Assert only what holds on every machine: rounding decides whether this training is completed."""
    bounded = shipped("unbounded").flow.model_copy(update={"log_scale_bound": 1.0})
    project, _ = trained(bounded, lesson(7).steps[2].setup)
    couplings = [stage for stage, name in enumerate(project.trace.names) if name.endswith(REAL_NVP)]
    stretching = np.diff(project.trace.log_det, axis=0)[np.array(couplings) - 1]
    assert np.abs(stretching).max() <= 1.001  # "no layer can stretch by more than e"
    assert gap(project) > 0.6  # "still too long to learn anything fine"


def test_7_the_usual_settings_repair_it() -> None:
    setup = lesson(7).steps[6].setup
    assert setup.flow_spec is not None
    project, end = trained(setup.flow_spec, setup)
    assert end.recoveries == 0
    assert gap(project) < largest_gap(7, 7)


def sharpened(step: int, **changes: Any) -> float:
    """Return the gap of the training that a step of "Make it sharper" sets up, with what the learner changes."""
    setup = lesson("make_it_sharper").steps[step - 1].setup
    assert setup.flow is not None
    assert setup.training_spec is not None
    assert setup.target_spec is not None
    return gap(train(setup.target_spec, FlowSpec(**{**setup.flow, **changes}), setup.training_spec))


def test_each_way_makes_the_word_sharper_as_the_lesson_says() -> None:
    gaps = [sharpened(1), sharpened(2), sharpened(4, layers=8), sharpened(5), sharpened(6, base="uniform")]
    said = [0.84, 0.41, 0.22, 0.06, 0.04]
    assert gaps == pytest.approx(said, rel=0.4), "trainings differ from machine to machine"
    assert gaps == sorted(gaps, reverse=True)
    text = words("make_it_sharper")
    assert "We measured 0.41 instead of 0.84" in text
    assert (
        "We measured 0.22, and 0.20 when the training began with other random numbers, instead of 0.41 and 0.43" in text
    )
    assert "We measured 0.06." in text
    assert "We measured 0.04 instead of 0.06" in text
    assert sharpened(4, layers=8, base="uniform") == pytest.approx(gaps[2], abs=0.05), (
        "a square does not help even layers"
    )
    assert "0.20 instead of 0.22" in text
    assert gaps[1] > gaps[0] / 5, "five times the steps, but not a fifth of the gap"


def test_the_density_finds_the_odd_one_out() -> None:
    """Train for fewer steps than a slow computer has time for in the half minute of the lesson."""
    setup = lesson("why_flows").steps[0].setup
    assert setup.flow_spec is not None
    for text in ("Anna", "I", "hello"):
        project = train(TextSpec(text=text), setup.flow_spec, TrainingSpec(steps=800))
        points = np.array(list(suspects_of(build_target(project.target)).values()))
        a, b, c = project.build_flow().log_prob(points)
        assert b < min(a, c) - 1, text

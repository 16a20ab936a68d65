"""The exercise of building a flow by hand, without a window."""

import numpy as np
import pytest

from flowviz.app.by_hand.exercise import Exercise, first_gap, is_built_by_hand
from flowviz.projects import Project, example
from flowviz.specs import FlowSpec, PointsSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target


def test_goal_of_the_issue() -> None:
    assert Exercise(4, 1.6).task == "Reach a gap below 1.0 with four couplings."
    assert Exercise(1, 1.6).task == "Reach a gap below 1.0 with one coupling."
    assert Exercise(20, 1.6).task == "Reach a gap below 1.0 with 20 couplings."


@pytest.mark.parametrize(("start", "goal"), [(2.6, 1.0), (1.2, 1.0), (1.1, 0.7), (0.36, 0.2), (0.1, 0.1)])
def test_goal_is_lower_where_the_flow_starts_near_the_target(start: float, goal: float) -> None:
    assert Exercise(4, start).goal == goal


def test_progress_and_success() -> None:
    gaps = 1.6, 1.3, 1.0, 0.99, 1.9
    exercises = [Exercise(4, 1.6, gap) for gap in gaps]
    assert [round(each.progress, 2) for each in exercises] == [0, 0.5, 0.99, 1, 0]
    assert [each.is_solved for each in exercises] == [False, False, False, True, False]
    assert exercises[3].result == "Well done: the gap is 0.99 nats."


def test_no_progress_where_the_flow_starts_at_the_goal() -> None:
    assert Exercise(4, 0.1, 0.1).progress == Exercise(4, 0.05, 0.2).progress == 0


def test_target_of_unknown_entropy_has_no_gap_to_reach() -> None:
    data = np.random.default_rng(0).normal(size=(100, 2)).astype("<f4").tobytes()
    target = PointsSpec(data=data, center=(0, 0), unit=1)
    project = Project.untrained(target, FlowSpec(), TrainingSpec(steps=1))
    start = first_gap(project, build_target(target))
    assert start is None
    assert "resembles the target" in Exercise(4, start).task
    assert not Exercise(4, start).is_solved


def test_first_gap_is_that_of_the_base() -> None:
    project = Project.untrained(TextSpec(text="BRAD"), FlowSpec(), TrainingSpec(steps=1))
    assert first_gap(project, build_target(project.target)) == pytest.approx(1.785, abs=0.05)


def test_only_untrained_weights_are_built_by_hand() -> None:
    assert not is_built_by_hand(example("brad").project())
    assert not is_built_by_hand(Project.untrained(TextSpec(text="A"), FlowSpec(), TrainingSpec(steps=1)))

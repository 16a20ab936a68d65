"""Claims of the lesson about a flow that learns two words: each number is measured, and found in its text."""

import numpy as np
import pytest

from flowviz.targets import build_target
from tests.lessons.flows import compared, entropy, gap, nll, says, score, shipped

LESSON = 11


def test_the_word_changes_neither_weights_nor_places_on_the_base() -> None:
    project = shipped("two_words")
    other = project.given("KATIE")
    assert other.weights is project.weights
    np.testing.assert_array_equal(other.trace.positions[0], project.trace.positions[0])
    assert (other.trace.positions[-1] != project.trace.positions[-1]).any()
    assert project.flow.base == "uniform"  # "here, it is a square"
    assert project.trace.last_stage == 6


def test_halfway_the_flow_draws_neither_word() -> None:
    project = shipped("two_words")
    target, halfway = build_target(project.target), project.given(0.5).trace.positions[-1]
    brad, katie = (target.given(value).on_target(halfway) for value in (0.0, 1.0))
    says(LESSON, f"{brad:.0%} of the particles are on the ink of BRAD, and {katie:.0%} on that of KATIE.")
    told = [project.given(value).trace.positions[-1] for value in (0.0, 1.0)]
    shares = [target.given(value).on_target(points) for value, points in zip((0.0, 1.0), told, strict=True)]
    assert min(share or 0 for share in shares) > 0.95


def test_each_word_has_its_own_loss_entropy_and_gap() -> None:
    brad, katie = score(shipped("two_words")).given
    assert brad.nll is not None
    assert katie.nll is not None
    says(LESSON, f"of {brad.nll:.2f} nats at the points of BRAD. Told KATIE, it has a loss of {katie.nll:.2f} nats")
    says(LESSON, f"{brad.entropy:.2f} nats for BRAD, and {katie.entropy:.2f} nats for KATIE")
    gaps = score(shipped("two_words")).gaps
    for each in (brad, katie):
        says(LESSON, f"{each.nll:.2f} − {each.entropy:.2f} = {gaps[each.value]:.2f}")
    says(LESSON, f"The gap of the whole flow is their mean: {gap(shipped('two_words')):.2f}.")


def test_knowing_the_word_is_worth_a_difference_of_losses() -> None:
    comparison = compared("told_or_not")
    told, not_told = comparison.projects.values()
    assert told.weights == shipped("two_words").weights  # "*told* is like the one before"
    assert told.training == not_told.training
    assert not_told.flow == told.flow.model_copy(update={"ignores_condition": True, "condition": None, "given": None})
    difference = comparison.differences()["not told"]
    assert difference is not None
    says(LESSON, f"of *told* is {nll(told):.2f} nats, and that of *not told* is {nll(not_told):.2f} nats.")
    says(LESSON, f"knowing the word is worth {difference.mean:.2f} nats")


def test_knowing_the_word_is_worth_less_than_log_2_because_the_words_share_ink() -> None:
    says(LESSON, f"log 2 = {np.log(2):.2f}")
    target = build_target(shipped("two_words").target)
    points = target.sample(100_000, np.random.default_rng(0))
    words = [target.given(value) for value in (0.0, 1.0)]
    inks = [(word.contains(points), np.exp(word.entropy)) for word in words if word.entropy is not None]
    mixed = np.mean([mask / area for mask, area in inks if mask is not None], axis=0)
    worth = -np.log(mixed[mixed > 0]).mean() - entropy(shipped("two_words"))
    assert worth == pytest.approx(0.33, abs=0.01)
    assert np.mean([mask for mask, _ in inks if mask is not None], axis=0).max() == 1, "some points are on both words"

"""After a stop, the flows are scored in the background: nothing waits for it, and nothing is lost."""

from dataclasses import replace

import pytest

from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import comparison_of, state_of
from flowviz.specs import TrainingSpec
from tests.app.training.fakes import checkpoint
from tests.app.workspace.fakes import ComparisonHarness


@pytest.fixture
def harness() -> ComparisonHarness:
    """A comparison that has just been stopped."""
    found = ComparisonHarness()
    found.train()
    found.stop()
    return found


def test_a_stop_returns_control_before_the_flows_are_scored(harness: ComparisonHarness) -> None:
    assert harness.state == TrainingState.IDLE
    assert harness.controls.can_resume
    assert harness.run("a").words() == "stopped, scoring…"
    assert harness.run("a").gap is not None, "that of the validation points"
    assert "final figures are being computed" in harness.controls.sentence
    (scorer,) = harness.scorers
    assert scorer.comparison.unscored == ("0", "1")


def test_results_take_the_place_of_the_latest_figures(harness: ComparisonHarness) -> None:
    for name, gap in (("a", 0.2), ("b", 0.1)):
        harness.scorers[-1].score(name, gap)
    assert {run.name: run.gap for run in harness.compared.value.runs} == {"a": 0.2, "b": 0.1}
    assert harness.run("a").words() == "stopped"
    assert harness.controls.sentence.startswith("Stopped: b has the smallest test gap, 0.100 nats")
    assert len(comparison_of(harness.compared.value).trials) == 2


def test_a_comparison_that_was_saved_before_is_scored_when_it_is_opened(harness: ComparisonHarness) -> None:
    opened = ComparisonHarness(comparison_of(harness.compared.value))
    opened.scorers[-1].score("b", 0.1)
    assert opened.run("b").gap == 0.1
    scored = ComparisonHarness(comparison_of(opened.compared.value).without("a"))
    assert scored.scorers == [], "nothing is left to compute"


def test_a_training_that_continues_ends_the_scoring(harness: ComparisonHarness) -> None:
    harness.controller.resume()
    (scorer,) = harness.scorers
    assert scorer.calls == ["start", "abandon"]
    assert harness.thread.previous is scorer
    harness.advance("a", 300)
    scorer.score("a", 0.2)
    assert harness.run("a").trial is None


def test_results_of_an_entrant_that_has_changed_since_are_computed_anew(harness: ComparisonHarness) -> None:
    harness.controller.set_budget(TrainingSpec(steps=2000))
    before, now = harness.scorers
    before.score("a", 0.2)
    assert harness.run("a").trial is None
    assert now.comparison.unscored == ("0", "1")
    now.score("b", 0.4)
    assert harness.run("b").gap == 0.4


def test_a_result_has_the_name_that_its_entrant_was_given_meanwhile(harness: ComparisonHarness) -> None:
    (scorer,) = harness.scorers
    harness.controller.rename("b", "c")
    assert harness.scorers == [scorer], "nothing has to be computed anew"
    scorer.score("c", 0.4)
    assert harness.run("c").gap == 0.4
    trial = comparison_of(harness.compared.value).trial("c")
    assert trial is not None
    assert trial.figures["gap"] == 0.4


def test_a_result_is_dropped_if_its_entrant_has_started_over(harness: ComparisonHarness) -> None:
    plan = harness.run("a").project.plan
    harness.controller.change_entrant(harness.run("a"), replace(plan, flow=plan.flow.model_copy(update={"layers": 2})))
    harness.scorers[-1].score("a", 0.2)
    assert harness.run("a").gap is None


def test_a_trained_flow_that_is_added_is_scored(harness: ComparisonHarness) -> None:
    for name in ("a", "b"):
        harness.scorers[-1].score(name)
    project = replace(harness.run("a").project, checkpoint=checkpoint(500))
    harness.controller.add("other", project)
    assert harness.scorers[-1].comparison.unscored == ("2",)


def test_a_removed_flow_that_comes_back_is_scored(harness: ComparisonHarness) -> None:
    before = harness.compared.value
    harness.controller.remove("a")
    harness.scorers[-1].score("b")
    harness.compared.set(before)
    harness.scorers[-1].score("a", 0.3)
    assert harness.run("a").gap == 0.3


def test_a_selection_does_not_begin_the_scoring_anew(harness: ComparisonHarness) -> None:
    harness.compared.select("b")
    harness.scorers[-1].score("a")
    assert len(harness.scorers) == 1


def test_a_scoring_changes_nothing_that_must_be_saved(harness: ComparisonHarness) -> None:
    state = state_of(harness.compared.value)
    harness.scorers[-1].score("a")
    assert state_of(harness.compared.value) == state

"""The controller trains entrants side by side, and adds, changes and removes them."""

from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import comparison_of
from flowviz.app.workspace.sentences import title
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Advanced, Preparing, Recovered, Trial
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec, ViewSpec
from flowviz.specs.comparison import MAX_NAME
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Add, Remove, Retarget
from tests.app.pane.fakes import WEIGHTS
from tests.app.training.fakes import checkpoint, finished
from tests.app.workspace.fakes import TARGET, ComparisonHarness, untrained

BYE, TOGETHER = TextSpec(text="Bye"), ", on the same points"
POINTS = ViewSpec(marks=frozenset({"points"}))


@pytest.fixture
def harness(qtbot: QtBot) -> ComparisonHarness:
    return ComparisonHarness()


def test_all_entrants_start_over_when_train_is_pressed(harness: ComparisonHarness) -> None:
    harness.train()
    assert harness.state == TrainingState.TRAINING
    harness.controller.train()
    assert harness.threads[0].calls == ["start", "abandon"]
    assert all(project.checkpoint is None for project in harness.thread.comparison.projects.values())
    assert not harness.run("a").is_begun


def test_the_panels_say_what_is_prepared(harness: ComparisonHarness) -> None:
    harness.controller.train()
    harness.thread.send("b", Preparing("Compiling the training step"))
    assert harness.controls.sentence == "b: Compiling the training step…"
    assert harness.run("b").words() == "preparing…"


def test_pause_is_offered_while_a_flow_that_cannot_go_on_is_selected(harness: ComparisonHarness) -> None:
    harness.train()
    harness.thread.send("b", finished(1000))
    harness.controller.stop()
    harness.thread.send("a", checkpoint(200))
    harness.thread.end()
    harness.compared.select("b")
    harness.controller.begin()
    harness.advance("a", 300)
    activity = harness.controls.shown[-1]
    assert set(harness.thread.comparison.names) == {harness.run("a").key}
    assert not activity.is_elsewhere, "or Train would be offered in place of Pause, and start all flows over"
    assert activity.running_percent == 65


def test_a_pause_holds_all_entrants(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.toggle_pause()
    paused = harness.state
    harness.controller.toggle_pause()
    assert harness.thread.calls == ["start", "pause", "resume"]
    assert (paused, harness.state) == (TrainingState.PAUSED, TrainingState.TRAINING)


def test_the_results_of_a_training_are_kept(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    assert harness.state == TrainingState.IDLE
    assert harness.run("a").status == "completed"
    assert harness.run("a").gap == pytest.approx(0.25)
    assert len(comparison_of(harness.compared.value).trials) == 2


def test_a_diverged_entrant_does_not_stop_the_others(harness: ComparisonHarness) -> None:
    harness.train()
    harness.thread.send("a", Recovered("loss exploded", 0, 1e-4, 1, 100, 1.0), finished(200, "diverged"))
    harness.advance("b", 200)
    assert (harness.run("a").words(), harness.run("b").words()) == ("diverged", "20%")
    assert harness.state == TrainingState.TRAINING
    assert "a diverged or failed" in harness.controls.sentence


def test_a_stopped_comparison_resumes_from_its_checkpoints(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.stop()
    assert harness.state == TrainingState.STOPPING
    harness.thread.send("a", checkpoint(200))
    harness.thread.end()
    assert harness.controls.can_resume
    harness.controller.toggle_pause()
    last = harness.thread.project("a").checkpoint
    assert last is not None
    assert last.step == 200


def test_an_entrant_that_was_still_being_prepared_waits_after_a_stop(harness: ComparisonHarness) -> None:
    harness.controller.train()
    harness.thread.send("b", Preparing("Compiling the training step"))
    harness.controller.stop()
    harness.thread.end()
    assert harness.run("b").words() == "waiting"


def test_a_trained_flow_that_cannot_be_resumed_does_not_wait(qtbot: QtBot) -> None:
    comparison = untrained("a", "b")
    harness = ComparisonHarness(comparison.with_project("a", replace(comparison["a"], weights=WEIGHTS)))
    assert (harness.run("a").words(), harness.run("b").words()) == ("trained", "waiting")


def test_typing_another_word_retargets_all_entrants(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.show_target(BYE)
    (change,) = harness.thread.changes
    assert isinstance(change, Retarget)
    assert change.spec == BYE
    assert all(run.target == BYE for run in harness.compared.value.runs)


class SlowWorker(LatestWorker):
    """Worker that builds no target during the test."""

    def ask(self, *_: Any) -> None: ...


def test_a_target_that_takes_long_to_build_is_not_forgotten_meanwhile(qtbot: QtBot) -> None:
    harness = ComparisonHarness(building=SlowWorker())
    harness.train()
    rings = ShapeSpec(name="rings")
    harness.request.show_target(rings)
    harness.controller.editing.apply()
    harness.advance("a", 200)
    assert harness.request.plan.target == rings


def test_a_retargeted_entrant_shows_its_new_target(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.show_target(BYE)
    harness.thread.switch("a", BYE, 100)
    run = harness.run("a")
    assert run.built is not None
    assert run.built.spec == run.project.target == BYE
    assert run.asked is None
    assert run.gap is None


def test_a_word_that_is_typed_before_the_training_is_simply_learned(harness: ComparisonHarness) -> None:
    harness.request.show_target(BYE)
    harness.controller.train()
    assert {project.target for project in harness.thread.comparison.projects.values()} == {BYE}


def test_a_word_that_is_typed_after_the_training_waits_for_train(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    harness.request.show_target(BYE)
    assert harness.run("a").project.target == TARGET
    assert "Bye" in harness.controls.sentence
    harness.controller.train()
    assert {project.target for project in harness.thread.comparison.projects.values()} == {BYE}


def test_a_training_that_does_not_follow_the_target_keeps_its_own(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.change(follows=False)
    harness.request.show_target(BYE)
    assert harness.thread.changes == []
    harness.controller.rename("a", "c")
    assert harness.thread.changes == [], "the training goes on with its target under another name"


def test_an_entrant_joins_a_training_with_the_budget_of_the_others(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.add("a", Project.untrained(TARGET, FlowSpec(family="spline"), TrainingSpec(seconds=5)))
    (change,) = harness.thread.changes
    assert isinstance(change, Add)
    assert (change.name, change.project.training.steps, change.project.training.seconds) == ("2", 1000, None)
    assert harness.compared.value.selected == "a 2"


def test_an_edited_flow_is_trained_from_here_for_the_requested_steps_alone(harness: ComparisonHarness) -> None:
    """The steps that it had already taken used to be added to the budget."""
    harness.train()
    harness.finish()
    edits = Edits(layers={1: LayerEdit(disabled=True)})
    run = harness.run("a")
    harness.compared.update(replace(run, project=run.project.having_edits(edits)))
    harness.controller.train_from_here()
    assert (harness.thread.project("a").training.steps, harness.thread.project("a").edits) == (1000, edits)


def test_a_flow_without_new_edits_is_trained_from_here_for_the_requested_steps_more(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    harness.controller.train_from_here()
    assert harness.thread.project("a").training.steps == 2000


def test_a_comparison_has_six_entrants_at_most(qtbot: QtBot) -> None:
    harness = ComparisonHarness(untrained(*"abcdef"))
    harness.controller.add("g", harness.run("a").project)
    assert harness.names == tuple("abcdef")


def test_an_entrant_leaves_a_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.remove("a")
    assert harness.thread.changes == [Remove("0")]
    harness.advance("a", 200)  # the thread has not taken the change yet
    assert harness.names == ("b",)
    assert harness.compared.value.selected == "b"


def test_the_only_entrant_stays(harness: ComparisonHarness) -> None:
    harness.controller.remove("a")
    harness.controller.remove("b")
    assert harness.names == ("b",)


def test_a_changed_flow_starts_over_while_the_others_go_on(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.update_flow(layers=3)
    harness.controller.editing.apply()
    assert not harness.run("a").is_begun
    harness.advance("a", 200)  # of the flow that was replaced
    assert not harness.run("a").is_begun
    harness.thread.take_changes()
    harness.advance("a", 100)
    assert harness.run("a").is_begun
    assert (harness.run("a").project.flow.layers, harness.run("b").project.flow.layers) == (3, 8)


def test_an_edit_belongs_to_the_entrant_that_was_selected(harness: ComparisonHarness) -> None:
    harness.request.update_flow(layers=3)
    harness.compared.select("b")
    assert (harness.run("a").project.flow.layers, harness.run("b").project.flow.layers) == (3, 8)
    assert harness.request.plan.flow.layers == 8


def test_the_budget_is_that_of_all_entrants(harness: ComparisonHarness) -> None:
    harness.request.set_budget("seconds", 7)
    harness.controller.editing.apply()
    assert [run.project.training.seconds for run in harness.compared.value.runs] == [7, 7]


def test_another_budget_continues_a_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.request.set_budget("steps", 5000)
    harness.controller.editing.apply()
    project = harness.thread.project("b")
    assert project.checkpoint is not None
    assert project.training.steps == 5000
    assert harness.threads[0].calls == ["start", "abandon"]


def test_a_larger_budget_lets_a_finished_comparison_go_on(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    assert not harness.controls.can_resume
    harness.request.set_budget("steps", 5000)
    harness.controller.editing.apply()
    assert harness.controls.can_resume


def test_the_title_is_about_what_the_flows_were_trained_with(harness: ComparisonHarness) -> None:
    """The title named the budget of the next training, which is typed while the results are still shown."""

    def words() -> str:
        return title(harness.compared.value, POINTS)[0].partition(", each with ")[2].removesuffix(TOGETHER)

    for before in (500, 1000):
        harness.controller.set_budget(TrainingSpec(steps=before))
        assert words() == f"{before:,} steps", "before any training"
    harness.train()
    harness.finish()
    for following in (800, 3000):
        harness.controller.set_budget(TrainingSpec(steps=following))
        assert words() == comparison_of(harness.compared.value).trained_with.removesuffix(" each.") == "1,000 steps"
    opened = ComparisonHarness(comparison_of(harness.compared.value)).compared.value
    assert title(opened, POINTS)[0].endswith(f"1,000 steps{TOGETHER}")
    harness.controller.resume()
    harness.advance("a", 1100)
    assert words() == "3,000 steps", "it goes on"
    harness.advance("b", 1200)
    harness.thread.end()
    assert words() == "up to 1,200 steps"


def test_results_of_a_smaller_budget_are_left_when_a_training_goes_on(harness: ComparisonHarness) -> None:
    """Only the first of several flows of one shape is prepared; the others kept the result of the former budget."""
    harness.train()
    harness.finish()
    harness.controller.set_budget(TrainingSpec(steps=3000))
    run = harness.run("b")
    assert run.trial is not None
    short, long = (replace(run.trial, seed=seed, figures={"steps": steps}) for seed, steps in ((1, 1000), (2, 3000)))
    harness.compared.update(replace(run, later=(short, long)))
    harness.controller.resume()
    assert harness.run("b").gap == run.gap, "until the first step"
    harness.advance("b", 1100)
    run = harness.run("b")
    assert (run.is_validated, run.later) == (True, (long,))
    harness.stop(1200)
    assert harness.run("b").is_unscored


def test_a_larger_budget_lets_flows_that_ended_early_go_on() -> None:
    harness = ComparisonHarness(untrained("a", "b", training=TrainingSpec(steps=1000, patience=3)))
    harness.controller.train()
    for name in ("a", "b"):
        end = finished(200, "patience")
        harness.thread.send(name, replace(end, checkpoint=replace(end.checkpoint, unimproved=3)))
    harness.thread.end()
    assert [run.status for run in harness.compared.value.runs] == ["patience", "patience"]
    assert not harness.controls.can_resume
    harness.controller.set_budget(TrainingSpec(steps=5000))
    assert harness.controls.can_resume
    harness.controller.resume()
    projects = harness.thread.comparison.projects.values()
    assert [project.checkpoint.unimproved for project in projects if project.checkpoint] == [0, 0]


def test_another_name_does_not_interrupt_a_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.rename("a", "first")
    assert harness.names == ("first", "b")
    assert harness.compared.value.selected == "first"
    harness.undo.undo()
    harness.undo.redo()
    (thread,) = harness.threads
    assert (thread.calls, thread.changes) == (["start"], [])
    harness.advance("first", 200)
    last = harness.run("first").project.checkpoint
    assert last is not None
    assert last.step == 200
    harness.finish()
    assert [trial.name for trial in comparison_of(harness.compared.value).ordered_trials()] == ["first", "b"]
    assert harness.run("first").gap is not None


def test_a_name_can_be_given_to_another_entrant_during_a_training(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.rename("a", "first")
    harness.controller.rename("b", "a")
    harness.advance("first", 300)
    steps = [run.project.checkpoint.step for run in harness.compared.value.runs if run.project.checkpoint]
    assert (harness.names, steps) == (("first", "a"), [300, 100])
    harness.controller.remove("a")
    assert harness.thread.changes == [Remove("1")]


def test_entrants_with_different_targets_are_retargeted_one_by_one(qtbot: QtBot) -> None:
    comparison = untrained("a", "b")
    harness = ComparisonHarness(comparison.with_project("b", _learning(comparison["b"], BYE)))
    harness.request.show_target(TextSpec(text="Yes"))
    assert [run.target.title for run in harness.compared.value.runs] == ["Yes", "Bye"]


def test_a_saved_comparison_is_shown_as_it_was(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    reopened = ComparisonHarness(comparison_of(harness.compared.value))
    assert reopened.run("b").status == "completed"
    assert reopened.run("b").figures == harness.run("b").figures
    assert not reopened.controls.can_resume


def test_results_of_later_seeds_are_kept(harness: ComparisonHarness) -> None:
    harness.train()
    harness.finish()
    comparison = comparison_of(harness.compared.value)
    trial = comparison.trial("a")
    assert trial is not None
    several = replace(comparison.with_trial(replace(trial, seed=trial.seed + 1)), seeds=2)
    reopened = ComparisonHarness(several)
    reopened.controller.rename("a", "c")
    assert sorted((trial.name, trial.seed) for trial in comparison_of(reopened.compared.value).trials) == [
        ("b", 0), ("c", 0), ("c", 1)
    ]  # fmt: skip
    assert comparison_of(reopened.compared.value).seeds == 2


def _learning(project: Project, target: TextSpec) -> Project:
    return Project(
        target, project.flow, project.training, project.weights, project.history, project.trace, project.checkpoint
    )


def test_what_was_chosen_on_the_start_page_begins_to_train_unless_all_of_it_is_finished(
    harness: ComparisonHarness,
) -> None:
    harness.controller.begin()
    assert harness.thread.calls == ["start"]
    for name in harness.names:
        harness.thread.send(name, finished(1000))
    harness.thread.end()
    harness.controller.begin()
    assert len(harness.threads) == 1


def test_a_budget_that_changes_during_a_stop_is_kept(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.stop()
    harness.controller.set_budget(TrainingSpec(steps=2000))
    harness.thread.send("a", checkpoint(200))
    harness.thread.end()
    assert {run.project.training.steps for run in harness.compared.value.runs} == {2000}
    assert comparison_of(harness.compared.value).names == ("a", "b")


def test_a_name_can_be_changed_during_a_stop(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.stop()
    harness.controller.rename("a", "c")
    harness.thread.send("c", checkpoint(200))
    harness.thread.end()
    last = harness.run("c").project.checkpoint
    assert last is not None
    assert (harness.names, last.step) == (("c", "b"), 200)


def test_copies_have_short_names(qtbot: QtBot) -> None:
    long = "a" * MAX_NAME
    harness = ComparisonHarness(untrained("b", long))
    for name in ("b", "b 2", long, long):
        harness.controller.add(name, harness.run("b").project)
    assert harness.names[2:] == ("b 2", "b 3", f"{'a' * 36} 2", f"{'a' * 36} 3")
    assert comparison_of(harness.compared.value).names == harness.names


def test_a_stopped_comparison_is_not_called_done(harness: ComparisonHarness) -> None:
    harness.train()
    harness.controller.stop()
    for name in harness.names:
        harness.thread.send(name, finished(200, "stopped"))
    harness.thread.end()
    assert harness.controls.sentence.startswith(
        "Stopped: a and b have the smallest test gaps, which the test cannot distinguish."
    )


def test_ticking_follow_during_a_training_switches_it(harness: ComparisonHarness) -> None:
    harness.request.change(follows=False)
    harness.train()
    harness.request.show_target(BYE)
    assert harness.thread.changes == []
    harness.request.change(follows=True)
    (change,) = harness.thread.changes
    assert isinstance(change, Retarget)
    assert change.spec == BYE


def test_a_pause_before_the_first_step_resumes_with_what_is_prepared(harness: ComparisonHarness) -> None:
    harness.controller.train()
    harness.thread.send("a", Preparing("Compiling the training step"))
    harness.controller.toggle_pause()
    harness.controller.toggle_pause()
    assert harness.controls.sentence == "a: Compiling the training step…"
    harness.advance("a", 100)
    assert harness.state == TrainingState.TRAINING


def test_an_entrant_whose_layers_are_edited_changes_to_another_flow(harness: ComparisonHarness) -> None:
    harness.train()
    run, edits = harness.run("a"), Edits(layers={1: LayerEdit(disabled=True)})
    harness.compared.update(run.having_variant(Variant(run.project.flow, edits)))
    harness.request.set_family("spline")
    harness.controller.editing.apply()
    assert harness.run("a").requested.plan.flow.family == "spline"
    assert not harness.run("a").requested.edits


def test_an_edit_outlasts_another_name(harness: ComparisonHarness) -> None:
    harness.request.set_family("spline")
    harness.controller.rename("a", "c")
    harness.controller.editing.apply()
    assert harness.run("c").project.flow.family == "spline"


def test_a_budget_and_an_integrator_change_together(qtbot: QtBot) -> None:
    first = replace(untrained("a")["a"], flow=FlowSpec(family="flow_matching"))
    harness = ComparisonHarness(untrained("a", "b").with_project("a", first))
    harness.train()
    harness.stop()
    harness.request.update_flow(integrator_steps=7)
    harness.request.set_budget("steps", 2000)
    harness.controller.editing.apply()
    assert [run.project.training.steps for run in harness.compared.value.runs] == [2000, 2000]
    assert harness.run("a").requested.plan.flow.integrator_steps == 7
    assert harness.run("a").is_begun


def test_steps_that_leave_the_share_in_percent_as_it_is_are_not_announced() -> None:
    """The clouds of a comparison stood still while everything was told of each chunk of steps."""
    harness, told = ComparisonHarness(), list[object]()
    harness.train()
    harness.advance("a", 400)
    harness.compared.changed.connect(lambda *change: told.append(change))
    harness.thread.send("a", Advanced(404, 1.01, 0.404))
    assert told == []
    harness.thread.send("a", Advanced(406, 1.015, 0.406))
    assert (len(told), harness.run("a").fraction) == (1, 0.406)


def test_results_of_later_seeds_are_dropped_by_the_step_that_exceeds_theirs() -> None:
    harness = ComparisonHarness()
    harness.train()
    harness.advance("a", 400)
    later = Trial("realnvp", 0.004, 1, "completed", finite=True, figures={"steps": 403})
    harness.compared.update(replace(harness.run("a"), later=(later,)))
    harness.thread.send("a", Advanced(403, 1.0075, 0.403))
    assert harness.run("a").later == (later,)
    harness.thread.send("a", Advanced(404, 1.01, 0.404))
    assert harness.run("a").later == ()

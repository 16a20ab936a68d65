"""The flow of the window while entrants of a comparison are shown in its place, and after its return."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.trained_project import TrainedProject
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import Plan, Project, example
from flowviz.records import Moment, Selection, Timeline
from flowviz.specs import FlowSpec, TargetSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from tests.app.training.fakes import SessionHarness, checkpoint, finished, progress, snapshot, train

IDLE, PAUSED, TRAINING = TrainingState.IDLE, TrainingState.PAUSED, TrainingState.TRAINING
ENTRANT = Project.untrained(TextSpec(text="Hi"), FlowSpec(family="spline", layers=4), TrainingSpec(steps=500))
SOME = Selection(np.arange(8000) < 9)


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


@dataclass(frozen=True, eq=False)
class Shown:
    """Return the state that a session shows, for comparison with a later one."""

    stage: float
    view: Any
    request: Any
    edits: Edits
    trained: Any
    state: TrainingState
    moments: list[int]
    names: tuple[str, ...]
    sentence: str

    @classmethod
    def by(cls, harness: SessionHarness) -> "Shown":
        view, session = harness.view.value, harness.session
        moments = [moment.step for moment in harness.viewer.moments.timeline.moments]
        return cls(
            harness.displays.cloud.stage, (view.stage, view.seen.moment, view.selection, view.last_stage),
            harness.request.value, harness.edits.value, session.shown.trained, session.state, moments,
            harness.viewer.scenes.scene.trace.names, harness.controls.sentence,
        )  # fmt: skip


def built(spec: TargetSpec = ENTRANT.target) -> BuiltTarget:
    found = build_or_explain(spec)
    assert isinstance(found, BuiltTarget)
    return found


def attend(harness: SessionHarness, project: Project = ENTRANT, key: str = "1", edits: Edits | None = None) -> None:
    """Show an entrant that is not being trained."""
    plan = Plan(project.target, project.flow, project.training)
    harness.session.attend(key, plan, edits or Edits(), project, built(project.target), IDLE)


def test_a_flow_that_trains_pauses_while_an_entrant_is_shown(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    assert harness.thread.calls == ["start", "pause"]
    assert harness.session.state == IDLE, "the entrant is not being trained"
    assert harness.session.run is None
    assert harness.viewer.scenes.scene.trace.names == ENTRANT.flow.stage_names()


def test_a_flow_that_has_not_begun_to_learn_pauses_as_well(harness: SessionHarness) -> None:
    harness.session.train()
    harness.session.set_aside()
    attend(harness)
    assert harness.thread.calls == ["start", "pause"]
    harness.session.bring_back()
    assert harness.session.state == PAUSED
    harness.session.toggle_pause()
    harness.thread.send(snapshot(100), checkpoint(100))
    assert harness.session.state == TRAINING
    assert harness.session.project().checkpoint is not None


def test_an_entrant_that_is_shown_again_stays_at_its_moment(harness: SessionHarness) -> None:
    brad = example("brad").project()
    moments = (Moment(100, brad.weights, 0.5, 0.25), Moment(2100, brad.weights, 0.9, 0.8))
    entrant = replace(brad, timeline=Timeline(moments, period=7))
    harness.session.set_aside()
    for key, moment in (("1", None), ("1", 100), ("2", 100)):  # again with its target, and another
        attend(harness, entrant, key)
        assert harness.view.seen.moment == moment
        harness.view.update(moment=100)


@pytest.mark.parametrize("has_ended", [False, True])
def test_everything_is_shown_again_as_it_was(harness: SessionHarness, has_ended: bool) -> None:
    train(harness, 100, 200)
    if has_ended:
        harness.thread.send(finished(300))
        harness.edits.set_disabled(2, True)
    else:
        harness.session.toggle_pause()
    harness.request.set_family("maf")
    harness.view.set_stage(3)
    harness.view.set_selection(SOME)
    before = Shown.by(harness)
    harness.session.set_aside()
    attend(harness)
    harness.view.set_stage(1)
    harness.view.set_selection(None)
    between = Shown.by(harness)
    for name in ("view", "request", "trained", "moments", "names"):
        assert getattr(between, name) != getattr(before, name), name
    harness.session.bring_back()
    after = Shown.by(harness)
    for name, value in vars(before).items():
        assert getattr(after, name) == value, name
    assert after.trained is before.trained
    assert harness.viewer.scenes.scene.selection == SOME


def test_a_training_that_paused_returns_with_edits_of_its_layers(harness: SessionHarness) -> None:
    train(harness)
    harness.edits.set_disabled(2, True)
    edits = harness.edits.value
    harness.session.set_aside()
    attend(harness)
    assert harness.edits.value == Edits()
    harness.session.bring_back()
    assert harness.edits.value == edits
    assert harness.queries.asked["positions"][0].edits == edits, "they are computed for what is shown"


def test_an_earlier_moment_is_shown_again(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    harness.thread.send(finished(300))
    harness.view.update(moment=100)
    trace = harness.viewer.scenes.scene.trace
    harness.session.set_aside()
    attend(harness)
    assert harness.viewer.scenes.scene.trace is not trace
    harness.session.bring_back()
    assert harness.view.value.seen.moment == 100
    assert harness.viewer.moments.current.step == 100
    assert harness.viewer.scenes.scene.trace is trace


def test_a_flow_without_training_returns(harness: SessionHarness) -> None:
    harness.request.show_text("Yo")
    harness.request.set_family("glow")
    harness.view.set_stage(2)
    before = Shown.by(harness)
    harness.session.set_aside()
    attend(harness)
    harness.session.bring_back()
    after = Shown.by(harness)
    assert (after.view, after.request, after.names) == (before.view, before.request, before.names)
    assert harness.session.trained_title == "Yo"
    harness.session.train()
    assert harness.thread.plan == before.request.plan


def test_what_can_be_saved_is_that_of_the_flow_that_is_set_aside(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200))
    harness.edits.set_disabled(2, True)
    harness.request.show_text("Yo")
    harness.view.set_selection(SOME)
    session = harness.session
    project, content, edits, title = (
        session.project(),
        session.work.content(),
        session.work.all_edits(),
        session.trained_title,
    )
    session.set_aside()
    attend(harness)
    harness.request.show_text("Other")
    harness.request.set_family("maf")
    harness.view.set_stage(1)
    harness.view.set_selection(None)
    harness.edits.set(Edits())
    assert session.work.content() == content
    assert session.work.all_edits() == edits
    assert session.trained_title == title
    kept = session.project()
    assert (kept.plan, kept.next, kept.selection, kept.seen) == (
        project.plan, project.next, project.selection, project.seen
    )  # fmt: skip
    assert kept.checkpoint is project.checkpoint
    assert kept.trace is project.trace
    session.bring_back()
    assert (session.work.content(), session.work.all_edits()) == (content, edits), "the way back is no change either"


def test_edits_of_an_entrant_are_none_of_the_window(harness: SessionHarness) -> None:
    harness.request.show_text("Yo")
    stack, titles = harness.session.undo.stack, list[str]()
    harness.session.set_aside()
    attend(harness)
    harness.request.show_text("Other")
    harness.edits.set_disabled(1, True)
    harness.view.set_selection(SOME)
    harness.session.bring_back()
    titles = [stack.text(number) for number in range(stack.count())]
    assert (titles, stack.index()) == (["Typing"], 1)
    harness.session.undo.undo()
    assert harness.request.plan.target == TextSpec(text="BRAD")
    harness.session.undo.redo()
    assert harness.request.plan.target == TextSpec(text="Yo")
    assert harness.edits.value == Edits()


def test_an_edit_after_the_return_can_be_undone_by_itself(harness: SessionHarness) -> None:
    harness.request.set_family("maf")
    harness.session.set_aside()
    attend(harness)
    harness.request.show_text("Other")
    harness.session.bring_back()
    harness.request.set_family("glow")
    harness.session.undo.undo()
    assert harness.request.plan.flow == FlowSpec(family="maf")
    assert harness.request.plan.target == TextSpec(text="BRAD")


def test_a_training_that_paused_goes_on_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.session.bring_back()
    assert harness.session.state == PAUSED
    assert harness.thread.calls == ["start", "pause"], "the user decides when it goes on"
    harness.session.toggle_pause()
    harness.thread.send(snapshot(200), progress(200), checkpoint(200))
    assert harness.thread.calls == ["start", "pause", "resume"]
    assert len(harness.threads) == 1
    last = harness.session.project().checkpoint
    assert last is not None
    assert last.step == 200
    assert harness.viewer.moments.current.step == 200
    assert list(harness.loss_plot.history.step) == [100, 200]


def test_a_training_that_paused_follows_the_target_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.request.show_text("Other")
    assert harness.thread.followed == TextSpec(text="BRAD"), "an entrant's target is none of the flow set aside"
    harness.session.bring_back()
    harness.session.toggle_pause()
    harness.request.show_text("Yo")
    assert harness.thread.followed == TextSpec(text="Yo")


def test_the_last_turns_before_a_pause_are_shown_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.thread.send(snapshot(200), progress(200), checkpoint(200))
    assert harness.viewer.scenes.scene.trace.names == ENTRANT.flow.stage_names()
    assert not len(harness.loss_plot.history.step)
    harness.session.bring_back()
    assert [moment.step for moment in harness.viewer.moments.timeline.moments] == [100, 200]
    assert list(harness.loss_plot.history.step) == [100, 200]
    last = harness.session.project().checkpoint
    assert last is not None
    assert last.step == 200


def test_an_end_just_before_the_pause_is_shown_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.thread.send(finished(200))
    assert harness.session.state == IDLE
    assert not harness.controls.sentence.startswith("Done")
    harness.session.bring_back()
    assert harness.session.state == IDLE
    assert harness.session.run is None
    assert harness.controls.sentence == "Done: 200 steps, test gap 0.250 ± 0.010 nats."


def test_a_failure_just_before_the_pause_is_shown_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    notices = harness.notices = list[Notice]()
    harness.session.set_aside()
    attend(harness)
    harness.thread.failed.emit(harness.thread.number, Notice("training", "Out of memory."))
    assert not any(notice.text for notice in notices)
    harness.session.bring_back()
    assert [notice.text for notice in notices if notice.text] == ["Out of memory."]
    assert harness.session.state == IDLE


def test_a_training_that_is_stopping_ends_after_the_return(harness: SessionHarness) -> None:
    train(harness)
    harness.session.stop()
    harness.session.set_aside()
    attend(harness)
    harness.thread.send(finished(200, "stopped"))
    harness.session.bring_back()
    assert harness.session.state == IDLE
    assert harness.controls.can_resume


def test_a_start_that_waits_for_its_target_is_cancelled(
    harness: SessionHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[Any, ...]]()
    monkeypatch.setattr(harness.builder._worker, "ask", lambda *arguments: asked.append(arguments))
    harness.request.turn_to("shape")
    harness.session.train()
    harness.session.set_aside()
    attend(harness)
    for _, compute, on_result in asked:
        on_result(compute())
    harness.session.bring_back()
    assert harness.threads == []


def test_opening_a_project_asks_to_leave_the_comparison_first(harness: SessionHarness) -> None:
    def leave() -> None:
        was_aside.append(session.entrant is not None)
        session.bring_back()

    session, was_aside = harness.session, list[bool]()
    harness.leave_comparison = leave
    session.show_project(ENTRANT)
    assert was_aside == [], "there is no comparison to leave"
    session.set_aside()
    attend(harness)
    project = example("brad").project()
    session.show_project(project)
    assert was_aside == [True]
    assert session.entrant is None
    assert session.project().trace is project.trace
    assert harness.viewer.scenes.scene.trace is project.trace


def test_entrants_are_shown_at_the_same_depth(harness: SessionHarness) -> None:
    last = harness.view.value.last_stage
    harness.view.set_stage(last // 2)
    harness.session.set_aside()
    attend(harness)
    middle = ENTRANT.trace.last_stage // 2
    assert harness.view.value.stage == pytest.approx(middle, abs=1)
    assert harness.displays.cloud.stage == harness.view.value.stage, "without gliding there"
    harness.view.show_last_stage()
    attend(harness, Project.untrained(ENTRANT.target, FlowSpec(layers=2), ENTRANT.training), key="0")
    assert harness.view.value.stage == harness.view.value.last_stage
    harness.view.set_stage(0)
    attend(harness)
    assert harness.view.value.stage == 0


def test_a_selection_of_particles_stays_in_all_entrants(harness: SessionHarness) -> None:
    harness.session.set_aside()
    attend(harness)
    harness.view.set_selection(SOME)
    attend(harness, Project.untrained(ENTRANT.target, FlowSpec(layers=2), ENTRANT.training), key="0")
    assert harness.viewer.scenes.scene.selection == SOME


def test_a_trained_entrant_is_shown_with_what_it_has_learned(harness: SessionHarness) -> None:
    trained = example("brad").project()
    harness.session.set_aside()
    attend(harness, trained)
    assert harness.viewer.scenes.scene.trace is trained.trace
    assert harness.session.shown.shown_project().weights is trained.weights
    assert harness.editor.problem == "", "its layers can be edited"
    attend(harness, key="0")
    assert harness.editor.problem != ""


def test_a_project_that_has_learned_more_beside_others_returns(harness: SessionHarness) -> None:
    train(harness, 100)
    harness.session.set_aside()
    attend(harness)
    further = harness.session.project().after(checkpoint(400))
    harness.session.replace_aside(TrainedProject(further, built(TextSpec(text="BRAD"))))
    content = harness.session.work.content()
    harness.session.bring_back()
    last = harness.session.project().checkpoint
    assert last is not None
    assert last.step == 400
    assert harness.session.work.content() == content


def test_a_training_that_is_shared_goes_on_as_that_of_the_first_entrant(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside(shares_training=True)
    assert harness.thread.calls == ["start"]
    thread: object = harness.thread
    assert harness.runner.job.thread is thread
    content = harness.session.work.content()
    run = harness.thread.comparison["0"]
    plan = Plan(run.target, run.flow, run.training)
    harness.session.attend("0", plan, Edits(), run, built(run.target), TRAINING)
    harness.thread.send(snapshot(200), progress(200), checkpoint(200))
    assert harness.viewer.moments.current.step == 200, "it is shown as in the ordinary window"
    assert harness.session.state == TRAINING
    assert harness.session.work.content() == content, "the project of the window keeps what it had learned"
    last = harness.session.project().checkpoint
    assert last is not None
    assert last.step == 100


def test_an_entrant_that_is_being_trained_is_shown_again_with_edits_of_its_layers(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside(shares_training=True)
    attend(harness)
    run, edits = harness.thread.comparison["0"], Edits(layers={2: LayerEdit(disabled=True)})
    plan = Plan(run.target, run.flow, run.training)
    harness.session.attend("0", plan, edits, run, built(run.target), TRAINING)
    assert harness.queries.asked["positions"][0].edits == edits, "they are computed for what is shown"


def test_the_way_back_to_the_previous_training_is_that_of_the_flow_of_the_window(
    harness: SessionHarness,
) -> None:
    train(harness)
    harness.thread.send(finished(200))
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.session.return_to_previous()
    assert harness.session.entrant is not None
    assert not len(harness.loss_plot.previous.step)
    harness.session.bring_back()
    assert harness.controls.shown[-1].returning == 1
    assert len(harness.loss_plot.previous.step)


def test_nothing_returns_twice(harness: SessionHarness) -> None:
    harness.session.set_aside()
    attend(harness)
    harness.session.bring_back()
    harness.request.show_text("Yo")
    harness.session.bring_back()
    assert harness.request.plan.target == TextSpec(text="Yo")


def test_the_window_closes_while_its_flow_is_set_aside(harness: SessionHarness) -> None:
    train(harness)
    harness.session.set_aside()
    attend(harness)
    harness.session.shut_down()
    assert harness.thread.calls[-1] == "abandon"

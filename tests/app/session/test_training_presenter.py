"""How the session shows a training: its snapshots, metrics and end."""

import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import build
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import example
from flowviz.records import Recovered, Retargeted
from flowviz.specs import FlowSpec, TextSpec
from tests.app.session.fakes import ENTROPY, Worked, checkpoint, fail, finished, progress, snapshot, train

MAF = FlowSpec(family="maf")


@pytest.fixture
def worked(qapp: object) -> Worked:
    return Worked()


def request_other(worked: Worked) -> None:
    """Request another target and another flow."""
    worked.request.show_text("ZZ")
    worked.request.set_family("maf")


@pytest.mark.parametrize("step", [100, 200, 300])
def test_each_moment_shows_its_own_metrics(worked: Worked, step: int) -> None:
    train(worked, 100, 200, 300)
    worked.view.update(moment=None if step == 300 else step)
    shown = worked.metrics.progress
    assert shown is not None
    assert (shown.step, shown.heldout_nll) == (step, 2 - step / 1000)
    assert shown.gap == pytest.approx(2 - step / 1000 - ENTROPY)
    assert worked.metrics.hits == (step / 1000, 0.8)


def test_metrics_of_a_past_moment_stay_during_training(worked: Worked) -> None:
    train(worked, 100, 200)
    worked.view.update(moment=100)
    worked.thread.send(snapshot(300), progress(300, 1.7))
    assert worked.metrics.progress is not None
    assert worked.metrics.progress.step == 100
    assert worked.status_bar.progress is not None
    assert worked.status_bar.progress.step == 300


def test_failure_before_the_first_snapshot_keeps_the_previous_flow(worked: Worked) -> None:
    train(worked, 100, 200)
    worked.thread.send(finished(200))
    before, hits, stage = worked.session.project(), worked.metrics.hits, worked.metrics.stage
    worked.request.show_text("Hi")
    worked.session.train()
    notices = list[Notice]()
    worked.status.notice_posted.connect(notices.append)
    fail(worked)
    assert [notice.text for notice in notices if notice.text] == ["Out of memory."]
    assert worked.session.project().history is before.history
    assert worked.metrics.progress is not None
    assert worked.metrics.progress.step == 200
    assert (worked.metrics.hits, worked.metrics.stage) == (hits, stage)
    assert worked.session.state == TrainingState.IDLE
    expected = "Press Train to try again. Still showing 'BRAD'. Train starts over with 'Hi'."
    assert worked.controls.sentence == expected


def test_failure_of_the_first_training_shows_the_requested_flow(worked: Worked) -> None:
    worked.session.train()
    worked.request.set_family("maf")
    assert worked.viewer.scene.trace.names == FlowSpec().stage_names()
    fail(worked)
    assert worked.viewer.scene.trace.names == FlowSpec(family="maf").stage_names()
    worked.request.set_family("glow")
    assert worked.viewer.scene.trace.names == FlowSpec(family="glow").stage_names()


def test_recovery_posts_a_notice_and_discards_the_losses_after_it(worked: Worked) -> None:
    train(worked, 100, 200)
    notices = list[Notice]()
    worked.status.notice_posted.connect(notices.append)
    worked.thread.send(Recovered("loss exploded", 100, 5e-4, 1))
    assert "went back to step 100" in notices[-1].text
    worked.thread.send(progress(150, 1.8))
    assert worked.loss_plot.history.step.tolist() == [100, 150]


def test_retargeted_training_has_the_title_of_its_new_target(worked: Worked) -> None:
    train(worked)
    worked.thread.retargeted.emit(worked.thread.number, build(TextSpec(text="Hi")))
    worked.thread.send(Retargeted(100, "Hi"), checkpoint(200))
    assert worked.session.trained_title == "Hi"
    assert worked.session.project().target == TextSpec(text="Hi")
    assert [change.title for change in worked.loss_plot.history.changes] == ["Hi"]


def test_training_that_is_stopped_before_its_first_snapshot_is_shown_in_the_end(worked: Worked) -> None:
    train(worked)
    request_other(worked)
    worked.session.train()
    worked.session.stop()
    worked.thread.send(snapshot(0, flow=MAF), progress(0))
    assert worked.controls.state == TrainingState.STOPPING
    assert worked.session.trained_title == "ZZ"
    worked.thread.send(finished(120, "stopped", MAF))
    assert worked.status_bar.word == "Stopped"
    project = worked.session.project()
    assert (project.target, project.flow) == (TextSpec(text="ZZ"), MAF)
    assert [moment.step for moment in worked.viewer.timeline.moments] == [0, 120]
    subject, *_ = worked.queries.asked["report"]
    assert subject.spec == MAF


def test_training_that_fails_after_its_first_snapshot_is_kept(worked: Worked) -> None:
    train(worked)
    worked.thread.send(finished(200, "stopped"))
    assert worked.controls.can_resume
    request_other(worked)
    worked.session.train()
    latest = snapshot(700, flow=MAF)
    worked.thread.send(latest, progress(700))
    fail(worked)
    project = worked.session.project()
    assert worked.session.trained_title == "ZZ"
    assert (project.target, project.flow) == (TextSpec(text="ZZ"), MAF)
    assert project.trace is latest.trace
    assert [moment.step for moment in project.timeline.moments] == [700]
    assert not worked.controls.can_resume, "there is no checkpoint"


def test_report_of_a_layer_is_computed_without_asking_after_a_training(worked: Worked) -> None:
    project = example("two_moons").project()
    worked.session.show_project(project)
    assert worked.displays.inspector.report == "offer"
    train(worked)
    worked.session.show_project(project)
    assert worked.displays.inspector.report != "offer"
    assert "report" in worked.queries.asked

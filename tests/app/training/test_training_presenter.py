"""The training presenter: snapshots, metrics, and the end of a training."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import build
from flowviz.app.training.training_state import TrainingState
from flowviz.projects import example
from flowviz.records import FLOW_UNITS, Adjusted, Recovered, Retargeted, Settings
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec
from flowviz.targets import points_spec
from tests.app.training.fakes import ENTROPY, SessionHarness, checkpoint, fail, finished, progress, snapshot, train

MAF = FlowSpec(family="maf")
SLOWER = Adjusted(4000, Settings(4e-3, 1.0, 512), Settings(1e-4, 1.0, 512))


@pytest.fixture
def harness(qapp: object) -> SessionHarness:
    return SessionHarness()


def request_other(harness: SessionHarness) -> None:
    """Request another target and another flow."""
    harness.request.show_text("ZZ")
    harness.request.set_family("maf")


@pytest.mark.parametrize("step", [100, 200, 300])
def test_each_moment_shows_its_own_metrics(harness: SessionHarness, step: int) -> None:
    train(harness, 100, 200, 300)
    harness.view.update(moment=None if step == 300 else step)
    shown = harness.metrics.progress
    assert shown is not None
    assert (shown.step, shown.validation_nll) == (step, 2 - step / 1000)
    assert shown.validation_gap == pytest.approx(2 - step / 1000 - ENTROPY)
    assert harness.metrics.hits == (step / 1000, 0.8)


def test_metrics_of_a_past_moment_stay_during_training(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    harness.view.update(moment=100)
    harness.thread.send(snapshot(300), progress(300, 1.7))
    assert harness.metrics.progress is not None
    assert harness.metrics.progress.step == 100
    assert harness.status_bar.progress is not None
    assert harness.status_bar.progress.step == 300


def test_score_of_the_kept_state_is_shown_once_training_has_ended(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    assert harness.metrics.score is None
    end = finished(200)
    harness.thread.send(end)
    score = harness.session.project().score
    assert score == end.score
    assert harness.metrics.test_uses == 1
    assert harness.metrics.score == score.in_units(FLOW_UNITS)
    harness.view.update(moment=100)
    assert harness.metrics.score is None, "the score is that of the kept state only"
    harness.view.update(moment=None)
    assert harness.metrics.score is not None
    assert harness.metrics.score.test_nll == end.score.test_nll
    train(harness, 100)
    assert harness.metrics.score is None
    assert harness.session.project().score is None


def test_losses_of_a_table_are_shown_in_its_units(harness: SessionHarness) -> None:
    harness.request.show_target(points_spec(np.random.default_rng(0).normal([300, -5], [50, 0.1], (500, 2))))
    train(harness, 100, 200)
    built = harness.builder.built
    assert built is not None
    shift = built.units.log_det
    assert shift > 1
    assert harness.metrics.progress is not None
    assert harness.metrics.progress.validation_nll == pytest.approx(1.8 + shift)
    np.testing.assert_allclose(harness.loss_plot.history.validation_nll, np.array([1.9, 1.8]) + shift)
    end = finished(200)
    harness.thread.send(replace(end, score=replace(end.score, entropy=None)))
    assert f"test NLL {1.75 + shift:.3f} ±" in harness.controls.sentence
    assert harness.metrics.score is not None
    assert harness.metrics.score.test_nll == pytest.approx(1.75 + shift)
    score = harness.session.project().score
    assert score is not None
    assert score.test_nll == 1.75, "files hold NLLs in flow units"

    harness.session.show_project(harness.session.project(), built)
    assert f"test NLL {1.75 + shift:.3f} ±" in harness.controls.sentence
    assert harness.metrics.score.test_nll == pytest.approx(1.75 + shift)


def test_failure_before_the_first_snapshot_keeps_the_previous_flow(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    harness.thread.send(finished(200))
    before, hits, stage = harness.session.project(), harness.metrics.hits, harness.metrics.stage
    harness.request.show_text("Hi")
    harness.session.train()
    notices = harness.notices = list[Notice]()
    fail(harness)
    assert [notice.text for notice in notices if notice.text] == ["Out of memory."]
    assert harness.session.project().history is before.history
    assert harness.metrics.progress is not None
    assert harness.metrics.progress.step == 200
    assert (harness.metrics.hits, harness.metrics.stage) == (hits, stage)
    assert harness.session.state == TrainingState.IDLE
    assert harness.controls.sentence == "Press Train to try again. Resume switches to 'Hi'."
    assert harness.status.activity.value.next_step == "Showing 'BRAD' · Train on 'Hi'"


def test_failure_of_the_first_training_shows_the_requested_flow(harness: SessionHarness) -> None:
    harness.session.train()
    harness.request.set_family("maf")
    assert harness.viewer.scenes.scene.trace.names == FlowSpec().stage_names()
    fail(harness)
    assert harness.viewer.scenes.scene.trace.names == FlowSpec(family="maf").stage_names()
    harness.request.set_family("glow")
    assert harness.viewer.scenes.scene.trace.names == FlowSpec(family="glow").stage_names()


def test_moment_of_an_earlier_target_shows_neither_the_present_one_nor_its_name(harness: SessionHarness) -> None:
    harness.view.set_mark("target", True)
    train(harness, 100, 200)
    harness.view.update(moment=100)
    assert is_on_target(harness, "10% end on the letters")
    harness.runner.follow(build(ShapeSpec(name="heart")))
    harness.thread.send(Retargeted(200, "heart"))
    assert is_on_nothing(harness, "10% end on the earlier target")
    harness.view.update(moment=None)
    harness.thread.send(snapshot(300, 0.3))
    assert is_on_target(harness, "30% end on the shape")
    harness.view.update(moment=200)
    assert is_on_nothing(harness, "20% end on the earlier target")
    harness.view.update(moment=None)
    assert is_on_target(harness, "30% end on the shape")


def is_on_target(harness: SessionHarness, score: str) -> bool:
    scene = harness.displays.cloud.scene
    return scene is not None and scene.target is not None and harness.displays.score.score == score


def is_on_nothing(harness: SessionHarness, score: str) -> bool:
    scene = harness.displays.cloud.scene
    return scene is not None and scene.target is None and harness.displays.score.score == score


def test_queries_rest_only_while_a_training_computes(harness: SessionHarness) -> None:
    queries, rests = harness.queries, list[bool]()
    for act in (
        lambda: None,
        harness.session.train,
        lambda: harness.thread.send(snapshot(0), checkpoint(0)),
        harness.session.toggle_pause,
        harness.session.toggle_pause,
        harness.session.stop,
        lambda: harness.thread.send(finished(100, "stopped")),
    ):
        act()
        rests.append(queries.gives_way)
    assert rests == [False, True, True, False, True, True, False]


def test_recovery_posts_a_notice_and_discards_the_losses_after_it(harness: SessionHarness) -> None:
    train(harness, 100, 200)
    notices = harness.notices = list[Notice]()
    harness.thread.send(Recovered("loss exploded", 100, 5e-4, 1, 200, 2.0))
    assert "went back to step 100" in notices[-1].text
    harness.thread.send(progress(150, 1.8))
    assert harness.loss_plot.history.step.tolist() == [100, 150]


def test_plot_of_a_long_training_is_drawn_in_linear_time_and_complete_when_it_rests(harness: SessionHarness) -> None:
    train(harness, 1)
    drawn = list[int]()
    for start in (2, 2001):
        harness.thread.send(*map(progress, range(start, start + 1999)))
        drawn.append(harness.loss_plot.drawn)
        harness.session.toggle_pause()
        assert len(harness.loss_plot.history.step) == start + 1998
        harness.session.toggle_pause()
    assert drawn[1] < 2.5 * drawn[0], "twice as many reports"
    harness.thread.send(progress(4000), SLOWER, progress(4001))
    assert harness.loss_plot.history.adjustments, "a mark is not left out"
    harness.thread.send(finished(4002))
    assert harness.loss_plot.history.step[-1] == 4002


def test_training_that_ends_before_its_first_snapshot_is_shown_like_any_other(harness: SessionHarness) -> None:
    harness.session.train()
    harness.thread.send(finished(0, "stopped"))
    names = harness.viewer.scenes.scene.trace.names
    harness.request.set_family("maf")
    assert harness.viewer.scenes.scene.trace.names == names, "the requested flow does not replace it"
    assert harness.metrics.stage is not None, "its round trip is measured"


def test_retargeted_training_has_the_title_of_its_new_target(harness: SessionHarness) -> None:
    train(harness)
    harness.runner.follow(build(TextSpec(text="Hi")))
    harness.thread.send(Retargeted(100, "Hi"), checkpoint(200))
    assert harness.session.trained_title == "Hi"
    assert harness.session.project().target == TextSpec(text="Hi")
    assert [change.title for change in harness.loss_plot.history.changes] == ["Hi"]


def test_training_that_is_stopped_before_its_first_snapshot_is_shown_in_the_end(harness: SessionHarness) -> None:
    train(harness)
    request_other(harness)
    harness.session.train()
    harness.session.stop()
    harness.thread.send(snapshot(0, flow=MAF), progress(0))
    assert harness.controls.state == TrainingState.STOPPING
    assert harness.session.trained_title == "ZZ"
    harness.thread.send(finished(120, "stopped", MAF))
    assert harness.status_bar.state == "IDLE"
    project = harness.session.project()
    assert (project.target, project.flow) == (TextSpec(text="ZZ"), MAF)
    assert [moment.step for moment in harness.viewer.moments.timeline.moments] == [0, 120]
    subject, *_ = harness.queries.asked["report"]
    assert subject.spec == MAF


def test_training_that_fails_after_its_first_snapshot_is_kept(harness: SessionHarness) -> None:
    train(harness)
    harness.thread.send(finished(200, "stopped"))
    assert harness.controls.can_resume
    request_other(harness)
    harness.session.train()
    latest = snapshot(700, flow=MAF)
    harness.thread.send(latest, progress(700))
    fail(harness)
    project = harness.session.project()
    assert harness.session.trained_title == "ZZ"
    assert (project.target, project.flow) == (TextSpec(text="ZZ"), MAF)
    assert project.trace is latest.trace
    assert [moment.step for moment in project.timeline.moments] == [700]
    assert not harness.controls.can_resume, "there is no checkpoint"


def test_training_that_fails_before_it_has_learned_its_new_target_has_the_old_title(harness: SessionHarness) -> None:
    train(harness)
    title = harness.session.trained_title
    harness.runner.follow(build(TextSpec(text="Hi")))
    harness.thread.send(Retargeted(100, "Hi"))
    fail(harness)
    assert harness.session.trained_title == harness.session.project().target.title == title


def test_report_of_a_layer_is_computed_without_asking_after_a_training(harness: SessionHarness) -> None:
    project = example("two_moons").project()
    harness.session.show_project(project)
    assert harness.displays.inspector.report == "offer"
    train(harness)
    harness.session.show_project(project)
    assert harness.displays.inspector.report != "offer"
    assert "report" in harness.queries.asked

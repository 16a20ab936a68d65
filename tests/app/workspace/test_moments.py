"""Earlier moments of the trainings of several flows, which all panes show together; no flow is built here."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtWidgets import QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.pane.flow_queries import PAST, FlowQueries
from flowviz.app.workspace.pane_title import pane_title
from flowviz.projects import Comparison, Project
from flowviz.projects.moments import with_particles
from flowviz.records import Moment, Retargeted, Snapshot, Timeline, Trace
from tests.app.conftest import Window, settle
from tests.app.training.fakes import snapshot
from tests.app.workspace.panes import HI, LONG, TRAINING, Panes, trained

pytestmark = pytest.mark.shared_window

Asked = tuple[Moment, Callable[[Snapshot], object]]


class Back:
    """Two trained flows beside each other, the second one with fewer steps, and the queries about their moments."""

    def __init__(self, panes: Panes, monkeypatch: pytest.MonkeyPatch) -> None:
        self.panes, self.asked, self.subtracted = panes, list[Asked](), list[Project]()
        monkeypatch.setattr(FlowQueries, "followed", lambda *arguments: self.asked.append(arguments[-2:]))
        monkeypatch.setattr(FlowQueries, "difference", lambda *arguments: self.subtracted.append(arguments[2]))
        panes.comparisons.show(Comparison({"a": with_moments(10, 1000, 2100), "b": with_moments(20, 800)}))
        panes.wait_for_targets()
        settle(panes.main)
        self.slider = panes.window.find(QSlider, "historyScrubber")

    @property
    def moment(self) -> int | None:
        """The step that the view is at. None for the latest moment."""
        return self.panes.main.view.seen.moment

    def wait_for(self, name: str, number: int) -> Moment:
        """Wait until the particles of a moment of a flow are asked for, and return the moment."""
        moment = self.panes.run(name).project.timeline.moments[number]
        self.panes.qtbot.waitUntil(lambda: any(each.weights is moment.weights for each, _ in self.asked))
        return moment

    def answer(self, name: str, number: int) -> Trace:
        """Compute the particles of a moment of a flow once they are asked for, and return them."""
        moment, trace = self.wait_for(name, number), moved(self.panes.run(name).project)
        for each, take in [*self.asked]:
            if each.weights is moment.weights:
                take(with_particles(moment, trace))
        return trace

    def shows(self, *traces: Trace) -> Callable[[], bool]:
        """Return a function that returns whether the panes draw some particles."""
        pictures = [pane.picture for pane in self.panes.panes]
        return lambda: [each.drawn.scene.trace for each in pictures if each.drawn.scene] == [*traces]

    def titles(self) -> list[str]:
        """Return the captions of the panes."""
        return [pane.accessibleName().removesuffix(" · selected") for pane in self.panes.panes]


def with_moments(*steps: int, flow: Project | None = None) -> Project:
    """Return a trained flow with moments, of which only the last one has the particles of the project."""
    project = flow or trained()
    weights = [*(replace(project.weights) for _ in steps[1:]), project.weights]
    moments = [Moment(step, each, 0.5, 0.5) for step, each in zip(steps, weights, strict=True)]
    return replace(project, timeline=Timeline(tuple(moments)))


def moved(project: Project) -> Trace:
    """Return the particles of a project elsewhere."""
    return replace(project.trace, positions=project.trace.positions / np.float32(2))


@pytest.fixture
def back(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Back:
    return Back(Panes(window, qtbot), monkeypatch)


def test_all_panes_go_back_in_the_training_together(back: Back) -> None:
    back.slider.setValue(0)
    one, two = back.answer("a", 0), back.answer("b", 0)
    back.panes.qtbot.waitUntil(back.shows(one, two))
    assert back.titles() == ["a · step 10 of 2,100", "b · step 20 of 800"]
    run = back.panes.run("a")
    assert pane_title(run, "light", 10).texts[1:] == ("a · step 10", "step 10 · a"), "in a narrow pane"
    back.slider.setValue(2)
    latest = [back.panes.run(name).project.trace for name in "ab"]
    back.panes.qtbot.waitUntil(back.shows(*latest))
    assert "step" not in "".join(back.titles())


def test_another_selected_pane_stays_at_the_moment(back: Back) -> None:
    back.slider.setValue(0)
    one, two = back.answer("a", 0), back.answer("b", 0)
    back.asked.clear()
    back.panes.compared.select("b")
    assert (back.moment, back.slider.value(), back.slider.maximum()) == (10, 0, 1)
    assert back.titles() == ["a · step 10 of 2,100", "b · step 20 of 800"]
    two = back.answer("b", 0)
    one = back.answer("a", 0)
    back.panes.qtbot.waitUntil(back.shows(one, two))


def test_a_flow_that_was_trained_less_stays_at_its_latest_moment(back: Back) -> None:
    back.slider.setValue(1)
    assert back.titles()[0] == "a · step 1,000 of 2,100"
    assert "step" not in back.titles()[1]
    back.panes.compared.select("b")
    live = back.panes.window.find(QToolButton, "liveButton")
    assert (back.moment, back.slider.value(), live.isChecked()) == (1000, 1, True)
    back.panes.main.viewer.moments.take_snapshot(snapshot(900))
    assert back.moment == 1000, "other panes stay where they are while it is trained"
    assert back.panes.main.viewer.moments.current.step == 900


def test_a_pane_says_that_its_moment_is_being_computed(back: Back) -> None:
    back.slider.setValue(0)
    back.panes.qtbot.waitUntil(lambda: "the particles…" in back.panes.panes[1].picture.drawn.progress)
    back.answer("b", 0)
    back.panes.qtbot.waitUntil(lambda: back.panes.panes[1].picture.drawn.progress == "")


def test_a_difference_is_that_of_flows_at_the_same_moment(back: Back) -> None:
    back.panes.comparisons.links.change(reference=back.panes.run("a").key)
    back.panes.qtbot.waitUntil(lambda: any(each is back.panes.run("a").project for each in back.subtracted))
    back.slider.setValue(0)
    back.answer("b", 0)
    first = back.panes.run("a").project.timeline.moments[0].weights
    back.panes.qtbot.waitUntil(lambda: back.subtracted[-1].weights is first)


def test_the_target_that_a_flow_learned_later_is_not_shown(back: Back) -> None:
    run, picture = back.panes.run("b"), back.panes.panes[1].picture
    changed = replace(run.project, history=replace(run.project.history, changes=(Retargeted(100, "Hi"),)))
    back.panes.compared.update(replace(run, project=changed))
    back.panes.main.view.set_mark("target", True)
    back.panes.qtbot.waitUntil(lambda: picture.drawn.scene is not None and picture.drawn.scene.target is not None)
    back.slider.setValue(0)
    back.answer("b", 0)
    back.panes.qtbot.waitUntil(lambda: picture.drawn.scene is not None and picture.drawn.scene.target is None)


def test_a_moment_that_is_computed_too_late_does_not_discard_the_next_one(
    back: Back, monkeypatch: pytest.MonkeyPatch
) -> None:
    back.panes.compared.select("b")
    for number, step in enumerate((10, 1000)):
        back.panes.main.view.update(moment=step)
        back.wait_for("a", number)
    dropped = list[bool]()
    monkeypatch.setattr(FlowQueries, "drop", lambda _: dropped.append(True))
    picture = back.panes.panes[0].picture
    late = back.answer("a", 0)
    assert not dropped
    back.panes.qtbot.waitUntil(lambda: picture.drawn.scene is not None and picture.drawn.scene.trace is late)
    shown = back.answer("a", 1)
    back.panes.qtbot.waitUntil(lambda: picture.drawn.scene is not None and picture.drawn.scene.trace is shown)


def test_a_moment_that_is_computed_after_the_return_to_the_latest_one_is_not_shown(back: Back) -> None:
    back.slider.setValue(0)
    back.wait_for("b", 0)
    back.slider.setValue(2)
    latest = [back.panes.run(name).project.trace for name in "ab"]
    back.panes.qtbot.waitUntil(back.shows(*latest))
    back.answer("b", 0)
    settle(back.panes.main)
    assert back.shows(*latest)()


def test_a_pane_that_was_selected_shows_its_flow_until_its_moment_is_computed(back: Back) -> None:
    untrained = Project.untrained(HI, LONG, TRAINING)
    flow = with_moments(10, 1000, flow=replace(untrained, trace=moved(untrained)))
    back.panes.comparisons.document.discard_changes()
    back.panes.comparisons.show(Comparison({"a": flow, "b": flow}))
    back.panes.wait_for_targets()
    settle(back.panes.main)
    back.panes.main.view.update(moment=10)
    back.panes.compared.select("b")
    settle(back.panes.main)
    picture, flow = back.panes.panes[0].picture, back.panes.run("a").project
    assert picture.drawn.scene is not None
    assert picture.drawn.scene.trace is flow.trace
    assert "the particles…" in picture.drawn.progress


def test_particles_of_a_moment_that_are_known_are_shown_at_once(back: Back) -> None:
    run, picture = back.panes.run("b"), back.panes.panes[1].picture
    first, latest = run.project.timeline.moments
    known = with_particles(first, moved(run.project))
    back.panes.compared.update(replace(run, project=replace(run.project, timeline=Timeline((known, latest)))))
    back.slider.setValue(0)
    back.panes.qtbot.waitUntil(lambda: picture.drawn.scene is not None and picture.drawn.scene.trace is known.trace)
    assert not any(moment is known for moment, _ in back.asked)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_flow_whose_training_starts_is_shown_at_its_latest_moment(back: Back, name: str) -> None:
    back.slider.setValue(1)
    back.panes.compared.select(name)
    back.panes.compared.change(trains_all=False)
    assert back.moment == 1000
    back.panes.controller.resume()
    back.panes.report(back.panes.run(name).key, 2200)
    assert back.moment is None
    assert back.panes.main.viewer.moments.current.step == 2200


def test_all_panes_stay_at_their_moment_while_another_one_is_selected_during_a_training(back: Back) -> None:
    back.panes.controller.resume()
    for name in "ab":
        back.panes.report(back.panes.run(name).key, 2200)
    back.panes.main.view.update(moment=1000)
    back.panes.compared.select("b")
    assert back.moment == 1000


def test_a_flow_without_a_moment_at_a_step_keeps_it_for_the_other_panes(back: Back) -> None:
    back.slider.setValue(1)
    back.panes.compared.select("b")
    moments = back.panes.main.viewer.moments
    for step in (1300, 1400):
        moments.take_snapshot(snapshot(step))
        assert back.moment == 1000
        assert moments.current.step == 800


def test_a_moment_is_shown_once_while_the_training_goes_on(back: Back) -> None:
    """Each snapshot used to show it again and to recompute its fields if the view was at another step."""
    back.slider.setValue(1)
    back.panes.compared.select("b")
    viewer = back.panes.main.viewer
    for step in (990, 1300):
        viewer.moments.take_snapshot(snapshot(step))
    with back.panes.qtbot.assertNotEmitted(viewer.scenes.trace_changed):
        viewer.moments.take_snapshot(snapshot(1400))
    assert viewer.moments.current.step == 990


def test_particles_that_cannot_be_computed_are_awaited_no_longer(back: Back) -> None:
    picture = back.panes.panes[1].picture
    back.slider.setValue(0)
    back.panes.qtbot.waitUntil(lambda: "the particles…" in picture.drawn.progress)
    scene = back.panes.workbench._followers._scenes[back.panes.run("b").key]
    scene._queries._on_failed(Notice(PAST, "The particles cannot be computed."))
    back.panes.qtbot.waitUntil(lambda: picture.drawn.progress == "")


def test_the_moment_returns_with_the_comparison_if_the_selected_flow_was_trained_less(back: Back) -> None:
    back.slider.setValue(1)
    back.panes.compared.select("b")
    back.panes.comparisons.document.discard_changes()
    back.panes.comparisons.leave()
    assert back.moment is None
    back.panes.comparisons.enter()
    assert back.moment == 1000
    assert back.titles()[0] == "a · step 1,000 of 2,100"

"""Densities, grids and velocities of the clouds, which are computed while no flow is trained; no flow is built here."""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.notices.notice import Notice
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.state import State
from flowviz.app.state.view import View
from flowviz.app.target.built_target import build
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.workspace.entrant_scene import EntrantScene
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.sentences import title
from flowviz.projects import Comparison, Project
from flowviz.projects.recording import recorded_project
from flowviz.records import Difference, Scene, Trace
from flowviz.specs import FlowSpec, PictureSize, Seen, TrainingSpec, ViewSpec
from flowviz.specs.view import Direction
from flowviz.targets import build_target, points_spec
from tests.app.conftest import Window
from tests.app.workspace.fakes import ComparisonHarness, untrained
from tests.rendering.scenes import base_density

SIZE = PictureSize(width=300, height=200)
GRID, DENSITY = (ViewSpec(marks=frozenset({"points", mark})) for mark in ("grid", "density"))


class Fields:
    """The scene of an entrant of a comparison, whose queries are answered by a test."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = list[tuple[str, Callable[[Any], object]]]()
        monkeypatch.setattr(LatestWorker, "ask", lambda _, topic, __, take: self.asked.append((topic, take)))
        self.owner, self.harness, self.qtbot = QObject(), ComparisonHarness(), qtbot
        self.entrant = entrant_scene(self.owner)

    def show(self, view: ViewSpec = GRID, stage: float = 2.0, run: EntrantRun | None = None) -> Scene:
        """Show an entrant, and return its scene once the fields have been queried."""
        shown = run or self.harness.run("b")
        self.entrant.show(shown, seen_at(shown, view, round(stage)), SIZE)
        self.wait()
        return self.entrant.scenes.scene

    def wait(self) -> None:
        """Wait until the fields have been queried."""
        self.qtbot.waitUntil(lambda: not self.entrant._delay.isActive())

    def count(self, topic: str) -> int:
        """Return the number of queries of a topic so far."""
        return [asked for asked, _ in self.asked].count(topic)

    def answer(self, topic: str, found: object) -> None:
        """Answer the latest query of a topic."""
        next(take for asked, take in reversed(self.asked) if asked == topic)(found)

    @property
    def trace(self) -> Trace:
        return self.harness.run("b").project.trace


def entrant_scene(owner: QObject) -> EntrantScene:
    return EntrantScene(Lock(), State(False, owner), lambda _: None, lambda: None, lambda *_: None, owner)


def seen_at(run: EntrantRun, view: ViewSpec, stage: int, direction: Direction = "generate") -> View:
    """Return the view of an entrant at a stage."""
    seen = Seen(view=view, stage=stage, direction=direction)
    return View(seen, last_stage=run.project.trace.last_stage, known=run.known)


@pytest.fixture
def fields(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Fields:
    return Fields(qtbot, monkeypatch)


def test_a_cloud_gets_the_fields_of_its_particles_only(fields: Fields) -> None:
    fields.show()
    fields.answer("grid", fields.trace)
    assert fields.show().grid is fields.trace
    run = fields.harness.run("b")
    other = replace(run, project=replace(run.project, trace=replace(run.project.trace)))
    assert fields.show(run=other).grid is None


def test_fields_are_computed_once_for_each_stage_and_frame(fields: Fields) -> None:
    for _ in range(2):
        fields.show(DENSITY)
        assert fields.count("density") == 1
    fields.show(DENSITY, stage=3.0)
    assert fields.count("density") == 2
    fields.show(DENSITY.model_copy(update={"theme": "dark"}), stage=3.0)
    assert fields.count("density") == 2, "it does not depend on colors"
    fields.show(DENSITY.model_copy(update={"half_extent": 9.0}), stage=3.0)
    assert fields.count("density") == 3
    fields.show(ViewSpec(), stage=3.0)
    assert fields.count("density") == 3


def test_an_answer_tells_the_window_that_tensorflow_is_loaded(qtbot: QtBot) -> None:
    owner, is_ready = QObject(), State(False)
    entrant = EntrantScene(Lock(), is_ready, lambda _: None, lambda: None, lambda *_: None, owner)
    entrant._queries._on_succeeded("grid")
    assert is_ready.value


def test_the_start_of_a_training_discards_fields(fields: Fields) -> None:
    fields.show()
    fields.answer("grid", fields.trace)
    run = fields.harness.run("b")
    changed = replace(run, project=replace(run.project, trace=replace(run.project.trace)))
    assert fields.show(ViewSpec(), run=changed).grid is None
    fields.answer("grid", fields.trace)  # too late
    assert fields.show(ViewSpec(), run=changed).grid is None


def test_the_title_says_what_is_not_drawn_during_a_training(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.train()
    note = "The other flows show grid again when the training pauses or ends"
    assert title(harness.compared.value, GRID)[0].endswith(note)
    harness.controller.toggle_pause()
    assert "again" not in title(harness.compared.value, GRID)[0]


def test_the_view_menu_acts_on_all_clouds(window: Window, qtbot: QtBot) -> None:
    window.main.comparisons.show(untrained("a", "b"))
    window.find(QAction, "zoominAction").trigger()
    one, other = (pane.picture for pane in window.main.comparisons.grid.panes)
    assert not window.main.view.seen.fitted
    qtbot.waitUntil(lambda: one.view.half_extent == other.view.half_extent)
    window.main.findChildren(ViewBar)[0].fit_action.trigger()
    assert window.main.view.seen.fitted
    window.find(QAction, "overviewAction").trigger()
    assert one.drawn.overview
    assert other.drawn.overview


def test_a_difference_is_computed_from_both_flows_at_the_last_stage(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    entrant = entrant_scene(harness.owner)
    one, two = harness.run("a"), harness.run("b")
    last = two.project.trace.last_stage
    entrant.show(two, seen_at(two, ViewSpec(), last), SIZE)
    entrant.scenes.subtract(one.project, ("b", "a"))
    qtbot.waitUntil(lambda: entrant.scenes.scene.difference is not None)
    found = entrant.scenes.scene.difference
    assert found is not None
    assert (found.names, found.stage) == (("b", "a"), last)
    np.testing.assert_allclose(found.at_particles, 0, atol=1e-4)  # both are the identity
    entrant.close()


def test_another_reference_is_another_query(fields: Fields) -> None:
    one, last = fields.harness.run("a"), fields.trace.last_stage
    fields.show(stage=last)
    for reference, count in ((one.project, 1), (one.project, 1), (replace(one.project), 2), (None, 2)):
        fields.entrant.scenes.subtract(reference)
        fields.wait()
        assert fields.count("difference") == count


def test_a_difference_takes_the_place_of_the_density(fields: Fields) -> None:
    last = fields.trace.last_stage
    fields.show(DENSITY, stage=last)
    fields.answer("density", base_density(last))
    assert fields.show(DENSITY, stage=last).density is not None
    fields.entrant.scenes.subtract(fields.harness.run("a").project)
    assert fields.show(DENSITY, stage=last).density is None
    fields.answer("density", base_density(last))  # too late
    assert fields.show(DENSITY, stage=1.0).density is None
    assert (fields.count("density"), fields.count("difference")) == (1, 1)
    fields.entrant.scenes.subtract(None)
    fields.wait()
    assert fields.count("density") == 2, "it is shown again"


def test_a_difference_is_awaited_until_it_is_known_where_it_is_visible(fields: Fields) -> None:
    scenes, last = fields.entrant.scenes, fields.trace.last_stage
    fields.show(ViewSpec(), stage=last)
    scenes.subtract(fields.harness.run("a").project)
    fields.wait()
    assert scenes.awaited() == ["difference"]
    nothing = np.zeros((2, 2), np.float32), np.zeros(fields.trace.positions.shape[1], np.float32)
    fields.answer("difference", Difference(last, scenes._visible, *nothing, ("b", "a")))
    assert scenes.awaited() == []
    fields.show(ViewSpec(half_extent=9.0), stage=last)
    assert scenes.awaited() == ["difference"]
    fields.show(ViewSpec(half_extent=9.0), stage=1.0)
    assert scenes.awaited() == []


def test_what_cannot_be_computed_is_awaited_no_longer(qtbot: QtBot, fields: Fields) -> None:
    redrawn, run = list[bool](), fields.harness.run("b")
    entrant = EntrantScene(
        Lock(), State(False), lambda _: None, lambda: redrawn.append(True), lambda *_: None, fields.owner
    )
    entrant.show(run, seen_at(run, GRID, 2), SIZE)
    assert entrant.scenes.awaited() == ["grid"]
    redrawn.clear()
    entrant._queries._on_failed(Notice("grid", "It could not be computed."))
    assert entrant.scenes.awaited() == []
    assert redrawn


def test_encoded_points_of_a_table_do_not_train_the_flow(qtbot: QtBot) -> None:
    points = np.random.default_rng(0).normal(size=(400, 2))
    spec = points_spec(points)
    project = Project.untrained(spec, FlowSpec(layers=2, normalization="none"), TrainingSpec(steps=1))
    run, owner = EntrantRun("a", project, built=build(spec)), QObject()
    entrant = entrant_scene(owner)
    entrant.show(run, seen_at(run, ViewSpec(), 2, "encode"), SIZE)
    qtbot.waitUntil(lambda: entrant.scenes.is_encoded)
    validation = build_target(spec).validation(400, np.random.default_rng(0))
    np.testing.assert_array_equal(entrant.scenes.scene.trace.positions[-1], validation)
    entrant.close()


def test_a_comparison_that_begins_with_a_recorded_flow_keeps_the_marks_of_the_view(window: Window) -> None:
    walk = np.random.default_rng(0).standard_normal((2, 50, 2))
    mine = untrained("mine")["mine"]
    recorded = replace(recorded_project({"positions": walk}, "walk", mine.target), training=mine.training)
    view, comparisons = window.main.view, window.main.comparisons
    view.update_view(marks=GRID.marks)

    comparisons.show(Comparison({"walk": recorded, "mine": mine}))
    comparisons.compared.select("mine")

    assert view.seen.view.marks == GRID.marks

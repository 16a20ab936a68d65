"""Densities, grids and velocities of the clouds, which are computed while no flow is trained; no flow is built here."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction
from pytestqt.qtbot import QtBot

from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.target.built_target import build
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.fields import CloudFields, FieldQuery
from flowviz.app.workspace.sentences import title
from flowviz.projects import Comparison, Project
from flowviz.projects.recording import recorded_project
from flowviz.records import Scene, Trace
from flowviz.specs import FlowSpec, PictureSize, TrainingSpec, ViewSpec
from flowviz.targets import build_target, points_spec
from tests.app.conftest import Window
from tests.app.training.fakes import SynchronousWorker
from tests.app.workspace.fakes import ComparisonHarness, untrained

SIZE = PictureSize(width=300, height=200)
GRID = ViewSpec(marks=frozenset({"points", "grid"}))


class FakeWorker(LatestWorker):
    """Worker that computes nothing: a test sends the results."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = list[tuple[str, Callable[[Any], object]]]()

    def ask(self, topic: str, compute: Callable[[], Any], on_result: Callable[[Any], object]) -> None:
        self.asked.append((topic, on_result))


class Fields:
    """The fields of the clouds of a comparison."""

    def __init__(self, qtbot: QtBot) -> None:
        self.owner, self.worker, self.harness, self.qtbot = QObject(), FakeWorker(), ComparisonHarness(), qtbot
        self.fields = CloudFields(lambda _: None, self.owner, self.worker)

    def query(self, view: ViewSpec = GRID, stage: float = 2.0) -> int:
        """Query the fields of an entrant, and return the number of queries so far."""
        self.fields.query(FieldQuery(self.harness.run("b"), round(stage), view, SIZE))
        self.qtbot.waitUntil(lambda: not self.fields._delay.isActive())
        return len(self.worker.asked)

    @property
    def trace(self) -> Trace:
        return self.harness.run("b").project.trace


@pytest.fixture
def fields(qtbot: QtBot) -> Fields:
    return Fields(qtbot)


def test_a_cloud_gets_the_fields_of_its_particles_only(fields: Fields) -> None:
    fields.query()
    scene = Scene(fields.trace)
    fields.worker.asked[0][1](replace(scene, grid=fields.trace))
    assert fields.fields.completed(scene, 1).grid is fields.trace
    assert fields.fields.completed(Scene(replace(fields.trace)), 1).grid is None
    assert fields.fields.completed(scene, 0).grid is None


def test_fields_are_computed_once_for_each_stage_and_frame(fields: Fields) -> None:
    assert fields.query() == fields.query() == 1
    assert fields.query(stage=3.0) == 2
    assert fields.query(GRID.model_copy(update={"half_extent": 9.0}), stage=3.0) == 3
    assert fields.query(ViewSpec(), stage=3.0) == 3


def test_the_start_of_a_training_discards_fields(fields: Fields) -> None:
    fields.query()
    fields.worker.asked[0][1](Scene(fields.trace, grid=fields.trace))
    fields.fields.drop()
    assert fields.fields.completed(Scene(fields.trace), 1).grid is None


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
    harness, computed = ComparisonHarness(), list[str]()
    fields = CloudFields(lambda _: None, harness.owner)
    fields.computed.connect(lambda: computed.append("b"))
    one, two = harness.run("a"), harness.run("b")
    last = two.project.trace.last_stage
    fields.query(FieldQuery(two, last, ViewSpec(), SIZE, one))
    qtbot.waitUntil(lambda: bool(computed))
    found = fields.completed(Scene(two.project.trace), two.style).difference
    assert found is not None
    assert (found.names, found.stage) == (("b", "a"), last)
    np.testing.assert_allclose(found.at_particles, 0, atol=1e-4)  # both are the identity
    fields.close()


def test_another_reference_is_another_query(fields: Fields) -> None:
    one, two = fields.harness.run("a"), fields.harness.run("b")
    query = FieldQuery(two, 2, GRID, SIZE)
    assert not replace(query, other=one).is_answered_by(query)
    assert replace(query, other=one).is_answered_by(replace(query, other=one))


def test_encoded_points_of_a_table_do_not_train_the_flow(qtbot: QtBot) -> None:
    points = np.random.default_rng(0).normal(size=(400, 2))
    spec = points_spec(points)
    project = Project.untrained(spec, FlowSpec(layers=2, normalization="none"), TrainingSpec(steps=1))
    run = EntrantRun("a", project, built=build(spec))
    owner, worker = QObject(), SynchronousWorker()
    fields = CloudFields(lambda _: None, owner, worker)
    fields.query(FieldQuery(run, 2, ViewSpec(), SIZE, encodes=True))
    scene = Scene(project.trace)
    qtbot.waitUntil(lambda: fields.completed(scene, run.style, encodes=True).trace is not project.trace)
    encoded = fields.completed(scene, run.style, encodes=True).trace
    validation = build_target(spec).validation(400, np.random.default_rng(0))
    np.testing.assert_array_equal(encoded.positions[-1], validation)


def test_a_comparison_that_begins_with_a_recorded_flow_keeps_the_marks_of_the_view(window: Window) -> None:
    walk = np.random.default_rng(0).standard_normal((2, 50, 2))
    mine = untrained("mine")["mine"]
    recorded = replace(recorded_project({"positions": walk}, "walk", mine.target), training=mine.training)
    view, comparisons = window.main.view, window.main.comparisons
    view.update_view(marks=GRID.marks)

    comparisons.show(Comparison({"walk": recorded, "mine": mine}))
    comparisons.compared.select("mine")

    assert view.seen.view.marks == GRID.marks

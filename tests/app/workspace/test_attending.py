"""The selected entrant in the cloud and the panels of the real window; nothing is trained here."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QLabel, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.document.content import Loaded
from flowviz.app.editing.layer_editor import INCLUDED, ONLY_SHOWN
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.training.activity import LOADING
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.entrant_scene import EntrantScene
from flowviz.projects import Comparison, Project, example
from flowviz.projects.variant import Variant
from flowviz.records import Advanced, Preparing, Selection, Snapshot
from flowviz.specs import FlowSpec, TextSpec
from flowviz.specs.edits import Edits, LayerEdit
from tests.app.conftest import Window, settle
from tests.app.pane.mouse import CloudMouse
from tests.app.training.fakes import finished, snapshot
from tests.app.workspace.fakes import ComparisonHarness
from tests.app.workspace.panes import HI, LONG, SHORT, TRAINING, Panes
from tests.records.scores import scored

pytestmark = pytest.mark.shared_window

IDLE, PAUSED, RUNNING = TrainingState.IDLE, TrainingState.PAUSED, TrainingState.TRAINING
LAYER = 6  # a coupling of the example
LONG_STAGES = len(LONG.stage_names()) - 1
DISABLED = Edits(layers={LAYER: LayerEdit(disabled=True)})


@pytest.fixture
def panes(window: Window, qtbot: QtBot) -> Panes:
    return Panes(window, qtbot)


@pytest.fixture
def unmoved(panes: Panes, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Variant]:
    """Move no particles by edits, which would load TensorFlow, and return a function that returns what was asked."""
    asked = list[Variant]()
    monkeypatch.setattr(panes.main.viewer.queries, "positions", lambda *arguments: asked.append(arguments[0]))
    monkeypatch.setattr(FlowQueries, "integrated", lambda *_: None)  # in the other panes
    return lambda: asked[-1]


def test_the_panels_show_what_is_requested_of_the_selected_flow(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    settle(panes.main)
    assert panes.main.request.plan == panes.run("a").requested.plan
    CloudMouse(panes.panes[1].picture, panes.qtbot).click_pixel(QPoint(30, 30))
    assert panes.compared.value.selected == "b"
    assert panes.main.request.plan == panes.run("b").requested.plan
    assert panes.window.find(QSlider, "layerScrubber").maximum() == panes.run("b").project.trace.last_stage
    assert panes.main.viewer.scenes.scene.trace.names == SHORT.stage_names()


def test_the_cloud_of_the_window_is_that_of_the_selected_pane(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.compared.select("b")
    cloud = panes.comparisons.grid.cloud
    assert [pane.picture is cloud for pane in panes.panes] == [False, True]
    panes.qtbot.waitUntil(lambda: drawn_names(panes, 0) == LONG.stage_names())
    assert drawn_names(panes, 1) == SHORT.stage_names()


def drawn_names(panes: Panes, number: int) -> tuple[str, ...]:
    """Return the names of the stages of the flow that a pane draws."""
    scene = panes.panes[number].picture.drawn.scene
    return scene.trace.names if scene else ()


@pytest.mark.parametrize("depth", [0.0, 0.5, 1.0])
def test_another_pane_is_shown_at_the_same_depth(panes: Panes, depth: float) -> None:
    panes.show(a=LONG, b=SHORT)
    view = panes.main.view
    for name in ("a", "b"):
        last = panes.run(name).project.trace.last_stage
        if name == "a":
            view.set_stage(round(depth * last))
        panes.compared.select(name)
        assert view.value.last_stage == last
        assert view.value.stage == pytest.approx(depth * last, abs=1)
        assert panes.comparisons.grid.cloud.stage == view.value.stage


def rest(panes: Panes) -> list[float]:
    """Wait until the panes are drawn, and return the stage of each."""
    panes.qtbot.waitUntil(lambda: not panes.workbench._followers._redrawing.isActive())
    return [pane.picture.stage for pane in panes.panes]


@pytest.mark.parametrize("stage", range(1, LONG_STAGES))
def test_no_pane_shows_another_layer_after_others_were_selected(panes: Panes, stage: int) -> None:
    panes.show(a=LONG, b=SHORT, c=FlowSpec(layers=2))
    panes.main.view.set_stage(stage)
    before = rest(panes)
    assert before[0] == stage
    for name in ("c", "b", "c", "a"):
        panes.compared.select(name)
        assert rest(panes) == before
        assert panes.comparisons.grid.cloud.stage == panes.main.view.value.stage


def test_all_panes_rest_at_the_last_layer_once_the_shortest_flow_does(panes: Panes) -> None:
    panes.show(a=LONG, c=FlowSpec(layers=2))
    panes.main.view.set_stage(LONG_STAGES - 1)
    panes.compared.select("c")
    last = panes.main.view.value.last_stage
    assert rest(panes) == [LONG_STAGES - 1, last]
    panes.main.view.step(-1)
    panes.main.view.step(1)
    assert rest(panes) == [LONG_STAGES, last]


def test_another_comparison_begins_at_the_last_layers(panes: Panes) -> None:
    panes.show(a=LONG, c=FlowSpec(layers=2))
    panes.main.view.set_stage(LONG_STAGES - 1)
    panes.compared.select("c")
    panes.comparisons.document.discard_changes()
    panes.show(a=LONG, c=FlowSpec(layers=2))
    assert rest(panes)[0] == LONG_STAGES


def test_edits_of_a_layer_belong_to_the_flow_that_was_selected(panes: Panes, unmoved: Callable[[], Variant]) -> None:
    panes.show_trained()
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    assert panes.run("a").requested.edits == DISABLED
    panes.compared.select("b")
    assert panes.main.edits.value == Edits()
    assert panes.run("b").requested.edits == Edits()
    panes.compared.select("a")
    assert panes.main.edits.value == DISABLED
    assert unmoved().edits == DISABLED, "the particles are moved by them again"


def test_edits_of_a_layer_are_unsaved_changes_until_they_are_undone(
    panes: Panes, unmoved: Callable[[], Variant]
) -> None:
    panes.show_trained()
    document = panes.comparisons.document
    assert not document.is_changed
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    assert document.is_changed
    assert panes.main.isWindowModified()
    assert not panes.main.document_actions.document.is_changed
    panes.trigger("undo")
    assert panes.main.edits.value == Edits()
    assert not document.is_changed
    panes.trigger("redo")
    assert panes.main.edits.value == DISABLED


def test_undoing_an_edit_of_another_pane_selects_nothing(panes: Panes, unmoved: Callable[[], Variant]) -> None:
    panes.show_trained()
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    panes.compared.select("b")
    panes.trigger("undo")
    assert panes.compared.value.selected == "b"
    assert panes.run("a").requested.edits == Edits()
    panes.trigger("redo")
    assert panes.compared.value.selected == "b"
    assert panes.run("a").requested.edits == DISABLED
    assert panes.main.edits.value == Edits()


def test_selecting_a_pane_is_no_edit(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.compared.select("b")
    panes.compared.select("a")
    assert not panes.comparisons.document.is_changed
    assert not panes.workbench.undo.stack.canUndo()
    assert not panes.main.document_actions.document.is_changed


def test_a_flow_is_edited_in_the_pane_that_is_selected(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.compared.select("b")
    panes.main.request.update_flow(layers=3)
    panes.controller.editing.apply()
    assert (panes.run("a").project.flow, panes.run("b").project.flow.layers) == (LONG, 3)
    panes.qtbot.waitUntil(
        lambda: panes.main.viewer.scenes.scene.trace.names == panes.run("b").project.flow.stage_names()
    )
    panes.trigger("undo")
    assert panes.run("b").project.flow == SHORT
    assert panes.main.request.plan.flow == SHORT


def test_the_request_of_the_window_returns_unchanged(panes: Panes) -> None:
    panes.main.request.show_text("Mine")
    panes.main.request.set_family("maf")
    panes.main.request.change(follows=False)
    request, project = panes.main.request.value, panes.session.project()
    panes.show(a=LONG, b=SHORT)
    panes.compared.select("b")
    panes.main.request.show_text("Theirs")
    panes.main.request.update_flow(layers=2)
    panes.controller.editing.apply()
    assert panes.session.project().plan == project.plan
    panes.comparisons.leave()
    assert panes.main.request.value == request
    assert panes.session.project().plan == project.plan
    assert panes.main.viewer.scenes.scene.trace.names == FlowSpec(family="maf").stage_names()


def test_an_edit_just_before_the_comparison_is_left_is_kept(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.main.request.update_flow(layers=2)
    panes.comparisons.leave()
    assert panes.main.request.plan.flow.layers == LONG.layers
    assert panes.run("a").project.flow.layers == 2


def test_the_request_of_the_window_is_not_taken_for_an_edit_of_the_comparison_that_was_left(panes: Panes) -> None:
    panes.main.request.set_family("maf")
    panes.show(a=LONG, b=SHORT)
    panes.main.request.update_flow(layers=2)
    panes.comparisons.leave()
    panes.qtbot.waitUntil(lambda: not panes.controller.editing._timer.isActive())
    assert panes.run("a").project.flow.family == LONG.family
    assert panes.run("a").project.training == TRAINING


def test_undo_serves_what_is_shown(panes: Panes) -> None:
    panes.main.request.show_text("Mine")
    panes.show(a=LONG, b=SHORT)
    panes.controller.rename("a", "c")
    panes.trigger("undo")
    assert panes.compared.value.names == ("a", "b")
    panes.trigger("undo")
    assert panes.session.project().plan.target == TextSpec(text="Mine"), "there is nothing else to undo here"
    panes.comparisons.leave()
    panes.trigger("undo")
    assert panes.main.request.plan.target != TextSpec(text="Mine")
    assert panes.compared.value.names == ("a", "b")


def test_a_selection_of_particles_appears_in_all_panes(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    count = panes.run("a").project.trace.positions.shape[1]
    selection = Selection(np.arange(count) < 7)
    panes.main.view.set_selection(selection)
    panes.qtbot.waitUntil(lambda: selections(panes) == [selection, selection])
    panes.compared.select("b")
    panes.qtbot.waitUntil(lambda: selections(panes) == [selection, selection])
    panes.main.view.set_selection(None)
    panes.qtbot.waitUntil(lambda: selections(panes) == [None, None])


def selections(panes: Panes) -> list[Selection | None]:
    """Return the particles that each pane marks."""
    return [pane.picture.drawn.scene.selection if pane.picture.drawn.scene else None for pane in panes.panes]


def test_a_point_is_followed_in_all_panes(panes: Panes) -> None:
    panes.show_trained()
    panes.main.view.set_tool("probe")
    panes.main.view.update(probe=(0, (0.5, 0.25)))

    def starts() -> list[list[float]]:
        scenes = [pane.picture.drawn.scene for pane in panes.panes]
        return [scene.probe.positions[0, 0].tolist() for scene in scenes if scene is not None and scene.probe]

    panes.qtbot.waitUntil(lambda: starts() == [[0.5, 0.25], [0.5, 0.25]])
    panes.compared.select("b")
    panes.qtbot.waitUntil(lambda: starts() == [[0.5, 0.25], [0.5, 0.25]])
    panes.main.view.set_tool("move")
    panes.qtbot.waitUntil(lambda: starts() == [])


def test_a_difference_appears_in_all_panes_but_that_of_the_reference(panes: Panes) -> None:
    panes.show_trained()
    panes.comparisons.links.change(reference=panes.run("b").key)

    def names() -> list[tuple[str, str] | None]:
        scenes = [pane.picture.drawn.scene for pane in panes.panes]
        return [scene.difference.names if scene is not None and scene.difference else None for scene in scenes]

    panes.qtbot.waitUntil(lambda: names() == [("a", "b"), None])
    panes.compared.select("b")
    panes.qtbot.waitUntil(lambda: names() == [("a", "b"), None])
    panes.comparisons.links.change(reference="")
    panes.qtbot.waitUntil(lambda: names() == [None, None])


def notes(panes: Panes) -> list[str]:
    """Return the sentence on the picture of each pane that says what it shows."""
    return [pane.picture.drawn.note for pane in panes.panes]


def test_other_layers_say_that_a_difference_is_shown_at_the_last_one(panes: Panes) -> None:
    panes.show_trained()
    panes.main.view.set_stage(LAYER)
    panes.comparisons.links.change(reference=panes.run("b").key)
    panes.qtbot.waitUntil(lambda: notes(panes) == ["The difference is shown at the last layer", ""])
    panes.main.view.show_last_stage()
    panes.qtbot.waitUntil(lambda: panes.main.viewer.scenes.scene.difference is not None)
    panes.qtbot.waitUntil(lambda: "last layer" not in notes(panes)[0])
    panes.main.view.set_stage(LAYER)
    panes.qtbot.waitUntil(lambda: "at the last layer" in notes(panes)[0])
    panes.comparisons.links.change(reference="")
    panes.qtbot.waitUntil(lambda: notes(panes) == ["", ""])


def test_panes_say_that_a_difference_is_being_computed(panes: Panes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FlowQueries, "difference", lambda *_: None)  # takes long
    panes.main.viewer.queries.is_ready.set(True)
    panes.show_trained()

    def progress() -> list[str]:
        return [pane.picture.drawn.progress for pane in panes.panes]

    panes.comparisons.links.change(reference=panes.run("a").key)
    panes.qtbot.waitUntil(lambda: progress() == ["", "Computing the difference…"])
    panes.comparisons.links.change(reference=panes.run("b").key)
    panes.qtbot.waitUntil(lambda: progress() == ["Computing the difference…", ""])
    panes.main.view.set_stage(LAYER)
    panes.qtbot.waitUntil(lambda: progress() == ["", ""])


def test_a_comparison_that_is_opened_before_a_flow_is_shown_begins_at_the_last_stage(panes: Panes) -> None:
    panes.main.view.show_flow(0, 0)  # as when the program starts with its file
    panes.show(a=LONG, b=SHORT)
    last = panes.run("a").project.trace.last_stage
    assert (panes.main.view.seen.stage, panes.main.view.value.stage) == (None, last)
    assert panes.comparisons.grid.cloud.stage == last


def test_the_start_of_a_training_discards_what_the_other_panes_wait_for(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = list[EntrantScene]()
    monkeypatch.setattr(EntrantScene, "drop_queries", lambda scene: dropped.append(scene))
    panes.show_trained()
    panes.qtbot.waitUntil(lambda: bool(drawn_names(panes, 1)))
    panes.compared.change(state=RUNNING, training=panes.compared.value.keys)
    assert len(dropped) == 1
    panes.compared.change(state=IDLE, training=frozenset())


def test_particles_of_an_edited_flow_stay_in_its_pane(panes: Panes) -> None:
    panes.show_trained()
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    panes.qtbot.waitUntil(lambda: panes.run("a").project.edits == DISABLED)
    panes.compared.select("b")
    trace = panes.run("a").project.trace
    np.testing.assert_array_equal(trace.positions[LAYER], trace.positions[LAYER - 1])

    traces = [trace, panes.run("b").project.trace]

    def are_shown() -> bool:
        scenes = [pane.picture.drawn.scene for pane in panes.panes]
        return all(scene is not None and scene.trace is wanted for scene, wanted in zip(scenes, traces, strict=True))

    panes.qtbot.waitUntil(are_shown)


def disable(panes: Panes, name: str) -> None:
    """Disable a layer of a trained flow, and select the other one before or after its particles have moved."""
    panes.compared.select(name)
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    panes.compared.select("b" if name == "a" else "a")


def has_moved(panes: Panes, name: str, edits: Edits) -> bool:
    """Return whether a flow is edited and its pane draws the particles that the edits move."""
    project, number = panes.run(name).project, panes.compared.value.names.index(name)
    scene, positions = panes.panes[number].picture.drawn.scene, project.trace.positions
    is_drawn = project.edits == edits and scene is not None and scene.trace is project.trace
    return is_drawn and np.array_equal(positions[LAYER], positions[LAYER - 1]) == bool(edits)


def test_an_edit_moves_the_particles_even_if_another_pane_is_selected_at_once(panes: Panes) -> None:
    panes.show_trained()
    disable(panes, "a")
    assert panes.run("a").project.edits == Edits()
    panes.qtbot.waitUntil(lambda: has_moved(panes, "a", DISABLED))
    assert panes.run("b").project.edits == panes.main.edits.value == Edits()


def test_undoing_an_edit_of_another_pane_moves_its_particles(panes: Panes) -> None:
    panes.show_trained()
    score = panes.run("a").project.score
    disable(panes, "a")
    panes.qtbot.waitUntil(lambda: has_moved(panes, "a", DISABLED))
    for command, edits in (("undo", Edits()), ("redo", DISABLED)):
        panes.trigger(command)
        panes.qtbot.waitUntil(lambda edits=edits: has_moved(panes, "a", edits))  # type: ignore[misc]
        assert panes.compared.value.selected == "b"
        assert panes.run("b").project.edits == panes.main.edits.value == Edits()
        assert panes.run("a").requested.edits == edits
        assert panes.run("a").project.score == (None if edits else score)


def test_particles_that_arrive_late_replace_no_later_edit(panes: Panes, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = list[Callable[[Snapshot], object]]()
    monkeypatch.setattr(FlowQueries, "integrated", lambda *arguments: keep.append(arguments[-1]))
    monkeypatch.setattr(panes.main.viewer.queries, "positions", lambda *_: None)
    panes.show_trained()
    disable(panes, "a")
    panes.qtbot.waitUntil(lambda: bool(keep))
    late = panes.run("a").project.present_moment(None)
    panes.trigger("undo")
    keep[0](late)
    assert panes.run("a").requested.edits == Edits()
    panes.trigger("redo")
    panes.compared.select("a")
    keep[0](late)
    assert panes.run("a").project.edits == Edits(), "the selected pane computes its own"
    assert panes.run("a").requested.edits == DISABLED


def test_particles_that_arrive_while_their_flow_is_selected_are_computed_again(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = list[Callable[[Snapshot], object]]()
    monkeypatch.setattr(FlowQueries, "integrated", lambda *arguments: keep.append(arguments[-1]))
    monkeypatch.setattr(panes.main.viewer.queries, "positions", lambda *_: None)
    panes.show_trained()
    panes.wait_for_targets()
    disable(panes, "a")
    panes.qtbot.waitUntil(lambda: len(keep) == 1)
    late = panes.run("a").project.present_moment(None)
    panes.compared.select("a")
    keep[0](late)
    assert panes.run("a").project.edits == Edits(), "the selected pane computes its own"
    panes.compared.select("b")
    panes.qtbot.waitUntil(lambda: len(keep) == 2)
    keep[1](late)
    assert panes.run("a").project.edits == DISABLED


def test_a_flow_that_waits_for_tensorflow_says_so(panes: Panes) -> None:
    panes.show_trained()
    panes.wait_for_targets()
    panes.main.viewer.queries.is_ready.set(False)
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    assert panes.main.status.activity.value.sentence == LOADING
    panes.compared.change(seeds=2)
    assert panes.main.status.activity.value.sentence == LOADING, "whatever else changes"
    panes.qtbot.waitUntil(lambda: panes.run("a").project.edits == DISABLED)
    assert panes.main.status.activity.value.sentence != LOADING


def train_both(panes: Panes) -> None:
    """Train two untrained flows, and send their first reports."""
    panes.show(a=LONG, b=LONG)
    panes.wait_for_targets()
    panes.controller.train()
    for key in ("0", "1"):
        panes.report(key, 100)


def test_the_particles_of_an_edited_flow_are_computed_while_its_training_is_paused(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = list[Callable[[Snapshot], object]]()
    monkeypatch.setattr(FlowQueries, "integrated", lambda *arguments: keep.append(arguments[-1]))
    train_both(panes)
    run = panes.run("b")
    edited = Variant(run.project.flow, Edits(layers={1: LayerEdit(disabled=True)}))
    panes.compared.update(run.having_variant(edited))
    settle(panes.main)
    assert not keep, "the training moves them"
    panes.controller.toggle_pause()
    panes.qtbot.waitUntil(lambda: bool(keep))
    keep[-1](snapshot(100, 0.1, LONG))
    moved = panes.run("b").project
    assert Variant.of(moved) == edited
    panes.controller.toggle_pause()
    panes.thread.take("1", Advanced(200, 0.5, 0.2))
    assert panes.run("b").project.trace is moved.trace, "until the training moves them"
    panes.report("1", 200)  # computed before the training knew the edits
    assert panes.run("b").project.trace is not moved.trace
    assert panes.run("b").requested_variant == edited


@pytest.mark.usefixtures("unmoved")
def test_an_edit_of_a_flow_in_training_is_only_shown_after_it_was_selected_again(panes: Panes) -> None:
    train_both(panes)
    edits, editor = Edits(layers={1: LayerEdit(disabled=True)}), panes.main.layer_editor
    panes.main.edits.set(edits)
    panes.thread.take("0", snapshot(200, 0.2, LONG), edits=edits)  # moved by them
    assert (panes.run("a").project.edits, editor.explanation) == (edits, ONLY_SHOWN)
    for name in ("b", "a"):
        panes.compared.select(name)
    assert (editor.explanation, editor.note) == (ONLY_SHOWN, "1 layer edited, only in view")


def test_a_flow_that_is_trained_from_here_learns_with_its_edits_when_it_is_selected_again(panes: Panes) -> None:
    panes.show_trained()
    panes.wait_for_targets()
    panes.main.view.set_stage(LAYER)
    panes.main.layer_editor.toggle()
    panes.qtbot.waitUntil(lambda: panes.run("a").project.edits == DISABLED)
    panes.controller.train_from_here()
    panes.thread.take("0", Preparing("Compiling the training step"))
    for name in ("b", "a"):
        panes.compared.select(name)
    assert panes.main.layer_editor.explanation == INCLUDED


def test_the_training_of_the_selected_flow_is_shown_as_in_the_ordinary_window(panes: Panes) -> None:
    train_both(panes)
    assert panes.session.state == RUNNING
    assert panes.main.viewer.moments.current.step == 100
    panes.report("1", 200)
    assert panes.main.viewer.moments.current.step == 100, "another flow is in another pane"
    panes.report("0", 300)
    assert [moment.step for moment in panes.main.viewer.moments.timeline.moments] == [100, 300]
    panes.compared.select("b")
    assert panes.session.state == RUNNING
    assert panes.main.viewer.scenes.scene.trace is panes.run("b").project.trace
    panes.report("1", 400)
    assert panes.main.viewer.moments.current.step == 400
    assert panes.main.viewer.scenes.scene.trace is panes.run("b").project.trace


def test_a_flow_whose_training_has_ended_rests_while_others_train(panes: Panes) -> None:
    train_both(panes)
    panes.thread.take("0", finished(1000))
    assert (panes.session.state, panes.state) == (IDLE, RUNNING)
    assert panes.session.run is None
    assert panes.main.layer_editor.problem == ""
    panes.compared.select("b")
    assert (panes.session.state, panes.state) == (RUNNING, RUNNING)
    panes.compared.select("a")
    assert (panes.session.state, panes.state) == (IDLE, RUNNING)
    assert panes.main.viewer.scenes.scene.trace is panes.run("a").project.trace
    panes.thread.take("1", finished(1000))
    panes.thread.ended.emit(panes.thread.number)
    assert (panes.session.state, panes.state) == (IDLE, IDLE)


def test_a_pause_is_that_of_the_selected_flow_as_well(panes: Panes) -> None:
    train_both(panes)
    panes.controller.toggle_pause()
    assert (panes.session.state, panes.state) == (PAUSED, PAUSED)
    panes.compared.select("b")
    assert panes.session.state == PAUSED
    panes.controller.toggle_pause()
    assert panes.session.state == RUNNING


def test_a_comparison_pauses_while_the_flow_of_the_window_is_shown(panes: Panes) -> None:
    train_both(panes)
    panes.comparisons.leave()
    assert panes.thread.calls == ["start", "pause"]
    assert (panes.session.state, panes.session.run) == (IDLE, None)
    panes.comparisons.enter()
    assert (panes.session.state, panes.state) == (PAUSED, PAUSED)
    panes.controller.toggle_pause()
    panes.report("0", 200)
    assert panes.main.viewer.moments.current.step == 200
    assert panes.step("a") == 200


def test_the_training_of_the_window_pauses_while_a_comparison_is_shown(panes: Panes) -> None:
    panes.train_window(100, 200)
    thread = panes.thread
    panes.show(a=LONG, b=SHORT)
    panes.controller.train()
    assert thread.calls == ["start", "pause"]
    panes.report("0", 700)
    panes.comparisons.leave()
    assert panes.session.state == PAUSED
    assert panes.main.viewer.moments.current.step == 200
    panes.session.toggle_pause()
    assert thread.calls == ["start", "pause", "resume"]
    thread.take("0", snapshot(300))
    assert panes.main.viewer.moments.current.step == 300


def test_a_flow_that_is_trained_alone_is_none_of_the_comparison_that_was_left(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.comparisons.leave()
    panes.train_window(100)
    assert panes.thread.calls == ["start"], "it goes on"
    assert not panes.run("a").is_begun
    assert not panes.comparisons.document.is_changed
    assert panes.main.viewer.moments.current.step == 100


def test_a_failure_of_the_flow_alone_is_none_of_the_comparison_that_was_left(panes: Panes) -> None:
    train_both(panes)
    panes.comparisons.leave()
    panes.train_window(100)
    panes.thread.failed.emit(panes.thread.number, Notice("training", "Out of memory."))
    assert panes.session.state == IDLE
    assert panes.state == PAUSED


def test_the_last_turns_before_a_pause_arrive_when_the_comparison_returns(panes: Panes) -> None:
    train_both(panes)
    panes.comparisons.leave()
    panes.report("0", 200)
    assert panes.step("a") == 100
    panes.comparisons.enter()
    assert panes.step("a") == 200


def test_a_comparison_that_was_stopping_has_ended_when_it_returns(panes: Panes) -> None:
    train_both(panes)
    panes.controller.stop()
    panes.comparisons.leave()
    for key in ("0", "1"):
        panes.thread.take(key, finished(200, "stopped"))
    panes.thread.ended.emit(panes.thread.number)
    panes.comparisons.enter()
    assert panes.state == IDLE
    assert panes.session.state == IDLE


def test_a_project_that_is_opened_takes_the_place_of_the_comparison(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.session.show_project(replace(panes.run("b").project))
    assert not panes.comparisons.is_shown
    assert panes.session.entrant is None
    assert panes.session.project().flow == SHORT
    assert panes.compared.value.names == ("a", "b")


def test_the_panel_says_what_all_flows_do(panes: Panes) -> None:
    train_both(panes)
    panes.thread.take("0", finished(1000))
    assert "take turns" in panes.window.find(QLabel, "statusLabel").text()


def test_the_chip_of_each_pane_counts_what_is_selected(panes: Panes) -> None:
    panes.show(a=LONG, b=SHORT)
    panes.main.view.set_selection(Selection(np.arange(8000) < 7))
    chips = [pane.picture.findChild(QToolButton, "selectionChip") for pane in panes.panes]
    panes.qtbot.waitUntil(lambda: [chip.text() for chip in chips if chip] == ["7 selected ×"] * 2)


def test_the_figures_of_a_flow_with_edited_layers_are_not_those_of_its_training(qtbot: QtBot) -> None:
    harness, edits = ComparisonHarness(), Edits(layers={1: LayerEdit(disabled=True)})
    harness.train()
    harness.finish()
    run = harness.run("a")
    assert run.gap is not None
    edited = run.having_variant(Variant(run.project.flow, edits))
    assert (edited.gap, edited.figures["on_target"]) == (None, None)
    score = scored(1000, validation_nll=2.0, test_nll=2.0, standard_error=0.1, entropy=1.5)
    again = replace(edited, variant=None, built=None, project=replace(run.project, edits=edits, score=score))
    assert again.gap == 0.5


def test_another_integrator_does_not_start_an_entrant_over(qtbot: QtBot) -> None:
    project = Project.untrained(HI, FlowSpec(family="flow_matching"), TRAINING)
    harness = ComparisonHarness(Comparison({"a": project, "b": project}))
    harness.train()
    harness.finish()
    gap = harness.run("a").gap
    harness.request.update_flow(integrator_steps=16)
    harness.controller.editing.apply()
    run = harness.run("a")
    assert (run.is_begun, run.gap) == (True, gap)
    assert run.requested.plan.flow.integrator_steps == 16
    assert len(harness.threads) == 1
    harness.undo.undo()
    assert harness.run("a").requested.plan.flow == project.flow


def test_a_comparison_of_an_older_file_says_how_legible_its_flows_are(panes: Panes) -> None:
    panes.main.comparisons.document.show(Loaded(example("three_flows").comparison()))
    panes.qtbot.waitUntil(lambda: "legible" in panes.window.find(QLabel, "score").text())


def test_playback_of_a_comparison_goes_on_when_its_targets_are_built(panes: Panes) -> None:
    playhead = panes.main.viewer.playhead
    panes.main.viewer.reduce_motion(False)
    panes.main.comparisons.document.show(Loaded(example("three_flows").comparison()))
    playhead.play_once()
    panes.wait_for_targets()
    assert playhead.is_playing.value
    playhead.jump_to(0)

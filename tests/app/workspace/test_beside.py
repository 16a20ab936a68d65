"""A flow that is added beside that of the window, whose training goes on."""

from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import Compared, ComparedState, comparison_of
from flowviz.app.workspace.return_bar import ReturnBar
from flowviz.app.workspace.sentences import sentence
from flowviz.projects import Comparison, Project, load_comparison
from flowviz.records import Preparing
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Add, Remove, Retarget
from tests.app.conftest import FileMenu, Window
from tests.app.training.fakes import checkpoint, finished, progress, snapshot
from tests.app.workspace.fakes import TARGET, ComparisonHarness, untrained
from tests.app.workspace.panes import SHORT, Panes, trained

pytestmark = pytest.mark.shared_window

IDLE, PREPARING, RUNNING = TrainingState.IDLE, TrainingState.PREPARING, TrainingState.TRAINING
PAUSED, STOPPING = TrainingState.PAUSED, TrainingState.STOPPING
BYE = TextSpec(text="Bye")
LAYER = 6


class Beside(ComparisonHarness):
    """The flow `a`, which is being trained, and the untrained flow `b` beside it."""

    def __init__(self, *, trains: bool = True) -> None:
        super().__init__(untrained("a"))
        runner, built, project = self.controller._runner, build_or_explain(TARGET), untrained("a")["a"]
        assert isinstance(built, BuiltTarget)
        self.compared.set(Compared())
        if trains:
            runner.train(built, project)
            runner.mark_shown()
            self.thread.take("0", snapshot(100))
            self.thread.take("0", checkpoint(100))
            runner.share()
            project = self.thread.comparison["0"]
        both = Comparison({"a": project, "b": Project.untrained(TARGET, FlowSpec(), project.training)})
        self.controller.show_beside(both, [built], RUNNING if trains else IDLE, Edits())
        self.compared.change(is_shown=True)
        self.controller.editing.show_selected()
        self.undo.clear()

    def step(self, name: str) -> int | None:
        """Return up to which step a flow was trained."""
        last = self.run(name).project.checkpoint
        return last.step if last else None

    def advance(self, name: str, step: int) -> None:
        """Send a report of a flow. One that trains alone reports no chunks of steps."""
        if self.thread.work == "training":
            self.thread.send(name, snapshot(step), progress(step), checkpoint(step))
        else:
            super().advance(name, step)

    def train_both(self) -> None:
        """Train the other flow as well, as Train does while the first one is being trained."""
        self.controller.train()
        self.thread.send("a", checkpoint(200), finished(200, "stopped"))
        self.thread.end()
        for name in self.names:
            self.advance(name, 300)


@pytest.fixture
def beside(qtbot: QtBot) -> Beside:
    return Beside()


def test_a_running_training_goes_on(beside: Beside) -> None:
    assert [thread.calls for thread in beside.threads] == [["start"]]
    assert beside.state == RUNNING
    beside.advance("a", 200)
    assert (beside.step("a"), beside.step("b")) == (200, None)
    assert beside.run("a").words() == "20%"


def test_the_task_bar_shows_the_progress_of_the_selected_flow(beside: Beside) -> None:
    assert beside.controls.shown[-1].running_percent is None, "the other flow is trained"
    beside.compared.select("a")
    beside.advance("a", 200)
    assert beside.controls.shown[-1].running_percent == 20


def test_the_new_flow_is_selected_and_untrained(beside: Beside) -> None:
    assert beside.compared.value.selected == "b"
    assert not beside.run("b").is_begun
    assert beside.compared.value.training == {beside.run("a").key}


@pytest.fixture
def preparing(qtbot: QtBot) -> Beside:
    """A flow whose training is being resumed and is still being prepared, and an untrained flow beside it."""
    beside = Beside()
    beside.advance("a", 100)
    runner, project = beside.controller._runner, beside.run("a").project
    built = beside.run("a").built
    assert built is not None
    runner.train(built, project)
    beside.thread.send("a", Preparing("Compiling the training step"))
    runner.share()
    both = Comparison({"a": project, "b": untrained("b")["b"]})
    beside.controller.show_beside(both, [built], PREPARING, Edits())
    beside.compared.change(is_shown=True)
    return beside


def test_a_flow_still_being_prepared_goes_on_as_well(preparing: Beside) -> None:
    assert preparing.run("a").words() == "preparing…"
    preparing.thread.send("a", snapshot(100), checkpoint(100))
    assert (preparing.state, preparing.step("a"), preparing.run("a").words()) == (RUNNING, 100, "10%")


def test_resuming_a_pause_during_the_preparation_returns_to_it(preparing: Beside) -> None:
    preparing.controller.toggle_pause()
    preparing.controller.toggle_pause()
    assert preparing.state == PREPARING
    preparing.controller.toggle_pause()
    preparing.thread.send("a", snapshot(100), checkpoint(100))
    assert preparing.state == PAUSED
    preparing.controller.toggle_pause()
    assert preparing.state == RUNNING


def test_the_end_of_the_training_that_went_on_is_that_of_its_flow(beside: Beside) -> None:
    beside.thread.send("a", finished(1000))
    beside.thread.end()
    assert beside.state == IDLE
    assert (beside.run("a").status, beside.run("b").status) == ("completed", "waiting")
    assert beside.run("a").fraction == 1.0
    assert beside.run("a").gap == pytest.approx(0.25)


def test_train_stops_the_first_flow_only_to_let_both_go_on(beside: Beside) -> None:
    beside.controller.train()
    assert beside.state == STOPPING
    assert beside.thread.calls == ["start", "stop"]
    beside.thread.send("a", checkpoint(200), finished(200, "stopped"))
    beside.thread.end()
    assert [thread.calls for thread in beside.threads] == [["start", "stop"], ["start"]]
    assert set(beside.thread.comparison.names) == {beside.run("a").key, beside.run("b").key}
    last = beside.thread.project("a").checkpoint
    assert last is not None
    assert last.step == 200
    assert beside.thread.project("b").checkpoint is None
    assert beside.compared.value.training == beside.compared.value.keys
    beside.advance("b", 100)
    assert (beside.step("a"), beside.step("b"), beside.state) == (200, 100, RUNNING)


def test_train_starts_the_selected_flow_alone_while_none_is_trained(qtbot: QtBot) -> None:
    beside = Beside(trains=False)
    beside.controller.train()
    assert beside.thread.comparison.names == (beside.run("b").key,)
    assert beside.compared.value.training == {beside.run("b").key}
    beside.compared.select("a")
    beside.controller.train()
    (added,) = beside.thread.changes
    assert isinstance(added, Add)
    assert added.name == beside.run("a").key
    assert len(beside.threads) == 1, "it joins the training of the other flow"


def test_train_starts_the_flow_over_whose_training_goes_on(beside: Beside) -> None:
    beside.compared.select("a")
    beside.controller.train()
    assert [thread.calls for thread in beside.threads] == [["start", "abandon"], ["start"]]
    assert beside.thread.comparison.names == (beside.run("a").key,)
    assert beside.thread.project("a").checkpoint is None
    assert beside.step("a") is None


def test_a_flow_starts_over_while_the_other_one_goes_on(beside: Beside) -> None:
    beside.train_both()
    threads = len(beside.threads)
    beside.controller.train()
    key = beside.run("b").key
    removed, added = beside.thread.changes
    assert removed == Remove(key)
    assert isinstance(added, Add)
    assert (added.name, added.project.checkpoint) == (key, None)
    assert len(beside.threads) == threads
    assert (beside.step("a"), beside.step("b")) == (300, None)


def test_train_all_starts_all_over(beside: Beside) -> None:
    beside.controller.train_all()
    assert beside.threads[0].calls == ["start", "abandon"]
    assert set(beside.thread.comparison.names) == {"0", "1"}
    assert all(project.checkpoint is None for project in beside.thread.comparison.projects.values())
    assert (beside.step("a"), beside.step("b")) == (None, None)
    assert beside.compared.value.training == beside.compared.value.keys


def test_a_third_flow_waits_for_its_own_start(beside: Beside) -> None:
    beside.train_both()
    beside.controller.add("c", Project.untrained(TARGET, SHORT, TrainingSpec(seconds=7)))
    assert beside.thread.changes == []
    assert beside.run("c").project.training.steps == 1000, "all flows have the same budget"
    beside.controller.train()
    (added,) = beside.thread.changes
    assert isinstance(added, Add)
    assert added.name == beside.run("c").key


def test_a_pause_holds_the_training_that_went_on(beside: Beside) -> None:
    beside.controller.toggle_pause()
    assert (beside.thread.calls, beside.state) == (["start", "pause"], PAUSED)
    beside.controller.toggle_pause()
    assert (beside.thread.calls, beside.state) == (["start", "pause", "resume"], RUNNING)


def test_the_flow_that_was_stopped_can_be_resumed(beside: Beside) -> None:
    beside.compared.select("a")
    beside.controller.stop()
    beside.thread.send("a", finished(200, "stopped"))
    beside.thread.end()
    assert beside.controls.can_resume
    beside.compared.select("b")
    assert not beside.controls.can_resume, "the selected flow has not begun"
    beside.compared.select("a")
    beside.controller.toggle_pause()
    assert beside.thread.comparison.names == (beside.run("a").key,)
    assert len(beside.threads) == 2


def test_a_budget_is_that_of_all_flows_and_interrupts_none(beside: Beside) -> None:
    beside.request.set_budget("steps", 5000)
    beside.controller.editing.apply()
    assert [run.project.training.steps for run in beside.compared.value.runs] == [5000, 5000]
    assert [thread.calls for thread in beside.threads] == [["start"]]
    beside.advance("a", 200)
    assert beside.run("a").words() == "20%", "of the budget with which its training goes on"
    assert beside.run("a").project.training.steps == 5000
    assert [each.training.steps for each in comparison_of(beside.compared.value).projects.values()] == [5000, 5000]


def test_flows_are_trained_with_the_budget_that_was_set(qtbot: QtBot) -> None:
    beside = Beside(trains=False)
    beside.request.set_budget("steps", 5000)
    beside.controller.train_all()
    assert [each.training.steps for each in beside.thread.comparison.projects.values()] == [5000, 5000]


def test_a_target_is_that_of_the_selected_flow(beside: Beside) -> None:
    beside.request.show_target(BYE)
    assert [run.target for run in beside.compared.value.runs] == [TARGET, BYE]
    assert beside.thread.changes == []
    beside.advance("a", 200)
    assert [run.target for run in beside.compared.value.runs] == [TARGET, BYE]


def test_the_flow_that_goes_on_follows_its_own_target(beside: Beside) -> None:
    beside.compared.select("a")
    beside.request.show_target(BYE)
    (change,) = beside.thread.changes
    assert isinstance(change, Retarget)
    assert (change.spec, change.name) == (BYE, beside.run("a").key)
    assert [run.target for run in beside.compared.value.runs] == [BYE, TARGET]
    beside.thread.switch("a", BYE, 150)
    assert beside.run("a").project.target == BYE


def test_a_target_is_followed_only_if_the_user_wants_that(beside: Beside) -> None:
    beside.compared.select("a")
    beside.request.change(follows=False)
    beside.request.show_target(BYE)
    assert beside.thread.changes == []
    beside.request.change(follows=True)
    (change,) = beside.thread.changes
    assert isinstance(change, Retarget)
    assert change.name == beside.run("a").key


def test_another_flow_of_the_selected_pane_leaves_the_training_alone(beside: Beside) -> None:
    beside.request.update_flow(layers=3)
    beside.controller.editing.apply()
    assert [run.project.flow.layers for run in beside.compared.value.runs] == [8, 3]
    assert [thread.calls for thread in beside.threads] == [["start"]]
    assert beside.thread.changes == []


def test_undo_leaves_the_training_of_another_flow_alone(beside: Beside) -> None:
    beside.request.update_flow(layers=3)
    beside.controller.editing.apply()
    beside.undo.undo()
    assert beside.run("b").project.flow.layers == 8
    assert [thread.calls for thread in beside.threads] == [["start"]]


def test_removing_the_other_flow_leaves_the_first_one_alone(beside: Beside) -> None:
    beside.controller.remove("b")
    assert [run.name for run in beside.left] == ["a"]
    assert beside.names == ("a",)
    assert beside.thread.calls == ["start"], "its training goes on"


def test_removing_the_flow_that_is_trained_ends_its_training(beside: Beside) -> None:
    beside.controller.remove("a")
    assert [run.name for run in beside.left] == ["b"]
    assert beside.thread.calls == ["start", "abandon"]
    assert beside.state == IDLE


def test_two_of_three_flows_are_not_alone(beside: Beside) -> None:
    beside.controller.add("c", beside.run("b").project)
    beside.controller.remove("b")
    assert beside.left == []


def test_flows_of_an_ordinary_comparison_are_not_left_alone(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.controller.remove("b")
    assert harness.left == []


def test_a_flow_that_is_removed_while_another_waits_for_it_is_not_trained(beside: Beside) -> None:
    beside.controller.train()
    beside.controller.remove("a")
    assert all("0" not in thread.comparison.names for thread in beside.threads[1:])


def test_the_controls_say_which_flows_are_trained(beside: Beside) -> None:
    assert beside.controls.sentence == "Training 'a'."
    assert beside.controls.shown[-1].is_elsewhere, "Train does not start a over"
    beside.compared.select("a")
    assert not beside.controls.shown[-1].is_elsewhere
    beside.compared.select("b")
    beside.train_both()
    assert beside.controls.sentence == "Training 'a' and 'b'."


def test_three_flows_that_are_trained_are_enumerated() -> None:
    state = ComparedState(Compared())
    state.show(untrained("a", "b", "c"))
    state.change(trains_all=False, state=TrainingState.TRAINING, training=state.value.keys)
    assert sentence(state.value, "") == "Training 'a', 'b' and 'c'."


@pytest.fixture
def panes(window: Window, qtbot: QtBot) -> Panes:
    return Panes(window, qtbot)


def add_beside(panes: Panes) -> None:
    """Press the button that adds a flow beside that of the window."""
    panes.window.find(QToolButton, "addBesideButton").click()


def test_the_button_shows_the_flow_of_the_window_and_an_untrained_one(panes: Panes) -> None:
    panes.main.request.set_family("maf")
    add_beside(panes)
    assert panes.comparisons.is_shown
    assert len(panes.panes) == 2
    first, second = panes.compared.value.runs
    assert panes.compared.value.selected == second.name
    assert (first.project.plan, second.project.plan) == (panes.main.request.plan, panes.main.request.plan)
    assert not second.is_begun
    assert panes.threads == []


def test_the_button_gives_way_to_those_of_the_comparison(panes: Panes) -> None:
    button = panes.window.find(QToolButton, "addBesideButton")
    add_beside(panes)
    assert button.isHidden()
    assert panes.window.find(QAction, "trainAllAction").isVisible()
    panes.trigger("addbeside")
    assert len(panes.panes) == 3, "the entry of the menu adds another copy"
    panes.comparisons.leave()
    assert not button.isHidden()


def test_the_menu_adds_no_flow_to_a_full_comparison(panes: Panes) -> None:
    add = panes.window.find(QAction, "addbesideAction")
    panes.comparisons.show(untrained(*"abcdef"))
    assert not add.isEnabled()
    panes.controller.remove("f")
    assert add.isEnabled()
    panes.trigger("addbeside")
    assert not add.isEnabled()
    panes.comparisons.leave()
    assert add.isEnabled(), "it begins another comparison"


def test_the_new_comparison_has_no_file_and_the_project_keeps_its_own(
    panes: Panes, file_menu: FileMenu, tmp_path: Path
) -> None:
    path, project = tmp_path / "mine.flowviz", panes.main.document_actions.document
    file_menu.save_as(path)
    add_beside(panes)
    document = panes.comparisons.document
    assert (document.path, document.is_changed) == (None, True)
    assert (project.path, project.is_changed) == (path, False)
    assert panes.main.document_actions.shown.document is document
    panes.main.request.update_flow(layers=3)
    panes.controller.editing.apply()
    assert not project.is_changed


def test_save_asks_for_a_new_file(panes: Panes, file_menu: FileMenu, tmp_path: Path) -> None:
    path = tmp_path / "mine.flowviz"
    file_menu.save_as(path)
    before = path.read_bytes()
    add_beside(panes)
    file_menu.choose("save")
    assert panes.main.findChildren(QFileDialog, "saveDialog")
    other, document = tmp_path / "both.flowviz", panes.comparisons.document
    file_menu.answer_dialog("saveDialog", other)
    panes.qtbot.waitUntil(lambda: document.path == other and not document.is_changed)
    assert load_comparison(other).names == panes.compared.value.names
    assert path.read_bytes() == before


def test_leaving_shows_the_flow_again(panes: Panes) -> None:
    panes.main.request.set_family("maf")
    panes.main.view.set_stage(3)
    request = panes.main.request.value
    add_beside(panes)
    panes.main.request.update_flow(layers=2)
    panes.window.find(QPushButton, "leaveComparisonButton").click()
    assert not panes.comparisons.is_shown
    assert len(panes.panes) == 1
    assert (panes.main.request.value, panes.main.view.value.stage) == (request, 3)
    assert panes.main.viewer.scenes.scene.trace.names == FlowSpec(family="maf").stage_names()
    assert panes.window.find(ReturnBar, "returnBar").isVisible()
    assert panes.session.project().plan == request.plan


def test_the_stage_that_is_shown_stays(panes: Panes) -> None:
    panes.main.view.set_stage(3)
    add_beside(panes)
    assert panes.main.view.value.stage == 3
    assert panes.comparisons.grid.cloud.stage == 3


def test_the_training_of_the_window_goes_on_beside_the_new_flow(panes: Panes) -> None:
    panes.train_window(100, 200)
    add_beside(panes)
    assert panes.thread.calls == ["start"]
    assert (panes.session.state, panes.state) == (IDLE, RUNNING), "the new flow rests, the other one trains"
    panes.report("0", 300)
    first = panes.compared.value.runs[0].name
    assert panes.step(first) == 300
    assert panes.session.run is None
    panes.compared.select(first)
    assert panes.session.state == RUNNING
    assert [moment.step for moment in panes.main.viewer.moments.timeline.moments] == [100, 200, 300]
    panes.report("0", 400)
    assert panes.main.viewer.moments.current.step == 400


def test_a_paused_training_stays_paused_beside_the_new_flow(panes: Panes) -> None:
    panes.train_window(100)
    panes.session.toggle_pause()
    add_beside(panes)
    assert panes.state == PAUSED
    panes.compared.select(panes.compared.value.runs[0].name)
    assert panes.session.state == PAUSED
    panes.controller.toggle_pause()
    assert panes.thread.calls == ["start", "pause", "resume"]
    panes.report("0", 200)
    assert panes.main.viewer.moments.current.step == 200


def test_a_training_that_is_prepared_goes_on_beside_the_new_flow(panes: Panes) -> None:
    panes.session.train()
    add_beside(panes)
    assert panes.thread.calls == ["start"]
    panes.report("0", 100)
    first = panes.compared.value.runs[0].name
    assert panes.step(first) == 100
    panes.compared.select(first)
    assert panes.session.state == RUNNING
    assert panes.main.viewer.moments.current.step == 100


def test_what_was_learned_beside_others_is_that_of_the_window_after_leaving(panes: Panes) -> None:
    panes.train_window(100)
    add_beside(panes)
    panes.report("0", 300)
    panes.comparisons.leave()
    assert panes.thread.calls[-1] == "pause"
    last = panes.session.project().checkpoint
    assert last is not None
    assert last.step == 300
    assert panes.main.viewer.scenes.scene.trace is panes.compared.value.runs[0].project.trace
    assert panes.session.state == IDLE
    panes.session.toggle_pause()
    resumed = panes.thread.comparison["0"].checkpoint
    assert resumed is not None
    assert resumed.step == 300


def test_removing_the_new_flow_returns_to_the_flow_alone(panes: Panes) -> None:
    panes.train_window(100)
    add_beside(panes)
    panes.report("0", 300)
    panes.window.find(QPushButton, "removeEntrantButton").click()
    assert not panes.comparisons.is_shown
    last = panes.session.project().checkpoint
    assert last is not None
    assert last.step == 300


def test_changes_of_a_comparison_that_was_left_are_asked_about(panes: Panes, file_menu: FileMenu) -> None:
    panes.show(a=SHORT, b=SHORT)
    panes.controller.remove("b")
    panes.comparisons.leave()
    add_beside(panes)
    file_menu.press("unsavedBox", "cancel")
    assert not panes.comparisons.is_shown
    assert panes.compared.value.names == ("a",)
    add_beside(panes)
    file_menu.press("unsavedBox", "discard")
    assert panes.comparisons.is_shown
    assert len(panes.compared.value.names) == 2


def test_the_training_of_the_comparison_before_ends(panes: Panes) -> None:
    panes.show(a=SHORT, b=SHORT)
    panes.wait_for_targets()
    panes.controller.train()
    former = panes.thread
    panes.comparisons.leave()
    panes.comparisons.document.discard_changes()
    panes.train_window(100)
    add_beside(panes)
    assert former.calls[-1] == "abandon"
    assert panes.thread.calls == ["start"]


def test_the_flow_keeps_its_edited_layers(panes: Panes, monkeypatch: pytest.MonkeyPatch) -> None:
    edits = Edits(layers={LAYER: LayerEdit(disabled=True)})
    monkeypatch.setattr(panes.main.viewer.queries, "positions", lambda *_: None)
    panes.session.show_project(trained())
    panes.main.edits.set(edits)
    add_beside(panes)
    first, second = panes.compared.value.runs
    assert first.requested.edits == edits
    assert second.requested.edits == Edits()
    panes.comparisons.leave()
    assert panes.main.edits.value == edits


def test_a_flow_is_added_to_a_training_after_another_comparison(panes: Panes) -> None:
    panes.show(a=SHORT, b=SHORT)
    panes.comparisons.leave()
    panes.train_window(100)
    add_beside(panes)
    assert panes.state == RUNNING
    assert panes.thread.calls == ["start"]


def test_the_new_flow_has_the_budget_that_is_requested(panes: Panes) -> None:
    panes.session.show_project(trained())
    panes.main.request.set_budget("steps", 700)
    add_beside(panes)
    assert panes.comparisons.is_shown
    assert panes.compared.value.runs[1].project.training.steps == 700


def test_adding_a_flow_is_no_edit_of_the_project(panes: Panes) -> None:
    panes.main.request.show_text("Mine")
    stack = panes.session.undo.stack
    count = stack.count()
    add_beside(panes)
    panes.main.request.update_flow(layers=3)
    panes.controller.editing.apply()
    assert stack.count() == count
    panes.trigger("undo")
    assert panes.compared.value.runs[1].project.flow.layers == 8
    panes.trigger("undo")
    assert panes.comparisons.is_shown
    assert panes.session.project().target == TextSpec(text="Mine")


def test_another_project_is_not_replaced_by_the_flow_that_was_shown_beside_others(panes: Panes) -> None:
    panes.train_window(100)
    add_beside(panes)
    panes.comparisons.leave()
    other = trained()
    panes.session.show_project(other)
    panes.comparisons.enter()
    panes.comparisons.leave()
    assert panes.session.project().weights is other.weights


def test_a_flow_that_takes_the_place_of_the_first_one_does_not_replace_that_of_the_window(panes: Panes) -> None:
    panes.train_window(100)
    add_beside(panes)
    panes.trigger("addbeside")
    panes.controller.remove(panes.compared.value.runs[0].name)
    panes.controller.add("c", replace(trained(), training=panes.compared.value.runs[0].project.training))
    panes.comparisons.leave()
    last = panes.session.project().checkpoint
    assert last is not None
    assert last.step == 100


def test_what_an_earlier_comparison_has_left_does_not_train_the_new_flow(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    harness.train()
    harness.controller.toggle_pause()
    project = untrained("c")["c"]
    harness.controller.show_beside(Comparison({"c": project, "d": project}), [], IDLE, Edits())
    assert "abandon" in harness.threads[0].calls
    harness.controller.train()
    assert len(harness.threads) == 2
    assert harness.thread.comparison.names == ("1",)


def test_train_goes_on_with_flows_that_are_paused(beside: Beside) -> None:
    beside.train_both()
    beside.controller.toggle_pause()
    assert beside.state == PAUSED
    beside.controller.train()
    assert beside.state != PAUSED
    assert beside.thread.calls[-1] == "resume"


def test_a_flow_that_replaces_the_trained_one_is_added_to_before_its_first_picture(panes: Panes) -> None:
    panes.session.show_project(trained())
    panes.main.request.show_flow(SHORT)
    panes.session.train()
    panes.qtbot.waitUntil(lambda: panes.session.run is not None)
    add_beside(panes)
    first = panes.compared.value.runs[0]
    assert first.project.flow == SHORT
    assert not first.is_begun


def test_train_starts_no_flow_over_that_another_one_was_shown_beside(qtbot: QtBot) -> None:
    harness = ComparisonHarness()
    assert harness.compared.value.trains_all
    harness.train("a")
    harness.compared.show(comparison_of(harness.compared.value))
    assert not harness.compared.value.trains_all

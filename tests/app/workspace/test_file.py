"""Comparisons are saved, opened and reverted like projects."""

from pathlib import Path
from threading import Event

import pytest
from PyQt6.QtGui import QAction

from flowviz.app.workspace.compared import edits_of, state_of
from flowviz.projects import Comparison, load_comparison, save_comparison
from tests.app.conftest import FileMenu, Window
from tests.app.workspace.fakes import ComparisonHarness, untrained

pytestmark = pytest.mark.shared_window


def save_as(file_menu: FileMenu, path: Path) -> None:
    """Save the comparison that is shown to a file."""
    file_menu.choose("saveas")
    file_menu.answer_dialog("saveDialog", path)
    document = file_menu.window.main.comparisons.document
    file_menu.wait(lambda: document.path == path and not document.is_saving)


def test_a_training_changes_what_is_saved_but_is_no_edit() -> None:
    harness = ComparisonHarness()
    state, edits = state_of(harness.compared.value), edits_of(harness.compared.value)
    harness.train()
    assert state_of(harness.compared.value) != state
    assert edits_of(harness.compared.value) == edits


def test_a_selected_entrant_is_no_change() -> None:
    harness = ComparisonHarness()
    state = state_of(harness.compared.value)
    harness.compared.select("b")
    assert state_of(harness.compared.value) == state


def test_an_edit_that_is_taken_back_is_no_change(window: Window) -> None:
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("a")
    assert comparisons.document.is_changed
    comparisons.workbench.undo.undo()
    assert not comparisons.document.is_changed


def test_the_file_menu_saves_opens_and_reverts_the_comparison(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    path = tmp_path / "two.flowviz"
    comparisons, compared = window.main.comparisons, window.main.comparisons.compared
    comparisons.show(untrained("a", "b"))
    save_as(file_menu, path)
    assert window.main.windowTitle().startswith("two")
    comparisons.show(untrained("c"))
    comparisons.leave()
    file_menu.choose("open")
    file_menu.answer_dialog("openDialog", path)
    file_menu.wait(lambda: compared.value.names == ("a", "b"))
    assert comparisons.is_shown
    assert window.main.document_actions.recent.paths() == [path]
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("a")
    file_menu.choose("revert")
    file_menu.press("revertBox", "revert")
    file_menu.wait(lambda: compared.value.names == ("a", "b"))
    assert not comparisons.document.is_changed


def test_changes_made_while_a_comparison_is_read_are_asked_about(
    window: Window, file_menu: FileMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, path = Event(), tmp_path / "two.flowviz"
    save_comparison(untrained("c"), path)

    def load_late(path: Path) -> Comparison:
        release.wait(20)
        return load_comparison(path)

    monkeypatch.setattr("flowviz.projects.load_comparison", load_late)
    comparisons = window.main.comparisons
    comparisons.show(untrained("a", "b"))
    window.main.document_actions.open(path)
    assert comparisons.workbench is not None
    comparisons.workbench.controller.remove("a")
    release.set()
    file_menu.press("unsavedBox", "cancel")
    assert comparisons.compared.value.names == ("b",)


def test_a_damaged_comparison_is_a_sentence_with_advice_and_changes_nothing(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    path = tmp_path / "broken.flowviz"
    save_comparison(untrained("c"), path)
    path.write_bytes(path.read_bytes()[:-9])
    window.main.comparisons.show(untrained("a", "b"))
    window.main.document_actions.open(path)
    file_menu.wait(lambda: str(path) in file_menu.notice)
    assert "The open comparison is unchanged." in file_menu.notice
    assert window.main.comparisons.compared.value.names == ("a", "b")


def test_a_comparison_changed_by_another_program_is_overwritten_only_after_asking(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    path, comparisons = tmp_path / "two.flowviz", window.main.comparisons
    comparisons.show(untrained("a", "b"))
    save_as(file_menu, path)
    save_comparison(untrained("theirs"), path)
    file_menu.choose("save")
    file_menu.press("overtakenBox", "cancel")
    assert load_comparison(path).names == ("theirs",)
    file_menu.choose("save")
    file_menu.press("overtakenBox", "overwrite")
    file_menu.wait(lambda: load_comparison(path).names == ("a", "b"))


def test_revert_is_off_while_a_comparison_without_a_file_hides_the_project(
    window: Window, file_menu: FileMenu, tmp_path: Path
) -> None:
    revert = window.find(QAction, "revertAction")
    file_menu.save_as(tmp_path / "one.flowviz")
    window.main.request.show_text("No")
    assert revert.isEnabled()
    window.main.comparisons.show(untrained("a", "b"))
    assert not revert.isEnabled()
    window.main.comparisons.leave()
    assert revert.isEnabled()

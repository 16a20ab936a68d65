"""Closing the window: when it asks a question, and what it waits for."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QMessageBox, QPushButton, QSlider

from flowviz.app.pane.cloud_view import CloudView
from flowviz.errors import FileError
from flowviz.projects import Comparison, Project, load_comparison, load_project, save_comparison, save_project
from tests.app.conftest import FileMenu
from tests.app.workspace.fakes import untrained


def test_opened_file_is_named_in_the_title_and_closes_unchanged_by_the_view(
    file_menu: FileMenu, project_file: Path, project: Project
) -> None:
    assert file_menu.window.main.windowTitle() == "BRAD[*] – flowviz"
    file_menu.open(project_file)
    main = file_menu.window.main
    assert main.windowTitle() == "hi[*] – flowviz"
    np.testing.assert_array_equal(main.viewer.scenes.scene.trace.positions, project.trace.positions)
    file_menu.window.find(QSlider, "layerScrubber").setValue(4)
    file_menu.window.find(QComboBox, "colorBox").setCurrentIndex(2)
    file_menu.window.find(CloudView, "cloudView").zoom(0.5)
    file_menu.window.find(QAction, "pathsAction").trigger()
    assert not file_menu.is_changed
    assert main.close()


@pytest.mark.parametrize("fails", [False, True])
def test_window_closes_after_a_save_that_succeeds(
    file_menu: FileMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    main, copy, release = file_menu.window.main, tmp_path / "copy.flowviz", Event()

    def save_late(project: Project, path: Path) -> None:
        assert release.wait(20)
        if fails:
            raise FileError(f"{path} cannot be written: no space left on device.")
        save_project(project, path)

    monkeypatch.setattr("flowviz.projects.save_project", save_late)
    for _ in range(2):  # the second save waits for the first one
        file_menu.choose("saveas")
        file_menu.answer_dialog("saveDialog", copy)
    assert not main.close()
    release.set()
    if fails:
        file_menu.wait(lambda: "no space left" in file_menu.notice)
        file_menu.wait(lambda: not main.document_actions.document.is_saving)
        assert main.isVisible()
    else:
        file_menu.wait(lambda: not main.isVisible())
        assert copy.exists()


def test_window_closes_after_the_question_is_answered(file_menu: FileMenu, project_file: Path) -> None:
    main = file_menu.window.main
    file_menu.open(project_file)
    file_menu.type("No")
    assert not main.close()
    assert main.isVisible()
    file_menu.press("unsavedBox", "cancel")
    assert main.isVisible()
    assert not main.close()
    file_menu.press("unsavedBox", "save")
    file_menu.wait(lambda: not main.isVisible())
    plan = load_project(project_file).next
    assert plan is not None
    assert plan.target.title == "No"


def test_the_window_closes_when_the_comparison_is_saved(
    file_menu: FileMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main, path, release = file_menu.window.main, tmp_path / "two.flowviz", Event()

    def save_late(comparison: Comparison, path: Path) -> None:
        release.wait(20)
        save_comparison(comparison, path)

    monkeypatch.setattr("flowviz.projects.save_comparison", save_late)
    main.comparisons.show(untrained("a", "b"))
    file_menu.choose("save")
    file_menu.answer_dialog("saveDialog", path)
    assert not main.close()
    release.set()
    file_menu.wait(lambda: not main.isVisible())
    assert load_comparison(path).names == ("a", "b")


def test_closing_asks_about_each_document_that_has_changed(file_menu: FileMenu) -> None:
    main = file_menu.window.main
    file_menu.type("Mine")
    main.comparisons.show(untrained("a", "b"))
    assert main.comparisons.workbench is not None
    main.comparisons.workbench.controller.remove("a")
    assert main.isWindowModified()
    for answer in ("cancel", "discard"):
        assert not main.close()
        answer_question(file_menu, "'Mine'", "discard")
        answer_question(file_menu, "'comparison'", answer)
        file_menu.wait(lambda: not file_menu.boxes)
        assert main.isVisible() == (answer == "cancel")


def answer_question(file_menu: FileMenu, words: str, button: str) -> None:
    """Press a button of the message box whose question contains some words."""

    def found() -> list[QMessageBox]:
        return [box for box in file_menu.window.main.findChildren(QMessageBox) if words in box.text()]

    file_menu.wait(lambda: bool(found()))
    widget = found()[0].findChild(QPushButton, f"{button}Button")
    assert widget is not None
    widget.click()

"""The gallery of trained examples, in the window and in the terminal."""

import runpy
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.threads import worker
from flowviz.app.training.worker import TrainingWorker
from flowviz.app.welcome.start_page import MAX_RECENT, StartPage
from flowviz.cli.commands import app
from flowviz.errors import FileError
from flowviz.files import resource
from flowviz.projects import example, examples, load_project
from flowviz.projects.gallery import SENTENCES
from flowviz.specs import ShapeSpec
from flowviz.specs.shapes import heading_of
from flowviz.specs.view import Theme
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.staged import Staged, staged

__all__ = ["staged"]

MAX_BYTES = 1_500_000


def test_gallery_has_small_examples_of_several_kinds() -> None:
    gallery = examples()
    assert [each.name for each in gallery] == list(SENTENCES)
    assert len(gallery) == 16
    gallery = [each for each in gallery if not each.is_comparison]
    projects = [each.project() for each in gallery]
    assert {project.target.kind for project in projects} >= {"text", "shape", "image", "mix"}
    families = {"realnvp", "glow", "maf", "iaf", "spline", "flow_matching"}
    assert {project.flow.family for project in projects} == families
    assert {project.flow.pairing for project in projects} == {"transport", "independent", None}
    assert "mixture" in {project.flow.base for project in projects}
    for each, project in zip(gallery, projects, strict=True):
        assert each.path.stat().st_size <= MAX_BYTES
        assert project.trace.positions.shape[1] == 8000
        assert project.checkpoint is None
        assert len(project.timeline.moments) > 3, f"{each.name} cannot play through its training"
        on_target = build_target(project.target).on_target(project.trace.positions[-1])
        assert on_target is None or on_target > 0.75, f"{each.name} does not look like its target"


def test_weights_of_an_example_reproduce_its_trace() -> None:
    from flowviz.flows import build_flow

    project = example("flow").project()
    moved = build_flow(project.flow, project.weights).trace(project.trace.positions[0])
    np.testing.assert_allclose(moved.positions[-1], project.trace.positions[-1], atol=1e-3)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["flow", "three_flows"])
def test_thumbnail_shows_the_last_stage(name: str, theme: Theme) -> None:
    script = runpy.run_path(str(resource("make_thumbnails.py")))
    drawn = script["thumbnail"](example(name), theme)
    stored = np.asarray(Image.open(example(name).thumbnail(theme)).convert("RGB"))
    assert np.abs(drawn.astype(float) - stored).mean() < 3, "run resources/make_thumbnails.py"


def test_every_example_has_thumbnails() -> None:
    assert all(each.thumbnail(theme).exists() for each in examples() for theme in get_args(Theme))


def open_gallery(window: Window, qtbot: QtBot) -> QListWidget:
    window.find(QAction, "galleryAction").trigger()
    gallery = window.find(QListWidget, "startGallery")
    qtbot.waitUntil(gallery.isVisible)
    return gallery


def test_gallery_is_entered_at_its_first_example(window: Window, qtbot: QtBot) -> None:
    window.main.resize(1024, 500)
    for number in range(MAX_RECENT):  # the gallery is below them, out of sight
        window.main.document_actions.recent.add(Path(f"/{number}.flowviz"))
    window.main.activateWindow()
    word = "WORD"
    window.find(QPlainTextEdit, "targetText").setPlainText(word)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_End):
        gallery = open_gallery(window, qtbot)
        qtbot.waitUntil(gallery.hasFocus)
        assert [entry.text() for entry in gallery.selectedItems()] == [heading_of(examples()[0].name)]
        page = window.find(StartPage, "startPage")
        viewport, bar = page.viewport(), page.verticalScrollBar()
        assert viewport is not None
        assert bar is not None
        place = gallery.visualItemRect(gallery.selectedItems()[0])
        assert viewport.rect().contains(QRect(gallery.mapTo(viewport, place.topLeft()), place.size()))
        assert window.find(QLineEdit, "startWord").text() == word
        qtbot.keyClick(gallery, key)
        bar.setValue(0)
        window.main.welcome.leave()


def test_names_of_people_are_capitalized_in_titles(window: Window, qtbot: QtBot) -> None:
    gallery = open_gallery(window, qtbot)
    for title in ("Two moons", "Eight Gaussians", "Eight components"):
        assert gallery.findItems(title, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive)
    assert ShapeSpec(name="eight_gaussians").title == "eight Gaussians"
    shapes = window.find(QComboBox, "targetShape")
    assert shapes.itemText(shapes.findData("eight_gaussians")) == "Eight Gaussians"


def test_example_is_chosen_by_its_thumbnail(window: Window, qtbot: QtBot) -> None:
    gallery = open_gallery(window, qtbot)
    assert gallery.count() == len(examples())
    item = gallery.item(1)
    assert item is not None
    gallery.setCurrentRow(1)
    assert item.toolTip() == examples()[1].sentence
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.main.session.trained_title == "FLOW")
    assert window.main.document_actions.document.path is None, "the example itself was opened instead of a copy"
    assert not window.main.isWindowModified()
    project = examples()[1].project()
    viewer = window.main.viewer
    assert np.array_equal(viewer.scenes.scene.trace.positions, project.trace.positions)
    assert window.find(QSlider, "layerScrubber").maximum() == project.trace.last_stage
    assert window.find(QPlainTextEdit, "targetText").toPlainText() == "FLOW"
    assert window.find(QComboBox, "flowFamily").currentData() == "spline"
    assert "25,000 steps" in window.status
    for name in ("validationGap", "legibility", "onTarget", "leaked", "coverage", "roundTrip"):
        assert window.find(QLabel, f"{name}Figure").text() != "–"


def test_numbers_of_a_layer_are_computed_on_request(window: Window, qtbot: QtBot) -> None:
    window.main.session.show_project(example("flow").project())
    formula = window.find(QLabel, "stageFormula")
    assert "loads TensorFlow" in formula.text()
    formula.linkActivated.emit("#numbers")
    qtbot.waitUntil(lambda: "loads TensorFlow" not in formula.text())
    assert "Train" not in formula.text()


def is_training() -> bool:
    return any(isinstance(thread, TrainingWorker) for thread in worker._running)


def test_example_replaces_a_training(staged: Staged, qtbot: QtBot) -> None:
    window = staged.window
    staged.begin()
    project = example("flow").project()
    window.main.session.show_project(project)
    staged.report(staged.snapshot(2000), None)
    qtbot.waitUntil(lambda: not is_training())
    assert window.main.viewer.scenes.scene.trace is project.trace, "a snapshot of the training is shown"
    assert window.find(QToolButton, "trainButton").text() == "Train"
    assert not window.find(QAction, "stopAction").isEnabled()


def test_terminal_lists_the_examples_and_copies_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        app(["gallery"])
    assert left.value.code == 0
    output = capsys.readouterr().out
    assert all(name in output for name in SENTENCES)
    copy = tmp_path / "copy.flowviz"
    with pytest.raises(SystemExit):
        app(["gallery", "flow", "-o", str(copy)])
    assert load_project(copy).target == example("flow").project().target
    with pytest.raises(FileError, match="Choose one of brad"):
        app(["gallery", "nothing", "-o", str(copy)])
    with pytest.raises(FileError):
        app(["gallery", "flow", "-o", str(tmp_path)])

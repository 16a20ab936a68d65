"""The comparison in the gallery, and what the start page offers about comparisons."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from flowviz.cli.commands import app
from flowviz.projects import example, examples, load_comparison
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.welcome.test_gallery import open_gallery
from tests.app.welcome.test_start_page import Welcome, click, item, start

pytestmark = pytest.mark.shared_window

__all__ = ["start"]

NAME = "three_flows"
ROW = [each.name for each in examples()].index(NAME)
MAX_BYTES = 2_500_000
LINE = 128  # shade between the flows


def test_gallery_has_a_small_comparison() -> None:
    (found,) = [each for each in examples() if each.is_comparison]
    assert found.name == NAME
    assert found.path.stat().st_size <= MAX_BYTES
    comparison = found.comparison()
    projects = comparison.projects.values()
    assert [project.flow.family for project in projects] == ["realnvp", "spline", "flow_matching"]
    assert {project.target.title for project in projects} == {"SUN"}
    assert comparison.spec.budget.steps, "with a budget of seconds, the result depends on the machine"
    for row, project in zip(comparison.rows(), projects, strict=True):
        assert row["ending"] == "completed"
        # which files of that time do not have
        later = {"legibility", "effective_share", "log_normalizer", "covered", "parts"}
        assert None not in [value for name, value in row.items() if name not in later]
        assert build_target(project.target).on_target(project.trace.positions[-1]) > 0.75  # type: ignore[operator]  # a word has ink
        assert len(project.timeline.moments) > 3, "an entrant cannot play through its training"


def test_comparison_opens_from_the_gallery(start: Welcome, qtbot: QtBot) -> None:
    click(start.gallery, ROW, qtbot.mouseClick)
    qtbot.waitUntil(lambda: start.window.main.comparisons.is_shown)
    assert not start.page.isVisible()
    assert not start.window.main.isWindowModified()


def test_comparison_opens_as_a_copy(window: Window, qtbot: QtBot) -> None:
    gallery = open_gallery(window, qtbot)
    gallery.setCurrentRow(ROW)
    assert "comparison" in item(gallery, ROW).toolTip().lower()
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    comparisons = window.main.comparisons
    qtbot.waitUntil(lambda: comparisons.is_shown)
    assert comparisons.document.path is None, "the example itself was opened instead of a copy"
    assert not window.main.isWindowModified()
    assert not window.main.document_actions.recent.paths()
    assert comparisons.workbench is not None
    runs = comparisons.workbench.compared.value.runs
    assert [run.status for run in runs] == 3 * ["completed"]
    assert "smallest test gap" in window.status


def test_thumbnail_of_a_comparison_shows_its_flows_one_above_the_other() -> None:
    picture = np.asarray(Image.open(example(NAME).thumbnail("light")).convert("RGB")).astype(int)
    lines = [row for row, pixels in enumerate(picture) if (np.abs(pixels - LINE) < 8).all()]
    third = len(picture) / 3
    assert lines == [round(third), round(third) + 1, round(2 * third), round(2 * third) + 1]
    for strip in np.split(picture, lines)[::2]:
        assert len(np.unique(strip.reshape(-1, 3), axis=0)) > 50, "there is no cloud between the lines"


def test_terminal_copies_the_comparison(tmp_path: Path) -> None:
    copy = tmp_path / "copy.flowviz"
    with pytest.raises(SystemExit) as left:
        app(["gallery", NAME, "-o", str(copy)])
    assert left.value.code == 0
    assert load_comparison(copy).names == example(NAME).comparison().names

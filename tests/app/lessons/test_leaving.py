"""The layout of the window after a lesson."""

from typing import Any

import pytest
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.settings import stored_flag
from flowviz.app.widgets.sheet import Sheet
from flowviz.lessons import read_lesson
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import Learner
from tests.app.lessons.test_links import PAGES, follow

pytestmark = pytest.mark.shared_window
OPENERS = (
    *("flowOptionsButton", "detailsButton", "moreNumbersButton"),
    *("inspectorHelpButton", "lossHelpButton", "flowHelpButton"),
)


def layout_of(window: Window) -> dict[str, Any]:
    """Return what is open and shown around and above the cloud."""
    seen = window.main.view.value.seen
    found: dict[str, Any] = {name: window.find(QToolButton, name).isChecked() for name in OPENERS}
    return found | {
        "figure": window.main.view.value.figure,
        "sheet": window.find(Sheet, "flowOptionsSheet").isVisible(),
        "panels": window.main._layout.open_names,
        "strip": window.main._viewing.strip.isVisible(),
        "seen": seen,
    }


@pytest.mark.parametrize("opened", [True, False])
def test_leaving_a_lesson_restores_the_layout(window: Window, qtbot: QtBot, learner: Learner, opened: bool) -> None:
    main = window.main
    for name in OPENERS:
        window.find(QToolButton, name).setChecked(opened)
    main.view.update_view(marks=frozenset({"points", "grid"}), beside=opened)
    main.view.update(overview=opened)
    settle(main)
    before = layout_of(window)
    assert before["sheet"] is opened
    learner.attend(read_lesson(PAGES))
    main._layout.open_panels(frozenset({"training", "loss", "inspector"}))
    settle(main)
    for name in OPENERS:
        window.find(QToolButton, name).setChecked(not opened)
    main.view.update_view(beside=not opened, grid_cells=8, square=(5, 4), camera="fixed")
    main.view.update(overview=not opened)
    main.view.zoom_to((1.0, 1.0), 0.5)
    settle(main)
    for label, link in (("lessonText", "trainButton"), ("lessonAction", "flowOptionsButton")):
        follow(learner, label, f"control:{link}")
    assert layout_of(window)["seen"] != before["seen"]
    learner.leave()
    settle(main)
    assert layout_of(window) == before
    assert stored_flag("explanations/inspector", default=not opened) is opened
    for name in OPENERS:
        window.find(QToolButton, name).setChecked(False)


def test_a_lesson_that_another_project_ends_restores_the_layout_too(window: Window, learner: Learner) -> None:
    details = window.find(QToolButton, "detailsButton")
    learner.attend(read_lesson(PAGES))
    details.setChecked(True)
    main = window.main
    main.discard_changes()
    learner.trigger("newAction")
    learner.qtbot.waitUntil(lambda: not main._lesson_dock.isVisible())
    assert not details.isChecked()

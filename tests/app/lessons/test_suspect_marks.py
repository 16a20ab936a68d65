"""Marked points on the cloud: what counts as probing them, and when they are hidden."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from PyQt6.QtCore import QPointF
from PyQt6.QtWidgets import QWidget

from flowviz.app.lessons.suspect_marks import SuspectMarks
from flowviz.app.style.tokens import DOT, LINE
from flowviz.lessons import Lesson
from flowviz.lessons.suspects import Suspects
from tests.app.conftest import Window, settle
from tests.app.lessons.learner import PATIENCE_MS, Learner
from tests.app.pane.mouse import CloudMouse
from tests.app.test_main_window import pixels

pytestmark = pytest.mark.shared_window

LESSON = """format = 1
title = "The odd one"
summary = "Find it."
minutes = 1
gallery = "brad"

[[step]]
title = "Probe"
text = "Which one?"
setup = { stage = "last", marks = [], tool = "probe", probe = "clear", suspects = true }
action = "Point at A, B and C."
condition = { observe = "suspects_probed", includes = ["A", "B", "C"] }

[[step]]
title = "Enough"
text = "They are gone."
setup = { suspects = false }
"""


@pytest.fixture
def odd_one(written: Callable[[str], Lesson]) -> Lesson:
    return written(LESSON)


def marks(window: Window) -> SuspectMarks:
    return window.find(SuspectMarks, "suspectMarks")


def point_at(learner: Learner, x: float, y: float) -> None:
    """Move the mouse to a point, and wait until the flow knows its density."""
    main = learner.window.main
    CloudMouse(main._viewing.cloud, learner.qtbot).hover(x, y)
    probed = main.view.seen.probe
    assert probed is not None

    def is_known() -> bool:
        probe = main.viewer.scenes.scene.probe
        return probe is not None and tuple(probe.positions[-1, 0]) == pytest.approx(probed[1], abs=1e-3)

    learner.qtbot.waitUntil(is_known, timeout=PATIENCE_MS)
    settle(main)


def test_all_three_have_to_be_probed(window: Window, learner: Learner, odd_one: Lesson) -> None:
    learner.attend(odd_one)
    settle(window.main)
    points = marks(window).suspects.points
    empty = points["B"][0] + 0.4, points["B"][1] + 0.4
    for place in (empty, points["A"], points["B"], points["A"]):
        point_at(learner, *place)
        assert not learner.is_done
    assert learner.lessons.observer.read()["suspects_probed"] == ["A", "B"]
    point_at(learner, *points["C"])
    learner.qtbot.waitUntil(lambda: learner.is_done)
    densities = marks(window).suspects.densities
    assert densities["B"] < min(densities["A"], densities["C"])
    learner.leave()


def test_densities_are_those_of_the_shown_moment_at_all_of_them(
    window: Window, learner: Learner, odd_one: Lesson
) -> None:
    learner.attend(odd_one)
    settle(window.main)
    for letter in ("A", "B"):
        point_at(learner, *marks(window).suspects.points[letter])
    latest, view = dict(marks(window).suspects.densities), window.main.view
    assert latest.keys() == {"A", "B", "C"}

    def differ() -> bool:
        return all(abs(value - latest[letter]) > 1e-6 for letter, value in marks(window).suspects.densities.items())

    view.update(moment=window.main.viewer.moments.timeline.moments[0].step)
    learner.qtbot.waitUntil(differ, timeout=PATIENCE_MS)
    view.update(moment=None)
    learner.qtbot.waitUntil(lambda: marks(window).suspects.densities == pytest.approx(latest), timeout=PATIENCE_MS)
    assert marks(window).suspects.probed == {"A", "B"}
    learner.leave()


def test_they_are_not_searched_for_while_they_are_drawn_or_read(
    window: Window, learner: Learner, odd_one: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.attend(odd_one)
    settle(window.main)
    search = Mock(return_value={})
    monkeypatch.setattr("flowviz.lessons.suspects.suspects_of", search)
    marks(window).grab()
    learner.lessons.observer.read()
    search.assert_not_called()
    learner.leave()


def test_the_mouse_need_not_be_exactly_on_a_point(window: Window, learner: Learner, odd_one: Lesson) -> None:
    learner.attend(odd_one)
    settle(window.main)
    x, y = marks(window).suspects.points["A"]
    pixel = window.main._viewing.cloud.pixel
    point_at(learner, x + 5 * pixel, y - 5 * pixel)
    assert window.main.view.seen.probe == (14, (x, y))
    point_at(learner, x + 40 * pixel, y)
    assert window.main.view.seen.probe != (14, (x, y))
    learner.leave()


def test_other_tools_probe_nothing(window: Window, learner: Learner, odd_one: Lesson) -> None:
    learner.attend(odd_one)
    window.main.view.set_tool("move")
    settle(window.main)
    CloudMouse(window.main._viewing.cloud, learner.qtbot).hover(*marks(window).suspects.points["A"])
    assert window.main.view.seen.probe is None
    learner.leave()


def test_they_are_on_the_last_stage_of_a_lesson_only(window: Window, learner: Learner, odd_one: Lesson) -> None:
    assert marks(window).isHidden()
    learner.attend(odd_one)
    settle(window.main)
    assert set(marks(window).suspects.points) == {"A", "B", "C"}
    window.main.view.set_stage(3)
    assert not marks(window).suspects.points
    window.main.view.show_last_stage()
    assert marks(window).suspects.points
    learner.press("Skip")
    learner.wait_for_step()
    assert marks(window).isHidden()
    learner.press("Back")
    learner.wait_for_step()
    assert not marks(window).isHidden()
    learner.leave()
    assert marks(window).isHidden()


def test_a_label_of_a_point_at_the_right_edge_is_whole(
    window: Window, learner: Learner, odd_one: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.attend(odd_one)
    settle(window.main)
    shown = marks(window)
    monkeypatch.setattr(Suspects, "labels", lambda _: [((0, 0), "B: density below 0.01")])

    def ink(x: float) -> int:
        """Return how many pixels are drawn for a point at a distance from the left edge."""
        monkeypatch.setattr(shown._cloud, "pixel_at", lambda *_: QPointF(x, 100))
        drawn = pixels(shown)
        return int((drawn != drawn[0, 0]).any(axis=-1).sum())

    assert ink(shown.width() - 20.0) == ink(100.0) > 100
    learner.leave()


def test_labels_cover_nothing_of_the_target(window: Window, learner: Learner, odd_one: Lesson) -> None:
    learner.attend(odd_one)
    settle(window.main)
    shown, target = marks(window), window.main.viewer.scenes.target
    assert target is not None
    shown.suspects.probed.update("ABC")
    shown.suspects.densities = {"A": 0.5, "B": 0.001, "C": 0.6}
    *_, bottom, top = target.extent
    upper, lower = (round(shown._cloud.pixel_at(0.0, y).y()) for y in (top, bottom))
    drawn = pixels(shown)
    inked = (drawn != drawn[0, 0]).any(axis=-1).sum(axis=1)  # pixels in each row
    assert inked[:upper].max() > 100, "the labels"
    assert 0 < inked[upper:lower].max() <= 3 * (2 * DOT + 2 * LINE), "the rings"
    learner.leave()


def test_the_marks_take_no_mouse_and_are_drawn(window: Window, learner: Learner, odd_one: Lesson) -> None:
    cloud: QWidget = window.main._viewing.cloud
    learner.attend(odd_one)
    settle(window.main)
    with_marks = cloud.grab().toImage()
    marks(window).set_shown(False)
    assert cloud.grab().toImage() != with_marks
    learner.leave()

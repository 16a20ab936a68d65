"""The undo history on the two states alone, without a window."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QGuiApplication, QUndoStack
from pytestqt.qtbot import QtBot

from flowviz.app.commands.history import MAX_EDITS, Choices
from flowviz.app.state.edits import EditsState
from flowviz.app.state.pages import PointsContents, Table
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.training.undo import ProjectUndo
from flowviz.records import Selection
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, Part, ShapeSpec, TextSpec
from flowviz.specs.edits import Edits
from flowviz.targets import points_spec
from tests.targets.pictures import png

LAST_STAGE, PARTICLES = 9, 20
SOME, OTHERS = Selection(np.arange(PARTICLES) < 3), Selection(np.arange(PARTICLES) > 5)


class Edited:
    """The states, their undo history, and every state of the choices that was restored."""

    def __init__(self) -> None:
        self.owner = QObject()
        self.request, self.view, self.edits = RequestState(Request()), ViewState(), EditsState(Edits())
        self.view.show_flow(LAST_STAGE, PARTICLES)
        self.history = ProjectUndo(self.request, self.view, self.edits, self.owner)

    @property
    def stack(self) -> QUndoStack:
        return self.history.stack

    @property
    def choices(self) -> Choices:
        return self.history.choices()

    @property
    def titles(self) -> list[str]:
        """The titles of all edits that can be undone."""
        return [self.stack.text(number) for number in range(self.stack.index())]

    def type(self, *texts: str) -> None:
        for text in texts:
            self.request.update_page("text", text=text)


@pytest.fixture
def edited(qapp: object) -> Edited:
    return Edited()


IMAGE = ImageSpec(png=png(Image.new("L", (8, 8))), name="a&b.png")
POINTS = points_spec(np.random.default_rng(0).normal(size=(50, 2)))
PARTS = Part(source=TextSpec(text="B"), weight=3), Part(source=ShapeSpec(name="star"))

EDITS: dict[str, Callable[[Edited], object]] = {
    "Typing": lambda edited: edited.type("cat"),
    "Font": lambda edited: edited.request.update_page("text", font="Other"),
    "Weight": lambda edited: edited.request.update_page("text", weight=0.1),
    "Alignment": lambda edited: edited.request.update_page("text", align="left"),
    "Source: Shape": lambda edited: edited.request.turn_to("shape"),
    "Shape: Heart": lambda edited: edited.request.update_page("shape", shape="heart"),
    "Image: a&&b.png": lambda edited: edited.request.show_target(IMAGE),
    "Threshold": lambda edited: edited.request.update_page("image", threshold=0.25),
    "Invert": lambda edited: edited.request.update_page("image", invert=True),
    "Flow: Spline": lambda edited: edited.request.set_family("spline"),
    "Layers": lambda edited: edited.request.update_flow(layers=3),
    "Width": lambda edited: edited.request.update_flow(width=64),
    "Depth": lambda edited: edited.request.update_flow(depth=3),
    "Conditioner": lambda edited: edited.request.update_flow(conditioner="table"),
    "Normalization": lambda edited: edited.request.update_flow(normalization="none"),
    "Bounded Log-Scale": lambda edited: edited.request.update_flow(log_scale_bound=None),
    "Seed": lambda edited: edited.request.set_seed(7),
    "Batch": lambda edited: edited.request.update_training(batch=300),
    "Rate": lambda edited: edited.request.update_training(learning_rate=0.01),
    "Train For": lambda edited: edited.request.set_budget("steps", 5),
    "Follow the Target": lambda edited: edited.request.change(follows=False),
    "Direction: Encode": lambda edited: edited.view.set_direction("encode"),
    "Color by Angle": lambda edited: edited.view.update_view(color_by="angle"),
    "Colors: Plain": lambda edited: edited.view.update_view(palette="plain"),
    "Show Paths": lambda edited: edited.view.set_mark("paths", True),
    "Show Beside": lambda edited: edited.view.update_view(beside=True),
    "Show Overview": lambda edited: edited.view.update(overview=True),
    "Zoom or Pan": lambda edited: edited.view.zoom_to((0.5, -1.0), 1.5),
    "Selection": lambda edited: edited.view.set_selection(SOME),
    "Invert Selection": lambda edited: edited.view.invert_selection(),
}
ON_PAGE = {"Threshold": "image", "Invert": "image", "Shape: Heart": "shape"}


@pytest.mark.parametrize("title", EDITS)
def test_each_choice_is_undone_and_redone(edited: Edited, title: str) -> None:
    if title in ON_PAGE:
        edited.request.turn_to(ON_PAGE[title])  # type: ignore[arg-type]
        edited.history.clear()
    before = edited.choices
    EDITS[title](edited)
    after = edited.choices
    assert after != before
    assert edited.titles == [title]
    edited.stack.undo()
    assert edited.choices == before
    assert not edited.stack.canUndo()
    edited.stack.redo()
    assert edited.choices == after
    assert not edited.stack.canRedo()


def test_changes_of_the_same_kind_in_quick_succession_are_one_edit(edited: Edited) -> None:
    edited.type("c", "ca", "cat")
    for half_extent in (3.0, 2.0, 1.0):
        edited.view.zoom_to((0.0, 0.0), half_extent)
    for weight in (0.1, 0.11, 0.12):
        edited.request.update_page("text", weight=weight)
    assert edited.titles == ["Typing", "Zoom or Pan", "Weight"]
    edited.type("cats")
    assert edited.titles[3:] == ["Typing"], "another kind of edit is in between"
    for _ in range(4):
        edited.stack.undo()
    assert edited.request.plan.target == TextSpec(text="BRAD")
    assert edited.view.seen.fitted


def test_typing_after_a_pause_is_another_edit(edited: Edited, qtbot: QtBot) -> None:
    edited.history._burst.setInterval(1)
    edited.type("a")
    qtbot.waitUntil(lambda: not edited.history._burst.isActive())
    edited.type("ab")
    assert edited.titles == ["Typing", "Typing"]


def test_drag_that_rests_continues_the_same_edit(edited: Edited, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    edited.history._burst.setInterval(1)
    edited.view.zoom_to((0.0, 0.0), 3.0)
    with qtbot.waitSignals([edited.history._burst.timeout] * 2):
        pass
    edited.view.zoom_to((0.0, 0.0), 2.0)
    assert edited.titles == ["Zoom or Pan"]


def test_change_that_is_taken_back_at_once_is_no_edit(edited: Edited) -> None:
    edited.type("BRADx", "BRAD")
    assert edited.titles == []
    assert not edited.stack.canUndo()


def test_choices_from_a_list_are_one_edit_each(edited: Edited) -> None:
    for color_by in ("angle", "radius", "log_det"):
        edited.view.update_view(color_by=color_by)
    assert len(edited.titles) == 3
    edited.stack.undo()
    assert edited.view.seen.view.color_by == "radius"


def test_new_choice_discards_the_redo_history(edited: Edited) -> None:
    edited.request.set_family("maf")
    edited.view.update_view(color_by="radius")
    edited.stack.undo()
    assert edited.stack.redoText() == "Color by Radius"
    edited.type("a")
    assert edited.titles == ["Flow: MAF", "Typing"]
    assert not edited.stack.canRedo()


def test_typing_after_undo_is_another_edit(edited: Edited) -> None:
    edited.type("a")
    edited.view.update_view(color_by="angle")
    edited.stack.undo()
    edited.type("ab")
    assert edited.titles == ["Typing", "Typing"]
    edited.stack.undo()
    assert edited.request.plan.target == TextSpec(text="a")


def test_navigation_and_changes_by_the_program_are_no_edits(edited: Edited) -> None:
    edited.view.set_stage(3)
    edited.view.step(-1)
    edited.view.update(moment=100)
    edited.view.set_tool("probe")
    edited.view.update(probe=(1, (0.0, 0.0)))
    edited.view.update_view(theme="dark", word_height=0.05)
    edited.view.update_view(center=(1.0, 1.0), half_extent=9.0)  # the view follows the cloud
    edited.view.show_flow(LAST_STAGE + 1, 2 * PARTICLES)
    assert edited.titles == []


def test_undo_keeps_the_stage_and_the_moment(edited: Edited) -> None:
    edited.view.update_view(color_by="angle")
    edited.view.set_stage(3)
    edited.view.update(moment=100)
    edited.stack.undo()
    assert (edited.view.value.stage, edited.view.seen.moment) == (3, 100)


def test_undone_zoom_follows_the_cloud_again(edited: Edited) -> None:
    edited.view.zoom_to((0.5, 0.5), 1.5)
    edited.view.zoom_to((0.0, 0.0), 0.5)
    edited.stack.undo()
    assert edited.view.seen.fitted
    edited.stack.redo()
    view = edited.view.seen.view
    assert (edited.view.seen.fitted, view.center, view.half_extent) == (False, (0.0, 0.0), 0.5)


def test_selection_of_another_flow_is_not_restored(edited: Edited) -> None:
    edited.view.set_selection(SOME)
    edited.view.set_selection(OTHERS)
    edited.view.show_flow(LAST_STAGE, 2 * PARTICLES)
    assert edited.view.value.selection is None
    assert edited.titles == ["Selection", "Selection"], "the program has cleared it"
    edited.stack.undo()
    assert edited.view.value.selection is None


def test_restored_view_is_announced_and_a_restored_request_is_not(edited: Edited) -> None:
    announced = list[None]()
    edited.history.view_restored.connect(lambda: announced.append(None))
    edited.type("a")
    edited.view.update_view(color_by="angle")
    edited.stack.undo()
    assert len(announced) == 1
    edited.stack.undo()
    assert len(announced) == 1


def test_pages_are_restored_with_their_contents(edited: Edited) -> None:
    stages = [edited.choices]

    def do(title: str, request: Callable[[], object]) -> None:
        request()
        assert edited.stack.undoText() == title
        stages.append(edited.choices)

    do("Source: Image", lambda: edited.request.turn_to("image"))
    do("Image: a&&b.png", lambda: edited.request.show_target(IMAGE))
    do("Source: Mix", lambda: edited.request.turn_to("mix"))
    do("Add to the Mix", lambda: edited.request.show_target(MixSpec(parts=PARTS)))
    heavier = PARTS[1].model_copy(update={"weight": 2.0})
    do("Shares of the Mix", lambda: edited.request.update_page("mix", parts=(PARTS[0], heavier)))
    do("Remove from the Mix", lambda: edited.request.update_page("mix", parts=PARTS[:1]))
    do("Source: Points", lambda: edited.request.turn_to("points"))
    table = Table(Path("table.csv"), ("a", "b", "c"))
    do("Points: table.csv", lambda: edited.request.show_page(PointsContents(table, (0, 1), POINTS)))
    do("Columns", lambda: edited.request.show_page(PointsContents(table, (0, 2), POINTS)))
    do("Source: Drawing", lambda: edited.request.turn_to("drawing"))
    drawing = DrawingSpec(png=png(Image.new("L", (8, 8))))
    do("Stroke", lambda: edited.request.update_page("drawing", drawn=(drawing, "Stroke")))
    for choices in reversed(stages[:-1]):
        edited.stack.undo()
        assert edited.choices == choices
    for choices in stages[1:]:
        edited.stack.redo()
        assert edited.choices == choices


def test_undo_goes_back_a_limited_number_of_edits(edited: Edited) -> None:
    for number in range(MAX_EDITS + 5):
        edited.view.update_view(color_by=("angle", "radius")[number % 2])
    assert len(edited.titles) == MAX_EDITS


def test_any_choices_are_undone_to_the_first_and_redone_to_the_last(edited: Edited) -> None:
    chance = random.Random(1)
    stages = [edited.choices]
    for _ in range(80):
        EDITS[chance.choice(list(EDITS))](edited)
        edited.history.end_burst()
        if edited.choices != stages[-1]:
            stages.append(edited.choices)
        if chance.random() < 0.2 and len(stages) > 1:
            edited.stack.undo()
            stages.pop()
            assert edited.choices == stages[-1]
    assert len(edited.titles) == len(stages) - 1 > 20
    seen = edited.view.seen
    for choices in reversed(stages[:-1]):
        edited.stack.undo()
        assert edited.choices == choices
    for choices in stages[1:]:
        edited.stack.redo()
        assert edited.choices == choices
    assert edited.view.seen == seen


def test_clearing_the_history_keeps_the_choices(edited: Edited) -> None:
    edited.type("a")
    choices = edited.choices
    edited.history.clear()
    assert not edited.stack.canUndo()
    assert edited.choices == choices
    edited.request.change(follows=False)
    edited.stack.undo()
    assert edited.choices == {**choices, "request": replace(choices["request"], follows=True)}

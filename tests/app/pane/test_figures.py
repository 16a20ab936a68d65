"""The figures that cover the cloud: their controller with fakes, and the real window."""

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from flowviz.app.export.exported_project import carry_over, initial_spec
from flowviz.app.pane.figure_maker import DrawnFigure, FigureMaker, FigureRequest
from flowviz.app.pane.figure_view import FigureView
from flowviz.app.pane.figures import COMPUTING, NO_TARGET, TITLES
from flowviz.app.pane.subject import Subject
from flowviz.app.state.view import View
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.projects import Project
from flowviz.records import Scene, untrained_trace
from flowviz.specs import FlowSpec, PictureSize, ViewSpec
from flowviz.targets import Points, build_target
from tests.app.pane.explored import Explored
from tests.app.pane.fakes import SPEC, TARGET, Viewed

pytestmark = pytest.mark.shared_window

PICTURE = DrawnFigure("What it shows.", np.zeros((3, 4, 4), np.uint8))
SIZE = PictureSize(width=500, height=400)


def asked(viewed: Viewed) -> FigureRequest:
    found: FigureRequest = viewed.queries.asked["figure"][0]
    return found


def show(viewed: Viewed) -> None:
    viewed.view.change(figure="four_panels")
    viewed.queries.answer("figure", PICTURE)


def test_figure_covers_the_cloud_until_it_is_left(viewed: Viewed) -> None:
    figure = viewed.displays.figure
    viewed.view.change(figure="latents")
    assert (figure.title, figure.sentence) == (TITLES["latents"], COMPUTING)
    viewed.queries.answer("figure", PICTURE)
    assert figure.picture is PICTURE.pixels
    viewed.view.change(figure=None)
    assert figure.title == ""


def test_picture_of_the_figure_before_is_not_shown_late(viewed: Viewed) -> None:
    viewed.view.change(figure="four_panels")
    late = viewed.queries.asked["figure"]
    viewed.view.change(figure="latents")
    late[-1](PICTURE)
    assert viewed.displays.figure.sentence == COMPUTING


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view.set_stage(1),
        lambda view: view.set_tool("lasso"),
        lambda view: view.update(overview=True),
        lambda view: view.set_direction("encode"),
    ],
)
def test_going_elsewhere_in_the_flow_leaves_the_figure(viewed: Viewed, change: object) -> None:
    show(viewed)
    change(viewed.view)  # type: ignore[operator]
    assert viewed.view.value.figure is None


def test_other_colors_and_snapshots_draw_it_again_but_nothing_else_does(viewed: Viewed) -> None:
    show(viewed)
    viewed.view.update_view(color_by="angle")
    assert asked(viewed).view.color_by == "angle"
    viewed.queries.answer("figure", PICTURE)
    viewed.displays.figure.resized.emit()
    assert "figure" not in viewed.queries.asked, "it has the same size"
    viewed.take(300)
    assert asked(viewed).scene.trace is viewed.viewer.scenes.generated
    assert viewed.displays.figure.picture is PICTURE.pixels, "the earlier one stays until then"


def test_figure_shows_particles_of_the_base_while_points_are_encoded(viewed: Viewed) -> None:
    viewed.view.set_direction("encode")
    viewed.queries.answer("encoded", viewed.viewer.scenes.generated)
    viewed.view.change(figure="four_panels")
    assert asked(viewed).scene.trace is viewed.viewer.scenes.generated
    assert asked(viewed).scene.selection is None


def test_figure_without_a_target_is_a_sentence() -> None:
    viewed = Viewed(trained=False)
    viewed.viewer.show_untrained(SPEC, None)
    viewed.view.change(figure="latents")
    assert viewed.displays.figure.sentence == NO_TARGET
    viewed.viewer.show_untrained(SPEC, TARGET)
    assert "figure" in viewed.queries.asked


def test_problem_is_a_sentence_in_place_of_the_picture(viewed: Viewed) -> None:
    viewed.view.change(figure="latents")
    viewed.queries.answer("figure", DrawnFigure("It is too small."))
    assert viewed.displays.figure.sentence == "It is too small."
    assert viewed.displays.figure.picture is None


@pytest.mark.parametrize("kind", ["four_panels", "latents"])
def test_untrained_flow_has_figures(kind: str) -> None:
    spec = FlowSpec(layers=2, normalization="none")
    scene = Scene(untrained_trace(spec))
    request = FigureRequest(kind, Subject(spec), TARGET, scene, ViewSpec(), SIZE)  # type: ignore[arg-type]
    drawn = FigureMaker(FlowKeeper()).drawn(request)
    assert drawn.pixels is not None
    assert drawn.pixels.shape == (400, 500, 4)
    assert drawn.sentences


def test_table_without_test_points_has_latents_of_its_validation_points() -> None:
    spec = FlowSpec(layers=2, normalization="none")
    target = Points(np.random.default_rng(0).normal(size=(40, 2)))
    request = FigureRequest("latents", Subject(spec), target, Scene(untrained_trace(spec)), ViewSpec(), SIZE)
    drawn = FigureMaker(FlowKeeper()).drawn(request)
    assert drawn.pixels is not None
    assert drawn.sentences.startswith("8 points on which the flow was not trained")


def test_encoded_points_of_a_table_do_not_train_the_flow() -> None:
    """They are averaged in the ledger, and drawn in the four panels and in the cloud."""
    target = Points(np.random.default_rng(0).normal(size=(400, 2)))
    maker = FigureMaker(FlowKeeper())
    encoded = maker.encoded(Subject(FlowSpec(layers=2, normalization="none")), target)
    np.testing.assert_array_equal(encoded.positions[-1], target.validation(400, np.random.default_rng(0)))


def test_menu_shows_both_figures_and_escape_leaves_them(explored: Explored, qtbot: QtBot) -> None:
    view = explored.window.find(FigureView, "figureView")
    for name in ("fourpanelsAction", "latentsagainstthebaseAction"):
        action = explored.action(name)
        action.trigger()
        explored.wait(lambda: view.picture is not None)
        assert action.isChecked()
        assert view.accessibleDescription()
    assert "on which the flow was not trained" in view.accessibleDescription()
    assert not explored.action("fourpanelsAction").isChecked()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()
    assert not explored.action("latentsagainstthebaseAction").isChecked()


def test_escape_leaves_the_figure_while_its_button_has_the_focus(explored: Explored, qtbot: QtBot) -> None:
    view, leave = (
        explored.window.find(*each) for each in ((FigureView, "figureView"), (QToolButton, "leaveFigureButton"))
    )
    explored.action("fourpanelsAction").trigger()
    leave.setFocus()
    qtbot.keyClick(leave, Qt.Key.Key_Escape)
    assert view.isHidden()


def test_button_and_another_project_leave_the_figure(explored: Explored, project: Project) -> None:
    view = explored.window.find(FigureView, "figureView")
    explored.action("fourpanelsAction").trigger()
    explored.window.find(QToolButton, "leaveFigureButton").click()
    assert view.isHidden()
    explored.action("fourpanelsAction").trigger()
    explored.viewer.show_project(project, build_target(project.target))
    explored.viewer.restore(View(project.seen))
    assert view.isHidden()


def test_export_begins_with_the_figure_that_is_shown(explored: Explored) -> None:
    explored.action("latentsagainstthebaseAction").trigger()
    source = explored.window.main._export_source()
    assert initial_spec(source).what == "latents"
    explored.action("fourpanelsAction").trigger()
    now = explored.window.main._export_source()
    assert carry_over(initial_spec(source), source, now).what == "four_panels"


def test_button_that_leaves_a_figure_covers_nothing_of_it(explored: Explored, qtbot: QtBot) -> None:
    explored.window.main.view.change(figure="latents")
    figure, leave = (
        explored.window.find(FigureView, "figureView"),
        explored.window.find(QToolButton, "leaveFigureButton"),
    )
    qtbot.waitUntil(lambda: figure.picture is not None)
    picture = figure.picture
    assert picture is not None
    room = figure.height() - picture.height() / picture.devicePixelRatio()
    assert room >= leave.geometry().bottom()
    explored.window.main.view.change(figure=None)

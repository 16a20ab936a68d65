"""The real window, looked into: every view, the mouse on the cloud, both timelines, both directions."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QComboBox, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.inspector import Inspector
from flowviz.app.viewer.stage_strip import StageStrip
from flowviz.projects import Project
from flowviz.records import Curve, Scene, Selection, Snapshot, StageReport, Trace
from flowviz.rendering import render_frame, visible_rectangle
from flowviz.specs import PictureSize
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.test_main_window import choose, pixels

NO_KEY = Qt.KeyboardModifier.NoModifier
MOVE_MS = 15  # pyqtgraph hears a hundred moves a second at most
ANSWER_MS = 30_000  # the first question loads TensorFlow


class Explored:
    """The window, showing a trained flow at three moments of its training."""

    def __init__(self, window: Window, project: Project, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.viewer, self.project = window.main.viewer, project
        self.cloud = window.find(CloudView, "cloudView")
        self.trace, self.target = project.trace, build_target(project.target)
        self.viewer.begin_training(project.flow, self.target)
        for step, scale in ((0, 0.5), (1000, 0.8)):
            self.take(Trace(self.trace.names, self.trace.positions * np.float32(scale), self.trace.log_det), step)
        self.take(self.trace, 2100)
        self.go_to(self.trace.last_stage)
        QApplication.processEvents()  # the layout settles

    @property
    def scene(self) -> Scene:
        return self.viewer.scene

    @property
    def selection(self) -> Selection:
        return self.scene.selection or Selection.none(self.trace.positions.shape[1])

    def go_to(self, stage: int) -> None:
        self.window.find(QSlider, "layerScrubber").setValue(stage)
        self.qtbot.waitUntil(lambda: self.cloud.stage == stage)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=ANSWER_MS)

    def action(self, name: str) -> QAction:
        return self.window.find(QAction, name)

    def pixel(self, x: float, y: float) -> QPoint:
        """Where a point of the plane is on the widget that hears the mouse."""
        left, right, bottom, top = self.cloud.rectangle
        canvas = self.canvas
        return QPoint(
            round((x - left) / (right - left) * canvas.width()), round((top - y) / (top - bottom) * canvas.height())
        )

    @property
    def canvas(self) -> QWidget:
        canvas: QWidget = self.cloud._plot.viewport()
        return canvas

    def drag(self, *corners: tuple[float, float], modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Press at the first corner, move over the others in small steps, release at the last."""
        places = [QPointF(self.pixel(*corner)) for corner in corners]
        self.send(QEvent.Type.MouseButtonPress, places[0], modifier)
        for start, end in pairwise(places):
            for way in np.linspace(0, 1, 6):
                self.send(QEvent.Type.MouseMove, start + float(way) * (end - start), modifier)
        self.send(QEvent.Type.MouseButtonRelease, places[-1], modifier)

    def send(self, kind: QEvent.Type, place: QPointF, modifier: Qt.KeyboardModifier) -> None:
        """What the system sends while the left button is pressed, moved or released."""
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        globally = QPointF(self.canvas.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, place, globally, button, held, modifier))
        self.qtbot.wait(MOVE_MS)

    def click(self, place: QPoint) -> None:
        self.qtbot.mouseClick(self.canvas, Qt.MouseButton.LeftButton, pos=place)

    def hover(self, place: QPoint) -> None:
        self.qtbot.mouseMove(self.canvas, place)

    def take(self, trace: Trace, step: int = 3000) -> None:
        """A snapshot of the training that goes on."""
        self.viewer.take_snapshot(Snapshot(step, self.project.weights, None, None, trace))


@pytest.fixture
def explored(window: Window, project: Project, qtbot: QtBot) -> Explored:
    return Explored(window, project, qtbot)


def test_the_density_of_the_stage_comes_with_its_mark_and_follows_the_scrubber(explored: Explored) -> None:
    explored.action("densityAction").trigger()
    explored.wait(lambda: explored.scene.density is not None)
    before = pixels(explored.cloud)
    explored.go_to(10)
    explored.wait(lambda: explored.scene.density is not None and explored.scene.density.stage == 10)
    assert explored.scene.density is not None
    assert min(explored.scene.density.log_density.shape) >= 256
    assert not np.array_equal(before, pixels(explored.cloud))


def test_the_density_covers_what_is_seen(explored: Explored) -> None:
    explored.action("densityAction").trigger()
    explored.wait(lambda: explored.scene.density is not None)
    explored.cloud.zoom(0.5)
    explored.wait(
        lambda: explored.scene.density is not None and explored.scene.density.rectangle == explored.cloud.rectangle
    )


@pytest.mark.parametrize("mark", ["grid", "paths", "density"])
def test_every_mark_changes_the_picture(explored: Explored, mark: str) -> None:
    before = pixels(explored.cloud)
    explored.action(f"{mark}Action").trigger()
    explored.wait(lambda: not np.array_equal(before, pixels(explored.cloud)))
    explored.action(f"{mark}Action").trigger()
    assert np.array_equal(before, pixels(explored.cloud)), "and nothing else"


def test_every_color_changes_the_picture_and_its_explanation(explored: Explored) -> None:
    box, told = explored.window.find(QComboBox, "colorBox"), explored.window.find(QLabel, "viewExplanation")
    seen, words = set[bytes](), set[str]()
    for index in range(box.count()):
        box.setCurrentIndex(index)
        seen.add(pixels(explored.cloud).tobytes())
        words.add(told.text())
    assert len(seen) == len(words) == box.count() == 6


def test_what_is_explained_is_what_is_seen(explored: Explored) -> None:
    told = explored.window.find(QLabel, "viewExplanation")

    def explained(*actions: str) -> list[str]:
        for name in actions:
            explored.action(f"{name}Action").trigger()
        kinds = ("each dot", "the heat map", "both halves", "not shown here", "the color shows")
        return [kind for kind in kinds if kind in told.text().lower()]

    assert explained() == ["each dot", "the color shows"]
    assert explained("beside") == ["each dot", "the color shows"], "there is nothing to show beside the points"
    assert explained("density", "beside") == ["each dot", "the heat map", "both halves", "the color shows"]
    assert explained("overview") == ["each dot", "not shown here", "the color shows"]
    assert explained("points") == ["each dot", "not shown here", "the color shows"], "which the overview shows instead"
    assert explained("overview") == ["the heat map"]
    assert explained("paths") == ["the heat map", "both halves", "the color shows"], "of the paths"


def test_a_rectangle_selects_adds_and_takes_away(explored: Explored) -> None:
    explored.action("rectangleTool").trigger()
    explored.drag((-3, -3), (0, 3))
    left = explored.selection
    expected = explored.trace.positions[-1][:, 0] < 0
    assert (left.chosen != expected).mean() < 0.01
    explored.drag((0, -3), (3, 3), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert explored.selection.count > 0.99 * expected.size
    explored.drag((-3, -3), (0, 3), modifier=Qt.KeyboardModifier.AltModifier)
    assert (explored.selection.chosen == ~expected).mean() > 0.98
    explored.window.find(QToolButton, "clearButton").click()
    assert explored.selection.count == 0


def test_the_lasso_selects_what_it_surrounds_and_invert_the_rest(explored: Explored) -> None:
    explored.action("lassoTool").trigger()
    explored.drag((-3, -3), (0, -3), (0, 3), (-3, 3))
    selection = explored.selection
    expected = explored.trace.positions[-1][:, 0] < 0
    assert (selection.chosen == expected).mean() > 0.98
    choose(explored.window, "Invert Selection")
    assert explored.selection.count == expected.size - selection.count


def test_a_click_selects_one_particle_and_the_readout_tells_of_it(explored: Explored) -> None:
    x, y = explored.trace.positions[-1][123]
    place = explored.pixel(float(x), float(y))
    explored.click(place)
    explored.wait(lambda: explored.selection.count == 1)
    explored.hover(place + QPoint(1, 0))
    readout = explored.window.find(QLabel, "readout")
    explored.wait(lambda: "· base (" in readout.text())
    assert "log p" in readout.text()
    assert "log|det J|" in readout.text()


def test_the_selection_stays_with_its_particles_at_every_stage(explored: Explored) -> None:
    explored.action("rectangleTool").trigger()
    explored.drag((-3, -3), (0, 3))
    selection = explored.scene.selection
    for stage in (0, 7):
        explored.go_to(stage)
        assert explored.scene.selection is selection


def test_the_probe_follows_the_mouse_through_all_stages(explored: Explored) -> None:
    explored.action("probeTool").trigger()
    explored.go_to(9)
    explored.hover(explored.pixel(0.5, 0.5))
    explored.wait(lambda: explored.scene.probe is not None)
    probe = explored.scene.probe
    assert probe is not None
    np.testing.assert_allclose(probe.positions[9, 0], (0.5, 0.5), atol=2 * explored.cloud.pixel)
    assert "· base (" in explored.window.find(QLabel, "readout").text()
    explored.action("moveTool").trigger()
    assert explored.scene.probe is None


def test_encoding_pulls_the_target_back_and_tells_its_nll(explored: Explored) -> None:
    direction, readout = explored.window.find(QComboBox, "directionBox"), explored.window.find(QLabel, "readout")
    direction.setCurrentIndex(1)
    explored.wait(lambda: "NLL" in readout.text())
    encoded = explored.scene.trace
    assert explored.target.on_target(encoded.positions[-1]) == 1
    assert abs(float(encoded.positions[0].std()) - 1) < 0.35
    direction.setCurrentIndex(0)
    assert explored.scene.trace is explored.trace


def test_the_inspector_shows_what_the_stage_is(explored: Explored) -> None:
    formula, numbers = explored.window.find(QLabel, "stageFormula"), explored.window.find(QLabel, "stageNumbers")
    explored.wait(lambda: "Train" not in formula.text())
    assert explored.window.find(QWidget, "curvePlot").isVisible()
    explored.go_to(2)
    explored.wait(lambda: "mean" in numbers.text())
    assert not explored.window.find(QWidget, "curvePlot").isVisible()
    assert "normalization" in explored.window.find(QLabel, "inspectorTitle").text()
    assert "running" in explored.window.find(QLabel, "stageExplanation").text()
    choose(explored.window, "Explanations")
    assert not explored.window.find(QLabel, "stageExplanation").isVisible()
    assert numbers.isVisible()
    choose(explored.window, "Layer Inspector")
    assert not numbers.isVisible()


def test_the_training_can_be_scrubbed_back(explored: Explored) -> None:
    history, label = explored.window.find(QSlider, "historyScrubber"), explored.window.find(QLabel, "momentLabel")
    assert (history.maximum(), history.value(), label.text()) == (2, 2, "step 2,100")
    history.setValue(0)
    assert label.text() == "step 0"
    np.testing.assert_allclose(explored.scene.trace.positions, explored.trace.positions * 0.5, rtol=1e-6)
    live = explored.window.find(QToolButton, "liveButton")
    assert not live.isChecked()
    explored.take(explored.trace)
    assert explored.scene.trace is not explored.trace, "who looks back is left there"
    live.click()
    assert explored.scene.trace is explored.trace
    assert label.text() == "step 3,000"


def test_playing_both_goes_through_layers_and_training_at_once(explored: Explored) -> None:
    explored.go_to(0)
    explored.window.find(QComboBox, "throughBox").setCurrentText("Both")
    explored.window.find(QComboBox, "speedBox").setCurrentText("4×")
    moments = set[str]()
    label = explored.window.find(QLabel, "momentLabel")
    explored.window.find(QToolButton, "playButton").click()

    def ended() -> bool:
        moments.add(label.text())
        return explored.cloud.stage == 19

    explored.wait(ended)
    assert moments == {"step 0", "step 1,000", "step 2,100"}


def test_keys_change_how_it_plays(explored: Explored) -> None:
    main, find = explored.window.main, explored.window.find
    for key, name, text in (
        (Qt.Key.Key_BracketRight, "speedBox", "2×"),
        (Qt.Key.Key_L, "repeatBox", "Loop"),
        (Qt.Key.Key_R, "headingBox", "Backward"),
        (Qt.Key.Key_M, "easingBox", "Steady"),
        (Qt.Key.Key_T, "throughBox", "Training"),
    ):
        explored.qtbot.keyClick(main, key, Qt.KeyboardModifier.ControlModifier)
        assert find(QComboBox, name).currentText() == text


def test_backward_plays_from_the_target_to_the_base(explored: Explored) -> None:
    explored.window.find(QComboBox, "headingBox").setCurrentText("Backward")
    explored.window.find(QComboBox, "speedBox").setCurrentText("4×")
    explored.go_to(3)
    explored.window.find(QToolButton, "playButton").click()
    explored.wait(lambda: explored.cloud.stage == 0)


def test_the_strip_shows_all_stages_and_a_click_goes_there(explored: Explored) -> None:
    strip = explored.window.find(StageStrip, "stageStrip")
    explored.wait(lambda: len(strip._pictures) == 20)
    place = strip._place(4).center()
    explored.qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    assert explored.window.main.view.value.stage == 4


def test_the_overview_is_the_figure_and_a_click_opens_a_stage(explored: Explored) -> None:
    explored.action("overviewAction").trigger()
    explored.click(QPoint(explored.canvas.width() // 10, explored.canvas.height() // 8))
    explored.wait(lambda: explored.window.main.view.value.stage == 0)
    assert not explored.action("overviewAction").isChecked()


def test_the_wheel_zooms_about_the_mouse(explored: Explored) -> None:
    place = explored.pixel(1.0, 0.5)
    before = explored.cloud.view.half_extent
    at, globally = QPointF(place), QPointF(explored.canvas.mapToGlobal(place))
    turn, phase = QPoint(0, 240), Qt.ScrollPhase.NoScrollPhase
    wheel = QWheelEvent(at, globally, QPoint(), turn, Qt.MouseButton.NoButton, NO_KEY, phase, False)
    QApplication.sendEvent(explored.canvas, wheel)
    assert explored.cloud.view.half_extent < before / 1.4
    moved = explored.pixel(1.0, 0.5) - place
    assert max(abs(moved.x()), abs(moved.y())) <= 1


def test_dragging_pans_what_is_grabbed(explored: Explored) -> None:
    start = explored.pixel(0.5, 0.5)
    explored.drag((0.5, 0.5), (1.5, 0.0))
    moved = explored.pixel(0.5, 0.5) - start
    left, right, _, _ = explored.cloud.rectangle
    assert moved.x() == pytest.approx(explored.canvas.width() / (right - left), abs=3)


def test_a_stage_that_ran_away_is_fitted_by_itself(explored: Explored) -> None:
    trace = explored.trace
    positions = trace.positions.copy()
    positions[12] *= 1e6
    explored.take(Trace(trace.names, positions, trace.log_det))
    explored.go_to(12)
    choose(explored.window, "Fit This Stage")
    assert 1e5 < explored.cloud.view.half_extent < 1e8


def test_what_is_seen_is_what_is_rendered(explored: Explored) -> None:
    explored.action("pathsAction").trigger()
    explored.window.find(QComboBox, "colorBox").setCurrentIndex(3)
    seen = pixels(explored.cloud)
    size = PictureSize(width=seen.shape[1], height=seen.shape[0])
    drawn = render_frame(explored.scene, explored.cloud.stage, explored.cloud.view, size)
    np.testing.assert_array_equal(seen, drawn[..., :3])
    assert explored.cloud.rectangle == visible_rectangle(explored.cloud.view, size)


def test_the_buttons_above_the_cloud_fit_it_and_the_stage(explored: Explored) -> None:
    cloud = explored.window.find(CloudView, "cloudView")
    whole = cloud.view.half_extent
    cloud.zoom(0.1)
    explored.window.find(QToolButton, "fitButton").click()
    assert cloud.view.half_extent == whole
    cloud.zoom(10)
    explored.window.find(QToolButton, "fitStageButton").click()
    assert cloud.view.half_extent <= whole


def test_a_high_inspector_pulls_nothing_apart(qtbot: QtBot) -> None:
    inspector, x = Inspector(), np.linspace(-1, 1, 50, dtype=np.float32)
    qtbot.addWidget(inspector)
    inspector.resize(280, 2000)
    inspector.show_stage("1 of 2 · real_nvp", "real_nvp", 0.1)
    inspector.show_report(StageReport(1, "real_nvp", ("y → y + t(x)",), curves=(Curve("shift t(x)", x, x),)))
    inspector.show()
    qtbot.waitExposed(inspector)
    names = inspector.findChild(QLabel, "curveNames")
    assert names is not None
    assert names.height() <= names.heightForWidth(names.width()) + 2

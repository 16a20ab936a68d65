"""The main window: its widgets, menus and appearance, and a real training from typing to exporting."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QGuiApplication, QImage
from PyQt6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ExportDialog
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.training.loss_plot import LossPlot
from flowviz.records import Trace
from flowviz.rendering import render_frame
from flowviz.specs import PictureSize
from tests.app.conftest import Window, settle

pytestmark = pytest.mark.shared_window


def pixels(widget: QWidget) -> NDArray[np.uint8]:
    """Return the pixels of a widget (height, width, 3), once everything in its window has its place."""
    window = widget.window()
    assert window is not None
    settle(window)
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


def choose_steps(window: Window, steps: int) -> None:
    unit, amount = window.find(QComboBox, "budgetUnit"), window.find(QSpinBox, "budgetAmount")
    unit.setCurrentText("steps")
    amount.setValue(steps)


def train(window: Window, qtbot: QtBot, steps: int) -> None:
    choose_steps(window, steps)
    qtbot.mouseClick(window.find(QToolButton, "trainButton"), Qt.MouseButton.LeftButton)
    wait_for_status(window, qtbot, "Done:")


def wait_for_status(window: Window, qtbot: QtBot, text: str) -> None:
    qtbot.waitUntil(lambda: text in window.status)


def test_widgets_have_object_names_and_accessible_names(window: Window) -> None:
    for kind, names in {
        QPlainTextEdit: ["targetText"],
        QProgressBar: ["progressBar"],
        QLabel: ["statusLabel", "stageLabel"],
        LossPlot: ["lossPlot"],
        CloudView: ["cloudView"],
        QSlider: ["layerScrubber"],
        QToolButton: ["trainButton", "playButton"],
        QWidget: ["targetPreview"],
    }.items():
        for name in names:
            assert window.find(kind, name).accessibleName(), f"{name} has no accessible name"
    assert window.find(QAction, "exportAction").shortcut().toString() == "Ctrl+E"


def test_window_can_be_made_as_small_as_a_maximized_one_on_a_small_screen(window: Window) -> None:
    """Leave room for the task bar and the title bar on a screen of 1366x768."""
    assert window.main.minimumSize().height() <= 768 - 48 - 40


def test_preview_shows_the_typed_text(window: Window, qtbot: QtBot) -> None:
    text, preview = window.find(QPlainTextEdit, "targetText"), window.find(QWidget, "targetPreview")
    text.selectAll()
    qtbot.keyClicks(text, "I")
    narrow = pixels(preview)
    qtbot.keyClicks(text, "II")
    assert (narrow < 128).sum() > 100
    assert not np.array_equal(narrow, pixels(preview))


def test_text_without_ink_is_a_problem_and_disables_train(window: Window, qtbot: QtBot) -> None:
    text, train_button = window.find(QPlainTextEdit, "targetText"), window.find(QToolButton, "trainButton")
    problem = window.find(QLabel, "targetProblem")
    for typed in ("", "  \n ", "\u0378"):
        text.setPlainText(typed)
        qtbot.waitUntil(lambda: problem.isVisible() and not train_button.isEnabled())
        assert problem.text().endswith(".")
    text.setPlainText("fine\ntoo")
    qtbot.waitUntil(lambda: not problem.isVisible() and train_button.isEnabled())


def test_cloud_shows_what_the_renderer_draws(window: Window, qtbot: QtBot) -> None:
    cloud, scrubber = window.find(CloudView, "cloudView"), window.find(QSlider, "layerScrubber")
    scrubber.setValue(8)
    qtbot.waitUntil(lambda: cloud.stage == 8)
    seen = pixels(cloud)
    size = PictureSize(width=seen.shape[1], height=seen.shape[0])
    drawn = render_frame(window.main.viewer.scenes.scene, 8, cloud.view, size)
    np.testing.assert_array_equal(seen, drawn[..., :3])


def test_keys_move_the_stage_slider(window: Window, qtbot: QtBot) -> None:
    scrubber, label = window.find(QSlider, "layerScrubber"), window.find(QLabel, "stageLabel")
    assert scrubber.maximum() == 19
    readout = window.find(QLabel, "readout")
    for key, stage, name in [
        (Qt.Key.Key_End, 19, "Coupling 8 of 8: "),
        (Qt.Key.Key_Left, 18, "Permutation 7 of 7: "),
        (Qt.Key.Key_Home, 0, "Base: "),
        (Qt.Key.Key_Right, 1, "Coupling 1 of 8: "),
        (Qt.Key.Key_Right, 2, "Batch normalization 1 of 4: "),
    ]:
        qtbot.keyClick(scrubber, key)
        assert scrubber.value() == stage
        assert label.text() == f"Stage {stage} of 19"
        assert readout.text().startswith(name)


def test_click_on_the_stage_slider_goes_to_that_stage(window: Window, qtbot: QtBot) -> None:
    scrubber = window.find(QSlider, "layerScrubber")
    middle = scrubber.rect().center()
    qtbot.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=middle)
    assert abs(scrubber.value() - 9.5) <= 1


def test_cloud_glides_between_stages(window: Window, qtbot: QtBot) -> None:
    cloud, scrubber = window.find(CloudView, "cloudView"), window.find(QSlider, "layerScrubber")
    seen: list[float] = []
    scrubber.setValue(0)
    qtbot.waitUntil(lambda: cloud.stage == 0)
    scrubber.setValue(3)
    qtbot.waitUntil(lambda: seen.append(cloud.stage) or cloud.stage == 3)  # type: ignore[func-returns-value]
    assert len({stage for stage in seen if 0 < stage < 3 and stage % 1}) >= 5
    assert seen == sorted(seen)


@pytest.mark.usefixtures("quick_playhead")
def test_playback_stops_at_the_last_stage_and_starts_over(window: Window, qtbot: QtBot) -> None:
    play, scrubber = window.find(QToolButton, "playButton"), window.find(QSlider, "layerScrubber")
    scrubber.setValue(17)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert play.accessibleName() == "Stop playing"
    qtbot.waitUntil(lambda: scrubber.value() == 19)
    qtbot.waitUntil(lambda: play.accessibleName() == "Play")
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert scrubber.value() == 0, "playback starts over"
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert play.accessibleName() == "Play"


def test_zoom_is_kept_when_the_window_is_resized_until_the_view_follows_again(window: Window, qtbot: QtBot) -> None:
    cloud = window.find(CloudView, "cloudView")
    fitted = cloud.view
    cloud.zoom(0.5)
    assert cloud.view.half_extent == pytest.approx(fitted.half_extent / 2)
    window.main.resize(window.main.width() - 100, window.main.height() - 50)
    assert cloud.view.half_extent == pytest.approx(fitted.half_extent / 2), "resizing keeps the zoom"
    window.main.view.follow()
    assert cloud.view.half_extent == fitted.half_extent


def choose(window: Window, title: str) -> None:
    (action,) = [action for action in window.main.findChildren(QAction) if action.text().replace("&", "") == title]
    action.trigger()


def test_themes_change_the_background_everywhere(window: Window) -> None:
    for theme, bright in {"Dark": False, "Light": True}.items():
        choose(window, theme)
        assert (np.median(pixels(window.main)) > 128) == bright
        for name in ("cloudView", "lossPlot", "targetPreview"):
            assert (np.median(pixels(window.find(QWidget, name))) > 128) == bright, f"{name} in {theme}"


def test_chosen_view_stays_during_training(window: Window) -> None:
    viewer, cloud = window.main.viewer, window.find(CloudView, "cloudView")
    trace = viewer.scenes.scene.trace
    viewer.reduce_motion(True)
    usual = cloud.view.half_extent

    def snapshot(scale: float) -> None:
        viewer.scenes._show_trace(Trace(trace.names, trace.positions * scale, trace.log_det), encoded=False)

    snapshot(3)
    assert cloud.view.half_extent == pytest.approx(3 * usual)
    choose(window, "Dark")
    choose(window, "Plain, as in the Blog Post")
    snapshot(2)
    assert cloud.view.half_extent == pytest.approx(2 * usual)
    assert (cloud.view.theme, cloud.view.palette) == ("dark", "plain")
    cloud.zoom(0.5)
    snapshot(5)
    assert cloud.view.half_extent == pytest.approx(usual)
    window.main.view.follow()
    assert cloud.view.half_extent == pytest.approx(5 * usual)
    choose(window, "Light")


def test_copied_command_is_confirmed_in_the_status_bar(window: Window) -> None:
    window.find(QAction, "commandTrainingAction").trigger()
    assert "The command was copied." in window.status


def test_copied_image_is_confirmed_in_the_status_bar(window: Window) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    clipboard.clear()
    window.find(QAction, "copyImageAction").trigger()
    assert not clipboard.image().isNull()
    assert "The picture was copied to the clipboard." in window.status


def test_menu_entries_are_enabled_with_the_button(window: Window) -> None:
    train, stop = window.find(QAction, "trainAction"), window.find(QAction, "stopAction")
    button = window.find(QToolButton, "trainButton")
    assert (train.isEnabled(), button.isEnabled(), stop.isEnabled()) == (True, True, False)
    window.find(QPlainTextEdit, "targetText").clear()
    assert (train.isEnabled(), button.isEnabled()) == (False, False)


def test_typing_training_and_exporting(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    """Type, train, scrub during training, pause, resume, stop, export, and open the exported pictures."""
    text, scrubber = window.find(QPlainTextEdit, "targetText"), window.find(QSlider, "layerScrubber")
    pause, bar = window.find(QAction, "pauseAction"), window.find(QProgressBar, "progressBar")
    cloud = window.find(CloudView, "cloudView")
    text.selectAll()
    qtbot.keyClicks(text, "Hi")
    untrained = window.main.viewer.scenes.scene.trace
    window.main.request.update_flow(layers=2, width=32)
    choose_steps(window, 10_000_000)
    train = window.find(QToolButton, "trainButton")
    assert train.text() == "Train"
    qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    assert bar.maximum() == 0, "the bar is busy while training is prepared"
    wait_for_status(window, qtbot, "left")
    assert "steps/s" in window.status
    assert scrubber.value() == 4, "the base never moves, so another stage is shown"
    for stage in (1, 2, 4):
        scrubber.setValue(stage)
        qtbot.waitUntil(lambda stage=stage: cloud.stage == stage)  # type: ignore[misc]

    qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    assert (train.text(), pause.iconText()) == ("Resume", "Resume")
    assert "Paused" in window.status
    qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    assert train.text() == "Pause"

    wait_for_status(window, qtbot, "steps/s")
    window.find(QAction, "stopAction").trigger()
    wait_for_status(window, qtbot, "Stopped:")
    trained = window.main.viewer.scenes.scene.trace
    assert trained.last_stage == 4
    assert not np.array_equal(untrained.positions[-1], trained.positions[-1])
    assert np.isfinite(trained.positions).all()
    folder = tmp_path / "frames"
    export(window, qtbot, folder)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 5
    assert (names[0], names[-1]) == ("00_base.png", "04_real_nvp.png")
    for name in names:
        with Image.open(folder / name) as image:
            assert image.size == (200, 150)
            assert len(image.getcolors(10_000) or []) > 10


def export(window: Window, qtbot: QtBot, folder: Path) -> None:
    window.find(QAction, "exportAction").trigger()
    dialog = window.main.findChild(ExportDialog)
    assert dialog is not None
    dialog.findChild(QComboBox, "exportWhat").setCurrentText("Each stage")
    dialog.findChild(QLineEdit, "exportPath").setText(str(folder))
    dialog.findChild(QSpinBox, "exportWidth").setValue(200)
    dialog.findChild(QSpinBox, "exportHeight").setValue(150)
    with qtbot.waitSignal(dialog.exported):
        qtbot.mouseClick(dialog.findChild(QPushButton, "exportButton"), Qt.MouseButton.LeftButton)


def test_stop_keeps_the_result_and_restart_abandons_it(window: Window, qtbot: QtBot) -> None:
    stop, train_button = window.find(QAction, "stopAction"), window.find(QToolButton, "trainButton")
    window.main.request.update_flow(layers=2, width=32)
    choose_steps(window, 10_000_000)
    train_button.click()
    wait_for_status(window, qtbot, "steps/s")
    window.find(QPlainTextEdit, "targetText").setPlainText("Z")
    window.find(QAction, "trainAction").trigger()
    assert "Preparing" in window.status
    wait_for_status(window, qtbot, "steps/s")
    stop.trigger()
    wait_for_status(window, qtbot, "Stopped:")
    assert window.main.session.trained_title == "Z"
    assert train_button.text() == "Train"
    assert not stop.isEnabled()


def test_window_works_after_a_failed_training(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("flowviz.training.entrant_training.train", broken)
    window.find(QToolButton, "trainButton").click()
    qtbot.waitUntil(lambda: "unexpectedly" in window.notice)
    assert window.find(QToolButton, "trainButton").text() == "Train"

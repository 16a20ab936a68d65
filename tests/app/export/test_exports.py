"""Exporting from the window, with the choices of last time, also while it trains."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QStandardPaths, Qt
from PyQt6.QtGui import QAction, QGuiApplication
from PyQt6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.folders import user_folder
from flowviz.app.export.dialog import ExportDialog
from flowviz.app.export.exported_project import ExportedProject, carry_over, initial_spec
from flowviz.app.export.exports import Exports
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.cli import main
from flowviz.exporting.commands import render_command, train_command, train_python
from flowviz.projects import Project
from flowviz.specs import FlowSpec, PictureSize, Seen, TextSpec, TrainingSpec, ViewSpec
from tests.app.conftest import Window
from tests.app.export.exporting import Dialog
from tests.app.test_main_window import choose_steps, wait_for_status
from tests.app.training.small_flow import choose_small_flow


def export(window: Window, qtbot: QtBot) -> Dialog:
    """Open the dialog from the menu."""
    window.find(QAction, "exportAction").trigger()
    dialog = next(child for child in window.main.findChildren(ExportDialog) if child.isVisible())
    return Dialog(dialog, qtbot)


def shrink(dialog: Dialog) -> None:
    """Choose small pictures, which are drawn fast."""
    for name in ("exportWidth", "exportHeight"):
        dialog.find(QSpinBox, name).setValue(200)


def test_failed_export_names_the_reason_and_the_return_key_repeats_it(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    dialog = export(window, qtbot)
    shrink(dialog)
    dialog.choose("exportWhat", "stages")
    folder, button = dialog.find(QLineEdit, "exportPath"), dialog.find(QPushButton, "exportButton")
    folder.setText(str(tmp_path / "file"))
    button.click()
    qtbot.waitUntil(lambda: "is a file" in dialog.notice)
    assert button.isEnabled()
    folder.setText(str(tmp_path / "frames"))
    with qtbot.waitSignal(dialog.itself.exported):
        qtbot.keyClick(folder, Qt.Key.Key_Return)
    assert len(list((tmp_path / "frames").iterdir())) == 20


def test_sheet_and_frames_are_exported(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot)
    shrink(dialog)
    dialog.choose("exportWhat", "sheet")
    dialog.find(QSpinBox, "exportWidth").setValue(800)  # else the stages do not fit
    dialog.write(tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").exists()
    shrink(dialog)
    dialog.choose("exportWhat", "frames")
    dialog.find(QSpinBox, "exportInBetweens").setValue(1)
    dialog.choose("exportFirst", 9)
    assert "21 pictures" in dialog.message
    dialog.write(tmp_path / "frames")
    assert len(list((tmp_path / "frames").iterdir())) == 21


def test_dialog_starts_with_the_view_of_the_window(window: Window, qtbot: QtBot) -> None:
    window.find(QComboBox, "colorBox").setCurrentText("Angle")
    for name in ("repeatping-pongAction", "pathsAction", "overviewAction"):
        window.find(QAction, name).trigger()
    dialog = export(window, qtbot)
    spec = dialog.itself.spec()
    assert spec.what == "sheet"
    assert spec.seen.view.color_by == "angle"
    assert spec.seen.view.marks == {"points", "paths"}
    assert spec.seen.playback.repeat == "ping-pong"
    assert str(window.main.view.seen.view.theme) == spec.seen.view.theme


def test_dialog_keeps_the_choices_of_last_time(window: Window, qtbot: QtBot) -> None:
    first = export(window, qtbot)
    first.choose("exportWhat", "animation")
    first.choose("exportFormat", "webp")
    first.find(QSpinBox, "exportFps").setValue(7)
    first.choose("exportPalette", "plain")
    first.find(QLineEdit, "exportPath").setText("/films/mine.webp")
    first.itself.close()
    window.find(QComboBox, "colorBox").setCurrentText("Angle")
    again = export(window, qtbot)
    spec = again.itself.spec()
    assert again.find(QLineEdit, "exportPath").text() == "/films/BRAD.webp"
    assert (spec.what, spec.format, spec.fps) == ("animation", "webp", 7)
    assert spec.seen.view.palette == "plain"
    assert spec.seen.view.color_by == "angle"  # changed in the window since


def proposed_folder(exports: Exports, window: QWidget, source: ExportedProject, chosen: str = "") -> Path:
    """Return the folder that a new export dialog proposes; close it with another path in it."""
    exports.show(source)
    (dialog,) = (child for child in window.findChildren(ExportDialog) if child.isVisible())
    line = dialog.findChild(QLineEdit, "exportPath")
    assert line is not None
    folder = Path(line.text()).parent
    if chosen:
        line.setText(chosen)
    exports.close()
    return folder


def test_export_starts_in_the_folder_of_the_project(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    exports, size = Exports(window, print, print), PictureSize(width=300, height=200)
    unsaved = source(Seen(), size)
    saved, moved = (replace(unsaved, path=Path(name)) for name in ("/projects/I.flowviz", "/elsewhere/I.flowviz"))
    assert proposed_folder(exports, window, unsaved) == user_folder(QStandardPaths.StandardLocation.PicturesLocation)
    assert proposed_folder(exports, window, saved) == Path("/projects")
    assert proposed_folder(exports, window, saved, "/chosen/I.png") == Path("/projects")
    assert proposed_folder(exports, window, saved) == Path("/chosen")
    assert proposed_folder(exports, window, moved) == Path("/elsewhere")


def test_changes_in_the_window_are_kept_beside_choices_that_cannot_be_combined(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    exports, size = Exports(window, print, print), PictureSize(width=300, height=200)
    near, far = (source(Seen(view=ViewSpec(half_extent=extent)), size) for extent in (3.0, 5.0))

    def open_dialog(shown: ExportedProject) -> Dialog:
        exports.show(shown)
        return Dialog(next(child for child in window.findChildren(ExportDialog) if child.isVisible()), qtbot)

    open_dialog(near).itself.close()
    dialog = open_dialog(far)
    dialog.choose("exportWhat", "animation")
    dialog.choose("exportFormat", "gif")
    dialog.find(QSpinBox, "exportFps").setValue(120)
    assert "120 frames per second" in dialog.message
    dialog.itself.close()
    spec = open_dialog(far).itself.spec()
    assert (spec.what, spec.seen.view.half_extent) == ("view", 5.0)
    exports.close()


def source(seen: Seen, window: PictureSize) -> ExportedProject:
    untrained = Project.untrained(TextSpec(text="I"), FlowSpec(), TrainingSpec(steps=1))
    return ExportedProject("I", None, False, Project(**{**vars(untrained), "seen": seen}), window)


def test_changes_in_the_window_replace_the_choices_of_last_time() -> None:
    small, large = PictureSize(width=300, height=200), PictureSize(width=600, height=400)
    before = source(Seen(view=ViewSpec(theme="light", half_extent=3.0)), small)
    chosen = initial_spec(before).model_copy(update={"size": small, "fps": 9})
    chosen = chosen.model_copy(update={"seen": Seen(view=ViewSpec(theme="dark", half_extent=3.0), direction="encode")})
    now = carry_over(chosen, before, source(Seen(view=ViewSpec(theme="light", half_extent=5.0)), large))
    assert (now.fps, now.seen.view.theme, now.seen.direction) == (9, "dark", "encode")
    assert now.seen.view.half_extent == 5.0
    assert now.size == large  # it still follows the window
    assert carry_over(chosen, before, source(Seen(overview=True), small)).what == "sheet"


def test_shape_of_a_picture_follows_the_view_until_a_size_is_chosen() -> None:
    wide, tall = (source(Seen(), PictureSize(width=width, height=900)) for width in (1600, 600))
    spec = initial_spec(wide)
    assert spec.size == PictureSize(width=1080, height=608)
    assert carry_over(spec, wide, tall).size == PictureSize(width=720, height=1080)
    square = spec.model_copy(update={"size": PictureSize(width=1080, height=1080)})
    assert carry_over(square, wide, tall).size == square.size
    assert str(square.size) in wide.options(wide.offered(spec))["size"]


def test_gif_is_smaller_until_a_size_is_chosen() -> None:
    wide = source(Seen(), PictureSize(width=1600, height=900))
    gif = {**wide.offered(initial_spec(wide)), "what": "animation", "format": "gif"}
    followed = wide.followed(gif, "what")
    assert followed["size"] == PictureSize(width=800, height=450)
    assert wide.followed({**followed, "format": "mp4"}, "format")["size"] == PictureSize(width=1080, height=608)
    chosen = {**gif, "size": PictureSize(width=640, height=480)}
    assert wide.followed(chosen, "what")["size"] == chosen["size"]
    typed = {**gif, "format": "mp4", "size": followed["size"]}
    assert wide.followed(typed, "size")["size"] == typed["size"]


def test_command_of_a_zoomed_window_has_short_numbers_and_no_text_size() -> None:
    view = ViewSpec(word_height=0.02891566265060241, center=(1 / 3, -2e-7), half_extent=4 * 1.25**-7)
    seen = Seen(view=view, probe=(3, (1 / 7, 0.5)), fitted=False)
    size = PictureSize(width=300, height=200)
    spec = initial_spec(source(seen, size))
    assert render_command(Path("a.flowviz"), spec, Path("a.png")) == (
        "flowviz render a.flowviz --output a.png"
        " --center 0.33333,0 --half-extent 0.83886 --probe 3:0.14286,0.5 --no-fit --size 1080x720"
    )
    assert carry_over(spec, source(Seen(), size), source(seen, size)).seen == spec.seen


def test_export_runs_during_training(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    choose_small_flow(window)
    choose_steps(window, 10_000_000)
    window.find(QToolButton, "trainButton").click()
    wait_for_status(window, qtbot, "steps/s")
    dialog = export(window, qtbot)
    dialog.choose("exportWhat", "frames")
    shrink(dialog)
    dialog.find(QSpinBox, "exportInBetweens").setValue(1)
    before = window.status
    dialog.write(tmp_path / "frames")
    qtbot.waitUntil(lambda: window.status != before)
    assert window.find(QAction, "stopAction").isEnabled()
    assert len(list((tmp_path / "frames").iterdir())) == 2 * window.main.viewer.scenes.generated.last_stage + 1


def test_an_export_is_reported_in_the_status_bar_and_to_lessons(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    observer = window.main.lessons.observer
    assert not observer.begin()["exported"]
    window.find(QAction, "commandTrainingAction").trigger()
    assert not observer.read()["exported"], "copying is no export"
    dialog = export(window, qtbot)
    shrink(dialog)
    dialog.write(tmp_path / "view.png")
    assert f"Exported to {tmp_path / 'view.png'}" in window.status
    assert observer.read()["exported"]


def test_menu_shows_the_progress_of_a_running_export(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot)
    dialog.choose("exportWhat", "frames")
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "frames"))
    dialog.find(QPushButton, "exportButton").click()
    assert export(window, qtbot).itself is dialog.itself
    assert dialog.itself.is_running
    assert not dialog.itself.isModal()
    window.main.close()
    qtbot.waitUntil(lambda: not list(tmp_path.iterdir()))


def test_stages_of_last_time_are_limited_to_those_of_the_flow(window: Window, qtbot: QtBot) -> None:
    first = export(window, qtbot)
    first.choose("exportWhat", "stages")
    first.choose("exportFirst", 18)
    first.itself.close()
    window.find(QComboBox, "flowFamily").setCurrentIndex(1)
    window.find(QComboBox, "flowFamily").setCurrentIndex(5)  # a spline: fewer stages
    dialog = export(window, qtbot)
    last = dialog.find(ChoiceBox, "exportLast").value
    assert last < 18
    assert dialog.itself.spec().first == last


def test_training_is_copied_as_command_and_as_python(window: Window) -> None:
    window.find(QPlainTextEdit, "targetText").setPlainText("Hi you")
    window.find(QComboBox, "budgetUnit").setCurrentText("steps")
    window.find(QSpinBox, "budgetAmount").setValue(300)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    window.find(QAction, "commandTrainingAction").trigger()
    assert clipboard.text() == train_command(window.main.session.project().asked, Path("Hi you.flowviz"), None)
    assert "--text 'Hi you'" in clipboard.text()
    assert "--steps 300" in clipboard.text()
    assert "The command was copied." in window.status
    window.find(QAction, "PythonTrainingAction").trigger()
    assert clipboard.text() == train_python(window.main.session.project().asked, Path("Hi you.flowviz"), None)
    assert "The Python code was copied." in window.status


def test_copied_command_and_python_export_the_same_bytes(
    window: Window, qtbot: QtBot, project_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = window.main.document_actions.document
    with qtbot.waitSignal(document.opened):
        window.main.document_actions.open(project_file)
    window.find(QComboBox, "colorBox").setCurrentText("Radius")
    window.find(QAction, "pathsAction").trigger()
    dialog = export(window, qtbot)
    dialog.choose("exportWhat", "animation")
    dialog.choose("exportFormat", "apng")
    dialog.choose("exportFirst", 17)
    dialog.choose("exportBackground", "transparent")
    for name, value in (("exportWidth", 200), ("exportHeight", 120), ("exportInBetweens", 2)):
        dialog.find(QSpinBox, name).setValue(value)
    written = tmp_path / "it.apng"
    dialog.write(written)
    wanted = written.read_bytes()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    for button in ("exportCopyCommand", "exportCopyPython"):
        dialog.find(QPushButton, button).click()
        assert "Save" not in dialog.message
        written.unlink()
        if button == "exportCopyCommand":
            monkeypatch.setattr(sys, "argv", shlex.split(clipboard.text()))
            with pytest.raises(SystemExit, match=r"^0$"):
                main()
        else:
            exec(clipboard.text(), {})
        assert written.read_bytes() == wanted

"""The export dialog: exporting, overwriting, failing, cancelling and copying."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices, QGuiApplication
from PyQt6.QtWidgets import QLabel, QLineEdit, QMessageBox, QPlainTextEdit, QProgressBar, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from flowviz.app.export.dialog import ESTIMATE_DELAY_MS, size_text
from flowviz.exporting.commands import render_command, render_python
from flowviz.exporting.export import Export
from flowviz.projects import Project, example, load_project, save_project
from flowviz.records import Trial
from flowviz.records.trial import to_csv
from flowviz.specs.export_kinds import FORMATS, IN_FOLDERS, Format, What
from tests.app.conftest import work_is_running
from tests.app.export.exporting import SMALL, Dialog, open_dialog


@pytest.fixture
def dialog(project: Project, project_file: Path, qtbot: QtBot) -> Iterator[Dialog]:
    with open_dialog(project, project_file, qtbot) as dialog:
        yield dialog


def content(path: Path) -> dict[str, bytes]:
    """Return the bytes of a file, or of the files in a folder, by name."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def test_everything_can_be_exported_in_its_formats(dialog: Dialog) -> None:
    for what, formats in FORMATS.items():
        for format_ in formats:
            dialog.choose("exportWhat", what)
            dialog.choose("exportFormat", format_)
            spec = dialog.itself.spec()
            assert (spec.what, spec.format) == (what, format_)


KINDS: list[tuple[What, Format]] = [
    ("view", "png"),
    ("stages", "png"),
    ("animation", "gif"),
    ("samples", "csv"),
    ("code", "py"),
]


@pytest.mark.parametrize(("what", "format_"), KINDS)
def test_dialog_exports_the_same_bytes_as_the_saved_project(
    dialog: Dialog, project_file: Path, tmp_path: Path, what: What, format_: Format
) -> None:
    dialog.choose("exportWhat", what)
    dialog.choose("exportFormat", format_)
    spec = dialog.itself.spec()
    name = "pictures" if what in IN_FOLDERS else f"it.{format_}"
    dialog.write(tmp_path / name)
    expected = tmp_path / f"again.{format_}"
    for _ in Export(load_project(project_file), spec).write(expected):
        pass
    assert content(tmp_path / name) == content(expected)
    assert str(tmp_path / name) in dialog.message
    assert not dialog.find(QProgressBar, "exportProgress").isVisible()


def test_code_is_previewed_as_text(dialog: Dialog, qtbot: QtBot) -> None:
    dialog.choose("exportWhat", "code")
    box = dialog.find(QPlainTextEdit, "exportText")
    qtbot.waitUntil(lambda: "\ndef log_prob(" in box.toPlainText())
    assert box.isVisible()
    assert dialog.find(QLineEdit, "exportPath").text() == str(Path("/pictures") / "flow.py")
    dialog.choose("exportWhat", "view")
    assert not box.isVisible()


def test_untouched_dialog_returns_the_initial_spec(dialog: Dialog, project: Project) -> None:
    assert dialog.itself.spec() == SMALL.model_copy(update={"seen": project.seen})


def test_return_exports_and_escape_closes(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    path = dialog.find(QLineEdit, "exportPath")
    path.setText(str(tmp_path / "a.png"))
    with qtbot.waitSignal(dialog.itself.exported):
        qtbot.keyClick(path, Qt.Key.Key_Return)
    qtbot.keyClick(path, Qt.Key.Key_Escape)
    assert not dialog.itself.isVisible()


def test_failed_export_is_reported_and_can_be_repeated(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    path, button = dialog.find(QLineEdit, "exportPath"), dialog.find(QPushButton, "exportButton")
    path.setText(str(tmp_path / "nowhere" / "a.png"))
    button.click()
    qtbot.waitUntil(lambda: "nowhere" in dialog.notice and "cannot be written" in dialog.notice)
    assert button.isEnabled()
    assert dialog.itself.isVisible()
    dialog.write(tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()


def test_cancelled_export_leaves_no_file(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "frames")
    dialog.find(QSpinBox, "exportInBetweens").setValue(200)
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "frames"))
    dialog.find(QPushButton, "exportButton").click()
    leave = dialog.find(QPushButton, "exportLeave")
    assert leave.text() == "Cancel"
    bar = dialog.find(QProgressBar, "exportProgress")
    assert bar.isVisible()
    qtbot.waitUntil(lambda: bar.value() >= 3)
    qtbot.keyClick(dialog.itself, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "Cancelled" in dialog.message)
    assert dialog.itself.isVisible()
    assert not (tmp_path / "frames").exists()
    assert leave.text() == "Close"
    assert dialog.find(QPushButton, "exportButton").isEnabled()


def test_size_is_estimated_before_the_export(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    size = dialog.find(QLabel, "exportBytes")
    dialog.choose("exportWhat", "animation")
    qtbot.waitUntil(lambda: size.text().startswith("About "))
    dialog.write(tmp_path / "film.gif")
    assert size.text() == size_text((tmp_path / "film.gif").stat().st_size), "All of so few frames are encoded."
    before = size.text()
    dialog.choose("exportFormat", "apng")
    assert not size.text(), "The size of another format is shown."
    qtbot.waitUntil(lambda: size.text().startswith("About ") and size.text() != before)
    dialog.choose("exportWhat", "view")
    assert not size.text()


def test_no_size_is_estimated_during_the_export(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "frames")
    dialog.find(QSpinBox, "exportInBetweens").setValue(200)
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "frames"))
    dialog.find(QPushButton, "exportButton").click()
    qtbot.wait(2 * ESTIMATE_DELAY_MS)
    assert dialog.itself.is_running
    assert not dialog.find(QLabel, "exportBytes").text()
    qtbot.keyClick(dialog.itself, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "Cancelled" in dialog.message)


def test_particles_of_vector_graphics_are_said_to_be_vectors_or_a_bitmap(dialog: Dialog) -> None:
    dialog.choose("exportSize", "1080x1080")
    for what, formats in FORMATS.items():
        for format_ in formats:
            dialog.choose("exportWhat", what)
            dialog.choose("exportFormat", format_)
            has_bitmap = format_ in {"svg", "pdf"} and what not in {"ledger", "losses", "view"}
            assert ("particles are a bitmap" in dialog.message) == has_bitmap, (what, format_)
    dialog.choose("exportWhat", "view")
    dialog.choose("exportFormat", "svg")
    assert "particles are vectors" in dialog.message
    dialog.choose("exportParticlesAs", "picture")
    assert "particles are a bitmap" in dialog.message


@pytest.mark.parametrize(
    ("size", "text"),
    [(15_800_000, "About 16 MB"), (523_000, "About 520 kB"), (2_140_000_000, "About 2.1 GB"), (64, "About 64 bytes")],
)
def test_estimated_sizes_have_two_digits(size: int, text: str) -> None:
    assert size_text(size) == text


def test_time_left_is_shown(dialog: Dialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.app.export.progress.MIN_SECONDS", 0.02)
    dialog.choose("exportWhat", "frames")
    dialog.find(QSpinBox, "exportInBetweens").setValue(240)
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "frames"))
    dialog.find(QPushButton, "exportButton").click()
    left = dialog.find(QLabel, "exportTimeLeft")
    qtbot.waitUntil(lambda: left.text().endswith(" left"))
    assert re.match(r"\d", left.text())  # "3:16 left" on a busy machine


def test_closing_the_dialog_cancels_the_export(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "frames")
    dialog.find(QSpinBox, "exportInBetweens").setValue(200)
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "frames"))
    dialog.find(QPushButton, "exportButton").click()
    dialog.itself.close()
    assert not dialog.itself.isVisible()
    qtbot.waitUntil(lambda: not work_is_running())
    assert not (tmp_path / "frames").exists()


def question_of(dialog: Dialog, qtbot: QtBot) -> QMessageBox:
    """Return the question of the dialog."""
    qtbot.waitUntil(lambda: bool(dialog.itself.findChildren(QMessageBox)))
    return dialog.itself.findChildren(QMessageBox)[0]


def test_file_is_overwritten_only_after_asking(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    existing = tmp_path / "existing.png"
    existing.write_text("mine")
    dialog.find(QLineEdit, "exportPath").setText(str(existing))
    dialog.find(QPushButton, "exportButton").click()
    box = question_of(dialog, qtbot)
    assert str(existing) in box.text()
    qtbot.keyClick(box, Qt.Key.Key_Return)  # cancels
    qtbot.waitUntil(lambda: not dialog.itself.findChildren(QMessageBox))
    assert not dialog.itself.is_running
    assert existing.read_text() == "mine"
    with qtbot.waitSignal(dialog.itself.exported):
        dialog.find(QPushButton, "exportButton").click()
        yes = next(button for button in question_of(dialog, qtbot).buttons() if "Overwrite" in button.text())
        yes.click()
    assert existing.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("name", "kind"), [("a.csv", "a table of trials"), ("b.csv", "a project")])
def test_question_names_the_work_that_would_be_lost(
    name: str, kind: str, dialog: Dialog, qtbot: QtBot, tmp_path: Path
) -> None:
    path, trial = tmp_path / name, Trial("nice", 1e-3, 0, "completed", True, {"gap": 0.5})
    if kind == "a project":
        save_project(example("brad").project(), path)
    else:
        path.write_text(to_csv([trial]))
    before = path.read_bytes()
    dialog.choose("exportWhat", "losses")
    dialog.find(QLineEdit, "exportPath").setText(str(path))
    dialog.find(QPushButton, "exportButton").click()
    box = question_of(dialog, qtbot)
    assert box.text() == f"{path} is {kind}, which would be lost. Overwrite it anyway?"
    qtbot.keyClick(box, Qt.Key.Key_Return)  # cancels
    qtbot.waitUntil(lambda: not dialog.itself.findChildren(QMessageBox))
    assert path.read_bytes() == before


def test_question_counts_the_pictures_that_would_be_overwritten(dialog: Dialog, qtbot: QtBot, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "stages")
    dialog.write(tmp_path / "stages")
    (tmp_path / "stages" / "18_permute.png").unlink()
    dialog.find(QPushButton, "exportButton").click()
    assert question_of(dialog, qtbot).text() == f"Overwrite 2 of 3 pictures in {tmp_path / 'stages'}?"


def test_folder_of_the_last_export_is_opened(dialog: Dialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened_urls.append)
    show = dialog.find(QPushButton, "exportShow")
    assert not show.isVisible()
    dialog.write(tmp_path / "a.png")
    show.click()
    dialog.choose("exportWhat", "stages")
    assert not show.isVisible(), "the present choices are not exported yet"
    dialog.write(tmp_path / "stages")
    show.click()
    assert [url.toLocalFile() for url in opened_urls] == [str(tmp_path), str(tmp_path / "stages")]


def clipboard() -> str:
    system = QGuiApplication.clipboard()
    assert system is not None
    return system.text()


def test_choices_are_copied_as_command_and_as_python(dialog: Dialog, project_file: Path, tmp_path: Path) -> None:
    dialog.choose("exportWhat", "stages")
    dialog.find(QLineEdit, "exportPath").setText(str(tmp_path / "stages"))
    spec = dialog.itself.spec()
    dialog.find(QPushButton, "exportCopyCommand").click()
    assert clipboard() == render_command(project_file, spec, tmp_path / "stages")
    assert dialog.message == "The command was copied."
    dialog.find(QPushButton, "exportCopyPython").click()
    assert clipboard() == render_python(project_file, spec, tmp_path / "stages")
    assert dialog.message == "The Python code was copied."


@pytest.mark.parametrize("is_saved", [False, True])
def test_copied_command_names_an_integrator_that_is_not_saved(is_saved: bool, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "mine.flowviz"
    file.write_text("the file is not read, which would take long", encoding="utf-8")
    with open_dialog(example("drift").project().with_integrator("euler", 5), file, qtbot, is_saved=is_saved) as dialog:
        dialog.find(QPushButton, "exportCopyCommand").click()
        assert ("--integrator euler --integrator-steps 5" in clipboard()) != is_saved
        assert dialog.notice == ""


def test_choices_stay_the_same_during_an_export(dialog: Dialog, project_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    dialog.choose("exportWhat", "frames")
    dialog.choose("exportBackground", "transparent")
    dialog.find(QSpinBox, "exportInBetweens").setValue(200)
    dialog.find(QLineEdit, "exportPath").setText(str(folder))
    spec = dialog.itself.spec()
    dialog.find(QPushButton, "exportButton").click()
    assert dialog.itself.is_running
    assert dialog.itself.spec() == spec
    dialog.find(QPushButton, "exportCopyCommand").click()
    assert clipboard() == render_command(project_file, spec, folder)


def test_file_name_without_a_folder_is_in_the_proposed_folder(dialog: Dialog, project_file: Path) -> None:
    dialog.find(QLineEdit, "exportPath").setText("mine.png")
    assert dialog.itself.folder == Path("/pictures")
    dialog.find(QPushButton, "exportCopyCommand").click()
    assert clipboard() == render_command(project_file, dialog.itself.spec(), Path("/pictures/mine.png"))


@pytest.mark.parametrize("has_file", [False, True])
def test_copying_from_an_unsaved_project_asks_to_save_it(
    project: Project, tmp_path: Path, qtbot: QtBot, has_file: bool
) -> None:
    path = tmp_path / "mine.flowviz" if has_file else None
    with open_dialog(project, path, qtbot, is_saved=False) as dialog:
        dialog.find(QPushButton, "exportCopyCommand").click()
        assert "Save the file before you run it." in dialog.message
        assert (str(path) if path else "Hi.flowviz") in clipboard()

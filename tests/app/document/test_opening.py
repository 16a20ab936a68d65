"""Files opened in the window: from the menu, and by drag and drop."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QDir, QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QMessageBox,
    QSlider,
)

from flowviz.app.pane.cloud_view import CloudView
from flowviz.projects import Comparison, Project, example, save_comparison, save_project
from flowviz.specs import ImageSpec, PointsSpec, Seen, TargetSpec, ViewSpec
from tests.app.conftest import FileMenu
from tests.app.test_main_window import pixels

pytestmark = pytest.mark.shared_window


def test_invalid_file_is_reported_and_the_project_kept(file_menu: FileMenu, tmp_path: Path) -> None:
    file_menu.type("Mine")
    file_menu.window.main.discard_changes()
    actions = file_menu.window.main.document_actions
    for name, content in {"empty": b"", "nonsense": b"nonsense", "missing": None}.items():
        bad = tmp_path / f"{name}.flowviz"
        if content is not None:
            bad.write_bytes(content)
        actions.recent.add(bad)
        actions.open(bad)
        file_menu.wait(lambda path=bad: str(path) in file_menu.notice)  # type: ignore[misc]
        assert file_menu.text == "Mine"
        assert actions.document.path is None
        assert (bad in actions.recent.paths()) == (content is not None)


@pytest.mark.parametrize("kind", ["project", "target", "comparison"])
def test_notice_of_a_file_that_cannot_be_opened_goes_with_the_next_one_that_can(
    file_menu: FileMenu, tmp_path: Path, kind: str
) -> None:
    main, bad, good = file_menu.window.main, tmp_path / "bad.flowviz", tmp_path / "good.flowviz"
    bad.write_bytes(b"nonsense")
    main.discard_changes()
    main.document_actions.open(bad)
    file_menu.wait(lambda: str(bad) in file_menu.notice)
    match kind:
        case "project":
            save_project(example("flow").project(), good)
            main.document_actions.open(good)
        case "target":
            save_points(good)
            main.target_importer.open_file(good.rename(good.with_suffix(".csv")))
        case "comparison":
            save_comparison(Comparison({"a": example("flow").project()}), good)
            main.document_actions.open(good)
    file_menu.wait(lambda: not file_menu.notice)
    opened = {
        "project": lambda: main.session.trained_title == "FLOW",
        "target": lambda: main.request.value.kind == "points",
        "comparison": lambda: main.comparisons.is_shown,
    }
    file_menu.wait(opened[kind])  # or it would be opened during the next test


def save_points(path: Path) -> None:
    np.savetxt(path, np.random.default_rng(0).normal(size=(500, 2)), delimiter=",")


def save_picture(path: Path) -> None:
    Image.fromarray(np.array([[0, 255], [255, 0]], np.uint8)).resize((64, 64)).save(path)


@pytest.mark.parametrize(
    ("name", "save", "kind", "spec"),
    [("data.csv", save_points, "points", PointsSpec), ("logo.png", save_picture, "an image", ImageSpec)],
)
def test_points_and_images_are_offered_as_the_target(
    file_menu: FileMenu, tmp_path: Path, name: str, save: Callable[[Path], None], kind: str, spec: type[TargetSpec]
) -> None:
    main, path = file_menu.window.main, tmp_path / name
    save(path)
    main.document_actions.open(path)
    box = file_menu.window.find(QMessageBox, "openAsBox")
    assert box.text() == f"Open '{name}' as {kind}?"
    file_menu.press("openAsBox", "cancel")
    assert file_menu.text == "BRAD"
    main.document_actions.open(path)
    file_menu.press("openAsBox", "open")
    file_menu.wait(lambda: isinstance(main.request.plan.target, spec))
    assert main.document_actions.document.path is None


def test_open_dialog_lists_all_kinds_but_proposes_no_file_if_there_is_no_documents_folder(
    file_menu: FileMenu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file_menu.choose("open")
    dialog = file_menu.window.find(QFileDialog, "openDialog")
    patterns = dialog.nameFilters()[0].partition("(")[2].removesuffix(")").split()
    for name in ("it.flowviz", "data.csv", "logo.png"):
        assert QDir.match(patterns, name)
    assert Path(dialog.directory().path()) == tmp_path
    assert [Path(path) for path in dialog.selectedFiles()] in ([], [tmp_path])
    dialog.reject()


def test_dropped_project_is_opened(file_menu: FileMenu, project_file: Path) -> None:
    media = QMimeData()
    media.setUrls([QUrl.fromLocalFile(str(project_file))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    place, left = QPointF(9, 9), Qt.MouseButton.LeftButton
    QApplication.sendEvent(file_menu.window.main, QDragEnterEvent(place.toPoint(), copy, media, left, none))
    QApplication.sendEvent(file_menu.window.main, QDropEvent(place, copy, media, left, none))
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path == project_file)


def test_opened_project_keeps_the_theme_of_the_window(file_menu: FileMenu, project: Project) -> None:
    dark = replace(project, seen=Seen(stage=3, view=ViewSpec(theme="dark", background="transparent")))
    file_menu.window.main.session.show_project(dark)
    view = file_menu.window.find(CloudView, "cloudView").view
    assert (view.theme, view.background) == ("light", "solid")


def test_reopened_project_looks_as_it_was_saved(file_menu: FileMenu, project: Project, tmp_path: Path) -> None:
    chosen = tmp_path / "seen.flowviz"
    file_menu.window.main.session.show_project(project)
    file_menu.window.main.viewer.reduce_motion(True)
    file_menu.window.find(QSlider, "layerScrubber").setValue(4)
    cloud = file_menu.window.find(CloudView, "cloudView")
    file_menu.wait(lambda: cloud.stage == 4)
    cloud.zoom(0.7)
    file_menu.window.find(QAction, "pathsAction").trigger()
    file_menu.window.find(QComboBox, "colorBox").setCurrentIndex(2)
    file_menu.choose_titled("Plain, as in the Blog Post")
    seen, picture = file_menu.window.main.session.project().seen, pixels(cloud)
    file_menu.save_as(chosen)
    file_menu.choose("new")
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path is None)
    assert file_menu.text == "BRAD"
    file_menu.window.find(QComboBox, "colorBox").setCurrentIndex(0)
    file_menu.window.find(CloudView, "cloudView").zoom(3.0)
    file_menu.open(chosen)
    assert file_menu.window.main.session.project().seen == seen
    np.testing.assert_array_equal(pixels(cloud), picture)

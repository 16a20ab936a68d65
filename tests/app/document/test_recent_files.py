"""The files that were opened recently, and their menu."""

from pathlib import Path

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu

from flowviz.app.document.recent_files import MAX_FILES, RecentFiles
from tests.app.conftest import FileMenu


def entries(menu: QMenu) -> list[QAction]:
    """Return the entries of a menu that the user sees."""
    return [action for action in menu.actions() if action.isVisible() and not action.isSeparator()]


def test_recent_files_are_listed_opened_and_cleared(file_menu: FileMenu, project_file: Path, tmp_path: Path) -> None:
    recent = file_menu.window.main.document_actions.recent
    for number in range(20):
        recent.add(tmp_path / f"{number}.flowviz")
    assert len(RecentFiles().paths()) == MAX_FILES == 15
    file_menu.open(project_file)
    menu = file_menu.window.find(QMenu, "recentMenu")
    first = entries(menu)[0]
    assert "hi.flowviz" in first.text()
    assert str(tmp_path) in first.text()
    file_menu.choose("new")
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path is None)
    entries(menu)[0].trigger()
    file_menu.wait(lambda: file_menu.window.main.document_actions.document.path == project_file)
    entries(menu)[-1].trigger()
    assert RecentFiles().paths() == []
    assert not menu.isEnabled()
    assert entries(menu) == []


def test_recent_menu_shows_what_another_window_has_opened(file_menu: FileMenu, tmp_path: Path) -> None:
    menu = file_menu.window.find(QMenu, "recentMenu")
    RecentFiles().add(tmp_path / "other.flowviz")
    assert not menu.isEnabled()
    parent = menu.parentWidget()
    assert isinstance(parent, QMenu)
    parent.aboutToShow.emit()
    assert menu.isEnabled()
    assert "other.flowviz" in entries(menu)[0].text()


def test_damaged_settings_hold_no_recent_files() -> None:
    recent = RecentFiles()
    for text in ("[", "{}", "[1, null]", "7"):
        recent._settings.setValue("recentFiles", text)
        assert recent.paths() == []
    recent.add(Path("/a"))
    assert recent.paths() == [Path("/a")]

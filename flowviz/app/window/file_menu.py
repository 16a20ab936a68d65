"""The File menu."""

from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QMenu

from flowviz.app.commands.actions import Key, entry
from flowviz.app.document.actions import Desk

SAVE_AS_KEY = "Ctrl+Shift+S"  # the standard one is none on some systems


class FileMenu:
    """The entries for the document, at the top of a menu."""

    def __init__(self, menu: QMenu, desk: Desk) -> None:
        self._desk = desk
        entry(menu, "&New", Key.New, desk.new, "Begin with nothing trained")
        entry(menu, "&Open…", Key.Open, desk.choose, "Open a project from its file")
        recent = menu.addMenu("Open &Recent")
        assert recent is not None
        self._recent = recent
        self._recent.setObjectName("recentMenu")
        self._recent.setToolTipsVisible(True)
        menu.addSeparator()
        entry(menu, "&Save", Key.Save, desk.save, "Write the project to its file")
        entry(menu, "Save &As…", SAVE_AS_KEY, desk.save_as, "Write the project to another file")
        self._revert = entry(menu, "Re&vert", None, desk.revert, "Go back to what the file holds")
        menu.addSeparator()
        self._recent.aboutToShow.connect(self._list_recent)
        desk.document.state_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        document = self._desk.document
        self._revert.setEnabled(document.path is not None and document.is_changed)

    def _list_recent(self) -> None:
        self._recent.clear()
        for number, path in enumerate(self._desk.recent.paths(), start=1):
            entry(self._recent, _titled(number, path), None, partial(self._desk.open, path), str(path))
        if self._recent.isEmpty():
            entry(
                self._recent, "Nothing Yet", None, lambda: None, "Projects that are opened or saved are listed here"
            ).setEnabled(False)
            return
        self._recent.addSeparator()
        entry(self._recent, "&Clear", None, self._desk.recent.clear, "Forget which projects were opened")


def _titled(number: int, path: Path) -> str:
    """The names of files may be the same: so the folder follows. The first nine have a key."""
    name, folder = (text.replace("&", "&&") for text in (path.name, str(path.parent)))
    return f"{f'&{number}' if number < 10 else number}  {name} – {folder}"

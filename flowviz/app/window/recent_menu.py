"""The File ▸ Open Recent menu."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QMenu

from flowviz.app.commands.actions import Entry, fill_menu
from flowviz.app.document.recent_files import MAX_FILES, RecentFiles


class RecentMenu(QMenu):
    """Menu of the recent projects, disabled while there are none.

    Its actions are made once and hidden while they are not needed, so that a command palette that is open can keep
    them while the list changes.
    """

    def __init__(self, file_menu: QMenu, recent: RecentFiles, open_project: Callable[[Path], object]) -> None:
        super().__init__("Open &Recent", file_menu)
        self.setObjectName("recentMenu")
        self.setToolTipsVisible(True)
        self._recent, self._open = recent, open_project
        self._paths: list[Path] = []
        *self._entries, self._clear = fill_menu(
            self,
            *(Entry(f"recent{number}", "", partial(self._open_entry, number), "") for number in range(MAX_FILES)),
            None,
            Entry("clearRecent", "&Clear", recent.clear, "Clear the list of recent projects"),
        ).values()
        recent.changed.connect(self._update)
        file_menu.aboutToShow.connect(self._update)  # another window may have changed the list
        self._update()

    def _open_entry(self, number: int) -> None:
        self._open(self._paths[number])

    def _update(self) -> None:
        self._paths = self._recent.paths()
        for number, entry in enumerate(self._entries):
            entry.setVisible(number < len(self._paths))
        for number, (entry, path) in enumerate(zip(self._entries, self._paths, strict=False), start=1):
            entry.setText(_title(number, path))
            entry.setToolTip(str(path))
        self._clear.setVisible(bool(self._paths))
        self.setEnabled(bool(self._paths))


def _title(number: int, path: Path) -> str:
    """Return the name and the folder of a project; the first nine have a mnemonic."""
    name, folder = (text.replace("&", "&&") for text in (path.name, str(path.parent)))
    return f"{f'&{number}' if number < 10 else number}  {name} – {folder}"

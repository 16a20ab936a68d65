"""Where an export goes: a file, or a folder for several."""

from pathlib import Path
from typing import get_args

from PyQt6.QtCore import QStandardPaths, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget

from flowviz.app.widgets.controls import button, row
from flowviz.specs.export import FORMATS, IN_FOLDERS, Format, What

SUFFIXES = frozenset(f".{format_}" for format_ in get_args(Format))
PLACE_WIDTH = 340  # pixels, at least
NAMES: dict[What, str] = {
    "view": "{}",
    "stages": "{} stages",
    "sheet": "{} sheet",
    "animation": "{}",
    "frames": "{} frames",
    "trace": "{} trace",
    "samples": "{} samples",
    "losses": "{} losses",
}


class ExportPlace(QWidget):
    """A line for the path, whose suffix follows the format, and a button to look for one.

    What is proposed follows the choices until another path is given; then only its suffix does. Announces the format
    whose suffix is typed, too.
    """

    changed = pyqtSignal()
    format_named = pyqtSignal(str)

    def __init__(self, folder: Path, name: str) -> None:
        """Files in the folder are proposed, whose names begin with this one."""
        super().__init__()
        self._folder, self._name = folder, name
        self._what: What = "view"
        self._format: Format = "png"
        self._proposed = ""
        self._label = QLabel()
        self._line = QLineEdit()
        self._line.setObjectName("exportPath")
        self._line.setMinimumWidth(PLACE_WIDTH)
        self._line.textChanged.connect(self._take_text)
        self._label.setBuddy(self._line)
        self._browse = button("exportBrowse", "Browse…", "Choose it in the folders")
        self._browse.setAccessibleName("Browse")
        self._browse.clicked.connect(self._choose)
        line = row(self._label, self._line, self._browse, stretched=self._line)
        line.setContentsMargins(0, 0, 0, 0)
        self.setLayout(line)

    @property
    def path(self) -> Path | None:
        """The file, with the suffix of its format, or the folder; None where none is given."""
        text = self._line.text().strip()
        return self._fitting(Path(text).expanduser()) if text else None

    def show_kind(self, what: What, format_: Format) -> None:
        """Ask for a file of that format, or for a folder."""
        self._what, self._format = what, format_
        self._label.setText("Fo&lder" if what in IN_FOLDERS else "Fi&le")
        self._line.setAccessibleDescription("Where it is written to; Browse chooses it in the folders")
        self._line.setAccessibleName("Folder for the pictures" if what in IN_FOLDERS else "File to write")
        if self._line.text() == self._proposed:
            self._proposed = str(self._fitting(self._folder / NAMES[what].format(self._name)))
            self._line.setText(self._proposed)
        else:
            self.show_path()

    def show_path(self) -> None:
        """Show the path as it is written to."""
        if (path := self.path) is not None:
            self._line.setText(str(path))

    def focus(self) -> None:
        """Let the path be mended."""
        self._line.setFocus()
        self._line.selectAll()

    def _fitting(self, path: Path) -> Path:
        if not path.name:  # a folder, or a root
            return path
        stem = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
        return stem if self._what in IN_FOLDERS else stem.with_name(f"{stem.name}.{self._format}")

    def _take_text(self, text: str) -> None:
        named = Path(text).suffix.lower().removeprefix(".")
        if self._what not in IN_FOLDERS and named in FORMATS[self._what] and named != self._format:
            self.format_named.emit(named)
        self.changed.emit()

    def _choose(self) -> None:
        path = str(self.path or self._folder)
        if self._what in IN_FOLDERS:
            chosen = QFileDialog.getExistingDirectory(self, "Folder for the pictures", path)
        else:  # the dialog of export asks before something is overwritten, however its path was given
            kinds, quiet = f"{self._format.upper()} (*.{self._format})", QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(self, "File to write", path, kinds, options=quiet)
        if chosen:
            self._line.setText(chosen)


def pictures_folder() -> Path:
    """Where pictures go, if nothing else is chosen."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(folder) if folder and Path(folder).is_dir() else Path.home()

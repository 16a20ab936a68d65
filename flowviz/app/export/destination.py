"""The file, or the folder, that an export is written to."""

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from flowviz.app.export.source import ExportSource
from flowviz.app.style.tokens import UNIT
from flowviz.app.widgets.controls import button, label_of, lay_out, named
from flowviz.specs.export_kinds import IN_FOLDERS

MIN_WIDTH = 42 * UNIT  # pixels


class ExportDestination(QWidget):
    """Line edit for a path, with a Browse button.

    The proposed path follows the choices until the user edits it; then only its suffix follows the format.
    """

    def __init__(
        self,
        source: ExportSource,
        folder: Path,
        choose_format: Callable[[str], object],
        on_change: Callable[[], object],
    ) -> None:
        """Propose files in a folder, with the name of the source.

        Args:
            source: The source.
            folder: The folder.
            choose_format: Chooses the format that the suffix of a typed path names.
            on_change: Called when the path has changed.
        """
        super().__init__()
        self._source, self._folder = source, folder
        self._choose_format, self._on_change = choose_format, on_change
        self._suffixes = {f".{form}" for kind in source.kinds.values() for form in kind.formats}
        self._is_folder = False
        self._format = ""
        self._formats: tuple[str, ...] = ()
        self._proposed = ""
        self._line = named(
            QLineEdit(), "exportPath", "File", description="Where the export is saved; Browse opens a file dialog"
        )
        self._line.setMinimumWidth(MIN_WIDTH)
        self._line.textChanged.connect(self._take_text)
        self._label = label_of(self._line, "")
        self._browse = button("exportBrowse", "Browse…", "Choose a file or folder", run=self._choose)
        self._browse.setAccessibleName("Browse")
        lay_out(QHBoxLayout(self), self._label, self._line, self._browse, stretched=self._line)

    @property
    def path(self) -> Path | None:
        """Return the file, with the suffix of its format, or the folder; None if the line is empty.

        A relative path is relative to the folder of the proposed files.
        """
        text = self._line.text().strip()
        return self._with_suffix(self._folder / Path(text).expanduser()) if text else None

    def show_kind(self, what: str, format_: str) -> None:
        """Propose a name, and ask for a file of a format, or for a folder."""
        kind = self._source.kinds[what]
        self._is_folder, self._format, self._formats = what in IN_FOLDERS, format_, kind.formats
        self._label.setText("Fo&lder" if self._is_folder else "Fi&le")
        self._line.setAccessibleName("Folder for the pictures" if self._is_folder else "File")
        if self._line.text() == self._proposed:
            name = kind.file_name.format(self._source.file_name)
            self._proposed = str(self._with_suffix(self._folder / name))
            self._line.setText(self._proposed)
        else:
            self.show_path()

    def show_path(self) -> None:
        """Show the path with its suffix."""
        if (path := self.path) is not None:
            self._line.setText(str(path))

    def focus(self) -> None:
        """Select the path, for the user to correct it."""
        self._line.setFocus()
        self._line.selectAll()

    def _with_suffix(self, path: Path) -> Path:
        if not path.name:  # such as "/" or ".."
            return path
        stem = path.with_suffix("") if path.suffix.lower() in self._suffixes else path
        return stem if self._is_folder else stem.with_name(f"{stem.name}.{self._format}")

    def _take_text(self, text: str) -> None:
        format_ = Path(text).suffix.lower().removeprefix(".")
        if not self._is_folder and format_ in self._formats and format_ != self._format:
            self._choose_format(format_)
        self._on_change()

    def _choose(self) -> None:
        path = str(self.path or self._folder)
        if self._is_folder:
            chosen = QFileDialog.getExistingDirectory(self, "Folder for the pictures", path)
        else:  # the export dialog asks before it overwrites a file, however the path was given
            files, options = f"{self._format.upper()} (*.{self._format})", QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(self, "Export to", path, files, options=options)
        if chosen:
            self._line.setText(chosen)

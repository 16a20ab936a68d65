"""Export Frames: what, where to, how large, and how far it has come."""

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QStandardPaths
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.export import WHAT, Export
from flowviz.app.labels import WrappingLabel
from flowviz.app.workers import ExportWorker
from flowviz.rendering.frames import FRAMES_PER_SECOND, MOST_FRAMES_PER_SECOND
from flowviz.specs import PictureSize
from flowviz.specs.view import LARGEST_SIDE, SMALLEST_SIDE


class ExportDialog(QDialog):
    """Writes PNG pictures of what is seen into a folder, while the window stays alive."""

    def __init__(self, export: Export, name: str, parent: QWidget | None = None) -> None:
        """`name` of the word, for the folder that is proposed."""
        super().__init__(parent)
        self.setWindowTitle("Export Frames")
        self._export_job = export
        self._worker: ExportWorker | None = None
        self._folder = QLineEdit(str(_pictures() / f"{_as_file_name(name)} frames"))
        self._folder.setObjectName("exportFolder")
        self._folder.setAccessibleName("Folder for the frames")
        self._folder.setMinimumWidth(340)
        self._browse = QPushButton("Browse…")
        self._browse.setAutoDefault(False)
        self._browse.clicked.connect(self._choose_folder)
        self._width = _side_box("exportWidth", "Width in pixels", PictureSize().width)
        self._height = _side_box("exportHeight", "Height in pixels", PictureSize().height)

        self._what = QComboBox()
        self._what.setObjectName("exportWhat")
        self._what.setAccessibleName("What to export")
        for what, title in WHAT.items():
            self._what.addItem(title, what)
        self._rate = QSpinBox()
        self._rate.setObjectName("exportRate")
        self._rate.setAccessibleName("Frames a second")
        self._rate.setRange(1, MOST_FRAMES_PER_SECOND)
        self._rate.setValue(FRAMES_PER_SECOND)
        self._message = WrappingLabel("exportMessage", "What is written")
        self._bar = QProgressBar()
        self._bar.setObjectName("exportProgress")
        self._bar.setAccessibleName("Progress of the export")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton("Export", QDialogButtonBox.ButtonRole.ActionRole)
        assert self._export is not None
        self._export.setObjectName("exportButton")
        self._export.clicked.connect(self._start)
        self._buttons.rejected.connect(self.reject)

        form = QFormLayout()
        form.addRow("Pictures", _row(self._what, self._rate, QLabel("a second"), stretch_last=True))
        form.addRow("Folder", _row(self._folder, self._browse))
        form.addRow("Size", _row(self._width, QLabel("×"), self._height, QLabel("pixels"), stretch_last=True))
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self._message, self._bar, self._buttons):
            layout.addWidget(widget)
        self._export.setDefault(True)
        self._what.currentIndexChanged.connect(self._describe)
        self._rate.valueChanged.connect(self._describe)
        self._describe()

    def _describe(self) -> None:
        """Say what would be written."""
        names = self._export_job.names(self._what.currentData(), self._rate.value())
        told = names[0] if len(names) == 1 else f"{len(names):,} pictures, {names[0]} to {names[-1]}"
        self._message.setText(f"{told}. Density, grid, selection and colors are as in the window.")
        self._bar.setRange(0, len(names))
        self._rate.setEnabled(self._what.currentData() == "playback")

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder for the frames", self._folder.text())
        if folder:
            self._folder.setText(folder)

    def _start(self) -> None:
        if not self._folder.text().strip():
            self._message.setText("Choose a folder for the frames.")
            return
        size = PictureSize(width=self._width.value(), height=self._height.value())
        worker = ExportWorker(
            partial(self._export_job.written, self._what.currentData(), self.folder(), size, self._rate.value())
        )
        worker.advanced.connect(self._bar.setValue)
        worker.exported.connect(self._finish)
        worker.failed.connect(self._fail)
        self._worker = worker
        self._message.setText("Drawing…")
        self._set_busy(True)
        worker.start()

    def _finish(self) -> None:
        self._worker = None
        self.accept()

    def _fail(self, sentence: str) -> None:
        self._worker = None
        self._message.setText(sentence)
        self._bar.setValue(0)
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        assert self._export is not None
        for widget in (self._what, self._rate, self._folder, self._browse, self._width, self._height, self._export):
            widget.setEnabled(not busy)

    def folder(self) -> Path:
        """Where the frames went."""
        return Path(self._folder.text()).expanduser()

    def reject(self) -> None:
        """Cancel: an export that runs removes what it wrote, by itself."""
        if self._worker is not None:
            self._worker.requestInterruption()
            self._worker = None
        super().reject()


def _pictures() -> Path:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(folder) if folder else Path.home()


def _as_file_name(text: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in text)
    return " ".join(kept.split())[:40] or "flowviz"


def _side_box(object_name: str, accessible_name: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(object_name)
    box.setAccessibleName(accessible_name)
    box.setRange(SMALLEST_SIDE, LARGEST_SIDE)
    box.setValue(value)
    return box


def _row(*widgets: QWidget, stretch_last: bool = False) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    if stretch_last:
        row.addStretch()
    return row

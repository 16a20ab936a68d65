"""The export dialog: what to export, how and where to, with a live preview and the progress."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from flowviz.app.export.destination import ExportDestination
from flowviz.app.export.form import ExportForm
from flowviz.app.export.preview import ExportPreview
from flowviz.app.export.progress import EXPORT, ExportProgress
from flowviz.app.export.source import ExportSource, copied_message
from flowviz.app.export.spec_edit import WHAT
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.widgets.controls import button
from flowviz.app.widgets.labels import WarningLabel
from flowviz.errors import FlowvizError
from flowviz.exporting.commands import render_command, render_python
from flowviz.exporting.export import Export
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.recognition import work_in
from flowviz.specs import ExportSpec, FlowSpec
from flowviz.specs.export_kinds import IN_FOLDERS

SIZE = QSize(980, 680)
NO_PATH = "Choose where to save the export."
CANCELLED = "Cancelled. Nothing was saved."
FAILED = "Nothing was saved."
CopyAs = Callable[[Path, ExportSpec, Path, FlowSpec | None], str]


class ExportDialog(QDialog):
    """Dialog that exports a project in a thread, while the window stays usable."""

    exported = pyqtSignal(object)  # Path

    def __init__(self, source: ExportSource, spec: ExportSpec, folder: Path, parent: QWidget | None = None) -> None:
        """Show the choices of `spec`, and propose files in a folder."""
        super().__init__(parent)
        self.setWindowTitle(f"Export – {source.file_name}")
        self._source = source
        self._keeper = FlowKeeper()  # for the thread of the preview
        self._export: Export | None = None  # None where the choices cannot be combined
        self._problem = ""
        self._path = Path()  # of the export that was started last
        self._form = ExportForm(source.project, source.window_size)
        self._preview = ExportPreview()
        self._destination = ExportDestination(folder, source.file_name)
        self._progress = ExportProgress()
        self._notices = NoticeList("exportNotices")
        self._message = WarningLabel("exportMessage", "Message")
        self._message.setMinimumHeight(2 * self._message.fontMetrics().lineSpacing())
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._form.show_spec(spec)
        self._take_choices()

    @property
    def is_running(self) -> bool:
        """Return whether an export is running."""
        return self._progress.is_running

    @property
    def folder(self) -> Path | None:
        """Return the folder that contains the export."""
        return None if self._destination.path is None else self._destination.path.parent

    def spec(self) -> ExportSpec:
        """Return the choices. Raises `SpecError` where they cannot be combined."""
        return self._form.spec()

    def reject(self) -> None:
        """Cancel a running export, or else close the dialog."""
        if self._progress.is_running:
            self._progress.cancel()
        else:
            super().reject()

    def _make_buttons(self) -> None:
        self._command = button(
            "exportCopyCommand", "Copy as Co&mmand", "Copy the flowviz command for this export", "copyascommand"
        )
        self._python = button(
            "exportCopyPython", "Copy as P&ython", "Copy the Python code for this export", "copyaspython"
        )
        self._show = button("exportShow", "Show in Folder", "Open the folder of the export", "folder")
        self._show.hide()
        self._start = button("exportButton", "&Export", "Export (Return)", "export")
        self._start.setDefault(True)
        self._leave = button("exportLeave", "Close", "Close (Esc)")

    def _lay_out(self) -> None:
        columns, buttons, layout = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        columns.addWidget(self._preview, stretch=1)
        columns.addWidget(self._form)
        for left in (self._command, self._python):
            buttons.addWidget(left)
        buttons.addStretch()
        for right in (self._show, self._start, self._leave):
            buttons.addWidget(right)
        layout.addLayout(columns, stretch=1)
        for widget in (self._destination, self._progress, self._notices, self._message):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.resize(SIZE)

    def _connect(self) -> None:
        self._form.changed.connect(self._take_choices)
        self._destination.changed.connect(self._describe)
        self._destination.format_named.connect(self._form.choose_format)
        self._progress.exported.connect(self._finish)
        self._progress.cancelled.connect(partial(self._end, CANCELLED))
        self._progress.failed.connect(self._fail)
        self._command.clicked.connect(lambda: self._copy("command", render_command))
        self._python.clicked.connect(lambda: self._copy("Python code", render_python))
        self._show.clicked.connect(self._show_folder)
        self._start.clicked.connect(self._ask_and_write)
        self._leave.clicked.connect(self.reject)
        self.finished.connect(self._preview.close_thread)

    def _take_choices(self) -> None:
        """Preview the choices, or show why they cannot be exported."""
        self._export, self._problem = None, ""
        try:
            spec = self._form.spec()
            self._export = Export(self._source.project, spec, self._keeper)
            self._preview.show_export(self._export, spec)
        except FlowvizError as error:
            self._problem = str(error)
            self._preview.show_problem(self._problem)
        else:
            self._form.show_length(_length(self._export, spec))
            self._destination.show_kind(spec.what, spec.format)
        self._describe()

    def _describe(self) -> None:
        """Describe the export, or the problem with it, in place of earlier messages."""
        self._notices.withdraw(EXPORT)
        problem = self._problem or ("" if self._destination.path else NO_PATH)
        self._show.hide()
        self._show_message(problem or self._description(), is_problem=bool(problem))
        self._start.setEnabled(not problem)
        for copy in (self._command, self._python):
            copy.setEnabled(self._export is not None and self._destination.path is not None)

    def _description(self) -> str:
        assert self._export is not None
        spec, names = self._form.spec(), self._export.names()
        parts = [WHAT[spec.what][1]]
        if names:
            parts.append(f"{len(names):,} pictures, {names[0]} to {names[-1]}")
        if spec.what == "animation":
            parts.append(_length(self._export, spec))
        return f"{' · '.join(parts)}."

    def _ask_and_write(self) -> None:
        """Start the export; ask first if it would overwrite files."""
        path = self._destination.path
        assert path is not None
        if self._export is None:
            return
        is_folder = self._form.spec().what in IN_FOLDERS
        files = [path / name for name in self._export.names()] if is_folder else [path]
        existing = sum(file.is_file() for file in files)
        if not existing:
            self._write(path)
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Export", overwriting_question(files, existing), parent=self)
        overwrite = box.addButton("&Overwrite", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda clicked: self._write(path) if clicked is overwrite else None)
        box.open()

    def _write(self, path: Path) -> None:
        assert self._export is not None
        self._path = path
        self._notices.withdraw(EXPORT)
        self._destination.show_path()
        self._set_busy(True)
        self._show_message(f"Exporting to {path}…")
        self._progress.start(partial(self._export.write, path), self._export.count)

    def _finish(self) -> None:
        self._end(f"Exported to {self._path}")
        self._show.show()
        self.exported.emit(self._path)

    def _fail(self, notice: Notice) -> None:
        self._end(FAILED)
        self._notices.post(notice)
        self._destination.focus()

    def _end(self, message: str) -> None:
        self._set_busy(False)
        self._show_message(message)

    def _show_message(self, message: str, *, is_problem: bool = False) -> None:
        self._message.set_warns(is_problem)
        self._message.setText(message)

    def _set_busy(self, busy: bool) -> None:
        self._show.hide()
        for widget in (self._form, self._destination, self._start):
            widget.setEnabled(not busy)
        self._leave.setText("Cancel" if busy else "Close")
        self._leave.setToolTip("Stop and delete unfinished files (Esc)" if busy else "Close (Esc)")

    def _copy(self, title: str, copy_as: CopyAs) -> None:
        """Copy the export as a command or as Python, which reads the file of the project."""
        clipboard, path = QGuiApplication.clipboard(), self._destination.path
        assert clipboard is not None
        assert path is not None
        try:
            source = self._source
            clipboard.setText(copy_as(source.project_path, self._form.spec(), path, source.unsaved_flow))
        except FlowvizError as error:
            self._notices.post(notice_of(EXPORT, error))
        else:
            self._show_message(copied_message(title, is_saved=source.is_saved))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path if self._path.is_dir() else self._path.parent)))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._progress.cancel()
        self.done(QDialog.DialogCode.Rejected)


def _length(export: Export, spec: ExportSpec) -> str:
    return f"{export.count:,} frames, {export.count / spec.fps:.1f} s"


def overwriting_question(files: list[Path], existing: int) -> str:
    """Return the question before some of the files are overwritten."""
    if lost := next(((file, work) for file in files if (work := work_in(file))), None):
        return f"{lost[0]} is {lost[1]}, which would be lost. Overwrite it anyway?"
    if len(files) == 1:
        return f"{files[0]} already exists. Overwrite it?"
    return f"Overwrite {existing:,} of {len(files):,} pictures in {files[0].parent}?"

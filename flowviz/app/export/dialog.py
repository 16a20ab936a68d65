"""Export: what, how, and where to, with a live preview; and how far it has come."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDesktopServices, QGuiApplication
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from flowviz.app.export.destination import ExportPlace
from flowviz.app.export.form import ExportForm
from flowviz.app.export.preview import ExportPreview
from flowviz.app.export.progress import ExportProgress
from flowviz.app.export.source import ExportSource, copied
from flowviz.app.export.spec_edit import WHAT
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.widgets.controls import button
from flowviz.app.widgets.labels import WarningLabel
from flowviz.errors import FlowvizError
from flowviz.exporting.export import Export
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.repeat import render_command, render_python
from flowviz.specs import ExportSpec
from flowviz.specs.export import IN_FOLDERS

SIZE = QSize(980, 680)
NO_PATH = "Choose where to write it."
CANCELLED = "Cancelled. Nothing was written."
NOT_WRITTEN = "Nothing was written."
EXPORT = "export"  # topic of the notices
Repeated = Callable[[Path, ExportSpec, Path], str]


class ExportDialog(QDialog):
    """Writes what is chosen, while the window stays alive. Announces the path of what was written."""

    exported = pyqtSignal(object)

    def __init__(self, source: ExportSource, spec: ExportSpec, folder: Path, parent: QWidget | None = None) -> None:
        """It begins with the choices of `spec`, and proposes files in the folder."""
        super().__init__(parent)
        self.setWindowTitle(f"Export – {source.file_name}")
        self._source = source
        self._keeper = FlowKeeper()  # for the thread of the preview
        self._export: Export | None = None  # what is chosen; None where the choices do not go together
        self._problem = ""  # why they do not
        self._path = Path()  # of what is written
        self._form = ExportForm(source.project, source.window)
        self._preview = ExportPreview()
        self._place = ExportPlace(folder, source.file_name)
        self._run = ExportProgress()
        self._notices = NoticeList("exportNotices")
        self._message = WarningLabel("exportMessage", "What is written")
        self._message.setMinimumHeight(2 * self._message.fontMetrics().lineSpacing())
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._form.show_spec(spec)
        self._take_form()

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._run.is_running

    @property
    def folder(self) -> Path | None:
        """Where it is written to, or would be."""
        return None if self._place.path is None else self._place.path.parent

    def spec(self) -> ExportSpec:
        """What is chosen. Raises `SpecError` where the choices do not go together."""
        return self._form.spec()

    def reject(self) -> None:
        """Cancel what is being written; where nothing is, leave."""
        if self._run.is_running:
            self._run.cancel()
        else:
            super().reject()

    def _make_buttons(self) -> None:
        self._command = button(
            "exportCopyCommand", "Copy as Co&mmand", "The flowviz command that writes the same", "copyascommand"
        )
        self._python = button(
            "exportCopyPython", "Copy as P&ython", "The lines of Python that write the same", "copyaspython"
        )
        self._show = button("exportShow", "Show in Folder", "Open the folder with what was written", "folder")
        self._show.hide()
        self._start = button("exportButton", "&Export", "Write it (Return)", "export")
        self._start.setDefault(True)
        self._leave = button("exportLeave", "Close", "Leave (Esc)")

    def _lay_out(self) -> None:
        chosen, buttons, layout = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        chosen.addWidget(self._preview, stretch=1)
        chosen.addWidget(self._form)
        for left in (self._command, self._python):
            buttons.addWidget(left)
        buttons.addStretch()
        for right in (self._show, self._start, self._leave):
            buttons.addWidget(right)
        layout.addLayout(chosen, stretch=1)
        for widget in (self._place, self._run, self._notices, self._message):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.resize(SIZE)

    def _connect(self) -> None:
        self._form.changed.connect(self._take_form)
        self._place.changed.connect(self._describe)
        self._place.format_named.connect(self._form.choose_format)
        self._run.exported.connect(self._finish)
        self._run.cancelled.connect(partial(self._come_back, CANCELLED))
        self._run.failed.connect(self._fail)
        self._command.clicked.connect(lambda: self._copy("command", render_command))
        self._python.clicked.connect(lambda: self._copy("Python", render_python))
        self._show.clicked.connect(self._show_folder)
        self._start.clicked.connect(self._ask_and_write)
        self._leave.clicked.connect(self.reject)
        self.finished.connect(self._preview.close_thread)

    def _take_form(self) -> None:
        """Preview what is chosen, or say why it cannot be written."""
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
            self._place.show_kind(spec.what, spec.format)
        self._describe()

    def _describe(self) -> None:
        """Say what would be written, or what is in the way; what went wrong before is of no interest any more."""
        self._notices.withdraw(EXPORT)
        problem = self._problem or ("" if self._place.path else NO_PATH)
        self._show.hide()
        self._say(problem or self._told(), is_problem=bool(problem))
        self._start.setEnabled(not problem)
        for copy in (self._command, self._python):
            copy.setEnabled(self._export is not None and self._place.path is not None)

    def _told(self) -> str:
        """What would be written."""
        assert self._export is not None
        spec, names = self._form.spec(), self._export.names()
        told = [WHAT[spec.what][1]]
        if names:
            told.append(f"{len(names):,} pictures, {names[0]} to {names[-1]}")
        if spec.what == "animation":
            told.append(_length(self._export, spec))
        return f"{' · '.join(told)}."

    def _ask_and_write(self) -> None:
        """Write at once, unless there are files that would be overwritten: they are asked about."""
        path = self._place.path
        assert path is not None
        if self._export is None:
            return
        is_folder = self._form.spec().what in IN_FOLDERS
        files = [path / name for name in self._export.names()] if is_folder else [path]
        there = sum(file.is_file() for file in files)
        if not there:
            self._write(path)
            return
        box = QMessageBox(QMessageBox.Icon.Question, "Export", _overwriting(path, there, len(files)), parent=self)
        overwrite = box.addButton("&Overwrite", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda clicked: self._write(path) if clicked is overwrite else None)
        box.open()

    def _write(self, path: Path) -> None:
        assert self._export is not None
        self._path = path
        self._notices.withdraw(EXPORT)
        self._place.show_path()
        self._set_busy(True)
        self._say(f"Writing {path}.")
        self._run.start(partial(self._export.write, path), self._export.count)

    def _finish(self) -> None:
        self._come_back(f"Written: {self._path}")
        self._show.show()
        self.exported.emit(self._path)

    def _fail(self, notice: Notice) -> None:
        self._come_back(NOT_WRITTEN)
        self._notices.post(notice)
        self._place.focus()

    def _come_back(self, sentence: str) -> None:
        """Let the next one be chosen."""
        self._set_busy(False)
        self._say(sentence)

    def _say(self, sentence: str, *, is_problem: bool = False) -> None:
        self._message.set_warns(is_problem)
        self._message.setText(sentence)

    def _set_busy(self, busy: bool) -> None:
        self._show.hide()
        for widget in (self._form, self._place, self._start):
            widget.setEnabled(not busy)
        self._leave.setText("Cancel" if busy else "Close")
        self._leave.setToolTip("Stop, and remove what was written (Esc)" if busy else "Leave (Esc)")

    def _copy(self, title: str, repeated: Repeated) -> None:
        """Put on the clipboard what writes the same bytes from the project's file."""
        clipboard, path = QGuiApplication.clipboard(), self._place.path
        assert clipboard is not None
        assert path is not None
        try:
            clipboard.setText(repeated(self._source.named, self._form.spec(), path))
        except FlowvizError as error:
            self._notices.post(notice_of(EXPORT, error))
        else:
            self._say(copied(title, is_saved=self._source.is_saved))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path if self._path.is_dir() else self._path.parent)))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._run.cancel()
        self.done(QDialog.DialogCode.Rejected)


def _length(export: Export, spec: ExportSpec) -> str:
    return f"{export.count:,} frames, {export.count / spec.fps:.1f} s"


def _overwriting(path: Path, there: int, count: int) -> str:
    if count == 1:
        return f"{path} exists already. Shall it be overwritten?"
    return f"{there:,} of the {count:,} pictures exist already in {path}. Shall they be overwritten?"

"""The export dialog: what to export, how and where to, with a live preview and the progress."""

from functools import partial
from pathlib import Path

from PyQt6.QtCore import QLocale, QSize, QUrl, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDesktopServices
from PyQt6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from flowviz.app.desktop.existing import copy_text, existing
from flowviz.app.export.destination import ExportDestination
from flowviz.app.export.exported_comparison import ExportedComparison
from flowviz.app.export.form import ExportForm
from flowviz.app.export.preview import ExportPreview
from flowviz.app.export.progress import EXPORT, ExportProgress
from flowviz.app.export.source import Choices, ExportSource, copied_message, spec_of
from flowviz.app.notices.message_box import CANCEL, DISCARD, Answer, ask
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.style.tokens import GAP, UNIT
from flowviz.app.threads.delay import delayed
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.controls import button, lay_out, named, row, row_widget
from flowviz.app.widgets.labels import WarningLabel
from flowviz.errors import FlowvizError
from flowviz.exporting.comparison_figure import ComparisonFigure
from flowviz.exporting.comparison_tables import ComparisonTable
from flowviz.exporting.export import Export
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.recognition import work_in
from flowviz.exporting.web_page import WebPage
from flowviz.specs import ExportSpec
from flowviz.specs.export_kinds import FILMS, IN_FOLDERS, PICTURES

SIZE = QSize(122 * UNIT, 85 * UNIT)  # least size in pixels
WINDOW_SHARE = 0.86  # of the window, if that is larger
ESTIMATE_DELAY_MS = 400  # after the last change
NO_PATH = "Choose where to save the export."
CANCELLED = "Cancelled. Nothing was saved."
FAILED = "Nothing was saved."
ESTIMATING = "Estimating the size…"


class ExportDialog(QDialog):
    """Dialog that exports a project or a comparison in a thread, while the window stays usable."""

    exported = pyqtSignal(object)  # Path

    def __init__(self, source: ExportSource, choices: Choices, folder: Path, parent: QWidget | None = None) -> None:
        """Show some choices, and propose files in a folder."""
        super().__init__(parent)
        self.setWindowTitle(f"Export – {source.file_name}")
        self._source = source
        self._keeper = FlowKeeper()  # for the thread of the preview
        self._export: Export | ComparisonFigure | ComparisonTable | WebPage | None = (
            None  # None if choices cannot be combined
        )
        self._problem = ""
        self._path = Path()  # of the export that was started last
        self._form = ExportForm(source, choices, self._take_choices)
        self._preview = ExportPreview()
        self._destination = ExportDestination(source, folder, partial(self._form.choose, "format"), self._describe)
        self._progress = ExportProgress(self._take_end)
        self._estimates = LatestWorker(lambda _: self._bytes.clear())
        self._estimate_soon = delayed(self, self._estimate, ESTIMATE_DELAY_MS)
        self._bytes = named(QLabel(), "exportBytes", "Estimated size", "Estimated from a few of the pictures")
        self._notices = NoticeList("exportNotices")
        self._message = WarningLabel("exportMessage", "Message", reserved_lines=2)
        self._make_buttons()
        self._lay_out()
        for close in (self._preview.close_thread, self._estimate_soon.stop, self._estimates.close):
            self.finished.connect(close)
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
        return spec_of(self._form.choices)

    def reject(self) -> None:
        """Cancel a running export, or else close the dialog."""
        if self._progress.is_running:
            self._progress.cancel()
        else:
            super().reject()

    def _make_buttons(self) -> None:
        self._copy_buttons = {
            "command": button(
                "exportCopyCommand", "Copy as Co&mmand", "Copy the flowviz command for this export", "copyascommand",
                run=partial(self._copy, "command"),
            ),
            "Python code": button(
                "exportCopyPython", "Copy as P&ython", "Copy the Python code for this export", "copyaspython",
                run=partial(self._copy, "Python code"),
            ),
        }  # fmt: skip
        if isinstance(self._source, ExportedComparison):
            self._copy_buttons["Python code"].hide()
        tip = "Open the folder of the export"
        self._show = button("exportShow", "Show in Folder", tip, "folder", run=self._show_folder)
        self._show.hide()
        self._start = button(
            "exportButton", "&Export", "Export (Return)", "export", run=self._ask_and_write, is_filled=True
        )
        self._start.setDefault(True)
        self._leave = button("exportLeave", "Close", "Close (Esc)", run=self.reject)

    def _lay_out(self) -> None:
        copies = row_widget(*self._copy_buttons.values())
        choices = row(self._preview, self._form, stretched=self._preview)
        buttons = row(copies, self._bytes, self._show, self._start, self._leave, stretched=copies)
        below = self._destination, self._progress, self._notices, self._message, buttons
        lay_out(QVBoxLayout(self), choices, *below, stretched=choices, margin=GAP)
        parent = self.parentWidget()
        room = SIZE if parent is None else parent.size()
        self.resize(SIZE.expandedTo(room * WINDOW_SHARE).boundedTo(room))

    def _take_choices(self) -> None:
        """Preview the choices, or show why they cannot be exported."""
        self._export, self._problem, choices = None, "", self._form.choices
        self._stop_estimating()
        self._bytes.clear()
        try:
            self._export = self._source.export(choices, self._keeper)
        except FlowvizError as error:
            self._problem = str(error)
            self._preview.show_problem(self._problem)
        else:
            self._form.show_length(self._length)
            is_code = choices["what"] == "code"
            if isinstance(self._export, ComparisonTable) or (is_code and isinstance(self._export, Export)):
                self._preview.show_text(self._export.text)
            else:
                self._preview.show_export(self._export, self.spec())
                self._estimate_soon.start()
        self._destination.show_kind(choices["what"], choices["format"])
        self._describe()

    def _describe(self) -> None:
        """Describe the export, or the problem with it, in place of earlier messages."""
        self._notices.withdraw(EXPORT)
        problem = self._problem or ("" if self._destination.path else NO_PATH)
        self._show.hide()
        self._show_message(problem or self._description, is_problem=bool(problem))
        self._start.setEnabled(not problem)
        copies = {} if problem else self._source.copies(self._form.choices)
        for title, copy in self._copy_buttons.items():
            copy.setEnabled(title in copies)

    @property
    def _description(self) -> str:
        what, names = self._form.choices["what"], self._names
        parts = [self._source.kinds[what].description]
        if names:
            parts.append(f"{len(names):,} pictures, {names[0]} to {names[-1]}")
        if what == "animation":
            parts.append(self._length)
        if self._form.choices["format"] in {"svg", "pdf"} and what in PICTURES | {"latents"}:
            has_vectors = isinstance(self._export, Export) and self._export.has_vectors
            bitmap = "text and lines are vectors, particles are a bitmap"
            parts.append("text, lines and particles are vectors" if has_vectors else bitmap)
        return f"{' · '.join(parts)}."

    @property
    def _names(self) -> list[str]:
        """Return the names of the files that are written to a folder, or no names for a single file."""
        return self._export.names() if isinstance(self._export, Export) else []

    @property
    def _length(self) -> str:
        count, fps = 0 if self._export is None else self._export.count, self._form.choices["fps"]
        return f"{count:,} frames, {count / fps:.1f} s"

    def _estimate(self) -> None:
        """Estimate the size of what is exported in a thread, unless it is a single picture or table."""
        if isinstance(self._export, Export | ComparisonFigure) and self._form.choices["what"] in FILMS | IN_FOLDERS:
            self._bytes.setText(ESTIMATING)
            self._estimates.ask("size", self._export.estimate, lambda size: self._bytes.setText(size_text(size)))

    def _stop_estimating(self) -> None:
        self._estimate_soon.stop()
        self._estimates.drop()
        if self._bytes.text() == ESTIMATING:
            self._bytes.clear()

    def _ask_and_write(self) -> None:
        """Start the export; ask first if it would overwrite files."""
        path = existing(self._destination.path)
        files = [path / name for name in self._names] or [path]
        overwritten = sum(file.is_file() for file in files)
        if not overwritten:
            self._write(path)
            return
        box = ask(
            self, "overwriteBox", overwriting_question(files, overwritten), "",
            Answer("&Overwrite", DISCARD, partial(self._write, path)),
            Answer("Cancel", CANCEL),
        )  # fmt: skip
        box.setDefaultButton(box.findChild(QPushButton, "cancelButton"))

    def _write(self, path: Path) -> None:
        assert self._export is not None
        self._path = path
        self._stop_estimating()
        self._notices.withdraw(EXPORT)
        self._destination.show_path()
        self._set_busy(True)
        self._show_message(f"Exporting to {path}…")
        self._progress.start(partial(self._export.write, path), self._export.count)

    def _take_end(self, outcome: bool | Notice) -> None:
        self._set_busy(False)
        if isinstance(outcome, Notice):
            self._show_message(FAILED)
            self._notices.post(outcome)
            self._destination.focus()
        elif outcome:
            self._show_message(f"Exported to {self._path}")
            self._show.show()
            self.exported.emit(self._path)
        else:
            self._show_message(CANCELLED)

    def _show_message(self, message: str, *, is_problem: bool = False) -> None:
        self._message.set_warns(is_problem)
        self._message.setText(message)

    def _set_busy(self, busy: bool) -> None:
        self._show.hide()
        for widget in (self._form, self._destination, self._start):
            widget.setEnabled(not busy)
        self._leave.setText("Cancel" if busy else "Close")
        self._leave.setToolTip("Stop and delete unfinished files (Esc)" if busy else "Close (Esc)")

    def _copy(self, title: str) -> None:
        """Copy the command or the Python code that writes the same from the file of the source."""
        try:
            copy_text(self._source.copies(self._form.choices)[title](existing(self._destination.path)))
        except FlowvizError as error:
            self._notices.post(notice_of(EXPORT, error))
        else:
            self._show_message(copied_message(title, is_saved=self._source.is_saved))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path if self._path.is_dir() else self._path.parent)))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._progress.cancel()
        self.done(QDialog.DialogCode.Rejected)


def size_text(size: int) -> str:
    """Return an estimated size in bytes as a text with two digits, such as "About 16 MB"."""
    rounded, shortest = int(float(f"{size:.2g}")), QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value
    return f"About {QLocale.c().formattedDataSize(rounded, shortest, QLocale.DataSizeFormat.DataSizeSIFormat)}"


def overwriting_question(files: list[Path], existing: int) -> str:
    """Return the question before some of the files are overwritten."""
    if lost := next(((file, work) for file in files if (work := work_in(file))), None):
        return f"{lost[0]} is {lost[1]}, which would be lost. Overwrite it anyway?"
    if len(files) == 1:
        return f"{files[0]} already exists. Overwrite it?"
    return f"Overwrite {existing:,} of {len(files):,} pictures in {files[0].parent}?"

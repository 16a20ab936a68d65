"""The dialog that exports a comparison: what, in which format and size, and where to."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QFontDatabase, QGuiApplication
from PyQt6.QtWidgets import QDialog, QFormLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from flowviz.app.comparison.file import UNTITLED
from flowviz.app.export.destination import ExportDestination, pictures_folder
from flowviz.app.export.dialog import CANCELLED, FAILED, NO_PATH, overwriting_question
from flowviz.app.export.preview import ExportPreview
from flowviz.app.export.progress import ExportProgress
from flowviz.app.export.section import number_box
from flowviz.app.export.source import copied_message
from flowviz.app.notices.message_box import CANCEL, DISCARD, Answer, ask
from flowviz.app.notices.notice import Notice
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.widgets.controls import ChoiceBox, button, row
from flowviz.app.widgets.labels import WarningLabel
from flowviz.errors import FlowvizError
from flowviz.exporting.commands import render_command
from flowviz.exporting.comparison_figure import ComparisonFigure, usual_columns, usual_size
from flowviz.exporting.comparison_tables import TABLES, ComparisonTable
from flowviz.file_kinds import EXPORTED, PROJECT_SUFFIX
from flowviz.projects import Comparison
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.comparison import FigureColumns
from flowviz.specs.export_kinds import FORMATS
from flowviz.specs.fields import fields_of
from flowviz.specs.view import Theme

What = Literal["sheet", "animation", "table"]
WHAT: Mapping[What, str] = {"sheet": "Figure", "animation": "Animation over the layers", "table": "Table of results"}
OFFERED: Mapping[What, tuple[str, ...]] = {
    "sheet": FORMATS["sheet"],
    "animation": ("gif", "mp4"),
    "table": tuple(TABLES),
}
FORMAT_TITLES = {"md": "Markdown", "tex": "LaTeX"}  # of formats that are not named as their suffixes
MARKS_TITLE, TARGETS_TITLE = "Points, density and grid", "Targets"
STAGES_TITLE: Mapping[What, str] = {"sheet": "Stages", "animation": "One panel per flow"}
SIDES = fields_of(PictureSize)
PREVIEW_LINES, MIN_WIDTH = 18, 100  # of the preview, in lines of text, and of the dialog, in letters


class ComparisonExportDialog(QDialog):
    """Dialog that exports the present state of a comparison in a thread."""

    exported = pyqtSignal(object)  # Path

    def __init__(
        self,
        content: Callable[[], Comparison],
        file: Path | None,
        theme: Theme,
        parent: QWidget,
        *,
        is_saved: bool = False,
    ) -> None:
        """Propose a figure of what `content` returns.

        Args:
            content: Returns the comparison.
            file: Its file, beside which the figure is proposed. None if there is none.
            theme: The theme of the figure.
            parent: The window.
            is_saved: Whether the file is up to date.
        """
        super().__init__(parent)
        self.setObjectName("comparisonExportDialog")
        self.setWindowTitle("Export Comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._content, self._theme, self._path = content, theme, Path()
        self._file, self._is_saved = file or Path(f"{UNTITLED}{PROJECT_SUFFIX}"), is_saved
        folder, self._name = (file.parent, file.stem) if file else (pictures_folder(), UNTITLED)
        self._destination = ExportDestination(folder, self._name, (*EXPORTED, *(f".{form}" for form in TABLES)))
        self._progress = ExportProgress()
        self._create_choices()
        self._message = WarningLabel("exportMessage", "Message")
        self._message.setMinimumHeight(2 * self._message.fontMetrics().lineSpacing())
        self._start = button("exportButton", "&Export", "Export (Return)", "export")
        self._start.setDefault(True)
        self._leave = button("exportLeave", "Cancel", "Export nothing (Esc)")
        self._command = button(
            "exportCopyCommand", "Copy as Co&mmand", "Copy the flowviz command for this export", "copyascommand"
        )
        self._preview, self._text = ExportPreview(), _text_box()
        self._texts = LatestWorker()
        self._lay_out()
        self._connect()
        self._offer()

    def reject(self) -> None:
        """Cancel a running export, or else close the dialog."""
        if self._progress.is_running:
            self._progress.cancel()
        else:
            super().reject()

    def _create_choices(self) -> None:
        self._what = ChoiceBox("exportWhat", "What", WHAT)
        self._what.setToolTip("What to export")
        self._columns = ChoiceBox("exportColumns", "Columns", {})
        self._columns.setToolTip("What the columns of panels show")
        self._format = ChoiceBox("exportFormat", "Format", {})
        self._format.setToolTip("File format")
        self._width = number_box("exportWidth", SIDES["width"])
        self._height = number_box("exportHeight", SIDES["height"])
        self._size = QWidget()
        sides = row(self._width, QLabel("×"), self._height, QLabel("pixels"))
        sides.setContentsMargins(0, 0, 0, 0)
        self._size.setLayout(sides)

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        for text, field in (("&What", self._what), ("&Columns", self._columns), ("&Format", self._format)):
            self._form.addRow(text, field)
        label = QLabel("&Size")
        label.setBuddy(self._width)
        self._form.addRow(label, self._size)
        self._form.addRow(self._destination.take_label(), self._destination)
        self.setMinimumWidth(MIN_WIDTH * self.fontMetrics().averageCharWidth())
        layout = QVBoxLayout(self)
        for preview in (self._preview, self._text):
            preview.setMinimumHeight(PREVIEW_LINES * self.fontMetrics().lineSpacing())
            layout.addWidget(preview, stretch=1)
        layout.addLayout(self._form)
        for widget in (self._progress, self._message):
            layout.addWidget(widget)
        layout.addLayout(row(self._command, self._start, self._leave, stretched=self._command))
        self.finished.connect(lambda: self._preview.close_thread())
        self.finished.connect(lambda: self._texts.close())

    def _connect(self) -> None:
        self._what.chosen.connect(lambda: self._offer())
        self._columns.chosen.connect(lambda: self._propose_size())
        self._format.chosen.connect(lambda: self._take_format())
        for side in (self._width, self._height):
            side.valueChanged.connect(lambda: self._describe())
        self._destination.changed.connect(self._describe)
        self._destination.format_named.connect(self._format.choose)
        self._start.clicked.connect(self._ask_and_write)
        self._command.clicked.connect(self._copy_command)
        self._leave.clicked.connect(self.reject)
        self._progress.exported.connect(self._finish)
        self._progress.cancelled.connect(lambda: self._end(CANCELLED))
        self._progress.failed.connect(self._fail)

    def _offer(self) -> None:
        """Offer the columns and formats of what is exported."""
        what: What = self._what.value
        with QSignalBlocker(self._columns), QSignalBlocker(self._format):
            _fill(self._format, {form: FORMAT_TITLES.get(form, form.upper()) for form in OFFERED[what]})
            if what != "table":
                _fill(self._columns, _columns(self._content(), what))
        for field in (self._columns, self._size):
            self._form.setRowVisible(field, what != "table")
        self._preview.setVisible(what != "table")
        self._text.setVisible(what == "table")
        self._propose_size()
        self._take_format()

    def _propose_size(self) -> None:
        if self._what.value != "table":
            size = usual_size(self._content(), self._spec(), self._columns.value)
            with QSignalBlocker(self._width), QSignalBlocker(self._height):
                self._width.setValue(size.width)
                self._height.setValue(size.height)
        self._describe()

    def _take_format(self) -> None:
        what: What = self._what.value
        self._destination.show_name(self._name, self._format.value, OFFERED[what])
        self._describe()

    def _spec(self) -> ExportSpec:
        size = PictureSize(width=self._width.value(), height=self._height.value())
        seen = Seen(view=ViewSpec(theme=self._theme))
        return ExportSpec(what=self._what.value, format=self._format.value, size=size, seen=seen)

    def _export(self) -> ComparisonFigure | ComparisonTable:
        """Return the export of the present state. Raises `SpecError` if it cannot be exported so."""
        if self._what.value == "table":
            return ComparisonTable(self._content(), self._format.value)
        return ComparisonFigure(self._content(), self._spec(), self._columns.value)

    def _describe(self) -> None:
        """Say what is wrong with the choices, in place of earlier messages."""
        problem = "" if self._destination.path else NO_PATH
        try:
            export = self._export()
        except FlowvizError as error:
            problem = str(error)
            self._preview.show_problem(problem)
            self._text.setPlainText(problem)
        else:
            self._show_preview(export)
        self._show_message(problem, is_problem=bool(problem))
        self._start.setEnabled(not problem)
        self._command.setEnabled(not problem and self._what.value != "table")

    def _show_preview(self, export: ComparisonFigure | ComparisonTable) -> None:
        if isinstance(export, ComparisonTable):
            self._texts.ask("preview", export.text, self._text.setPlainText)
        else:
            self._preview.show_export(export, self._spec())

    def _copy_command(self) -> None:
        """Copy the command that writes this figure from the file of the comparison."""
        clipboard, path = QGuiApplication.clipboard(), self._destination.path
        assert clipboard is not None
        assert path is not None
        clipboard.setText(render_command(self._file, self._spec(), path, columns=self._columns.value))
        self._show_message(copied_message("command", is_saved=self._is_saved))

    def _ask_and_write(self) -> None:
        """Start the export; ask first if it would overwrite a file."""
        path = self._destination.path
        assert path is not None
        if not path.is_file():
            self._write(path)
            return
        box = ask(
            self, "overwriteBox", overwriting_question([path], 1), "",
            Answer("&Overwrite", DISCARD, partial(self._write, path)),
            Answer("Cancel", CANCEL),
        )  # fmt: skip
        box.setDefaultButton(box.findChild(QPushButton, "cancelButton"))

    def _write(self, path: Path) -> None:
        try:
            export = self._export()
        except FlowvizError as error:
            self._show_message(str(error), is_problem=True)
            return
        self._path = path
        self._destination.show_path()
        self._set_busy(True)
        self._show_message(f"Exporting to {path}…")
        self._progress.start(partial(export.write, path), export.count)

    def _finish(self) -> None:
        self._set_busy(False)
        self.exported.emit(self._path)
        self.accept()

    def _fail(self, notice: Notice) -> None:
        self._end(notice.text or FAILED, is_problem=True)
        self._destination.focus()

    def _end(self, message: str, *, is_problem: bool = False) -> None:
        self._set_busy(False)
        self._show_message(message, is_problem=is_problem)

    def _show_message(self, message: str, *, is_problem: bool = False) -> None:
        self._message.set_warns(is_problem)
        self._message.setText(message)

    def _set_busy(self, busy: bool) -> None:
        choices = self._what, self._columns, self._format, self._size, self._destination
        for widget in (*choices, self._command, self._start):
            widget.setEnabled(not busy)
        self._leave.setToolTip("Stop and delete the unfinished file (Esc)" if busy else "Export nothing (Esc)")

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self._progress.cancel()
        self.done(QDialog.DialogCode.Rejected)


def _text_box() -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setObjectName("exportText")
    box.setAccessibleName("Preview of the table")
    box.setToolTip("The content of the file")
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return box


def _columns(comparison: Comparison, what: What) -> dict[FigureColumns, str]:
    """Return the columns that apply to a comparison, the usual ones first."""
    titles: dict[FigureColumns, str] = {"stages": STAGES_TITLE[what], "marks": MARKS_TITLE}
    return {"targets": TARGETS_TITLE, **titles} if usual_columns(comparison) == "targets" else titles


def _fill(box: ChoiceBox, choices: Mapping[FigureColumns, str] | Mapping[str, str]) -> None:
    """Offer other choices, of which the present one stays chosen if it is among them."""
    before = box.value
    box.clear()
    for value, text in choices.items():
        box.addItem(text, value)
    box.choose(before if before in choices else next(iter(choices)))

"""The exports of a window: one dialog at a time, which starts with the last choices."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from flowviz.app.export.destination import pictures_folder
from flowviz.app.export.source import ExportSource, copied_message
from flowviz.app.export.spec_edit import for_export
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.errors import FlowvizError, SpecError
from flowviz.exporting.commands import TrainingCopy
from flowviz.specs import ExportSpec
from flowviz.specs.spec import Spec

if TYPE_CHECKING:
    from flowviz.app.export.dialog import ExportDialog

AnySpec = TypeVar("AnySpec", bound=Spec)
COPY = "copy"  # topic of the notices
log = logging.getLogger(__name__)


class Exports(QObject):
    """Shows the export dialog with the choices of last time, except where the window has changed since."""

    done = pyqtSignal(str)  # message
    notice_posted = pyqtSignal(object)  # Notice; without a text, after a success

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: ExportDialog | None = None
        self._source: ExportSource | None = None  # of the dialog, or of the last one
        self._chosen: ExportSpec | None = None  # in the last dialog
        self._folder: Path | None = None  # chosen in the dialog for this file of the project

    def show(self, source: ExportSource) -> None:
        """Show the dialog for a project; while an export is running, show its progress instead."""
        if self._dialog is None or not self._dialog.is_running:
            self.close()
            self._open(source)
        assert self._dialog is not None
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def copy_training(self, title: str, repeated: TrainingCopy, source: ExportSource) -> None:
        """Copy the training as a command or as Python, as `title` says."""
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        saved_path = source.path if source.is_saved else None
        try:
            clipboard.setText(repeated(source.project.asked, source.retrained_path, saved_path))
        except FlowvizError as error:
            self.notice_posted.emit(notice_of(COPY, error))
        else:
            self.notice_posted.emit(Notice(COPY))
            self.done.emit(copied_message(title, is_saved=True))  # a file that it reads is up to date

    def close(self) -> None:
        """Cancel a running export, and close the dialog."""
        if self._dialog is not None:
            self._dialog.close()

    def _open(self, source: ExportSource) -> None:
        from flowviz.app.export.dialog import ExportDialog  # imported late, for a fast start of the program

        before, self._source = self._source, source
        spec = initial_spec(source) if before is None else carry_over(self._chosen or ExportSpec(), before, source)
        if before is None or before.path != source.path:
            self._folder = None
        folder = self._folder or (source.path.parent if source.path else pictures_folder())
        dialog = ExportDialog(source, spec, folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._take_closed)
        dialog.exported.connect(lambda path: log.info("exported %r", str(path)))
        self._dialog = dialog

    def _take_closed(self) -> None:
        assert self._dialog is not None
        with suppress(SpecError):  # choices that cannot be combined are not kept
            self._chosen = self._dialog.spec()
        self._folder = self._dialog.folder or self._folder
        self._dialog = None


def initial_spec(source: ExportSource) -> ExportSpec:
    """Return an export of what the window shows."""
    seen = source.project.seen
    return ExportSpec(what=source.figure or ("sheet" if seen.overview else "view"), seen=for_export(seen))


def carry_over(chosen: ExportSpec, before: ExportSource, now: ExportSource) -> ExportSpec:
    """Return the choices of last time, updated by what has changed in the window since."""
    seen = _merged(chosen.seen, before.project.seen, now.project.seen)
    spec = chosen.model_copy(update={"seen": for_export(seen)})
    if now.project.seen.overview and not before.project.seen.overview:
        spec = spec.model_copy(update={"what": "sheet", "format": "png"})
    if now.figure not in {None, before.figure}:
        spec = spec.model_copy(update={"what": now.figure, "format": "png"})
    return spec.model_copy(update={"size": now.window_size}) if chosen.size == before.window_size else spec


def _merged(chosen: AnySpec, before: AnySpec, now: AnySpec) -> AnySpec:
    """Return the chosen fields, but those of `now` where it differs from `before`."""
    changes = {}
    for name in type(now).model_fields:
        mine, old, new = (getattr(spec, name) for spec in (chosen, before, now))
        if isinstance(new, Spec):
            changes[name] = _merged(mine, old, new)
        else:
            changes[name] = mine if old == new else new
    return now.model_copy(update=changes)

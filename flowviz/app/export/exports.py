"""The exports of a window: one dialog at a time, which starts with the last choices."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QStandardPaths, Qt, pyqtSignal
from PyQt6.QtWidgets import QWidget

from flowviz.app.desktop.existing import copy_text, existing
from flowviz.app.desktop.folders import user_folder
from flowviz.app.export.exported_project import ExportedProject
from flowviz.app.export.source import ExportSource, copied_message
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.state.known import NO_TRAINING
from flowviz.errors import FlowvizError, SpecError
from flowviz.exporting.commands import TrainingCopy
from flowviz.specs import ExportSpec

if TYPE_CHECKING:
    from flowviz.app.export.dialog import ExportDialog

COPY = "copy"  # topic of the notices
log = logging.getLogger(__name__)


class Exports(QObject):
    """Shows the export dialog with the choices of last time, except where the window has changed since."""

    exported = pyqtSignal(object)  # Path

    def __init__(self, window: QWidget, say: Callable[[str], object], post: Callable[[Notice], object]) -> None:
        """Prepare to export; `say` shows a message when something was exported or copied, and `post` shows a notice."""
        super().__init__(window)
        self._window, self._say, self._post = window, say, post
        self._dialog: ExportDialog | None = None
        self._chosen: dict[type[ExportSource], tuple[ExportSource, ExportSpec]] = {}  # last for each type of source
        self._folders: dict[Path | None, Path] = {}  # chosen last for each file of a source

    def show(self, source: ExportSource) -> None:
        """Show the dialog for a project or a comparison; while an export is running, show its progress instead."""
        if self._dialog is None or not self._dialog.is_running:
            self.close()
            self._open(source)
        dialog = existing(self._dialog)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def copy_training(self, title: str, repeated: TrainingCopy, source: ExportedProject) -> None:
        """Copy the training as a command or as Python, as `title` says."""
        saved_path, plan = source.path if source.is_saved else None, source.project.asked
        try:
            if plan.flow.is_recorded:
                raise SpecError(NO_TRAINING)
            copy_text(repeated(plan, source.retrained_path, saved_path))
        except FlowvizError as error:
            self._post(notice_of(COPY, error))
        else:
            self._post(Notice(COPY))
            self._say(copied_message(title, is_saved=True))  # a file that it reads is up to date

    def close(self) -> None:
        """Cancel a running export, and close the dialog."""
        if self._dialog is not None:
            self._dialog.close()

    def _open(self, source: ExportSource) -> None:
        from flowviz.app.export.dialog import ExportDialog  # imported late, for a fast start of the program

        choices = source.proposed(*self._chosen.get(type(source), (None, None)))
        usual = source.path.parent if source.path else user_folder(QStandardPaths.StandardLocation.PicturesLocation)
        folder = self._folders.get(source.path, usual)
        dialog = ExportDialog(source, choices, folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(lambda: self._take_closed(source))
        dialog.exported.connect(self._take_exported)
        self._dialog = dialog

    def _take_exported(self, path: Path) -> None:
        log.info("exported %r", str(path))
        self._say(f"Exported to {path}")
        self.exported.emit(path)

    def _take_closed(self, source: ExportSource) -> None:
        assert self._dialog is not None
        with suppress(SpecError):  # choices that cannot be combined are not kept
            self._chosen[type(source)] = source, self._dialog.spec()
        if (folder := self._dialog.folder) is not None:
            self._folders[source.path] = folder
        self._dialog = None

"""The exports of a window: one dialog at a time, and what was chosen in it last."""

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget

from flowviz.app.export.destination import pictures_folder
from flowviz.app.export.source import ExportSource, copied
from flowviz.app.export.spec_edit import for_export
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.errors import FlowvizError, SpecError
from flowviz.exporting.repeat import TrainingCopy
from flowviz.specs import ExportSpec
from flowviz.specs.spec import Spec

if TYPE_CHECKING:
    from flowviz.app.export.dialog import ExportDialog

AnySpec = TypeVar("AnySpec", bound=Spec)
COPY = "copy"  # topic of the notices
log = logging.getLogger(__name__)


class Exports(QObject):
    """Shows the dialog; what was chosen stays chosen, unless the window has changed since."""

    done = pyqtSignal(str)  # what was copied
    notice_posted = pyqtSignal(object)  # Notice; without a text, where it has gone well

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: ExportDialog | None = None
        self._source: ExportSource | None = None  # of the dialog, or of the one before
        self._chosen = ExportSpec()
        self._folder: Path | None = None  # chosen in the dialog for this file of the project

    def show(self, source: ExportSource) -> None:
        """Ask what to export of this; where something is being written, only show how far it is."""
        if self._dialog is None or not self._dialog.is_running:
            self.close()
            self._open(source)
        assert self._dialog is not None
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def copy_training(self, title: str, repeated: TrainingCopy, source: ExportSource) -> None:
        """Put on the clipboard what trains what is asked for: a command, or Python, as `title` says."""
        clipboard = QGuiApplication.clipboard()
        assert clipboard is not None
        try:
            clipboard.setText(repeated(source.project.asked, source.again, source.path if source.is_saved else None))
        except FlowvizError as error:
            self.notice_posted.emit(notice_of(COPY, error))
        else:
            self.notice_posted.emit(Notice(COPY))
            self.done.emit(copied(title, is_saved=True))  # all that it reads was there

    def close(self) -> None:
        """Cancel what is being written, and close the dialog."""
        if self._dialog is not None:
            self._dialog.close()

    def _open(self, source: ExportSource) -> None:
        from flowviz.app.export.dialog import ExportDialog  # which the start of the program need not wait for

        before, self._source = self._source, source
        spec = first_choices(source) if before is None else carried_on(self._chosen, before, source)
        if before is None or before.path != source.path:
            self._folder = None
        folder = self._folder or (source.path.parent if source.path else pictures_folder())
        dialog = ExportDialog(source, spec, folder, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._keep)
        dialog.exported.connect(lambda path: log.info("exported %r", str(path)))
        self._dialog = dialog

    def _keep(self) -> None:
        """The dialog is closed."""
        assert self._dialog is not None
        with suppress(SpecError):  # what does not go together is not worth keeping
            self._chosen = self._dialog.spec()
        self._folder = self._dialog.folder or self._folder
        self._dialog = None


def first_choices(source: ExportSource) -> ExportSpec:
    """A picture of what the window shows."""
    seen = source.project.seen
    return ExportSpec(what="sheet" if seen.overview else "view", seen=for_export(seen))


def carried_on(chosen: ExportSpec, before: ExportSource, now: ExportSource) -> ExportSpec:
    """The choices of last time, with all that has changed in the window since."""
    seen = _merged(chosen.seen, before.project.seen, now.project.seen)
    spec = chosen.model_copy(update={"seen": for_export(seen)})
    if now.project.seen.overview and not before.project.seen.overview:
        spec = spec.model_copy(update={"what": "sheet", "format": "png"})
    return spec.model_copy(update={"size": now.window}) if chosen.size == before.window else spec


def _merged(chosen: AnySpec, before: AnySpec, now: AnySpec) -> AnySpec:
    """What was chosen, but for fields that differ now from what they were before."""
    changes = {}
    for name in type(now).model_fields:
        mine, old, new = (getattr(spec, name) for spec in (chosen, before, now))
        if isinstance(new, Spec):
            changes[name] = _merged(mine, old, new)
        else:
            changes[name] = mine if old == new else new
    return now.model_copy(update=changes)

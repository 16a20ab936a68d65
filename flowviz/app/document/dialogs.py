"""The dialogs of a document: where to save it, and the questions before changes are lost."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Generic

from PyQt6.QtCore import QStandardPaths
from PyQt6.QtWidgets import QFileDialog, QMainWindow, QWidget

from flowviz.app.desktop.existing import existing
from flowviz.app.desktop.folders import user_folder
from flowviz.app.document.content import Work
from flowviz.app.document.document import Document
from flowviz.app.notices.message_box import CANCEL, DISCARD, SAVE, Answer, ask
from flowviz.app.widgets.controls import begin_dialog
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.files import as_file_name

PROJECT_FILTER = f"flowviz projects and recorded flows (*{PROJECT_SUFFIX} *.npz)"


class DocumentDialogs(Generic[Work]):
    """Saves, reverts and replaces a document; asks first where changes would be lost."""

    def __init__(self, document: Document[Work], window: QMainWindow) -> None:
        self.document, self._window = document, window
        document.edited_while_reading.connect(self.leave)

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save the document to its file, or ask for one; call `then` if that succeeds."""
        document = self.document
        if document.path is None:
            self.save_as(then)
        elif document.is_changed_on_disk:
            ask(
                self._window, "overtakenBox",
                f"Another program has changed '{document.path.name}' since you opened or saved it.",
                "Overwrite it, or save your version under another name?",
                Answer("&Overwrite", DISCARD, partial(document.save, document.path, then)),
                Answer("Save &As…", SAVE, partial(self.save_as, then)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip
        else:
            document.save(document.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a file and save the document to it; call `then` if that succeeds."""
        document = self.document
        file_type = f"flowviz {document.content.word}s (*{PROJECT_SUFFIX})"
        save = partial(document.save, then=then)
        name = document.path or Path(as_file_name(document.name))
        if name.suffix != PROJECT_SUFFIX:  # which a file of another name may lack
            name = name.with_name(f"{name.name}{PROJECT_SUFFIX}")
        ask_for_file(self._window, "saveDialog", "Save As", save, document.path, file_type, saved_as=name)

    def revert(self) -> None:
        """Return to the saved version, after asking."""
        path = existing(self.document.path)
        ask(
            self._window, "revertBox", f"Revert to the saved version of '{self.document.name}'?",
            "Unsaved changes will be lost.",
            Answer("&Revert", DISCARD, partial(self.document.open, path)),
            Answer("Cancel", CANCEL),
        )  # fmt: skip

    def leave(self, then: Callable[[], object]) -> None:
        """Call `then`; where there are unsaved changes, ask first."""
        if self.document.is_changed:
            ask(
                self._window, "unsavedBox", f"Save the changes to '{self.document.name}'?",
                "Unsaved changes will be lost.",
                Answer("&Save", SAVE, partial(self.save, then)),
                Answer("&Discard", DISCARD, then),
                Answer("Cancel", CANCEL),
            )  # fmt: skip
        else:
            then()


def ask_for_file(
    window: QWidget,
    name: str,
    title: str,
    take: Callable[[Path], object],
    path: Path | None,
    *file_types: str,
    saved_as: Path | None = None,
) -> None:
    """Let the user choose a file to open, or one to save with a proposed name, and call `take` with it.

    The dialog begins in the folder of a path, or in the user's documents.
    """
    folder = path.parent if path else user_folder(QStandardPaths.StandardLocation.DocumentsLocation)
    dialog = QFileDialog(window, directory=str(folder))
    begin_dialog(dialog, name, title)
    dialog.setNameFilters(file_types)
    dialog.fileSelected.connect(lambda name: take(Path(name).absolute()))
    if saved_as is None:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    else:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(saved_as.suffix.lstrip("."))
        dialog.selectFile(str(saved_as))
    dialog.open()

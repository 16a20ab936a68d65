"""The document actions of the File menu."""

from collections.abc import Callable
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QMainWindow

from flowviz import projects
from flowviz.app.document.content import Loaded, project_content
from flowviz.app.document.dialogs import PROJECT_FILTER, DocumentDialogs, ask_for_file
from flowviz.app.document.document import Document
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.notices.message_box import CANCEL, SAVE, Answer, ask
from flowviz.app.notices.notice import Notice
from flowviz.app.state.request import first_plan
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.target.image_page import ImagePage
from flowviz.app.target.points_page import PointsPage
from flowviz.app.training.session import Session
from flowviz.file_kinds import NUMBERS
from flowviz.lessons import is_lesson
from flowviz.projects import Comparison, Project
from flowviz.projects.recording import is_recording

TARGET_FILTERS = [page.files for page in (PointsPage, ImagePage)]


class DocumentActions(QObject):
    """Opens files in the documents of a window, and saves the document that is shown.

    Attributes:
        project: The dialogs of the project.
        comparison: The dialogs of the comparison.
        document: The project.
        recent: The files that were opened or saved recently.
    """

    state_changed = pyqtSignal()  # which document is shown, its name or file, or whether it has unsaved changes

    def __init__(
        self,
        session: Session,
        comparison: DocumentDialogs[Comparison],
        is_comparison_shown: Callable[[], bool],
        open_target: Callable[[Path], object],
        open_lesson: Callable[[Path], object],
        recent: RecentFiles,
        post: Callable[[Notice], object],
        window: QMainWindow,
    ) -> None:
        """Create the actions.

        Args:
            session: The session, which shows the project.
            comparison: The dialogs of the comparison.
            is_comparison_shown: Returns whether the comparison is shown.
            open_target: Opens points or an image as the target.
            open_lesson: Opens a lesson.
            recent: The files that were opened or saved recently.
            post: Shows a notice.
            window: The window.
        """
        super().__init__(window)
        self._window, self._is_comparison_shown = window, is_comparison_shown
        self._open_target, self._open_lesson, self.recent = open_target, open_lesson, recent
        self.document = Document(project_content(session), recent, post, self)
        self.project, self.comparison = DocumentDialogs(self.document, window), comparison
        for each in self.documents:
            each.status.changed.connect(self.state_changed)

    @property
    def documents(self) -> tuple[Document[Any], ...]:
        """Return the project and the comparison, whichever is shown."""
        return self.project.document, self.comparison.document

    @property
    def shown(self) -> DocumentDialogs[Any]:
        """Return the dialogs of the document that is shown: the comparison, or else the project."""
        return self.comparison if self._is_comparison_shown() else self.project

    @property
    def can_revert(self) -> bool:
        """Return whether the document that is shown has a file and unsaved changes."""
        shown = self.shown.document
        return shown.path is not None and shown.is_changed

    def leave_all(self, then: Callable[[], object]) -> None:
        """Call `then`; ask first about each document with unsaved changes."""
        self.project.leave(partial(self.comparison.leave, then))

    def new(self) -> None:
        """Show a new, untrained project."""
        plan = first_plan()
        self.show_project(Project.untrained(plan.target, plan.flow, plan.training))

    def show_project(self, project: Project, then: Callable[[], object] = lambda: None) -> None:
        """Show a project that has no file and is kept elsewhere, after asking about unsaved changes; call `then`."""
        self.project.leave(partial(self.document.prepare_and_show, project, then))

    def show_unsaved(self, project: Project, built: BuiltTarget) -> None:
        """Show a project that has no file yet and whose target is built, after asking about unsaved changes."""
        self.project.leave(partial(self.document.show, Loaded(project, built), changed=True))

    def open_copy(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Open a project or a comparison without its file, so that saving asks for another one, and call `then`."""
        self._open(path, is_copy=True, then=then)

    def choose(self) -> None:
        """Show the Open dialog."""
        path = self.shown.document.path
        ask_for_file(self._window, "openDialog", "Open", self.open, path, *_open_filters())

    def open(self, path: Path) -> None:
        """Open a project, a comparison, a recorded flow or a lesson; offer to open points or an image as the target."""
        path = path.absolute()
        if is_lesson(path):
            self._open_lesson(path)
        elif is_recording(path):
            self.open_copy(path, partial(self.recent.add, path))  # saving must not overwrite it
        elif (kind := _target_kind(path)) is None or projects.is_comparison(path):
            self._open(path)
        else:
            ask(
                self._window, "openAsBox", f"Open '{path.name}' as {kind}?",
                "This file is not a flowviz project. Its contents will become the target that the flow learns.",
                Answer("&Open", SAVE, partial(self._open_target, path)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip

    def _open(self, path: Path, *, is_copy: bool = False, then: Callable[[], object] = lambda: None) -> None:
        dialogs: DocumentDialogs[Any] = self.comparison if projects.is_comparison(path) else self.project
        dialogs.leave(partial(dialogs.document.open, path, is_copy=is_copy, then=then))


def _target_kind(path: Path) -> str | None:
    """Return what a file can be opened as if it is not a project."""
    if path.suffix.lower() in NUMBERS.suffixes:
        return "points"
    media, _ = guess_type(path.name)
    return "an image" if media is not None and media.startswith("image/") else None


def _open_filters() -> list[str]:
    """Return the file types of the Open dialog; the first one includes all that can be opened."""
    filters = [PROJECT_FILTER, *TARGET_FILTERS]
    patterns = " ".join(text[text.index("(") + 1 : -1] for text in filters)
    return [f"Projects, points and pictures ({patterns})", *filters, "All files (*)"]
